/** The credential of the operators' port: asked for once, and kept for this tab alone. */

import { field, form } from '../web/modules/dialog.js';
import { fill, h } from '../web/modules/dom.js';
import { Port } from './port.js';

const KEY = 'parley.ops.credential';

/** The letters that a header can carry. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** Null: there is none in this tab. */
export function kept() {
  return sessionStorage.getItem(KEY);
}

export function forget() {
  sessionStorage.removeItem(KEY);
}

/** Asks for it; `done` runs with one that the port has taken. @param reason why it has to be asked for again, or nothing */
export function askForCredential(element, reason, done) {
  const credential = field(
    'Credential',
    { type: 'password', name: 'credential', class: 'code', autocapitalize: 'none', autocomplete: 'off' },
    'What stands in the file of ops.credentialFile or, if that is not set, in ops-credential of the folder of the node’s data. It is kept in this tab only.',
  );
  const asked = form([credential.element], 'Open', async () => {
    const text = credential.input.value.trim();
    if (!SENDABLE.test(text)) return credential.say('This cannot be a credential: paste all that is in the file.');
    credential.say('');
    try {
      await new Port(text).status();
    } catch (error) {
      if (error.status !== 401) throw error;
      credential.input.select();
      return credential.say('The node does not accept this credential.');
    }
    sessionStorage.setItem(KEY, text);
    done(text);
  });
  fill(element, h('main', { class: 'sign-in' }, h('h1', {}, 'Parley operations'), h('p', { class: 'lead' }, 'What the nodes do, and what can be done about it.'), reason ? h('p', { class: 'reason', role: 'alert' }, reason) : '', asked));
  credential.input.focus();
}
