// What may be lost: who types, how far something was read or has arrived; and that nothing of it outlives a client.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage } from './stage.js';

test('what was closed leaves no timer, no request and nothing heard behind', async () => {
  const { clock, server, client, away } = stage();
  const store = await away('bob');
  for (const id of ['d', 'e', 'f']) server.create(id, ['alice', 'bob']);
  for (const id of ['c', 'd', 'e', 'f']) for (let i = 0; i < 20; i++) server.append(id, { kind: 'message', senderId: 'alice', body: `${i}` });
  const asked = [];
  const fetch = (url, { signal }) => {
    asked.push(url.pathname);
    return new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));
  };
  const bob = client('bob', { store, fetch });
  bob.connect();
  await clock.pass(2_000);
  for (const session of server.sessions) session.say({ type: 'typing_event', conversationId: 'c', userId: 'alice', active: true });
  await clock.pass(100);
  const conversation = bob.conversation('c');
  conversation.typing();
  const loading = conversation.loadOlder();
  await clock.pass(0);
  assert.deepEqual([conversation.typingUserIds, asked.filter(path => path.endsWith('/messages')).length], [['alice'], 3]);
  const [before] = await Promise.all([asked.length, bob.close(), assert.rejects(loading, { code: 'closed' })]);
  await clock.pass(100); // what was on its way in the network
  assert.equal(clock.timers, 0);
  conversation.typing();
  assert.equal(clock.timers, 0);
  await clock.pass(60_000);
  assert.deepEqual([clock.timers, asked.length, conversation.typingUserIds], [0, before, []]);
  assert.deepEqual([bob.named('typing').map(({ active }) => active), bob.named('error')], [[true, false], []]);
});

test('typing is said once in three seconds, and taken back by itself', async () => {
  const { clock, server, client } = stage();
  const bob = client('bob');
  bob.connect();
  await clock.pass(1_000);
  for (let i = 0; i < 10; i++) {
    bob.conversation('c').typing();
    await clock.pass(500);
  }
  await clock.pass(10_000);
  assert.deepEqual(server.said.filter(frame => frame.type === 'typing').map(frame => frame.active), [true, true, false]);
  await bob.close();
});

test('of what a new device pages or shows, those who wrote it hear that it has arrived, once', async () => {
  const { clock, server, client } = stage();
  for (let i = 0; i < 60; i++) server.append('c', { kind: 'message', senderId: 'alice', body: `${i}` });
  const delivered = () => server.said.filter(frame => frame.receiptType === 'delivered').map(frame => frame.sequence);
  const bob = client('bob');
  bob.connect();
  await clock.pass(5_000);
  assert.deepEqual([bob.sequences('c'), delivered()], [[], []]);
  const conversation = bob.conversation('c');
  for (const task of [() => conversation.load(), () => conversation.loadOlder(), () => conversation.load()]) {
    const done = task();
    await clock.pass(2_000);
    await done;
    assert.deepEqual(delivered(), [62]);
  }
  server.append('c', { kind: 'message', senderId: 'alice', body: 'live' });
  await clock.pass(2_000);
  assert.deepEqual(delivered(), [62, 63]);
  conversation.read();
  await clock.pass(100);
  await bob.close();
  const second = client('bob');
  second.connect();
  await clock.pass(1_000);
  const loaded = second.conversation('c').load();
  await clock.pass(2_000);
  assert.equal((await loaded).entries.at(-1).sequence, 63);
  assert.deepEqual(delivered(), [62, 63], 'what was read has arrived');
  await second.close();
});

test('what arrives in many conversations at once is said of a part each second', async () => {
  const { clock, server, client } = stage();
  const ids = Array.from({ length: 120 }, (_, i) => `c${i}`);
  for (const id of ids) server.create(id, ['alice', 'bob']);
  const delivered = () => server.said.filter(frame => frame.receiptType === 'delivered').map(frame => frame.conversationId);
  const bob = client('bob');
  bob.connect();
  await clock.pass(2_000);
  for (const id of ids) server.append(id, { kind: 'message', senderId: 'alice', body: 'x' });
  await clock.pass(1_500);
  assert.equal(delivered().length, 50);
  await clock.pass(3_000);
  assert.deepEqual(delivered().toSorted(), ids.toSorted());
  await bob.close();
});

test('a read pointer is said again until a heartbeat shows that it was heard', async () => {
  const { clock, server, client } = stage();
  const bob = client('bob');
  bob.connect();
  await clock.pass(1_000);
  server.append('c', { kind: 'message', senderId: 'alice', body: 'x' });
  await clock.pass(2_000);
  const reads = () => server.said.filter(frame => frame.receiptType === 'read').map(frame => frame.sequence);
  assert.deepEqual(server.said.filter(frame => frame.receiptType === 'delivered').map(frame => frame.sequence), [3]);
  bob.conversation('c').read();
  await clock.pass(100);
  for (const session of server.sessions) session.socket.cut(1006);
  await clock.pass(60_000);
  assert.deepEqual(reads(), [3, 3]);
  for (const session of server.sessions) session.socket.cut(1006);
  await clock.pass(60_000);
  assert.deepEqual(reads(), [3, 3]);
  server.append('c', { kind: 'message', senderId: 'alice', body: 'y' });
  await clock.pass(100);
  server.isDeaf = true; // a heartbeat is said after it, and is not answered
  bob.conversation('c').read();
  await clock.pass(100_000);
  server.isDeaf = false;
  await clock.pass(60_000);
  assert.deepEqual(reads(), [3, 3, 4]);
  await bob.close();
});
