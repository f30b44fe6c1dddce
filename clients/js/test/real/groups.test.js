// Groups of every size against a node for which a few members are many.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Server } from '../../../testing/server.js';
import { until } from '../../../testing/until.js';
import { Town } from './town.js';

const server = await Server.start({ 'fanout.inlineMembersMax': 2, 'fanout.workerMembersMax': 4 });
const town = new Town(server, server.url);
after(async () => {
  await town.close();
  await server.end();
});

const sequences = (device, id) => (device.entries.get(id) ?? []).map(entry => entry.sequence);
const upTo = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('of a channel one hears how far it goes and where one is mentioned, and gets the rest once it is open', async () => {
  const [ann, bob] = [town.device('ann'), town.device('bob')];
  await town.online();
  const channel = await ann.parley.createGroup({ name: 'Town', memberIds: ['bob', 'cyd', 'dan', 'eve'] });
  const id = channel.conversationId;
  const theirs = bob.parley.conversation(id);
  await until('bob knows it', () => theirs.name === 'Town');
  const before = theirs.cursor;
  channel.open();
  const mentions = [];
  bob.parley.on('mention', event => mentions.push(...event.sequences));
  for (let i = 0; i < 20; i++) channel.send({ body: `${i}` });
  const { sequence } = await channel.send({ body: '@bob', mentions: [{ userId: 'bob', from: 0, length: 4 }] }).placed;
  await until('bob hears that he is mentioned', () => mentions.length > 0);
  await until('bob hears how far it goes', () => theirs.head === sequence && theirs.type === 'channel');
  assert.deepEqual([mentions, theirs.mentions, theirs.cursor, theirs.unread], [[sequence], [sequence], before, 21]);
  theirs.open();
  await until('bob has all', () => theirs.cursor === sequence);
  const live = await channel.send({ body: 'live' }).placed;
  await until('bob has what is said now', () => theirs.cursor === live.sequence);
  theirs.read();
  assert.deepEqual([theirs.unread, theirs.mentions], [0, []]);
  theirs.close();
  const last = await theirs.send({ body: 'unseen' }).placed;
  await until('ann has it', () => channel.cursor === last.sequence);
  assert.equal(mentions.length, 1);
  // So many leave that it is none any more.
  await channel.removeMember('eve');
  await channel.send({ body: 'among few' }).placed;
  await until('bob has all unasked', () => theirs.cursor === channel.cursor && theirs.type === 'group');
  const had = sequences(bob, id);
  assert.deepEqual(had, upTo(had[0], channel.cursor));
  assert.deepEqual(bob.errors, []);
});

test('a channel that was missed costs nothing until it is opened', async () => {
  const [fay, gil] = [town.device('fay'), town.device('gil')];
  await town.online();
  const channel = await fay.parley.createGroup({ memberIds: ['gil', 'hal', 'ina', 'jo'] });
  const id = channel.conversationId;
  const theirs = () => gil.parley.conversation(id);
  await channel.send({ body: 'first' }).placed;
  await until('gil knows what it is', () => theirs().type === 'channel');
  await gil.parley.close();
  for (let i = 0; i < 250; i++) channel.send({ body: `${i}` });
  await until('all is placed', () => channel.pending.length === 0);
  town.start(gil);
  await until('gil is online', () => gil.parley.state.name === 'online');
  await until('gil hears how far it goes', () => theirs().head === 253);
  assert.deepEqual([theirs().type, theirs().cursor < 253], ['channel', true]);
  const skipped = [];
  gil.parley.on('skipped', ({ from, to }) => skipped.push([from, to]));
  const { cursor } = theirs();
  theirs().open();
  await until('gil has the newest', () => theirs().cursor === 253);
  assert.deepEqual(skipped, [[cursor + 1, 53]]);
  assert.equal(theirs().entries.at(-1).body, '249');
});

test('who has the token of an invitation joins, who is banned does not, and members are found by their beginnings', async () => {
  const [kim, lea, mia] = [town.device('kim'), town.device('lea'), town.device('mia')];
  await town.online();
  const group = await kim.parley.createGroup({ name: 'Club', memberIds: ['nia'] });
  const { token, invitationId } = await group.createInvitation({ expiresInSeconds: 600, usesMax: 5 });
  assert.deepEqual(await lea.parley.invitation(token), { conversationId: group.conversationId, type: 'group', name: 'Club', memberCount: 2 });
  const joined = await lea.parley.join(token);
  assert.deepEqual([joined.name, joined.role, await lea.parley.join(token)], ['Club', 'member', joined]);
  joined.send({ body: 'here I am' });
  await until('kim has it', () => group.lastMessage?.body === 'here I am');
  await group.ban('mia');
  await assert.rejects(mia.parley.join(token), { code: 'not_found' });
  assert.deepEqual((await group.bans()).bans.map(({ userId, bannedBy }) => [userId, bannedBy]), [['mia', 'kim']]);
  await group.unban('mia');
  await mia.parley.join(token);
  assert.deepEqual((await group.invitations()).map(({ uses, usesMax }) => [uses, usesMax]), [[2, 5]]);
  await group.revokeInvitation(invitationId);
  assert.deepEqual(await group.invitations(), []);
  assert.deepEqual((await group.members({ prefix: 'm' })).members.map(({ userId }) => userId), ['mia']);
  const counts = async () => group.countReceipts(group.lastMessage.sequence);
  await until('lea and nobody else could have it', async () => (await counts()).members === 2);
});

test('how a group is written in, what is muted, and who is blocked, is as it was set', async () => {
  const [ola, pam] = [town.device('ola'), town.device('pam')];
  await town.online();
  const group = await ola.parley.createGroup({ memberIds: ['pam'] });
  const theirs = pam.parley.conversation(group.conversationId);
  await until('pam knows it', () => theirs.type === 'group');
  await group.setWriters('admins');
  await group.setRate(60);
  await until('pam hears of it', () => theirs.writers === 'admins' && theirs.messagesPerMinute === 60);
  assert.deepEqual([group.mayWrite, theirs.mayWrite], [true, false]);
  await assert.rejects(theirs.send({ body: 'x' }).placed, { code: 'forbidden' });
  town.refusals.length = 0;
  const end = Date.now() + 600_000;
  await theirs.setMute({ until: end, exceptMentions: true });
  assert.deepEqual((await theirs.load()).mute, { until: end, exceptMentions: true });
  await theirs.unmute();
  assert.equal((await theirs.load()).mute, undefined);
  await pam.parley.block('ola');
  assert.deepEqual(await pam.parley.blocks(), ['ola']);
  await assert.rejects(ola.parley.createDirect('pam'), { code: 'not_found' });
  await pam.parley.unblock('ola');
  await ola.parley.createDirect('pam');
});
