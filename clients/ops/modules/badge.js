/** A letter and a colour for each node. Colours are of Okabe and Ito's palette, which those who see fewer colours tell apart; the letter says it too. */

import { h } from '../web/modules/dom.js';

const COLOURS = 8;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Those of nodes that were seen once stay, whoever else comes and goes. */
export class Badges {
  #byName = new Map();

  get(name) {
    if (!this.#byName.has(name)) this.#byName.set(name, new Badge(this.#byName.size));
    return this.#byName.get(name);
  }
}

class Badge {
  constructor(number) {
    this.colour = `owner-${number % COLOURS}`;
    this.letter = letterOf(number);
  }

  element() {
    return h('span', { class: `badge-letter ${this.colour}`, 'aria-hidden': 'true' }, this.letter);
  }
}

/** A to Z, then AA, AB, … */
function letterOf(number) {
  const rest = Math.floor(number / LETTERS.length);
  return (rest > 0 ? letterOf(rest - 1) : '') + LETTERS[number % LETTERS.length];
}
