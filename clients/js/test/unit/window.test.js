import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Thread } from '../../src/thread.js';
import { Window } from '../../src/window.js';

const message = (sequence, body = `${sequence}`, senderId = 'bob') => ({ sequence, kind: 'message', senderId, body, sentAt: sequence });
const edit = (sequence, targetSequence, body) => ({ sequence, kind: 'edit', targetSequence, body, sentAt: sequence });
const remove = (sequence, targetSequence) => ({ sequence, kind: 'delete', targetSequence, sentAt: sequence });
const bodies = window => window.entries.map(entry => entry.body);

test('the list is a new one at each change, and the last of an edit counts', () => {
  const window = new Window(10, 0);
  window.append([message(1)]);
  const before = window.entries;
  window.append([edit(2, 1, 'two'), edit(3, 1, 'three')]);
  assert.notEqual(window.entries, before);
  assert.deepEqual([before[0].body, bodies(window)], ['1', ['three', 'two', 'three']]);
  assert.equal(window.entries[0].editedAt, 3);
});

test('a delete leaves a tombstone, and nothing of its edits', () => {
  const window = new Window(10, 0);
  window.append([{ ...message(1), ext: { a: 1 } }, edit(2, 1, 'two'), remove(3, 1), edit(4, 1, 'late')]);
  assert.deepEqual(window.entries[0], { sequence: 1, kind: 'message', senderId: 'bob', sentAt: 1, deleted: true, deletedAt: 3 });
  assert.deepEqual([window.entries[1].body, window.entries[1].deleted], [undefined, true]);
});

test('past the bound the oldest go, and can be had again', () => {
  const window = new Window(3, 0);
  window.append([1, 2, 3, 4, 5].map(sequence => message(sequence)));
  assert.deepEqual([bodies(window), window.floor, window.hasOlder], [['3', '4', '5'], 3, true]);
  window.prepend({ entries: [message(2), message(1)], gaps: [], first: 1 }, 3);
  assert.deepEqual([bodies(window), window.hasOlder], [['1', '2', '3', '4', '5'], false]);
});

test('a page shows what came after it, but nothing older than it shows itself', () => {
  const window = new Window(10, 4);
  window.append([edit(5, 1, 'five'), edit(6, 2, 'six'), remove(7, 3)]);
  const page = [{ ...message(2, 'nine'), editedAt: 9 }, message(1, 'one'), message(3, 'three')];
  window.prepend({ entries: page, gaps: [{ from: 4, to: 4 }], first: 1 }, 5);
  assert.deepEqual(bodies(window).slice(0, 3), ['five', 'nine', undefined]);
});

test('a page that was asked for before the window moved is left out', () => {
  const window = new Window(10, 4);
  window.reset(8);
  assert.deepEqual(window.prepend({ entries: [message(4)], first: 1 }, 5), []);
  assert.deepEqual(window.entries, []);
});

test('gaps at the beginning are not asked for again and again', () => {
  const window = new Window(10, 9);
  window.prepend({ entries: [message(9)], gaps: [{ from: 3, to: 8 }], first: 1 }, 10);
  assert.equal(window.floor, 3);
  window.prepend({ entries: [], gaps: [{ from: 1, to: 2 }], first: 1 }, 3);
  assert.equal(window.hasOlder, false);
});

function thread() {
  const made = new Thread('c', 10, () => 'alice', () => {});
  made.begin(0);
  return made;
}

const view = fields => ({ type: 'group', head: 0, unread: 0, readSequence: 0, ...fields });

test('messages of others are unread until they are read or answered', () => {
  const it = thread();
  it.view(view());
  it.append([message(1), message(2), message(3)]);
  assert.equal(it.unread, 3);
  it.read(2);
  assert.equal(it.unread, 1);
  assert.equal(it.read(1), undefined);
  it.append([message(4, 'mine', 'alice')]);
  assert.deepEqual([it.unread, it.readSequence], [0, 4]);
});

test('a view that is older than what came since is completed', () => {
  const it = thread();
  it.append([message(1), message(2), message(3)]);
  it.view(view({ head: 1, unread: 1 }));
  assert.equal(it.unread, 3);
  it.read(3);
  it.view(view({ head: 3, unread: 3, readSequence: 0 }));
  assert.deepEqual([it.unread, it.readSequence], [0, 3]);
});

test('a direct conversation says who the other is, as do its first entries', () => {
  const it = thread();
  it.view(view({ type: 'direct', peerId: 'bob' }));
  assert.equal(it.peerId, 'bob');
  for (const [maker, other] of [['alice', 'bob'], ['bob', 'alice']]) {
    const made = thread();
    made.append([
      { sequence: 1, kind: 'conversation_created', conversationType: 'direct', senderId: maker },
      { sequence: 2, kind: 'member_added', senderId: maker, userIds: [other], role: 'member' },
    ]);
    assert.equal(made.peerId, 'bob');
  }
});

test('receipts only go forward, and what was read was received', () => {
  const it = thread();
  it.receipt('bob', 'read', 5);
  assert.equal(it.receipt('bob', 'delivered', 4), false);
  assert.deepEqual(it.receipts.get('bob'), { delivered: 5, read: 5 });
});

test('who typed and says no more has stopped; a message ends it, too', () => {
  const it = thread();
  it.typing('bob', true, 0);
  it.typing('carol', true, 5_000);
  assert.deepEqual(it.typingOver(8_000), ['bob']);
  it.append([message(1, 'x', 'carol')]);
  assert.deepEqual(it.typingUserIds, []);
});

test('entries tell the name, the role, and who is out', () => {
  const it = thread();
  it.append([
    { sequence: 1, kind: 'conversation_created', conversationType: 'group', name: 'A', slowModeMillis: 0 },
    { sequence: 2, kind: 'member_added', userIds: ['alice'], role: 'member', sentAt: 7 },
    { sequence: 3, kind: 'conversation_updated', name: 'B', slowModeMillis: 5 },
    { sequence: 4, kind: 'role_changed', userIds: ['alice'], role: 'admin' },
  ]);
  assert.deepEqual([it.type, it.name, it.slowModeMillis, it.role, it.joinedAt], ['group', 'B', 5, 'admin', 7]);
  it.append([{ sequence: 5, kind: 'member_removed', userIds: ['bob', 'alice'] }]);
  assert.equal(it.isMember, false);
});
