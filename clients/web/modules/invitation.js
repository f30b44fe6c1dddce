/** What one sees who has opened the link of an invitation. */

import { emptyPlace, fill, h, icon } from './dom.js';
import { form } from './dialog.js';
import { plural } from './text.js';

const TOKEN = /^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{27}$/;

/** @param joined runs with the conversation */
export function invitationPlace(parley, token, joined) {
  const place = h('div', { class: 'invitation' }, h('p', { class: 'hint', role: 'status' }, 'Looking at the invitation…'));
  look(parley, token, place, joined);
  return place;
}

async function look(parley, token, place, joined) {
  if (!TOKEN.test(token)) return sayItDoesNotHold(place);
  try {
    const { name, memberCount } = await parley.invitation(token);
    const join = form([], 'Join', async () => joined(await parley.join(token)));
    fill(
      place,
      h('div', { class: 'nothing-picture' }, icon('group')),
      h('h1', {}, 'You are invited'),
      h('p', { class: 'group-name' }, h('bdi', {}, name ?? 'A group without a name')),
      memberCount !== undefined && h('p', { class: 'hint' }, plural(memberCount, 'member')),
      join,
      notNow(),
    );
    join.querySelector('button').focus();
  } catch (error) {
    if (error.code === 'not_found') sayItDoesNotHold(place);
    else if (error.code !== 'closed') fill(place, emptyPlace('This cannot be shown now', error.message), notNow());
  }
}

function sayItDoesNotHold(place) {
  fill(place, emptyPlace('No such invitation', 'It has ended, was taken back, or is not for you.'), notNow());
}

function notNow() {
  return h('a', { class: 'text-button', href: '#/' }, 'To the conversations');
}
