// How figures are written, and which shards are whose.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axisEnd, bytes, bytesOf, count, lasting, listed, millis, numbered, rate } from '../modules/figures.js';
import { named, ownersOf, ranges, SHARDS, shardsOf, troublesOf } from '../modules/shards.js';

const written = (write, cases) => cases.forEach(([value, wanted]) => assert.equal(write(value), wanted, String(value)));
const from = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

test('what is not known is a dash and never a zero', () => {
  for (const write of [count, rate, bytes, millis, lasting]) {
    for (const nothing of [undefined, null, NaN, Infinity, '5']) assert.equal(write(nothing), '–');
    assert.notEqual(write(0), '–');
  }
});

test('numbers are written with as many digits as one reads', () => {
  written(count, [[0, '0'], [999, '999'], [12345, '12,345']]);
  written(rate, [[0, '0'], [0.04, '0'], [0.45, '0.5'], [9.94, '9.9'], [10.4, '10'], [1234.5, '1,235']]);
  written(bytes, [[0, '0 B'], [1023, '1,023 B'], [1536, '1.5 KiB'], [222_298_112, '212 MiB'], [5 * 1024 ** 4, '5 TiB'], [5000 * 1024 ** 4, '5,000 TiB']]);
  written(millis, [[0.4, '0 ms'], [999, '999 ms'], [1_234, '1.2 s']]);
  written(lasting, [[-5, '0 s'], [59_999, '59 s'], [60_000, '1 min'], [3_599_999, '59 min'], [3_600_000, '1 h'], [12_000_000, '3 h 20 min'], [187_200_000, '2 d 4 h']]);
  assert.equal(bytesOf(251_658_240, 536_870_912), '240 of 512 MiB');
  assert.equal(bytesOf(921_600, 1_610_612_736), '900 KiB of 1.5 GiB');
});

test('an axis ends at a round number that is not below the most', () => {
  written(axisEnd, [[0, 1], [NaN, 1], [1, 1], [1.1, 2], [2, 2], [2.1, 5], [5.1, 10], [10, 10], [101, 200], [852, 1000], [6219, 10000]]);
});

test('several are listed as in a sentence', () => {
  written(listed, [[[], ''], [['a'], 'a'], [['a', 'b'], 'a and b'], [['a', 'b', 'c'], 'a, b and c']]);
  assert.equal(numbered(1, 'shard'), '1 shard');
  assert.equal(numbered(1000, 'node'), '1,000 nodes');
});

test('neighbours are written as a range', () => {
  written(ranges, [[[], ''], [[7], '7'], [[0, 1], '0–1'], [[0, 1, 2, 4, 6, 7], '0–2, 4, 6–7'], [from(0, 127), '0–127']]);
  assert.equal(named([3]), 'Shard 3');
  assert.equal(named([3, 4, 9]), 'Shards 3–4, 9');
});

test('each shard has those who say so, and what nobody or several say is found', () => {
  const owners = ownersOf([{ name: 'n1', shards: from(0, 63) }, { name: 'n2', shards: from(62, 120) }, { name: 'n3' }]);
  assert.equal(owners.length, SHARDS);
  assert.deepEqual(owners[61], ['n1']);
  assert.deepEqual(troublesOf(owners), { unowned: from(121, 127), shared: [{ names: ['n1', 'n2'], shards: [62, 63] }] });
  assert.deepEqual(shardsOf(owners, 'n2'), from(62, 120));
  assert.deepEqual(shardsOf(owners, 'n3'), []);
});

test('a number that no shard has is left out', () => {
  assert.deepEqual(troublesOf(ownersOf([{ name: 'n1', shards: [...from(0, 127), 128, -1] }])), { unowned: [], shared: [] });
});
