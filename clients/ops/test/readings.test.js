// What the page makes of one answer after another.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allIsWell, noticesOf } from '../modules/notices.js';
import { KEPT_MILLIS, ratesOf, Readings } from '../modules/readings.js';

const ALL = Array.from({ length: 128 }, (_, shard) => shard);

/** As a node tells of itself. */
function node(name, sends, more = {}) {
  return { name, answers: true, version: '1', bootedAt: 0, ready: true, draining: false, connections: 10, counters: { sends, acks: sends, deliveries: 2 * sends }, shards: ALL, ...more };
}

const silent = name => ({ name, answers: false });

/** Takes these answers, two seconds apart. */
function read(...answers) {
  const readings = new Readings();
  answers.forEach((nodes, i) => readings.take({ now: 2_000 * i, askedNode: 'n1', nodes }, 2_000 * i));
  return readings;
}

const plotted = (readings, name) => readings.series[name].map(({ value }) => value);
const notices = readings => noticesOf([...readings.nodes.values()]);

test('a rate is the difference of two totals over the time between them', () => {
  const readings = read([node('n1', 100)], [node('n1', 300)], [node('n1', 300)]);
  assert.deepEqual(plotted(readings, 'sends'), [null, 100, 0]);
  assert.deepEqual(plotted(readings, 'deliveries'), [null, 200, 0]);
  assert.deepEqual(plotted(readings, 'connections'), [10, 10, 10]);
});

test('a node that started again has no rate until its second answer, and never a negative one', () => {
  const readings = read([node('n1', 1_000)], [node('n1', 10, { bootedAt: 1_500 })], [node('n1', 30, { bootedAt: 1_500 })]);
  assert.deepEqual(plotted(readings, 'sends'), [null, null, 10]);
  // One that counts from zero although it says that it has not started again.
  assert.deepEqual(ratesOf(node('n1', 1_000), 0, node('n1', 10), 2_000), {});
});

test('no rate is made of a total that is missing, nor of answers at nearly the same time', () => {
  assert.deepEqual(ratesOf(node('n1', 1, { counters: {} }), 0, node('n1', 5), 2_000), {});
  assert.deepEqual(ratesOf(node('n1', 1), 0, node('n1', 5, { counters: undefined }), 2_000), {});
  assert.deepEqual(ratesOf(node('n1', 1), 0, node('n1', 5), 100), {});
  assert.deepEqual(ratesOf(node('n1', 1), 2_000, node('n1', 5), 1_000), {});
});

test('what is plotted is the sum over all nodes, and not known while one is silent, new or has started again', () => {
  const readings = read([node('n1', 0), node('n2', 0)], [node('n1', 20), node('n2', 40)], [node('n1', 40), silent('n2')], [node('n1', 60), node('n2', 100)]);
  // A node that answers again is counted over the whole time since its last answer.
  assert.deepEqual(plotted(readings, 'sends'), [null, 30, null, 10 + 15]);
  assert.deepEqual(plotted(readings, 'connections'), [20, 20, null, 20]);
  const again = read([node('n1', 0), node('n2', 0)], [node('n1', 20), node('n2', 5, { bootedAt: 1 })], [node('n1', 40), node('n2', 15, { bootedAt: 1 }), node('n3', 3)], [node('n1', 60), node('n2', 25, { bootedAt: 1 }), node('n3', 3)]);
  assert.deepEqual(plotted(again, 'sends'), [null, null, null, 10 + 5]);
  assert.deepEqual(plotted(again, 'connections'), [20, 20, 30, 30]);
});

test('a node whose roles have no such figure is not waited for, and one that has left is not counted', () => {
  const sequencer = name => node(name, 0, { counters: { conflicts: 0 }, connections: undefined });
  const readings = read([node('n1', 0), sequencer('n2')], [node('n1', 20), sequencer('n2')], [node('n1', 40), silent('n2')], [node('n1', 60)]);
  assert.deepEqual(plotted(readings, 'sends'), [null, 10, 10, 10]);
  assert.deepEqual(plotted(readings, 'connections'), [10, 10, 10, 10]);
  assert.deepEqual(plotted(read([node('n1', 0), silent('n2')]), 'connections'), [null]);
});

test('a node that does not answer keeps its last figures, and their age', () => {
  const readings = read([node('n1', 0), node('n2', 7)], [node('n1', 20), silent('n2')]);
  const { answers, last, at, rates } = readings.nodes.get('n2');
  assert.deepEqual([answers, last.counters.sends, at, rates], [false, 7, 0, {}]);
});

test('a node that has left is shown for five minutes', () => {
  const readings = read([node('n1', 0), node('n2', 0)], [node('n1', 20)]);
  assert.deepEqual(notices(readings), ['n2 is no longer in the cluster.']);
  assert.equal(readings.nodes.get('n2').goneAt, 2_000);
  readings.take({ now: 9_000, nodes: [node('n1', 40)] }, 2_000 + KEPT_MILLIS);
  assert.equal(readings.nodes.has('n2'), true);
  readings.take({ now: 9_001, nodes: [node('n1', 40)] }, 2_001 + KEPT_MILLIS);
  assert.deepEqual(notices(readings), []);
});

test('one that comes back is there again', () => {
  const readings = read([node('n1', 0), node('n2', 0)], [node('n1', 20)], [node('n1', 30), node('n2', 0, { bootedAt: 3_000, shards: [] })]);
  assert.equal(readings.nodes.get('n2').isThere, true);
  assert.deepEqual(notices(readings), []);
});

test('plots go back five minutes and no further', () => {
  const readings = new Readings();
  for (let at = 0; at <= 2 * KEPT_MILLIS; at += 2_000) readings.take({ now: at, nodes: [node('n1', at)] }, at);
  assert.equal(readings.series.sends.length, KEPT_MILLIS / 2_000 + 1);
  assert.equal(readings.series.sends[0].at, KEPT_MILLIS);
});

test('all is well only if every node answers and every shard has one owner', () => {
  const well = read([node('n1', 0, { shards: ALL.slice(0, 64) }), node('n2', 0, { shards: ALL.slice(64) })]);
  assert.deepEqual(notices(well), []);
  assert.equal(allIsWell([...well.nodes.values()]), 'All 2 nodes answer, and every shard has one owner.');
  assert.equal(allIsWell([...read([node('n1', 0, { shards: undefined })]).nodes.values()]), 'The node answers.');
});

test('shards without an owner, or with several, are named', () => {
  assert.deepEqual(notices(read([node('n1', 0, { shards: ALL.slice(2) })])), ['Shards 0–1 have no owner.']);
  assert.deepEqual(notices(read([node('n1', 0, { shards: ALL.slice(1) }), silent('n2')])), ['n2 does not answer.', 'Shard 0 has no owner, unless n2 has it.']);
  assert.deepEqual(notices(read([node('n1', 0), node('n2', 0, { shards: [5, 6] })])), ['Shards 5–6 have several owners: n1 and n2.']);
  assert.deepEqual(notices(read([node('n1', 0, { shards: undefined })])), []);
});

test('a node that drains, is not ready, or is of another version is named', () => {
  const readings = read([node('n1', 0, { draining: true, ready: false }), node('n2', 0, { shards: [], ready: false, version: '2' })]);
  assert.deepEqual(notices(readings), ['n1 is draining.', 'n2 is not ready.', 'Nodes of several versions: 1 and 2.']);
});
