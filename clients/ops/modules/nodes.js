/** The table of nodes. Its rows stay while figures change, so that focus is not disturbed. */

import { arrange, fill, h, setText } from '../web/modules/dom.js';
import { bytes, bytesOf, count, isKnown, lasting, millis, NOT_KNOWN, rate } from './figures.js';
import { svg } from './plot.js';

/** What is in each column, by the node: text, or pairs of a word and a text. */
const COLUMNS = [
  ['Roles', ({ last }) => partsOf(last)],
  ['Connections', ({ last }) => [['open', count(last?.connections)], ['users', count(last?.users)]]],
  ['A second', ({ rates }) => [['sends', rate(rates.sends)], ['acks', rate(rates.acks)], ['deliveries', rate(rates.deliveries)], ['logins', rate(rates.logins)]]],
  ['Waiting', ({ last }) => [['submits', count(last?.queues?.submit)], ['outboxes', bytes(last?.queues?.outboxBytes)], ['to export', count(last?.queues?.toExport)], ['to project', count(last?.queues?.toProject)]]],
  ['Lag', ({ last }) => [['projection', count(last?.lags?.projection)], ['head repeats', count(last?.lags?.fanout)], ['export', count(last?.lags?.export)]]],
  ['Since start', ({ last }) => [['drift', count(last?.counters?.drift)], ['pulls', count(last?.counters?.pulls)], ['conflicts', count(last?.counters?.conflicts)], ['dropped', count(last?.counters?.dropped)]]],
];

/** Roles with how many of each run; consumers that the node knows of, too. */
function partsOf(last) {
  if (!last) return NOT_KNOWN;
  const names = new Set([...(last.roles ?? []), ...Object.keys(last.instances ?? {}).filter(name => last.instances[name] > 0)]);
  return names.size === 0 ? NOT_KNOWN : [...names].map(name => [name, count(last.instances?.[name])]);
}

export class NodeTable {
  #actions;
  #badges;
  #rows = new Map();
  #body = h('tbody', { role: 'rowgroup' });
  element;

  /** @param actions `scale` and `drain`, which take a node of `Readings` */
  constructor(badges, actions) {
    this.#badges = badges;
    this.#actions = actions;
    const titles = ['Node', 'State', ...COLUMNS.map(([title]) => title), 'Heap and loop', 'Actions'];
    this.element = h(
      'section',
      { class: 'panel', 'aria-labelledby': 'nodes-title' },
      h('h2', { id: 'nodes-title' }, 'Nodes'),
      // Roles are said, as elements of a table that are laid out otherwise lose them.
      h('table', { role: 'table', class: 'nodes', 'aria-labelledby': 'nodes-title' }, h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, titles.map(title => h('th', { role: 'columnheader', scope: 'col' }, title)))), this.#body),
    );
  }

  /** @param nodes of `Readings` @param at now, by the clock of the readings */
  show(nodes, at) {
    for (const name of this.#rows.keys()) if (!nodes.some(node => node.name === name)) this.#rows.delete(name);
    const rows = nodes.map(node => {
      if (!this.#rows.has(node.name)) this.#rows.set(node.name, new Row(node.name, this.#badges.get(node.name), this.#actions));
      return this.#rows.get(node.name);
    });
    rows.forEach((row, i) => row.show(nodes[i], at));
    arrange(this.#body, rows.map(({ element }) => element));
  }
}

class Row {
  #node = null;
  #version = h('p', { class: 'hint' });
  #state = h('p', { class: 'state' });
  #since = h('p', { class: 'hint' });
  #cells = COLUMNS.map(([title]) => h('td', { role: 'cell', 'data-title': title }));
  #said = COLUMNS.map(() => '');
  #heap = h('p');
  #loop = h('p', { class: 'hint' });
  #used = svg('rect', { height: 4, width: 0 });
  #buttons;
  element;

  constructor(name, badge, actions) {
    const button = (label, action) => h('button', { type: 'button', class: 'button small-button', 'aria-label': `${label} ${name}`, onclick: () => action(this.#node) }, `${label}…`);
    this.#buttons = [button('Scale', actions.scale), button('Drain', actions.drain)];
    const bar = svg('svg', { class: 'bar', viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, this.#used);
    this.element = h(
      'tr',
      { role: 'row' },
      h('th', { role: 'rowheader', scope: 'row' }, h('p', { class: 'node-name' }, badge.element(), name), this.#version),
      h('td', { role: 'cell', 'data-title': 'State' }, this.#state, this.#since),
      this.#cells,
      h('td', { role: 'cell', 'data-title': 'Heap and loop' }, this.#heap, bar, this.#loop),
      h('td', { role: 'cell', class: 'actions' }, this.#buttons),
    );
  }

  show(node, at) {
    this.#node = node;
    const { last, answers } = node;
    this.element.classList.toggle('stale', !answers);
    setText(this.#version, last?.version ?? '');
    const state = stateOf(node);
    this.#state.className = `state ${state.kind}`;
    setText(this.#state, state.text);
    setText(this.#since, sinceOf(node, at));
    COLUMNS.forEach(([, contentOf], i) => this.#showCell(i, contentOf(node)));
    setText(this.#heap, isKnown(last?.heapUsed) ? bytesOf(last.heapUsed, last.heapMax) : NOT_KNOWN);
    this.#used.setAttribute('width', isKnown(last?.heapUsed) && last.heapMax > 0 ? Math.min(100, (last.heapUsed / last.heapMax) * 100) : 0);
    setText(this.#loop, `late by ${millis(last?.loopDelayMillis)}`);
    for (const button of this.#buttons) button.disabled = !answers;
  }

  #showCell(i, content) {
    const said = JSON.stringify(content);
    if (this.#said[i] === said) return;
    this.#said[i] = said;
    fill(this.#cells[i], typeof content === 'string' ? h('p', {}, content) : h('dl', { class: 'pairs' }, content.map(([word, text]) => h('div', {}, h('dt', {}, word), h('dd', {}, text)))));
  }
}

/** In a word, which a sign and a colour repeat. */
function stateOf({ isThere, answers, last }) {
  if (!isThere) return { kind: 'bad', text: 'has left' };
  if (!answers) return { kind: 'bad', text: 'does not answer' };
  if (last.draining) return { kind: 'warn', text: 'draining' };
  if (last.ready === false) return { kind: 'warn', text: 'not ready' };
  return { kind: 'good', text: 'ready' };
}

function sinceOf({ isThere, answers, last, now, at: answeredAt, goneAt }, at) {
  if (!isThere) return `${lasting(at - goneAt)} ago`;
  if (!answers) return last ? `figures ${lasting(at - answeredAt)} old` : 'never did';
  return isKnown(last.bootedAt) ? `up ${lasting(now - last.bootedAt)}` : '';
}
