// Groups so large that their entries come only while they are open.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../src/index.js';
import { below, forSeeds } from '../../../testing/seeded.js';
import { stage } from './stage.js';

const upTo = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Bob at a channel that goes on by so many messages. */
async function channel(count, options) {
  const { clock, server, client } = stage();
  server.channels.add('c');
  const bob = client('bob', options);
  bob.connect();
  await clock.pass(1_000);
  await loaded(bob.conversation('c'), clock);
  say(server, count);
  await clock.pass(3_000);
  return { clock, server, client, bob, conversation: bob.conversation('c') };
}

async function loaded(conversation, clock) {
  const loading = conversation.load();
  await clock.pass(1_000);
  return loading;
}

function say(server, count, more) {
  for (let i = 0; i < count; i++) server.append('c', { kind: 'message', senderId: 'alice', body: `${i}`, ...more });
}

const asked = server => server.said.filter(({ type }) => type === 'sync').length + server.requests.filter(each => each.includes('after=')).length;

test('a channel that is not open goes on without being fetched, and what is unread is counted', async () => {
  const { clock, server, bob, conversation } = await channel(300);
  assert.deepEqual([conversation.type, conversation.head, conversation.cursor, conversation.unread, bob.unreadTotal], ['channel', 302, 2, 300, 300]);
  assert.ok(conversation.newsAt > 0);
  await clock.pass(60_000); // heartbeats tell its head as well
  say(server, 2);
  await clock.pass(60_000);
  assert.deepEqual([bob.sequences('c'), asked(server), conversation.unread, bob.unreadTotal], [[], 0, 302, 302]);
  assert.equal(server.requests.filter(each => each === 'GET /v1/conversations/c').length, 1, 'news costs the server nothing');
  await bob.close();
});

test('entries that are no messages count as unread until the server is asked, and then do not', async () => {
  const { clock, server, bob, conversation } = await channel(3);
  server.append('c', { kind: 'member_added', senderId: 'alice', userIds: ['carol'], role: 'member' });
  await clock.pass(2_000);
  assert.deepEqual([conversation.unread, bob.unreadTotal], [4, 4]);
  await loaded(conversation, clock);
  assert.deepEqual([conversation.unread, bob.unreadTotal], [3, 3]);
  await bob.close();
});

test('what is opened has the newest of a channel, then what comes live, and nothing more once it is closed', async () => {
  const { clock, server, bob, conversation } = await channel(500);
  conversation.open();
  await clock.pass(3_000);
  assert.deepEqual(bob.named('skipped').map(({ from, to }) => [from, to]), [[3, 302]]);
  assert.deepEqual(bob.sequences('c'), upTo(303, 502));
  say(server, 3);
  await clock.pass(1_000);
  assert.deepEqual(bob.sequences('c'), upTo(303, 505));
  const loading = conversation.loadOlder(20);
  await clock.pass(100);
  assert.deepEqual((await loading).map(entry => entry.sequence), upTo(233, 252));
  assert.deepEqual(conversation.entries.map(entry => entry.sequence), upTo(233, 505));
  conversation.read();
  assert.deepEqual([conversation.unread, bob.unreadTotal], [0, 0]);
  conversation.close();
  await clock.pass(100);
  say(server, 5);
  await clock.pass(40_000);
  assert.deepEqual([bob.sequences('c').at(-1), conversation.head, conversation.unread, bob.unreadTotal], [505, 510, 5, 5]);
  conversation.open();
  await clock.pass(3_000);
  assert.deepEqual(bob.sequences('c'), upTo(303, 510));
  assert.equal(bob.named('skipped').length, 1);
  await bob.close();
});

test('a channel whose opening is refused for now is opened again, until it is closed', async () => {
  const { clock, server, bob, conversation } = await channel(3);
  server.busyOpens = 2;
  conversation.open();
  await clock.pass(10_000);
  say(server, 1);
  await clock.pass(1_000);
  assert.deepEqual([server.busyOpens, bob.sequences('c'), bob.named('error')], [0, upTo(3, 6), []]);
  conversation.close();
  server.busyOpens = 9;
  conversation.open();
  await clock.pass(1_000);
  conversation.close();
  await clock.pass(60_000);
  assert.equal(server.busyOpens, 8);
  await bob.close();
});

test('what was on its way when a channel was closed comes, and it is still one', async () => {
  const { clock, server, bob, conversation } = await channel(1);
  conversation.open();
  await clock.pass(2_000);
  say(server, 1);
  conversation.close();
  await clock.pass(2_000);
  assert.deepEqual([bob.sequences('c'), conversation.type], [[3, 4], 'channel']);
  await bob.close();
});

test('a mention in a channel is told at once and once, and stands until it is read', async () => {
  const { clock, server, bob, conversation } = await channel(1);
  say(server, 1, { mentions: [{ userId: 'bob', from: 0, length: 1 }] });
  await clock.pass(200);
  assert.deepEqual(bob.named('mention').map(({ sequences, entry }) => [sequences, entry]), [[[4], undefined]]);
  say(server, 1, { mentions: [{ userId: 'carol' }] });
  conversation.open();
  await clock.pass(2_000);
  assert.deepEqual(conversation.mentions, [4]);
  say(server, 1, { mentions: [{ all: true }] });
  await clock.pass(1_000);
  assert.deepEqual(bob.named('mention').map(({ sequences, entry }) => [sequences, entry?.sequence]), [[[4], undefined], [[6], 6]]);
  conversation.read(4);
  assert.deepEqual(conversation.mentions, [6]);
  conversation.read();
  assert.deepEqual(conversation.mentions, []);
  await bob.close();
});

test('a mention from an absence is told when it comes, though a later one was heard of before', async () => {
  const { clock, server, bob, conversation } = await channel(1);
  server.kill();
  say(server, 1, { mentions: [{ userId: 'bob' }] });
  server.isUp = true;
  await clock.pass(30_000);
  say(server, 1, { mentions: [{ userId: 'bob' }] });
  await clock.pass(1_000);
  assert.deepEqual(conversation.mentions, [5]);
  conversation.open();
  await clock.pass(2_000);
  assert.deepEqual(conversation.mentions, [4, 5]);
  assert.deepEqual(bob.named('mention').map(({ sequences }) => sequences), [[5], [4]]);
  await bob.close();
});

test('a start after an absence fetches no channel either, until it is opened', async () => {
  const store = new MemoryStore();
  const first = await channel(10, { store });
  await first.bob.close();
  const { clock, server } = first;
  say(server, 20);
  const second = first.client('bob', { store });
  second.connect();
  await clock.pass(10_000);
  const hello = server.said.findLast(({ type }) => type === 'hello');
  assert.deepEqual([hello.cursors, second.sequences('c'), asked(server)], [{}, [], 0]);
  assert.equal(second.conversation('c').type, 'channel');
  second.conversation('c').open();
  await clock.pass(5_000);
  assert.deepEqual(second.sequences('c'), upTo(3, 32));
  await second.close();
});

test('a channel that is none any more is fetched, whether one was told or was away', async () => {
  const { clock, server, bob, conversation } = await channel(10);
  server.shrink('c');
  say(server, 1);
  await clock.pass(5_000);
  assert.deepEqual([conversation.type, bob.sequences('c')], ['group', upTo(3, 13)]);
  server.channels.add('c');
  say(server, 1);
  await clock.pass(5_000);
  assert.equal(conversation.type, 'channel');
  server.kill();
  server.channels.delete('c');
  server.isUp = true;
  await clock.pass(60_000);
  assert.deepEqual(bob.sequences('c'), upTo(3, 13), 'nobody has said that it is none');
  say(server, 1);
  await clock.pass(5_000);
  assert.deepEqual([conversation.type, bob.sequences('c')], ['group', upTo(3, 15)]);
  await bob.close();
});

forSeeds('whoever opens and closes a channel, while it becomes one and ceases to be, has its entries once and in order', 30, async random => {
  const { clock, server, client } = stage(random);
  server.heartbeatMillis = 5_000;
  const store = new MemoryStore();
  const had = [];
  let bob;
  const start = () => {
    bob = client('bob', { store });
    bob.on('entry', ({ entry }) => had.push(entry.sequence));
    bob.on('skipped', ({ from, to }) => had.push(...upTo(from, to)));
    bob.connect();
  };
  start();
  await clock.pass(5_000);
  for (let step = 0; step < 60; step++) {
    say(server, below(random, 5) * below(random, 30));
    const conversation = bob.conversation('c');
    const fate = random();
    if (fate < 0.3) conversation.open();
    else if (fate < 0.6) conversation.close();
    else if (fate < 0.7) server.channels.add('c');
    else if (fate < 0.8) server.shrink('c');
    else if (fate < 0.9) for (const session of server.sessions) session.socket.cut(1006);
    else if (fate < 0.95) {
      await bob.close();
      start();
    }
    await clock.pass(below(random, 4_000));
  }
  bob.conversation('c').open();
  await clock.pass(60_000);
  assert.deepEqual(had, upTo(3, server.conversations.get('c').entries.length));
  await bob.close();
});
