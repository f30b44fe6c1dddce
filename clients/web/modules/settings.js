/** What the user can set: for this browser, and for all their devices. */

import { fill, h, icon } from './dom.js';
import { canNotify, isNotifying, setNotifying } from './attention.js';
import { avatar } from './message.js';
import { confirm, field, form, load as fillIn, note, openDialog, pages, part, toggle } from './dialog.js';
import { applyTheme, prefer, preference } from './preferences.js';
import { SHORTCUTS } from './keyboard.js';
import { isUserId } from './text.js';
import { ago } from './time.js';

const AUDIENCES = [['everyone', 'Everyone'], ['contacts', 'People you are in a conversation with'], ['nobody', 'Nobody']];

/** @param chat `parley`, `me`, `signOut()` */
export function openSettings(chat) {
  const privacy = section('Privacy', h('p', { class: 'hint' }, 'Loading…'));
  const devices = section('Devices', h('p', { class: 'hint' }, 'Loading…'));
  openDialog(
    'Settings',
    [
      h('div', { class: 'person' }, avatar(chat.me, { class: 'large' }), h('p', { class: 'group-name' }, chat.me),
        h('button', { type: 'button', class: 'button', onclick: () => signOut(chat) }, icon('leave'), 'Sign out')),
      section('Appearance', choice('Theme', 'theme', [['system', 'Like the system'], ['light', 'Light'], ['dark', 'Dark']], preference('theme'), value => { prefer('theme', value); applyTheme(); })),
      section('Writing', choice('The Enter key', 'enter', [['send', 'sends the message'], ['line', 'begins a new line (Ctrl+Enter sends)']], preference('enter'), value => prefer('enter', value))),
      section('Notifications', notifications()),
      privacy,
      h('section', {}, part('Blocked people', () => blocked(chat))),
      devices,
      section('Keyboard', shortcuts()),
    ],
    { class: 'settings' },
  );
  load(privacy, () => privacyRows(chat));
  load(devices, () => deviceRows(chat, devices));
}

export function openShortcuts() {
  openDialog('Keyboard', shortcuts(), { class: 'small' });
}

function section(title, content) {
  return h('section', {}, h('h3', {}, title), content);
}

async function load(element, make) {
  const content = h('div', {});
  await fillIn(content, make);
  fill(element, element.firstChild, content);
}

function choice(legend, name, options, chosen, choose) {
  return h(
    'fieldset',
    {},
    h('legend', {}, legend),
    options.map(([value, label]) => h('label', { class: 'option' }, h('input', { type: 'radio', name, value, checked: value === chosen, onchange: () => choose(value) }), label)),
  );
}

function notifications() {
  if (!canNotify) return h('p', { class: 'hint' }, 'This browser has none, or not for pages without https.');
  return toggle('Show notifications', 'While you look elsewhere.', isNotifying(), async wants => {
    const granted = await setNotifying(wants);
    if (wants && !granted) note('The browser does not allow notifications of this page; its site settings say so.');
    return granted;
  });
}

async function privacyRows({ parley }) {
  const kept = await parley.settings();
  const set = async change => {
    try {
      return await parley.changeSettings(change);
    } catch (error) {
      note(`This was not changed: ${error.message}`);
      return null;
    }
  };
  return [
    choice('Who sees whether you are there', 'presence', AUDIENCES, kept.presence, value => set({ presence: value })),
    toggle('Be invisible', 'You look offline to everybody.', kept.invisible, async invisible => (await set({ invisible }))?.invisible ?? !invisible),
    toggle('Read receipts', 'Others see what you have read, and you what they have.', kept.readReceipts, async readReceipts => (await set({ readReceipts }))?.readReceipts ?? !readReceipts),
  ];
}

async function blocked({ parley, me }) {
  const name = field('Block somebody', { maxlength: '64', autocapitalize: 'none' }, 'Neither of you can write to the other then, and they do not see whether you are there.');
  const block = form([name.element], 'Block', async () => {
    const userId = name.input.value.trim();
    if (!isUserId(userId) || userId === me) return name.say(userId === me ? 'That is you.' : 'That is no name.');
    name.say('');
    await parley.block(userId);
    name.input.value = '';
    await list.load();
  });
  block.classList.add('inline');
  const unblock = async userId => {
    try {
      await parley.unblock(userId);
      await list.load();
    } catch (error) {
      note(error.message);
    }
  };
  const list = pages({
    class: 'members',
    none: 'You block nobody.',
    page: async () => ({ items: (await parley.blocks()).sort() }),
    row: userId =>
      h('li', { class: 'member' }, h('span', { class: 'picture' }, avatar(userId)), h('div', { class: 'member-text' }, h('span', { class: 'member-name' }, userId)),
        h('button', { type: 'button', class: 'text-button', 'aria-label': `Unblock ${userId}`, onclick: () => unblock(userId) }, 'Unblock')),
  });
  await list.load();
  return [block, list.element];
}

async function deviceRows(chat, element) {
  const own = chat.parley.deviceId;
  const all = (await chat.parley.devices()).sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  // This one first, even if the server has not written it down yet.
  const devices = [all.find(device => device.deviceId === own) ?? { deviceId: own, client: 'Web' }, ...all.filter(device => device.deviceId !== own)];
  return h(
    'ul',
    { class: 'devices', role: 'list' },
    devices.map(device => {
      const isThis = device.deviceId === own;
      const remove = async () => {
        if (!(await confirm('Sign the device out', 'It has to sign in anew to read or send.', 'Sign out'))) return;
        try {
          await chat.parley.removeDevice(device.deviceId);
        } catch (error) {
          note(error.message);
        }
        load(element, () => deviceRows(chat, element));
      };
      return h(
        'li',
        {},
        icon('device'),
        h('div', { class: 'member-text' }, h('span', { class: 'member-name' }, device.client ?? device.deviceId), h('span', { class: 'hint' }, isThis ? 'This tab' : `Seen ${ago(device.lastSeenAt)}`)),
        !isThis && h('button', { type: 'button', class: 'text-button', 'aria-label': `Sign out ${device.client ?? device.deviceId}`, onclick: remove }, 'Sign out'),
      );
    }),
  );
}

function shortcuts() {
  return h('dl', { class: 'shortcuts' }, SHORTCUTS.map(([keys, what]) => [h('dt', {}, keys.split(' ').map(key => h('kbd', {}, key))), h('dd', {}, what)]));
}

async function signOut(chat) {
  const waiting = chat.parley.pending.length;
  const question = waiting > 0 ? `${waiting} of your messages have not been sent yet; they will be lost.` : 'What is kept of you in this browser is removed.';
  if (await confirm('Sign out', question, 'Sign out')) chat.signOut();
}
