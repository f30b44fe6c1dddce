import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError } from '../../src/errors.js';
import { Outbox } from '../../src/outbox.js';
import { below, forSeeds } from '../../../testing/seeded.js';

const NO_JITTER = () => 0.5;
let orders = 0;
const send = (clientMessageId, conversationId = 'c') => ({ clientMessageId, conversationId, order: ++orders, state: 'waiting' });
const ids = sends => sends.map(each => each.clientMessageId);
const busy = new ParleyError('busy', '', { retryable: true, retryAfterMillis: 1_000 });
const forbidden = new ParleyError('forbidden', '');

function outboxOf(...sends) {
  const outbox = new Outbox(100, NO_JITTER);
  for (const each of sends) outbox.add(each);
  return outbox;
}

test('of one conversation one send is under way, in order; conversations do not wait for one another', () => {
  const outbox = outboxOf(send('a1', 'a'), send('a2', 'a'), send('b1', 'b'));
  assert.deepEqual(ids(outbox.next(0)), ['a1', 'b1']);
  assert.deepEqual(outbox.next(0), []);
  outbox.placed('a1');
  assert.deepEqual(ids(outbox.next(0)), ['a2']);
});

test('a send that is to be tried again keeps its place, and waits as long as the server said', () => {
  const outbox = outboxOf(send('1'), send('2'));
  outbox.next(0);
  assert.equal(outbox.refused('1', busy, 0), undefined);
  assert.deepEqual(outbox.next(999), []);
  assert.ok(outbox.wakeAt(999) > 1_000);
  assert.deepEqual(ids(outbox.next(outbox.wakeAt(999))), ['1']);
});

test('a send that was refused for good is failed, and those behind it go on', () => {
  const outbox = outboxOf(send('1'), send('2'));
  outbox.next(0);
  const failed = outbox.refused('1', forbidden, 0);
  assert.deepEqual([failed.state, failed.error], ['failed', forbidden]);
  assert.deepEqual(ids(outbox.next(0)), ['2']);
  assert.deepEqual(ids(outbox.of('c')), ['1', '2']);
});

test('after a lost connection what had no answer goes first, with its id', () => {
  const outbox = outboxOf(send('1'), send('2'));
  outbox.next(0);
  outbox.disconnected();
  assert.deepEqual(ids(outbox.next(0)), ['1']);
});

test('a send without an answer is sent again after 15 s', () => {
  const outbox = outboxOf(send('1'));
  outbox.next(0);
  assert.equal(outbox.overdue(14_999), false);
  assert.equal(outbox.wakeAt(14_999), 15_000);
  assert.equal(outbox.overdue(15_000), true);
  assert.deepEqual(ids(outbox.next(15_000)), ['1']);
});

test('a rate that was exceeded silences all conversations for the time', () => {
  const outbox = outboxOf(send('a', 'a'), send('b', 'b'));
  const [first] = outbox.next(0);
  outbox.disconnected();
  outbox.next(0);
  outbox.refused(first.clientMessageId, new ParleyError('rate_limited', '', { retryable: true, retryAfterMillis: 500 }), 0);
  outbox.disconnected();
  assert.deepEqual(outbox.next(400), []);
  assert.equal(outbox.next(5_000).length, 2);
});

test('the pace of a conversation holds back its messages, but neither edits and deletes nor other conversations', () => {
  const outbox = outboxOf(send('1'), send('2'));
  const deletion = { ...send('3'), kind: 'delete' };
  outbox.add(deletion);
  outbox.add(send('o', 'other'));
  const [first] = outbox.next(0);
  const error = new ParleyError('rate_limited', '', { retryable: true, retryAfterMillis: 60_000 });
  outbox.refused('1', error, 0, true);
  assert.deepEqual([first.delayed.error, first.delayed.until > 60_000], [error, true]);
  assert.deepEqual([outbox.wakeAt(10), ids(outbox.next(10))], [10, ['3']], 'it goes past them');
  assert.equal(outbox.placed('3'), deletion);
  assert.deepEqual([ids(outbox.next(59_999)), outbox.wakeAt(59_999)], [[], Math.min(15_000, first.delayed.until)], 'only the other one is under way');
  outbox.placed('o');
  assert.deepEqual([outbox.wakeAt(59_999), ids(outbox.of('c'))], [first.delayed.until, ['1', '2']]);
  assert.deepEqual(ids(outbox.next(first.delayed.until)), ['1']);
  assert.equal(first.delayed, undefined);
});

test('more than 200 at once are spread over time', () => {
  const outbox = new Outbox(1_000, NO_JITTER);
  for (let i = 0; i < 300; i++) outbox.add(send(`s${i}`, `c${i}`));
  assert.equal(outbox.next(0).length, 200);
  assert.equal(outbox.next(1_000).length, 50);
  assert.equal(outbox.next(2_000).length, 50);
});

test('past the bound a send is refused and nothing is forgotten', () => {
  const outbox = new Outbox(2, NO_JITTER);
  outbox.add(send('1'));
  outbox.add(send('2'));
  assert.throws(() => outbox.add(send('3')), { code: 'too_many_pending', retryable: true });
  assert.deepEqual(ids(outbox.all), ['1', '2']);
});

test('an adopted send goes by its order, but never before one that is under way', () => {
  const older = send('older');
  const outbox = outboxOf(send('1'), send('2'));
  outbox.next(0);
  outbox.add(older);
  assert.deepEqual(ids(outbox.of('c')), ['older', '1', '2']);
  outbox.placed('1');
  assert.deepEqual(ids(outbox.next(0)), ['older']);
});

test('a discarded send is forgotten, and a late answer to it ignored', () => {
  const outbox = outboxOf(send('1'), send('2'));
  outbox.next(0);
  assert.equal(outbox.discard('1').state, 'discarded');
  assert.deepEqual(ids(outbox.next(0)), ['2']);
  assert.equal(outbox.placed('1'), undefined);
  assert.equal(outbox.refused('1', busy, 0), undefined);
  assert.deepEqual(ids(outbox.all), ['2']);
});

forSeeds('whatever is lost, all is placed once, each conversation in the order sent', 200, random => {
  const outbox = new Outbox(1_000, random);
  const log = []; // as the server has it: by id once
  const expected = {};
  const answers = []; // { at, id, placed }
  let now = 0;
  let left = 40;
  for (let step = 0; left > 0 || outbox.all.length > 0; step++) {
    assert.ok(step < 50_000, 'it does not come to an end');
    if (left > 0 && random() < 0.3) {
      const conversation = `c${below(random, 3)}`;
      const made = send(`m${left--}`, conversation);
      outbox.add(made);
      (expected[conversation] ??= []).push(made.clientMessageId);
    }
    if (random() < 0.05) {
      outbox.disconnected();
      answers.length = 0;
    }
    outbox.overdue(now);
    for (const { clientMessageId, conversationId } of outbox.next(now)) {
      const fate = random();
      if (fate < 0.1) continue; // lost on its way
      if (fate < 0.3) {
        answers.push({ at: now + below(random, 100), id: clientMessageId, error: busy });
        continue;
      }
      if (!log.some(each => each.clientMessageId === clientMessageId)) log.push({ clientMessageId, conversationId });
      if (random() < 0.2) continue; // the answer is lost
      if (random() < 0.1) answers.push({ at: now, id: clientMessageId, error: new ParleyError('outcome_unknown', '', { retryable: true }) });
      else answers.push({ at: now + below(random, 100), id: clientMessageId });
    }
    now += below(random, 200);
    for (const answer of answers.filter(each => each.at <= now)) {
      answers.splice(answers.indexOf(answer), 1);
      if (answer.error === undefined) outbox.placed(answer.id);
      else outbox.refused(answer.id, answer.error, now);
    }
  }
  for (const [conversation, sent] of Object.entries(expected)) {
    assert.deepEqual(log.filter(each => each.conversationId === conversation).map(each => each.clientMessageId), sent);
  }
});
