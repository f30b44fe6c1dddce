import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import WebSocket from 'ws';
import { judged } from '../../../testing/contract.js';
import { Server } from '../../../testing/server.js';
import { until } from '../../../testing/until.js';
import { Parley } from '../../src/index.js';
import { Town } from './town.js';

const server = await Server.start({ 'drain.windowMillis': 500 });
const town = new Town(server, server.url);
after(async () => {
  await town.close();
  await server.end();
});

test('two people talk, edit, delete, read, and see the same', async () => {
  const [alice, bob] = [town.device('alice'), town.device('bob')];
  await town.online();
  const conversation = await alice.parley.createDirect('bob');
  const id = conversation.conversationId;
  const theirs = bob.parley.conversation(id);
  assert.equal(await alice.parley.createDirect('bob'), conversation);
  assert.equal(conversation.peerId, 'bob');
  assert.deepEqual((await bob.parley.conversations()).conversations.map(({ type, peerId }) => [type, peerId]), [['direct', 'alice']]);
  const first = await conversation.send({ body: 'hello', ext: { mood: 'good' }, mentions: [{ userId: 'bob' }] }).placed;
  await until('bob has it', () => theirs.entries.some(entry => entry.messageId === first.messageId));
  const second = await theirs.send({ body: 'hi', replyTo: first.sequence }).placed;
  await conversation.edit(first.sequence, 'hello, bob').placed;
  await theirs.delete(second.sequence).placed;
  await until('both have all', () => conversation.cursor === theirs.cursor && conversation.cursor === second.sequence + 2);
  const messages = of => of.entries.filter(entry => entry.kind === 'message');
  for (const each of [conversation, theirs]) {
    assert.deepEqual(messages(each).map(entry => [entry.body, entry.deleted]), [['hello, bob', undefined], [undefined, true]]);
  }
  assert.deepEqual(messages(theirs)[0].ext, { mood: 'good' });
  conversation.open();
  theirs.open();
  theirs.typing();
  await until('alice sees bob type', () => conversation.typingUserIds.includes('bob'));
  theirs.typing(false);
  await until('alice sees bob stop', () => conversation.typingUserIds.length === 0);
  await until('what bob has answered he has read', () => theirs.unread === 0);
  const last = await conversation.send({ body: 'read this' }).placed;
  await until('bob has it', () => theirs.cursor === last.sequence && theirs.unread === 1);
  theirs.read();
  await until('alice sees it read', () => conversation.receipts.get('bob')?.read === last.sequence);
  assert.deepEqual([theirs.unread, bob.parley.unreadTotal], [0, 0]);
  const third = town.device('bob');
  await town.online();
  const fresh = await third.parley.conversation(id).load();
  assert.deepEqual(fresh.entries.map(entry => entry.sequence), theirs.entries.map(entry => entry.sequence));
  assert.deepEqual(messages(fresh).map(entry => entry.body), ['hello, bob', undefined, 'read this']);
  assert.deepEqual([fresh.hasOlder, fresh.unread, fresh.readSequence], [false, 0, last.sequence]);
});

test('a group is made, changed and left, and each sees of it what is theirs', async () => {
  const [dora, eve] = [town.device('dora'), town.device('eve')];
  await town.online();
  const group = await dora.parley.createGroup({ name: 'Team', memberIds: ['fred'] });
  const id = group.conversationId;
  await group.send({ body: 'before eve' }).placed;
  await group.addMembers(['eve'], 'admin');
  const theirs = await until('eve hears of it', () => eve.parley.conversation(id).entries.length > 0 && eve.parley.conversation(id));
  await until('eve knows it', () => theirs.name === 'Team');
  assert.deepEqual(theirs.entries.map(entry => entry.kind), ['member_added']);
  await theirs.rename('The team');
  await group.setSlowMode(60_000);
  await until('dora sees both', () => group.name === 'The team' && group.slowModeMillis === 60_000);
  await group.changeRole('eve', 'owner');
  assert.deepEqual((await group.members()).members.map(({ userId, role }) => [userId, role]), [['dora', 'owner'], ['eve', 'owner'], ['fred', 'member']]);
  await group.leave();
  await until('dora is out', () => !group.isMember);
  await assert.rejects(group.send({ body: 'still here?' }).placed, { code: 'not_found' });
  town.refusals.length = 0;
  assert.deepEqual((await eve.parley.conversations()).conversations, [theirs]);
});

test('older entries come in pages, without a hole and in order', async () => {
  const gina = town.device('gina');
  await town.online();
  const conversation = await gina.parley.createGroup({ memberIds: [] });
  for (let i = 0; i < 120; i++) conversation.send({ body: `${i}` });
  await until('all are placed', () => conversation.pending.length === 0);
  const other = town.device('gina');
  await town.online();
  const fresh = await other.parley.conversation(conversation.conversationId).load();
  assert.equal(fresh.entries.length, 50);
  while (fresh.hasOlder) await fresh.loadOlder();
  assert.deepEqual(fresh.entries.map(entry => entry.sequence), Array.from({ length: conversation.cursor }, (_, i) => i + 1));
});

test('a device that connects elsewhere replaces the first; one that is signed out elsewhere may be let go', async () => {
  const first = town.device('hugo', { deviceId: 'phone' });
  await town.online([first]);
  const second = town.device('hugo', { deviceId: 'phone' });
  await until('it is replaced', () => first.parley.state.reason === 'replaced');
  await town.online([second]);
  const third = town.device('hugo', { deviceId: 'tablet' });
  await town.online([third]);
  await until('both are known', async () => {
    const names = (await second.parley.devices()).map(({ deviceId }) => deviceId);
    return names.includes('phone') && names.includes('tablet');
  });
  assert.equal(first.parley.state.name, 'offline');
  const signedOut = new Promise(resolve => third.parley.on('signedOut', resolve));
  third.refusesTokens = true;
  await second.parley.removeDevice('tablet');
  assert.equal((await signedOut).error.code, 'unauthenticated');
});

test('without a token that the server takes the device is signed out, after asking twice', async () => {
  const reasons = [];
  const parley = new Parley({
    url: server.url,
    token: ({ reason }) => {
      reasons.push(reason);
      return 'no token';
    },
    WebSocket: judged(WebSocket),
  });
  const signedOut = new Promise(resolve => parley.on('signedOut', resolve));
  parley.connect();
  assert.equal((await signedOut).error.code, 'unauthenticated');
  assert.deepEqual(reasons, ['connect', 'refused']);
  assert.deepEqual(parley.state, { name: 'offline', reason: 'signedOut' });
});

test('a node that drains sends its devices away, to come back', async () => {
  const ida = town.device('ida');
  await town.online([ida]);
  await server.kill('SIGTERM');
  await until('it tries again', () => ida.states.at(-1) === 'waiting');
  assert.notEqual(ida.parley.state.reason, 'signedOut');
});
