/** The page before anybody is signed in. */

import { fill, h, icon } from './dom.js';
import { field, form } from './dialog.js';
import { keep, offersTokens, tokenOf, userOfToken } from './session.js';
import { isUserId } from './text.js';

/** Shows it in the element; `done` runs with the session. @param reason why one has to sign in again, or nothing */
export function showSignIn(element, reason, done) {
  const byToken = () => show(tokenForm(done), offersTokens && ['Sign in with a name instead', byName]);
  const byName = () => show(nameForm(done), ['Sign in with a token instead', byToken]);
  const card = h('main', { class: 'sign-in' });

  function show(content, other) {
    fill(
      card,
      h('div', { class: 'logo' }, icon('people')),
      h('h1', {}, 'Parley'),
      h('p', { class: 'lead' }, 'Conversations that are complete, in order, and the same for everybody.'),
      reason ? h('p', { class: 'reason', role: 'alert' }, reason) : '',
      content,
      other ? h('button', { type: 'button', class: 'text-button', onclick: other[1] }, other[0]) : '',
    );
    card.querySelector('input, textarea').focus();
  }

  element.replaceChildren(card);
  if (offersTokens) byName();
  else byToken();
}

function nameForm(done) {
  const name = field('Your name', { name: 'user', maxlength: '64', autocapitalize: 'none', autocomplete: 'username' }, 'This server is for development: any name will do, without a password.');
  return form([name.element], 'Sign in', async () => {
    const userId = name.input.value.trim();
    if (!isUserId(userId)) return name.say('Letters and digits, and _ . @ : - between them; at most 64.');
    name.say('');
    await tokenOf({ userId });
    finish({ userId }, done);
  });
}

function tokenForm(done) {
  const token = field('Token', { name: 'token', rows: '4', class: 'code', autocapitalize: 'none' }, offersTokens ? 'A JSON Web Token that this server believes.' : 'This server gives out no tokens by itself (auth.dev is off): paste the one that you were given.');
  return form([token.element], 'Sign in', async () => {
    const text = token.input.value.trim();
    const userId = userOfToken(text);
    if (!userId) return token.say('This is no JSON Web Token: three parts with dots between them.');
    token.say('');
    const answer = await fetch('/v1/devices', { headers: { authorization: `Bearer ${text}` } });
    if (answer.status === 401) return token.say('The server does not accept this token: it has expired, or was not made for this server.');
    if (!answer.ok) throw new Error('The server cannot be reached now. Try again in a moment.');
    finish({ userId, token: text }, done);
  });
}

function finish(session, done) {
  keep(session);
  done(session);
}
