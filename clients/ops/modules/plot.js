/** Small plots of the last five minutes. */

import { h, setText } from '../web/modules/dom.js';
import { axisEnd, clockTime, rate } from './figures.js';
import { KEPT_MILLIS } from './readings.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 300;
const HEIGHT = 64;

/** Readings further apart than this are not joined by a line: nothing is known of the time between them. */
const JOINED_MILLIS_MAX = 10_000;

/** An element of SVG with these attributes. */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** One figure, large, and how it was. @param title what it is a number of */
export class Plot {
  #title;
  #now = h('p', { class: 'plot-now' });
  #most = h('p', { class: 'hint' });
  #end = h('span', { class: 'plot-end', 'aria-hidden': 'true' });
  #line = svg('path', { class: 'plot-line' });
  #area = svg('path', { class: 'plot-area' });
  #mark = svg('path', { class: 'plot-mark' });
  #picture;
  #shown = [];
  element;

  constructor(title) {
    this.#title = title;
    const grid = svg('path', { class: 'plot-grid', d: `M0 .5H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}` });
    this.#picture = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' }, grid, this.#area, this.#line, this.#mark);
    this.#picture.addEventListener('pointermove', event => this.#tell(event));
    this.#picture.addEventListener('pointerleave', () => this.#summarize());
    this.element = h('section', { class: 'panel plot', 'aria-label': title }, h('h2', {}, title), this.#now, h('div', { class: 'plot-picture' }, this.#picture, this.#end), this.#most);
  }

  /** @param series of `Readings`, the last of it being now */
  show(series) {
    const last = series.at(-1);
    const known = series.filter(({ value }) => value !== null);
    const end = axisEnd(Math.max(0, ...known.map(({ value }) => value)));
    const place = ({ at, value }) => ({ x: WIDTH - ((last.at - at) / KEPT_MILLIS) * WIDTH, y: HEIGHT - 1 - (value / end) * (HEIGHT - 4) });
    this.#shown = known.map(point => ({ ...point, ...place(point) }));
    const runs = runsOf(series).map(run => run.map(place));
    this.#line.setAttribute('d', runs.map(lineOf).join(''));
    this.#area.setAttribute('d', runs.map(run => `${lineOf(run)}L${round(run.at(-1).x)} ${HEIGHT}L${round(run[0].x)} ${HEIGHT}Z`).join(''));
    setText(this.#end, rate(end));
    setText(this.#now, rate(last.value));
    this.#summarize();
  }

  #summarize() {
    const values = this.#shown.map(({ value }) => value);
    this.#mark.setAttribute('d', '');
    setText(this.#most, values.length > 0 ? `${rate(Math.min(...values))} to ${rate(Math.max(...values))} in five minutes` : 'Not known yet');
    this.#picture.setAttribute('aria-label', `${this.#title}: ${this.#now.textContent} now, ${this.#most.textContent}`);
  }

  /** Says what was so where the pointer is. */
  #tell(event) {
    const { left, width } = this.#picture.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * WIDTH;
    const nearest = this.#shown.reduce((best, point) => (best && Math.abs(best.x - x) <= Math.abs(point.x - x) ? best : point), null);
    if (!nearest) return;
    this.#mark.setAttribute('d', `M${round(nearest.x)} 0V${HEIGHT}`);
    setText(this.#most, `${rate(nearest.value)} at ${clockTime(nearest.at)}`);
  }
}

/** Readings of which each knows its value and is near to the one before it. */
function runsOf(series) {
  const runs = [];
  let before = null;
  for (const point of series) {
    if (point.value !== null) {
      if (before !== null && point.at - before.at <= JOINED_MILLIS_MAX) runs.at(-1).push(point);
      else runs.push([point]);
    }
    before = point.value === null ? null : point;
  }
  return runs;
}

/** One reading alone is a dot, which a line of no length with round ends is. */
function lineOf(run) {
  return run.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('') + (run.length === 1 ? 'h0' : '');
}

const round = value => Math.round(value * 10) / 10;
