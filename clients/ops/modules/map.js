/** The map of shards: each with the letter and the colour of the node that has it, and the same in words. */

import { fill, h, setText } from '../web/modules/dom.js';
import { listed, numbered } from './figures.js';
import { named, ownersOf, ranges, SHARDS, shardsOf, troublesOf } from './shards.js';

const NOBODY = '–';
const SEVERAL = '!';

export class ShardMap {
  #cells = Array.from({ length: SHARDS }, (_, shard) => h('div', { class: 'shard' }, h('span', { class: 'shard-number' }, String(shard)), h('span', { class: 'shard-owner' })));
  #grid = h('div', { class: 'shard-grid', role: 'img' }, this.#cells);
  #words = h('ul', { class: 'shard-words' });
  #said = '';
  element = h('section', { class: 'panel', 'aria-labelledby': 'shards-title' }, h('h2', { id: 'shards-title' }, 'Shards'), this.#grid, this.#words);

  /** @param nodes of `Readings` @param badges of those nodes, by name */
  show(nodes, badges) {
    const tell = nodes.filter(({ answers, last }) => answers && last.shards !== undefined).map(({ last }) => last);
    const owners = ownersOf(tell);
    const allAnswer = nodes.every(({ isThere, answers }) => answers || !isThere);
    const said = JSON.stringify([owners, tell.map(({ name }) => name), allAnswer]);
    if (said === this.#said) return;
    this.#said = said;
    owners.forEach((names, shard) => this.#showCell(this.#cells[shard], names, badges));
    const lines = tell.length === 0 ? ['No node tells of shards.'] : this.#lines(owners, tell, badges, allAnswer);
    fill(this.#words, lines.map(line => h('li', {}, line)));
    this.#grid.setAttribute('aria-label', `Which node has which of ${SHARDS} shards; the same in words is below.`);
  }

  #showCell(cell, names, badges) {
    const kind = names.length === 0 ? 'unowned' : names.length > 1 ? 'shared' : badges.get(names[0]).colour;
    cell.className = `shard ${kind}`;
    cell.title = names.length === 0 ? 'no owner' : listed(names);
    setText(cell.lastChild, names.length === 0 ? NOBODY : names.length > 1 ? SEVERAL : badges.get(names[0]).letter);
  }

  #lines(owners, tell, badges, allAnswer) {
    const { unowned, shared } = troublesOf(owners);
    return [
      ...(unowned.length > 0 ? [[h('strong', {}, `${NOBODY} no owner${allAnswer ? '' : ' among the nodes that answer'}: `), named(unowned)]] : []),
      ...shared.map(({ names, shards }) => [h('strong', {}, `${SEVERAL} several owners (${listed(names)}): `), named(shards)]),
      ...tell.map(({ name }) => {
        const own = shardsOf(owners, name);
        return [badges.get(name).element(), h('strong', {}, `${name}: `), own.length === 0 ? 'none' : `${numbered(own.length, 'shard')}: ${ranges(own)}`];
      }),
    ];
  }
}
