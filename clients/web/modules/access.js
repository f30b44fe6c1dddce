/** What admins of a group decide: who writes and how often, who comes in by a link, and who does not come in. */

import { fill, h, icon } from './dom.js';
import { choose, confirm, field, form, note, pages, part } from './dialog.js';
import { avatar } from './message.js';
import { isUserId, plural } from './text.js';
import { ago, dayLabel, inSentence } from './time.js';

const WRITERS = [['all', 'Everybody'], ['admins', 'Admins only']];
const PAUSES = [[0, 'Off'], [5_000, '5 seconds'], [10_000, '10 seconds'], [30_000, '30 seconds'], [60_000, 'A minute'], [300_000, '5 minutes'], [3_600_000, 'An hour']];
const RATES = [[0, 'Any number'], [10, '10'], [60, '60'], [600, '600']];
const DAY = 86_400;
const ENDS = [[String(7 * DAY), 'For a week'], [String(DAY), 'For a day'], ['', 'For ever']];

export function accessParts(conversation) {
  return [
    part('Writing', async () => writing(conversation)),
    part('Invitation links', () => invitations(conversation)),
    part('Banned people', () => bans(conversation)),
  ];
}

function writing(conversation) {
  const set = change => async value => {
    try {
      await change(value);
    } catch (error) {
      note(`This was not changed: ${error.message}`);
      return false;
    }
  };
  const among = (options, value, name) => (options.some(([each]) => each === value) ? options : [...options, [value, name]]);
  const { slowModeMillis = 0, messagesPerMinute = 0, writers = 'all' } = conversation;
  return [
    choose('Who writes', WRITERS, writers, set(value => conversation.setWriters(value))),
    choose('Slow mode: between two messages of a member', among(PAUSES, slowModeMillis, plural(slowModeMillis / 1000, 'second')), slowModeMillis, set(value => conversation.setSlowMode(Number(value)))),
    choose('Messages a minute, of all members together', among(RATES, messagesPerMinute, String(messagesPerMinute)), messagesPerMinute, set(value => conversation.setRate(Number(value)))),
  ];
}

/** The address that one opens to join. */
export function linkOf(token) {
  return `${location.origin}${location.pathname}#/join/${token}`;
}

async function invitations(conversation) {
  const made = h('div', {});
  const list = h('ul', { class: 'members', role: 'list' });
  let seconds = ENDS[0][0];
  const end = choose('The link holds', ENDS, seconds, value => (seconds = value));
  const uses = field('How many may join', { inputmode: 'numeric', placeholder: 'Any number', maxlength: '7' });
  const create = form([end, uses.element], 'Create link', async () => {
    const usesMax = uses.input.value.trim() === '' ? undefined : Number(uses.input.value);
    if (usesMax !== undefined && !(Number.isInteger(usesMax) && usesMax >= 1 && usesMax <= 1_000_000)) return uses.say('A whole number from 1 to 1,000,000, or nothing.');
    uses.say('');
    const { token } = await conversation.createInvitation({ expiresInSeconds: seconds === '' ? undefined : Number(seconds), usesMax });
    fill(made, link(token));
    await draw();
  });

  async function draw() {
    const all = await conversation.invitations();
    fill(list, all.length === 0 ? h('li', { class: 'hint' }, 'There are none.') : all.sort((a, b) => b.createdAt - a.createdAt).map(row));
  }

  function row({ invitationId, createdBy, createdAt, expiresAt, usesMax, uses }) {
    const count = usesMax ? `${uses.toLocaleString('en')} of ${usesMax.toLocaleString('en')} joined` : `${uses.toLocaleString('en')} joined`;
    const until = expiresAt ? `until ${inSentence(dayLabel(expiresAt))}` : 'for ever';
    const revoke = async () => {
      if (!(await confirm('Revoke the link', 'Nobody joins by it any more. Who has joined stays.', 'Revoke'))) return;
      await conversation.revokeInvitation(invitationId).catch(error => note(error.message));
      await draw().catch(error => note(error.message));
    };
    return h(
      'li',
      { class: 'member' },
      h('div', { class: 'member-text' }, h('span', { class: 'member-name' }, `${count}, ${until}`), h('span', { class: 'hint' }, `By ${createdBy}, ${ago(createdAt)}`)),
      h('button', { type: 'button', class: 'text-button', onclick: revoke }, 'Revoke'),
    );
  }

  await draw();
  return [create, made, list];
}

/** It is shown once, and nobody else can be told it. */
function link(token) {
  const address = field('Link', { value: linkOf(token), readonly: true, onfocus: event => event.target.select() }, 'Whoever has it may join. It is shown only now.');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address.input.value);
      note('The link was copied.');
    } catch {
      address.input.focus();
      note('The browser does not let this page copy: it is selected, press Ctrl+C.');
    }
  };
  return [address.element, h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'button', onclick: copy }, icon('copy'), 'Copy link'))];
}

async function bans(conversation) {
  const name = field('Ban somebody', { maxlength: '64', autocapitalize: 'none' }, 'Whether they are in the group or not.');
  const ban = form([name.element], 'Ban', async () => {
    const userId = name.input.value.trim();
    if (!isUserId(userId)) return name.say('That is no name.');
    name.say('');
    await conversation.ban(userId);
    name.input.value = '';
    await list.load();
  });
  ban.classList.add('inline');
  const list = pages({
    class: 'members',
    none: 'Nobody is banned.',
    page: async cursor => {
      const { bans: items, cursor: next } = await conversation.bans({ cursor });
      return { items, cursor: next };
    },
    row: ({ userId, bannedBy, bannedAt }) =>
      h(
        'li',
        { class: 'member' },
        h('span', { class: 'picture' }, avatar(userId)),
        h('div', { class: 'member-text' }, h('span', { class: 'member-name' }, userId), h('span', { class: 'hint' }, `By ${bannedBy}, ${ago(bannedAt)}`)),
        h('button', { type: 'button', class: 'text-button', 'aria-label': `Lift the ban of ${userId}`, onclick: () => lift(userId) }, 'Lift'),
      ),
  });

  async function lift(userId) {
    try {
      await conversation.unban(userId);
      await list.load();
    } catch (error) {
      note(error.message);
    }
  }

  await list.load();
  return [ban, list.element];
}
