/** Offers names behind an @ in a field, while one writes. */

import { h } from './dom.js';
import { avatar } from './message.js';
import { begun } from './mentions.js';

const PAUSE_MILLIS = 150;

export class Completion {
  #field;
  #find;
  #chosen;
  #names = [];
  #at = 0;
  #place = null; // of what is completed: { from, prefix }
  #timer;
  #list = h('ul', { class: 'completion', role: 'listbox', id: 'completion', 'aria-label': 'People to mention', hidden: true });

  /** @param field a textarea @param find gives names that begin so, soon @param chosen runs with the name that was taken */
  constructor(field, find, chosen) {
    this.#field = field;
    this.#find = find;
    this.#chosen = chosen;
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-controls', 'completion');
    field.addEventListener('blur', () => this.close());
  }

  get element() {
    return this.#list;
  }

  /** Something was written, or the caret has moved. */
  typed() {
    clearTimeout(this.#timer);
    const place = begun(this.#field.value, this.#field.selectionStart);
    if (place === null) return this.close();
    this.#place = place;
    this.#show(this.#names.filter(name => name.startsWith(place.prefix)));
    this.#timer = setTimeout(async () => {
      const names = await this.#find(place.prefix).catch(() => []);
      if (this.#place === place) this.#show(names);
    }, PAUSE_MILLIS);
  }

  close() {
    clearTimeout(this.#timer);
    this.#place = null;
    this.#show([]);
  }

  #show(names) {
    this.#names = names;
    this.#at = 0;
    this.#list.hidden = names.length === 0;
    this.#list.replaceChildren(
      ...names.map((name, i) =>
        // Before the field loses the focus.
        h('li', { role: 'option', id: `completion-${i}`, onpointerdown: event => { event.preventDefault(); this.#take(name); } }, avatar(name), h('bdi', {}, name)),
      ),
    );
    this.#mark();
  }

  #mark() {
    [...this.#list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === this.#at)));
    if (this.#names.length === 0) this.#field.removeAttribute('aria-activedescendant');
    else this.#field.setAttribute('aria-activedescendant', `completion-${this.#at}`);
    this.#list.children[this.#at]?.scrollIntoView({ block: 'nearest' });
  }

  #take(name) {
    const { from } = this.#place;
    this.#field.setRangeText(`@${name} `, from, this.#field.selectionStart, 'end');
    this.close();
    this.#chosen(name);
  }

  /** @returns whether the key was for the list */
  key(event) {
    const count = this.#names.length;
    if (count === 0) return false;
    if (event.key === 'Escape') this.close();
    else if (event.key === 'Enter' || event.key === 'Tab') this.#take(this.#names[this.#at]);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      this.#at = (this.#at + (event.key === 'ArrowDown' ? 1 : count - 1)) % count;
      this.#mark();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
