import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../src/index.js';
import { below, forSeeds } from '../../../testing/seeded.js';
import { Locks } from './locks.js';
import { tokenOf } from './model-server.js';
import { stage } from './stage.js';

const upTo = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const bodies = conversation => conversation.entries.filter(entry => entry.kind === 'message').map(entry => entry.body);

test('a message goes from one to the other, and each has it once', async () => {
  const { clock, client } = stage();
  const alice = client('alice');
  const bob = client('bob');
  alice.connect();
  bob.connect();
  await clock.pass(1_000);
  assert.deepEqual(alice.states(), ['connecting', 'syncing', 'online']);
  const pending = alice.conversation('c').send({ body: 'hello', ext: { a: 1 } });
  assert.deepEqual([pending.state, alice.conversation('c').pending], ['sent', [pending]]);
  await clock.pass(1_000);
  assert.equal((await pending.placed).sequence, 3);
  assert.deepEqual([pending.state, alice.conversation('c').pending], ['placed', []]);
  assert.deepEqual([alice.sequences('c'), bob.sequences('c')], [[3], [3]]);
  const [{ event }] = alice.events.filter(({ name }) => name === 'entry');
  assert.deepEqual([event.entry.body, event.entry.senderId, event.entry.ext], ['hello', 'alice', { a: 1 }]);
  await Promise.all([alice.close(), bob.close()]);
});

test('a device that was away gets what it missed, over frames and pages, and begins at the head the first time', async () => {
  const { clock, server, client } = stage();
  const store = new MemoryStore();
  const first = client('bob', { store });
  first.connect();
  await clock.pass(2_000);
  await first.close();
  for (let i = 0; i < 900; i++) server.append('c', { kind: 'message', senderId: 'alice', body: `${i}` });
  server.create('new', ['alice', 'bob']);
  const second = client('bob', { store });
  second.connect();
  await clock.pass(5_000);
  assert.deepEqual(first.sequences('c'), []);
  assert.deepEqual(second.sequences('c'), upTo(3, 902));
  assert.deepEqual(second.sequences('new'), [1, 2]);
  assert.ok(server.requests.filter(each => each.includes('/messages?after')).length >= 5);
  await second.close();
});

test('a first start that ended before the heads were told is the first again', async () => {
  const { clock, server, client } = stage();
  for (let i = 0; i < 10; i++) server.append('c', { kind: 'message', senderId: 'alice', body: `${i}` });
  const store = new MemoryStore();
  const first = client('bob', { store });
  first.on('state', state => state.name === 'syncing' && first.close());
  first.connect();
  await clock.pass(5_000);
  const second = client('bob', { store });
  second.connect();
  await clock.pass(5_000);
  assert.deepEqual([second.state.name, second.sequences('c'), second.conversation('c').cursor], ['online', [], 12]);
  await second.close();
});

test('a page that is refused after the user has signed out changes nothing', async () => {
  const { clock, server, client, away } = stage();
  const store = await away('bob');
  for (let i = 0; i < 900; i++) server.append('c', { kind: 'message', senderId: 'alice', body: `${i}` });
  const refusal = { ok: false, status: 404, text: async () => JSON.stringify({ code: 'not_found', retryable: false }) };
  const asked = [];
  const fetch = (url, request) => (url.pathname.endsWith('/messages') ? new Promise(resolve => asked.push(resolve)) : server.fetch(url, request));
  const second = client('bob', { store, fetch });
  second.connect();
  await clock.pass(5_000);
  await second.signOut();
  assert.equal(asked.length, 1);
  asked[0](refusal);
  await clock.pass(1_000);
  assert.equal(second.conversation('c').cursor, 0);
  assert.deepEqual(second.named('error'), []);
});

test('after a very long absence the newest come, and the application is told what was left out', async () => {
  const { clock, server, client, away } = stage();
  const store = await away('bob');
  const bounds = { catchUpMax: 50 };
  for (let i = 0; i < 300; i++) server.append('c', { kind: 'message', senderId: 'alice', body: `${i}` });
  const second = client('bob', { store, bounds });
  second.connect();
  await clock.pass(5_000);
  const [{ from, to }] = second.named('skipped');
  assert.deepEqual([from, to], [8, 252]);
  assert.deepEqual(second.sequences('c'), [...upTo(3, 7), ...upTo(253, 302)]);
  const conversation = second.conversation('c');
  assert.equal(conversation.entries[0].sequence, 253);
  const loading = conversation.loadOlder(20);
  await clock.pass(100);
  assert.deepEqual((await loading).map(entry => entry.sequence), upTo(233, 252));
  await second.close();
});

test('what was not acknowledged survives the end of the program, and is sent once', async () => {
  const { clock, server, client } = stage();
  const store = new MemoryStore();
  const first = client('alice', { store, userId: 'alice' });
  server.kill();
  first.connect();
  await clock.pass(100);
  for (const body of ['1', '2', '3']) await first.conversation('c').send({ body }).saved;
  await first.close();
  server.isUp = true;
  const second = client('alice', { store, userId: 'alice' });
  second.connect();
  await clock.pass(0);
  assert.deepEqual(second.pending.map(each => each.draft.body), ['1', '2', '3']);
  await clock.pass(5_000);
  assert.deepEqual(server.conversations.get('c').entries.slice(2).map(entry => entry.body), ['1', '2', '3']);
  assert.deepEqual([second.pending, await store.read('server|alice|send')], [[], []]);
  await second.close();
});

test('slow mode says when the next message goes, has it wait until then, and holds back no edit', async () => {
  const { clock, server, client } = stage();
  server.settings = { ...server.settings, slowModeMillis: 60_000 };
  const alice = client('alice');
  alice.connect();
  await clock.pass(1_000);
  const conversation = alice.conversation('c');
  conversation.open();
  await clock.pass(1_000);
  assert.equal(conversation.nextSendAt, undefined);
  const first = conversation.send({ body: 'first' });
  await clock.pass(1_000);
  const { sequence, sentAt } = await first.placed;
  const free = sentAt + 60_000 - alice.clockSkewMillis;
  assert.equal(conversation.nextSendAt, free);
  const second = conversation.send({ body: 'second' });
  await clock.pass(1_000);
  const edit = conversation.edit(sequence, 'first!');
  await clock.pass(1_000);
  assert.deepEqual([edit.state, second.state, second.delayed.error.code], ['placed', 'sent', 'slow_mode']);
  assert.deepEqual([conversation.nextSendAt, second.delayed.until > free], [second.delayed.until, true]);
  await clock.pass(60_000);
  assert.deepEqual([second.state, second.delayed, alice.named('failed')], ['placed', undefined, []]);
  const third = conversation.send({ body: 'third' });
  await clock.pass(1_000);
  assert.equal(third.delayed.error.code, 'slow_mode');
  server.settings = { ...server.settings, slowModeMillis: 0 };
  server.append('c', { kind: 'conversation_updated', senderId: 'bob', ...server.settings });
  await clock.pass(1_000);
  assert.deepEqual([third.state, conversation.nextSendAt], ['placed', undefined], 'nobody waits for what is switched off');
  await alice.close();
});

test('a refused send fails visibly, those behind it go on, and by hand it goes again', async () => {
  const { clock, server, client } = stage();
  const alice = client('alice');
  alice.connect();
  await clock.pass(1_000);
  server.conversations.get('c').members = ['bob'];
  const pending = alice.conversation('c').send({ body: 'x' });
  await clock.pass(1_000);
  await assert.rejects(pending.placed, { code: 'not_found' });
  assert.equal(alice.named('failed')[0].pending, pending);
  server.conversations.get('c').members = ['alice', 'bob'];
  const again = pending.retry();
  assert.notEqual(again.clientMessageId, pending.clientMessageId);
  await clock.pass(1_000);
  assert.equal(again.state, 'placed');
  assert.deepEqual(alice.pending, []);
  assert.throws(() => alice.conversation('c').send({ body: 'x'.repeat(101) }), { code: 'too_large' });
  assert.throws(() => alice.conversation('c').send({ body: '' }), { code: 'bad_frame' });
  await alice.close();
});

test('an edit and a delete show in the entries', async () => {
  const { clock, client } = stage();
  const alice = client('alice');
  const bob = client('bob');
  alice.connect();
  bob.connect();
  await clock.pass(1_000);
  const conversation = alice.conversation('c');
  conversation.send({ body: 'one' });
  conversation.send({ body: 'two' });
  conversation.edit(3, 'ONE');
  conversation.delete(4);
  await clock.pass(2_000);
  for (const each of [conversation, bob.conversation('c')]) {
    assert.deepEqual(bodies(each), ['ONE', undefined]);
    assert.deepEqual(each.entries.map(entry => entry.kind), ['message', 'message', 'edit', 'delete']);
    assert.deepEqual([each.entries[0].editedAt > 0, each.entries[1].deleted], [true, true]);
  }
  assert.equal(bob.conversation('c').lastMessage.deleted, true);
  await Promise.all([alice.close(), bob.close()]);
});

test('a lost live entry is a hole after a second, and is asked for', async () => {
  const { clock, server, client } = stage();
  const bob = client('bob');
  bob.connect();
  await clock.pass(1_000);
  server.loss.live = 1;
  server.append('c', { kind: 'message', senderId: 'alice', body: 'lost' });
  server.loss.live = 0;
  server.append('c', { kind: 'message', senderId: 'alice', body: 'seen' });
  await clock.pass(900);
  assert.deepEqual(bob.sequences('c'), []);
  await clock.pass(600);
  assert.deepEqual(bob.sequences('c'), [3, 4]);
  server.loss.live = 1;
  server.append('c', { kind: 'message', senderId: 'alice', body: 'the last' });
  await clock.pass(30_000); // a heartbeat tells the head
  assert.deepEqual(bob.sequences('c'), [3, 4, 5]);
  await bob.close();
});

test('entries that a resync leaves to the client are fetched', async () => {
  const { clock, server, client } = stage();
  const bob = client('bob');
  bob.connect();
  await clock.pass(1_000);
  server.loss.live = 1;
  for (let i = 0; i < 40; i++) server.append('c', { kind: 'message', senderId: 'alice', body: `${i}` });
  for (const session of server.sessions) session.say({ type: 'resync', conversationIds: ['c'], reason: 'slow' });
  await clock.pass(1_000);
  assert.deepEqual(bob.sequences('c'), upTo(3, 42));
  await bob.close();
});

test('gaps count as held, an unknown kind and an unknown frame change nothing', async () => {
  const { clock, server, client } = stage();
  const bob = client('bob');
  bob.connect();
  await clock.pass(1_000);
  for (const session of server.sessions) {
    session.socket.sayUnheardOf({ type: 'news_of_the_future' });
    session.socket.sayUnheardOf({ type: 'message_event', conversationId: 'c', sequence: 5, messageId: 'c.5', kind: 'of_the_future', senderId: 'x', sentAt: 1 });
    session.say({ type: 'gap', conversationId: 'c', from: 3, to: 4, reason: 'not_member' });
  }
  await clock.pass(100);
  assert.deepEqual([bob.sequences('c'), bob.conversation('c').cursor], [[5], 5]);
  assert.deepEqual(bob.named('gap').map(({ from, to }) => [from, to]), [[3, 4]]);
  await bob.close();
});

test('two heartbeats without an answer end a connection that is half open', async () => {
  const { clock, server, client } = stage();
  const bob = client('bob');
  bob.connect();
  await clock.pass(1_000);
  server.isDeaf = true;
  await clock.pass(70_000);
  assert.equal(bob.state.name, 'online');
  await clock.pass(10_000);
  assert.notEqual(bob.state.name, 'online');
  server.isDeaf = false;
  await clock.pass(60_000);
  assert.equal(bob.state.name, 'online');
  await bob.close();
});

test('another life of the data takes the cursors, not what is to be sent', async () => {
  const { clock, server, client } = stage();
  const alice = client('alice');
  alice.connect();
  await clock.pass(1_000);
  for (let i = 0; i < 10; i++) alice.conversation('c').send({ body: `${i}` });
  await clock.pass(10_000);
  assert.equal(alice.conversation('c').cursor, 12);
  server.kill();
  const pending = alice.conversation('c').send({ body: 'after' });
  server.restore();
  server.isUp = true;
  await clock.pass(60_000);
  assert.equal((await pending.placed).sequence, 3);
  assert.deepEqual(bodies(alice.conversation('c')), ['after']);
  await alice.close();
});

test('a device that is replaced stays off', async () => {
  const { clock, client } = stage();
  const first = client('bob', { deviceId: 'phone' });
  first.connect();
  await clock.pass(1_000);
  const second = client('bob', { deviceId: 'phone' });
  second.connect();
  await clock.pass(100_000);
  assert.deepEqual(first.state, { name: 'offline', reason: 'replaced' });
  assert.equal(first.named('replaced').length, 1);
  assert.equal(second.state.name, 'online');
  await second.close();
});

test('a refused token is asked for once more, then the device is signed out', async () => {
  const { clock, server, client } = stage();
  const reasons = [];
  const given = [];
  const bob = client('bob', {
    token: ({ reason }) => {
      reasons.push(reason);
      const token = tokenOf('bob', clock.now() + 3_600_000, given.length);
      given.push(token);
      if (given.length !== 2) server.refusedTokens.add(token);
      return token;
    },
  });
  bob.connect();
  await clock.pass(5_000);
  assert.deepEqual([reasons, bob.state.name], [['connect', 'refused'], 'online']);
  server.refusedTokens.add(given[1]);
  for (const session of server.sessions) session.socket.end(4401);
  await clock.pass(60_000);
  assert.deepEqual(reasons, ['connect', 'refused', 'refused']);
  assert.deepEqual(bob.state, { name: 'offline', reason: 'signedOut' });
  assert.equal(bob.named('signedOut')[0].error.code, 'unauthenticated');
});

test('a token is renewed on the session before it ends', async () => {
  const { clock, server, client } = stage();
  const reasons = [];
  const bob = client('bob', {
    token: ({ reason }) => {
      reasons.push(reason);
      return tokenOf('bob', clock.now() + 100_000, reasons.length);
    },
  });
  bob.connect();
  await clock.pass(250_000);
  assert.deepEqual(reasons, ['connect', 'renewal', 'renewal', 'renewal']);
  assert.equal(server.said.filter(frame => frame.type === 'reauth').length, 3);
  assert.deepEqual(bob.states(), ['connecting', 'syncing', 'online']);
  await bob.close();
});

test('a failing token callback is a failed try, not the end', async () => {
  const { clock, client } = stage();
  let tries = 0;
  const bob = client('bob', {
    token: () => {
      if (++tries < 4) throw new Error('no network');
      return tokenOf('bob', clock.now() + 3_600_000);
    },
  });
  bob.connect();
  await clock.pass(60_000);
  assert.equal(bob.state.name, 'online');
  assert.deepEqual(bob.named('error').map(error => error.code), ['token', 'token', 'token']);
  await bob.close();
});

test('where WebSockets are blocked SockJS carries, and is remembered for the next start', async () => {
  const { clock, server, client } = stage();
  server.refusedTransports.add('websocket').add('xhr-streaming');
  const store = new MemoryStore();
  const { sockjs } = server.means;
  const first = client('bob', { store, sockjs });
  first.connect();
  await clock.pass(10_000);
  assert.deepEqual([first.state.name, first.transport], ['online', 'eventsource']);
  assert.deepEqual(server.connects, ['websocket', 'xhr-streaming', 'eventsource']);
  await first.close();
  const second = client('bob', { store, sockjs });
  second.connect();
  await clock.pass(10_000);
  await second.close();
  assert.deepEqual(server.connects.slice(3), ['eventsource']);
  await clock.pass(11 * 60_000);
  server.refusedTransports.clear();
  const third = client('bob', { store, sockjs });
  third.connect();
  await clock.pass(10_000);
  assert.equal(third.transport, 'websocket');
  await third.close();
});

test('a node that drains is left, and the client comes back after the time it said', async () => {
  const { clock, server, client } = stage();
  const bob = client('bob');
  bob.connect();
  await clock.pass(1_000);
  for (const session of server.sessions) session.say({ type: 'goaway', retryAfterMillis: 7_000, reason: 'drain' });
  await clock.pass(100);
  assert.equal(bob.state.name, 'waiting');
  assert.ok(bob.state.retryAt >= clock.now() + 6_800);
  await clock.pass(10_000);
  assert.equal(bob.state.name, 'online');
  await bob.close();
});

test('what was missed is in the total of unread that the server says, what comes later is not', async () => {
  const { clock, server, client } = stage();
  const bob = client('bob');
  bob.connect();
  await clock.pass(1_000);
  for (const session of server.sessions) session.socket.cut(1006);
  for (let i = 0; i < 3; i++) server.append('c', { kind: 'message', senderId: 'alice', body: `${i}` });
  server.unreadTotal = 3;
  await clock.pass(5_000);
  assert.deepEqual([bob.sequences('c'), bob.unreadTotal], [[3, 4, 5], 3]);
  server.append('c', { kind: 'message', senderId: 'alice', body: 'live' });
  await clock.pass(1_000);
  assert.equal(bob.unreadTotal, 4);
  bob.conversation('c').read();
  assert.deepEqual([bob.unreadTotal, bob.named('unread').at(-1).unreadTotal], [0, 0]);
  await bob.close();
});

test('a store that fails is told, and keeps nobody from talking', async () => {
  const { clock, server, client } = stage();
  const fails = () => Promise.reject(new Error('the disk is full'));
  const bob = client('bob', { store: { read: fails, write: fails } });
  bob.connect();
  await clock.pass(1_000);
  const pending = bob.conversation('c').send({ body: 'x' });
  await clock.pass(1_000);
  assert.deepEqual([bob.state.name, pending.state], ['online', 'placed']);
  assert.ok(bob.named('error').every(error => error.code === 'store') && bob.named('error').length > 0);
  assert.equal(server.sessions.size, 1);
  await bob.close();
});

test('tabs are devices of their own, and one sends what another has left', async () => {
  const { clock, server, client } = stage();
  const browser = { store: new MemoryStore(), locks: new Locks(), userId: 'alice' };
  const [first, second] = [client('alice', browser), client('alice', browser)];
  first.connect();
  second.connect();
  await clock.pass(2_000);
  assert.deepEqual([first.state.name, second.state.name], ['online', 'online']);
  assert.notEqual(first.deviceId, second.deviceId);
  server.kill();
  await first.conversation('c').send({ body: 'left behind' }).saved;
  await first.close();
  server.isUp = true;
  await clock.pass(120_000);
  assert.equal(server.conversations.get('c').entries.at(-1).body, 'left behind');
  assert.deepEqual(second.sequences('c'), [3]);
  await second.close();
});

test('a client that was closed goes on where it was when it connects again', async () => {
  const { clock, server, client } = stage();
  const browser = { store: new MemoryStore(), locks: new Locks() };
  const bob = client('bob', browser);
  bob.connect();
  await clock.pass(2_000);
  await bob.close();
  server.append('c', { kind: 'message', senderId: 'alice', body: 'x' });
  bob.connect();
  await clock.pass(2_000);
  assert.deepEqual([bob.state.name, bob.sequences('c')], ['online', [3]]);
  await bob.signOut();
  assert.deepEqual(bob.state, { name: 'offline', reason: 'closed' });
  assert.deepEqual(await browser.store.read('server|bob'), []);
});

forSeeds('whatever the network does, every device has every entry once and in order, and every send its place once', 40, async random => {
  const { clock, server, client } = stage(random);
  server.create('d', ['bob', 'alice', 'carol']);
  server.heartbeatMillis = 5_000;
  server.loss = { live: 0.2, busy: 0.1, answer: 0.05 };
  const devices = [];
  for (const userId of ['alice', 'bob', 'carol', 'alice']) {
    const device = { userId, store: new MemoryStore(), sequences: { c: [], d: [] } };
    devices.push(device);
    start(device);
  }
  function start(device) {
    device.parley = client(device.userId, { store: device.store, bounds: { entriesMax: 10 } });
    device.parley.on('entry', ({ entry }) => device.sequences[entry.conversationId].push(entry.sequence));
    device.parley.connect();
  }
  await clock.pass(20_000);
  const sent = { alice: { c: [], d: [] }, bob: { c: [], d: [] }, carol: { c: [], d: [] } };
  const origins = new Map();
  for (let step = 0; step < 60; step++) {
    const device = devices[below(random, devices.length)];
    const id = device.userId === 'carol' || random() < 0.3 ? 'd' : 'c';
    const pending = device.parley.conversation(id).send({ body: `${step}` });
    origins.set(pending.clientMessageId, device);
    sent[device.userId][id].push(`${step}`);
    const fate = random();
    if (fate < 0.1) for (const session of server.sessions) random() < 0.5 && session.socket.cut(1006);
    else if (fate < 0.13) server.kill();
    else if (fate < 0.15) server.isDeaf = true;
    else if (fate < 0.18) {
      // The program ends, and is started again on what it has kept.
      await device.parley.close();
      start(device);
    }
    await clock.pass(below(random, 3_000));
    if (random() < 0.5) {
      server.isUp = true;
      server.isDeaf = false;
    }
  }
  Object.assign(server, { isUp: true, isDeaf: false });
  server.loss = { live: 0, busy: 0, answer: 0 };
  await clock.pass(180_000);
  for (const [id, { entries }] of server.conversations) {
    for (const { parley, userId, sequences } of devices) {
      assert.deepEqual(parley.pending, []);
      assert.equal(parley.state.name, 'online');
      if (server.mayRead(userId, id)) assert.deepEqual(sequences[id], upTo(3, entries.length), `${userId} in ${id}`);
    }
    const placed = entries.filter(entry => entry.kind === 'message');
    for (const userId of Object.keys(sent)) {
      const theirs = placed.filter(entry => entry.senderId === userId).map(entry => entry.body);
      assert.deepEqual([...theirs].sort((a, b) => a - b), sent[userId][id], 'each once');
    }
    for (const device of devices) {
      const own = placed.filter(entry => origins.get(entry.clientMessageId) === device).map(entry => Number(entry.body));
      assert.deepEqual(own, [...own].sort((a, b) => a - b), 'in the order sent');
    }
  }
  await Promise.all(devices.map(({ parley }) => parley.close()));
});
