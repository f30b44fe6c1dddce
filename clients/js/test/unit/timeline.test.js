import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeline } from '../../src/timeline.js';
import { below, forSeeds, shuffle } from '../../../testing/seeded.js';

const entry = sequence => ({ sequence });
const ranges = items => items.map(({ from, to }) => (from === to ? from : `${from}-${to}`));

test('what comes next is given out at once', () => {
  const timeline = new Timeline();
  assert.deepEqual(ranges(timeline.take(entry(1))), [1]);
  assert.deepEqual(ranges(timeline.take(entry(2))), [2]);
  assert.equal(timeline.cursor, 2);
});

test('what is behind a hole waits until it is filled', () => {
  const timeline = new Timeline(4);
  assert.deepEqual(timeline.take(entry(7)), []);
  assert.deepEqual(timeline.take(entry(6)), []);
  assert.equal(timeline.hasHole, true);
  assert.deepEqual(ranges(timeline.take(entry(5))), [5, 6, 7]);
  assert.equal(timeline.hasHole, false);
});

test('a repeated entry is given out once, whether it was given out or waits', () => {
  const timeline = new Timeline();
  timeline.take(entry(1));
  assert.deepEqual(timeline.take(entry(1)), []);
  timeline.take(entry(3));
  timeline.take(entry(3));
  assert.deepEqual(ranges(timeline.take(entry(2))), [2, 3]);
});

test('a gap counts as held, and is cut to what is not', () => {
  const timeline = new Timeline(2);
  assert.deepEqual(ranges(timeline.skip(1, 5, 'not_member')), ['3-5']);
  timeline.skip(8, 9, 'damaged');
  assert.deepEqual(ranges(timeline.skip(6, 7, 'damaged')), ['6-7', '8-9']);
  assert.deepEqual(timeline.skip(1, 9, 'damaged'), []);
});

test('a head beyond the cursor is a hole, though nothing waits', () => {
  const timeline = new Timeline(2);
  timeline.hearOf(3);
  assert.equal(timeline.hasHole, true);
  timeline.hearOf(2);
  assert.equal(timeline.head, 3);
});

test('a jump leaves out what is before it, and gives out what waited behind it', () => {
  const timeline = new Timeline(2);
  timeline.take(entry(9));
  timeline.take(entry(20));
  assert.deepEqual(ranges(timeline.jump(8)), [9]);
  assert.deepEqual(timeline.jump(4), []);
  assert.equal(timeline.cursor, 9);
  assert.equal(timeline.hasHole, true);
});

test('what waits is bounded: the furthest is dropped and is a hole again', () => {
  const timeline = new Timeline();
  for (let sequence = 2; sequence <= 5_000; sequence++) timeline.take(entry(sequence));
  const given = timeline.take(entry(1));
  assert.ok(given.length >= 1_000 && given.length < 5_000, `${given.length} were kept`);
  assert.equal(timeline.cursor, given.at(-1).to);
  assert.equal(timeline.head, 5_000);
});

forSeeds('lost, doubled and reordered entries and gaps are given out once, in order', 300, random => {
  const begin = below(random, 5);
  const timeline = new Timeline(begin);
  const head = begin + 1 + below(random, 60);
  const inGap = sequence => sequence % 7 === 3 || sequence % 7 === 4;
  const given = [];
  const give = items => {
    for (const item of items) for (let at = item.from; at <= item.to; at++) given.push([at, item.entry === undefined]);
  };
  const arrive = sequence => {
    if (!inGap(sequence)) return give(timeline.take(entry(sequence)));
    const from = sequence % 7 === 3 ? sequence : Math.max(1, sequence - 1);
    return give(timeline.skip(from, Math.min(head, from + 1), 'not_member'));
  };
  for (let round = 0; given.length < head - begin; round++) {
    assert.ok(round < 1_000, 'it does not come to an end');
    // What is missing is sent again, as the cursor says; of all that, much is lost.
    const missing = Array.from({ length: head - timeline.cursor }, (_, i) => timeline.cursor + 1 + i);
    const sent = shuffle(random, [...missing, ...missing.slice(0, below(random, 9)), 1 + below(random, head)]);
    for (const sequence of sent) if (random() < 0.6) arrive(sequence);
    timeline.hearOf(head);
    assert.equal(timeline.hasHole, timeline.cursor < head);
  }
  assert.deepEqual(given, Array.from({ length: head - begin }, (_, i) => [begin + 1 + i, inGap(begin + 1 + i)]));
});
