/** What was read of the nodes: the last answer of each, rates of two readings, and the last five minutes. Nothing here knows of elements or time. */

/** What the plots show. */
export const PLOTTED = ['sends', 'acks', 'deliveries', 'connections'];

/** How far back they go, and how long a node that has left is still shown. */
export const KEPT_MILLIS = 300_000;

/** Two readings that are nearer to each other say nothing of a rate. */
const APART_MILLIS_MIN = 500;

/** Of one that is shown no further than this, there is none at all: nodes come and go, and each may have another name. */
const NODES_MAX = 1_000;

export class Readings {
  /** By name, in the order in which they were heard of: { name, last, at, rates, answers, isThere, goneAt }; `last` null: never answered. */
  nodes = new Map();
  /** By what is plotted: [{ at, value }], oldest first; a value that is not known is null. */
  series = Object.fromEntries(PLOTTED.map(name => [name, []]));

  /** @param status an answer of `GET /admin/status` @param at when it came, in milliseconds of whatever clock ages are asked for in */
  take(status, at) {
    const told = new Set(status.nodes.map(({ name }) => name));
    for (const answer of status.nodes.slice(0, NODES_MAX)) this.#takeNode(answer, status.now, at);
    for (const node of this.nodes.values()) {
      if (told.has(node.name)) continue;
      if (node.isThere) Object.assign(node, { isThere: false, answers: false, rates: {}, goneAt: at });
      if (at - node.goneAt > KEPT_MILLIS) this.nodes.delete(node.name);
    }
    for (const name of PLOTTED) this.#plot(name, at);
  }

  #takeNode(answer, now, at) {
    const node = this.nodes.get(answer.name) ?? { name: answer.name, last: null };
    this.nodes.set(answer.name, node);
    Object.assign(node, { answers: answer.answers, isThere: true, goneAt: null, rates: {} });
    if (!answer.answers) return;
    if (node.last) node.rates = ratesOf(node.last, node.now, answer, now);
    Object.assign(node, { last: answer, now, at });
  }

  /** The sum of some is not how all are: nothing is known while one that is there does not say, unless what it does has no such figure. */
  #plot(name, at) {
    const isRate = name !== 'connections';
    const asked = [...this.nodes.values()].filter(({ isThere, last }) => isThere && (last === null || (isRate ? last.counters?.[name] : last[name]) !== undefined));
    const values = asked.map(({ answers, last, rates }) => (isRate ? rates[name] : answers ? last[name] : undefined));
    const series = this.series[name];
    series.push({ at, value: values.length > 0 && values.every(Number.isFinite) ? values.reduce((sum, value) => sum + value) : null });
    while (series[0].at < at - KEPT_MILLIS) series.shift();
  }
}

/**
 * What happened a second between two answers of one node, by the names of its totals. One that started again counts from zero: then nothing
 * is said, nor of a total that is missing in either answer or has become smaller.
 */
export function ratesOf(before, beforeAt, after, afterAt) {
  const millis = afterAt - beforeAt;
  if (before.bootedAt !== after.bootedAt || !(millis >= APART_MILLIS_MIN)) return {};
  const rates = {};
  for (const [name, total] of Object.entries(after.counters ?? {})) {
    const grown = total - before.counters?.[name];
    if (grown >= 0) rates[name] = (grown * 1_000) / millis;
  }
  return rates;
}
