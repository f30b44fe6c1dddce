/** Dialogs that begin a conversation. */

import { h, iconButton } from './dom.js';
import { field, form, openDialog } from './dialog.js';
import { isUserId } from './text.js';

const TELL = 'Letters and digits, and _ . @ : - between them.';

/** Asks with whom. @param go shows a conversation */
export function openCreate(parley, people, go) {
  const tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Kind of conversation' });
  const panel = h('div', { class: 'panel', role: 'tabpanel', id: 'create-panel' });
  const done = conversation => {
    dialog.close();
    go(conversation.conversationId);
  };
  const kinds = [
    ['Person', () => direct(parley, people, done)],
    ['Group', () => group(parley, people.me, done)],
  ];
  const buttons = kinds.map(([label], i) => h('button', { type: 'button', role: 'tab', id: `create-tab-${i}`, 'aria-controls': 'create-panel', onclick: () => choose(i), onkeydown: event => arrow(event, i) }, label));

  function choose(chosen) {
    buttons.forEach((button, i) => {
      button.setAttribute('aria-selected', String(i === chosen));
      button.tabIndex = i === chosen ? 0 : -1;
    });
    panel.setAttribute('aria-labelledby', `create-tab-${chosen}`);
    panel.replaceChildren(kinds[chosen][1]());
    panel.querySelector('input').focus();
  }

  function arrow(event, i) {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const next = (i + 1) % buttons.length;
    choose(next);
    buttons[next].focus();
  }

  tabs.append(...buttons);
  const dialog = openDialog('New conversation', [tabs, panel]);
  choose(0);
}

function direct(parley, people, done) {
  const name = field('Who', { maxlength: '64', autocapitalize: 'none' }, 'The name that they sign in with.');
  return form([name.element], 'Start', async () => {
    const userId = name.input.value.trim();
    if (userId === people.me) return name.say('That is you.');
    if (!isUserId(userId)) return name.say(TELL);
    const conversation = await parley.createDirect(userId);
    done(conversation);
  });
}

function group(parley, me, done) {
  const name = field('Name of the group', { maxlength: '128' }, 'May be empty: then it is called after its members.');
  const members = peopleField('Members', me);
  const clientRequestId = crypto.randomUUID(); // of this dialog: who presses twice makes one group
  return form([name.element, members.element], 'Create', async () => {
    const memberIds = members.take();
    if (!memberIds) return;
    done(await parley.createGroup({ name: name.input.value.trim() || undefined, memberIds, clientRequestId }));
  });
}

/** A field for several people: a comma, a space or Enter takes in what was typed. */
export function peopleField(label, me) {
  const chosen = new Set();
  const chips = h('ul', { class: 'chips', 'aria-label': `${label} so far`, role: 'list' });
  const names = field(
    label,
    {
      autocapitalize: 'none',
      oninput: event => /[\s,;]$/.test(event.target.value) && takeIn(),
      onkeydown: event => {
        if (event.key === 'Enter' && event.target.value.trim() !== '') {
          event.preventDefault();
          takeIn();
        } else if (event.key === 'Backspace' && event.target.value === '' && chosen.size > 0) {
          chosen.delete([...chosen].at(-1));
          draw();
        }
      },
      onpaste: event => setTimeout(() => event.target.value.includes(',') && takeIn()),
    },
    'Names, with commas or spaces between them.',
  );

  function takeIn() {
    const rest = [];
    for (const name of names.input.value.split(/[\s,;]+/).filter(Boolean)) {
      if (isUserId(name) && name !== me) chosen.add(name);
      else rest.push(name);
    }
    names.input.value = rest.join(' ');
    names.say(rest.length === 0 ? '' : rest.includes(me) ? 'You are in it anyway.' : TELL);
    draw();
    return rest.length === 0;
  }

  function draw() {
    chips.replaceChildren(
      ...[...chosen].map(name =>
        h('li', { class: 'chip' }, name, iconButton('close', `Leave out ${name}`, () => { chosen.delete(name); draw(); names.input.focus(); })),
      ),
    );
  }

  names.element.insertBefore(chips, names.input);
  return {
    element: names.element,
    input: names.input,
    /** Those who were named; null where something is wrong, and then it says what. */
    take: () => (takeIn() ? [...chosen] : null),
  };
}
