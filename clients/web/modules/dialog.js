/** Dialogs over the page, questions, and short notes. */

import { fill, h, iconButton, setText } from './dom.js';

const NOTE_MILLIS = 6_000;

let made = 0;

/**
 * Opens a dialog; it goes when it is closed, by whatever way. The browser gives the focus back as it closes, and tells of that only later: by
 * then the user may be writing somewhere, so nothing moves the focus once more.
 *
 * @param title what it is called
 * @param content elements below the title
 * @param properties `class`, `onclosed`
 */
export function openDialog(title, content, properties = {}) {
  const id = `dialog-${++made}`;
  const dialog = h(
    'dialog',
    { class: `dialog ${properties.class ?? ''}`.trim(), 'aria-labelledby': id, onclick: event => event.target === dialog && dialog.close() },
    h('div', { class: 'sheet' }, h('header', {}, h('h2', { id }, title), iconButton('close', 'Close', () => dialog.close())), content),
  );
  dialog.addEventListener('close', () => {
    dialog.remove();
    properties.onclosed?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Asks; resolves to whether the user wants it. */
export function confirm(title, question, action) {
  return new Promise(resolve => {
    let wants = false;
    const dialog = openDialog(
      title,
      [
        h('p', { class: 'question' }, question),
        h(
          'div',
          { class: 'buttons' },
          h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancel'),
          h('button', { type: 'button', class: 'button danger', autofocus: true, onclick: () => { wants = true; dialog.close(); } }, action),
        ),
      ],
      { class: 'small', onclosed: () => resolve(wants) },
    );
  });
}

/** A field with its label and a line for what is wrong with it. */
export function field(label, properties, hint) {
  const id = `field-${++made}`;
  const input = h(properties.rows ? 'textarea' : 'input', { id, 'aria-describedby': `${id}-hint`, autocomplete: 'off', spellcheck: 'false', ...properties });
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  const element = h('div', { class: 'field' }, h('label', { for: id }, label), input, h('p', { class: 'hint', id: `${id}-hint` }, hint ?? ''), problem);
  return {
    element,
    input,
    /** Says what is wrong, or that nothing is. */
    say(text) {
      problem.hidden = text === '';
      setText(problem, text);
      input.toggleAttribute('aria-invalid', text !== '');
    },
  };
}

/** A form that does something and says what went wrong. While it is under way, it cannot be sent again. */
export function form(children, label, submit) {
  const button = h('button', { type: 'submit', class: 'button primary' }, label);
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  return h(
    'form',
    {
      novalidate: true,
      onsubmit: async event => {
        event.preventDefault();
        if (button.disabled) return;
        button.disabled = true;
        problem.hidden = true;
        try {
          await submit();
        } catch (error) {
          problem.hidden = false;
          setText(problem, error.message);
        } finally {
          button.disabled = false;
        }
      },
    },
    children,
    problem,
    h('div', { class: 'buttons' }, button),
  );
}

/** Something that is on or off. @param change gives whether it is on then */
export function toggle(label, hint, isOn, change) {
  const input = h('input', { type: 'checkbox', role: 'switch', checked: isOn, onchange: async () => (input.checked = await change(input.checked)) });
  return h('label', { class: 'option toggle' }, h('span', {}, label, h('span', { class: 'hint' }, hint)), input);
}

/** One of several. @param options pairs of value and label @param change gives false if it is not changed: then it shows what it was */
export function choose(label, options, chosen, change) {
  const id = `field-${++made}`;
  let kept = String(chosen);
  const select = h(
    'select',
    {
      id,
      onchange: async () => {
        const wanted = select.value;
        if ((await change(wanted)) === false) select.value = kept;
        else kept = wanted;
      },
    },
    options.map(([value, name]) => h('option', { value: String(value), selected: value === chosen }, name)),
  );
  return h('div', { class: 'field' }, h('label', { for: id }, label), select);
}

/** Fills the element with what is made, or with why it cannot be. */
export async function load(element, make) {
  try {
    fill(element, await make());
  } catch (error) {
    fill(element, h('p', { class: 'problem' }, `This cannot be shown now: ${error.message}`));
  }
}

/** What is shown, and asked for, only when one opens it. */
export function part(title, make) {
  const content = h('div', { class: 'part-content' }, h('p', { class: 'hint' }, 'Loading…'));
  const element = h('details', { class: 'part', ontoggle: () => element.open && load(content, make) }, h('summary', {}, title), content);
  return element;
}

/**
 * A list that comes in pages.
 *
 * @param shown `class`, `none` (what stands there if it is empty), `page(cursor)` gives `{ items, cursor }`, `row(item)`
 * @returns `{ element, load() }`: from the beginning
 */
export function pages(shown) {
  const list = h('ul', { class: shown.class, role: 'list' });
  const more = h('button', { type: 'button', class: 'button', hidden: true, onclick: () => next(false).catch(error => note(error.message)) }, 'Show more');
  let cursor;
  let turn = 0;

  async function next(isAnew) {
    const own = ++turn;
    more.disabled = true;
    try {
      const page = await shown.page(isAnew ? undefined : cursor);
      if (own !== turn) return; // something else was asked for meanwhile
      cursor = page.cursor;
      const rows = page.items.map(shown.row);
      if (isAnew) fill(list, rows.length > 0 || cursor ? rows : h('li', { class: 'hint' }, shown.none));
      else list.append(...rows);
      more.hidden = !cursor;
    } finally {
      if (own === turn) more.disabled = false;
    }
  }

  return { element: h('div', { class: 'pages' }, list, more), load: () => next(true) };
}

/** A short note that goes by itself. */
export function note(text) {
  let shelf = document.querySelector('.notes');
  if (!shelf) document.body.append((shelf = h('div', { class: 'notes', role: 'status', 'aria-live': 'polite' })));
  const element = h('p', { class: 'note' }, text);
  shelf.append(element);
  while (shelf.children.length > 3) shelf.firstChild.remove();
  setTimeout(() => element.remove(), NOTE_MILLIS);
}
