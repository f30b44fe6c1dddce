/** The page of one who has the credential: asks the port every two seconds, and shows what it says. */

import { fill, h, setText } from '../web/modules/dom.js';
import { openDraining, openScaling } from './actions.js';
import { Badges } from './badge.js';
import { clockTime, lasting, numbered } from './figures.js';
import { ShardMap } from './map.js';
import { NodeTable } from './nodes.js';
import { allIsWell, noticesOf } from './notices.js';
import { Plot } from './plot.js';
import { Readings } from './readings.js';
import { Why } from './why.js';

const TITLE = 'Parley operations';
const POLL_MILLIS = 2_000;
const PAUSE_MILLIS_MIN = 500;
const AGE_MILLIS = 1_000;
const DONE_MAX = 20;

const TITLES = { sends: 'Sends a second', acks: 'Acks a second', deliveries: 'Deliveries a second', connections: 'Connections' };

/** Shows it in the element. @param end runs, with a reason or nothing, when the credential is to be forgotten */
export function showPage(element, port, end) {
  const page = new Page(port);
  fill(element, page.element(() => page.stop(end, '')));
  page.run(end);
}

class Page {
  #port;
  #isOver = false;
  #readings = new Readings();
  #badges = new Badges();
  #trouble = '';
  #asked = null;

  #about = h('p', { class: 'hint' });
  #alert = h('p', { class: 'alert', role: 'alert', hidden: true });
  #notices = h('ul', { class: 'notices', 'aria-live': 'polite', 'aria-label': 'To look at' });
  #plots = Object.fromEntries(Object.entries(TITLES).map(([name, title]) => [name, new Plot(title)]));
  #map = new ShardMap();
  #table;
  #why;
  #done = h('ol', { class: 'done' });
  #figures;

  constructor(port) {
    this.#port = port;
    const tell = sentence => this.#tell(sentence);
    this.#table = new NodeTable(this.#badges, { scale: node => openScaling(port, node, tell), drain: node => openDraining(port, node, tell) });
    this.#why = new Why(port);
  }

  element(forget) {
    this.#figures = h('div', { class: 'figures' }, h('div', { class: 'plots' }, Object.values(this.#plots).map(({ element }) => element)), this.#table.element, this.#map.element);
    return [
      h('header', { class: 'page-head' }, h('div', {}, h('h1', {}, TITLE), this.#about), h('button', { type: 'button', class: 'button', onclick: forget }, 'Forget credential')),
      h('main', { class: 'page' }, this.#alert, this.#notices, this.#figures, this.#why.element, h('section', { class: 'panel', 'aria-labelledby': 'done-title' }, h('h2', { id: 'done-title' }, 'Done from this tab'), h('div', { role: 'log', 'aria-labelledby': 'done-title' }, this.#done))),
    ];
  }

  /** One question at a time, however long an answer takes. */
  async run(end) {
    const ages = setInterval(() => this.#showAges(), AGE_MILLIS);
    while (!this.#isOver) {
      const began = performance.now();
      try {
        this.#take(await this.#port.status());
      } catch (error) {
        if (error.status === 401) this.stop(end, 'The node does not accept the credential any more.');
        else this.#fail(error.message);
      }
      const rest = POLL_MILLIS - (performance.now() - began);
      await new Promise(resolve => setTimeout(resolve, Math.max(PAUSE_MILLIS_MIN, rest)));
    }
    clearInterval(ages);
  }

  stop(end, reason) {
    if (this.#isOver) return;
    this.#isOver = true;
    document.querySelectorAll('dialog').forEach(dialog => dialog.close());
    document.title = TITLE;
    end(reason);
  }

  #take(status) {
    if (this.#isOver) return;
    const at = Date.now();
    this.#readings.take(status, at);
    this.#asked = { node: status.askedNode, at };
    this.#trouble = '';
    const nodes = [...this.#readings.nodes.values()];
    for (const [name, plot] of Object.entries(this.#plots)) plot.show(this.#readings.series[name]);
    nodes.forEach(({ name }) => this.#badges.get(name));
    this.#map.show(nodes, this.#badges);
    this.#showNotices(nodes);
    this.#showAges();
  }

  #fail(sentence) {
    if (this.#isOver) return;
    this.#trouble = sentence;
    document.title = `(!) ${TITLE}`;
    this.#showAges();
  }

  #showNotices(nodes) {
    const notices = noticesOf(nodes);
    const said = notices.length > 0 ? notices : [allIsWell(nodes)];
    document.title = notices.length > 0 ? `(${notices.length}) ${TITLE}` : TITLE;
    this.#notices.classList.toggle('well', notices.length === 0);
    if (said.join('\n') !== [...this.#notices.children].map(({ textContent }) => textContent).join('\n')) fill(this.#notices, said.map(text => h('li', {}, text)));
  }

  #showAges() {
    const at = Date.now();
    this.#alert.hidden = this.#trouble === '';
    setText(this.#alert, this.#trouble);
    this.#figures.classList.toggle('old', this.#trouble !== '');
    if (!this.#asked) return;
    const nodes = [...this.#readings.nodes.values()];
    setText(this.#about, `${numbered(nodes.filter(({ isThere }) => isThere).length, 'node')}, as ${this.#asked.node} says. Figures of ${clockTime(this.#asked.at)}, ${lasting(at - this.#asked.at)} old.`);
    this.#table.show(nodes, at);
  }

  #tell(sentence) {
    this.#done.prepend(h('li', {}, h('time', {}, clockTime(Date.now())), ' ', sentence));
    while (this.#done.children.length > DONE_MAX) this.#done.lastChild.remove();
  }
}
