/** Offers names behind an @ in a field, while one writes. */

import { h } from './dom.js';
import { avatar } from './message.js';
import { begun } from './mentions.js';

const PAUSE_MILLIS = 150;
const REST = /^[A-Za-z0-9_.@:-]*/;

export class Completion {
  #field;
  #find;
  #taken;
  #names = [];
  #at = 0;
  #place = null; // of what is completed: { from, prefix }
  #timer;
  #list = h('ul', { class: 'completion', role: 'listbox', id: 'completion', 'aria-label': 'People to mention', hidden: true });

  /** @param field a textarea @param find gives names that begin so, soon @param taken runs when a name was taken */
  constructor(field, find, taken) {
    this.#field = field;
    this.#find = find;
    this.#taken = taken;
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-controls', 'completion');
    field.addEventListener('blur', () => this.close());
  }

  get element() {
    return this.#list;
  }

  /** The caret has moved by a key: what was begun may be another name then, or none. */
  moved() {
    if (this.#place !== null) this.typed();
  }

  /** Something was written, or clicked at. */
  typed() {
    clearTimeout(this.#timer);
    const place = begun(this.#field.value, this.#field.selectionStart);
    if (place === null) return this.close();
    this.#place = place;
    this.#show(this.#names.filter(name => name.toLowerCase().startsWith(place.prefix.toLowerCase())));
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

  /** The one that is marked stays so, and the elements while they say the same: a finger may be on one. */
  #show(names) {
    if (names.join() === this.#names.join()) return;
    this.#at = Math.max(0, names.indexOf(this.#names[this.#at]));
    this.#names = names;
    this.#list.hidden = names.length === 0;
    this.#list.replaceChildren(
      ...names.map((name, i) =>
        // The field keeps the focus; and a finger that moves the list takes nothing.
        h('li', { role: 'option', id: `completion-${i}`, onmousedown: event => event.preventDefault(), onclick: () => this.#take(name) }, avatar(name), h('bdi', {}, name)),
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
    const { value, selectionStart: caret } = this.#field;
    const place = begun(value, caret); // the caret may have moved
    if (place) this.#field.setRangeText(`@${name} `, place.from, caret + REST.exec(value.slice(caret))[0].length, 'end');
    this.close();
    this.#taken();
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
