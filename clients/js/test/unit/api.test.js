// What an application asks for over HTTP: that it is asked as the contract says, and what is made of the answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchange, judgeBySources } from '../../../testing/contract.js';
import { MemoryStore, Parley } from '../../src/index.js';
import { tokenOf } from './model-server.js';

await judgeBySources();

const NOW = 1_700_000_000_000;
const PLACED = { clientMessageId: 'x', conversationId: 'c', messageId: 'c.3', sequence: 3, sentAt: NOW, duplicate: false };
const VIEW = { conversationId: 'c', type: 'group', slowModeMillis: 0, messagesPerMinute: 0, writers: 'all', role: 'member', head: 3, unread: 0, readSequence: 3 };
const INVITATION = { invitationId: 'i', createdBy: 'alice', createdAt: NOW, uses: 0 };
const TOKEN = `c.${'x'.repeat(27)}`;

/** A client of a server that gives these answers, one after the other: `[status, body]`. Notes what it was asked. */
function asking(...answers) {
  const asked = [];
  const fetch = async (url, { method, headers, body }) => {
    const [status, told] = answers.shift();
    const target = url.pathname + url.search;
    asked.push({ what: `${method} ${target}`, body: body && JSON.parse(body), id: headers['idempotency-key'] });
    const answer = told === undefined ? '' : JSON.stringify(told);
    const contentType = status < 300 ? 'application/json' : 'application/problem+json';
    exchange({ method, target, request: body, status, contentType, answer });
    return { ok: status < 300, status, text: async () => answer };
  };
  const clock = { now: () => NOW, setTimeout: task => void queueMicrotask(task), clearTimeout: () => {} };
  const options = { url: 'http://server', token: () => tokenOf('alice', 2 * NOW), userId: 'alice', fetch, clock, store: new MemoryStore() };
  const parley = new Parley({ ...options, WebSocket: class {} });
  return { parley, conversation: parley.conversation('c'), asked, whats: () => asked.map(({ what }) => what) };
}

function problem(status, code, retryable = false) {
  return [status, { type: `urn:parley:error:${code}`, title: code, status, detail: code, code, retryable }];
}

const users = count => Array.from({ length: count }, (_, i) => `user-${i}`);

test('many members are added in pages of 1,000, each under an id of its own, and once', async () => {
  const { conversation, asked } = asking([200, PLACED], problem(503, 'busy', true), [200, PLACED], [200, { unchanged: true, head: 3 }]);
  await conversation.addMembers([...users(2_500), 'user-0'], 'member');
  assert.deepEqual(asked.map(({ body }) => body.userIds.length), [1_000, 1_000, 1_000, 500]);
  assert.deepEqual([...new Set([0, 1, 3].flatMap(i => asked[i].body.userIds))], users(2_500));
  assert.deepEqual([asked[1].id === asked[2].id, new Set(asked.map(({ id }) => id)).size], [true, 3], 'what is said again is the same');
});

test('a page that is refused ends the adding, and those before it stay', async () => {
  const { conversation, asked } = asking([200, PLACED], problem(413, 'too_large'));
  await assert.rejects(conversation.addMembers(users(2_500)), { code: 'too_large' });
  assert.equal(asked.length, 2);
});

test('a group of more than 1,000 is made with the first of them, and the others are added', async () => {
  const { parley, asked, whats } = asking([201, { ...PLACED, type: 'group' }], [200, PLACED], [200, VIEW]);
  const conversation = await parley.createGroup({ memberIds: users(1_200), clientRequestId: 'mine' });
  assert.deepEqual(whats(), ['POST /v1/conversations', 'POST /v1/conversations/c/members', 'GET /v1/conversations/c']);
  assert.deepEqual(asked.slice(0, 2).map(({ body }) => (body.memberIds ?? body.userIds).length), [1_000, 200]);
  assert.deepEqual([asked[0].id, conversation.conversationId], ['mine', 'c']);
});

test('members are searched by the beginnings of their ids, page by page', async () => {
  const { conversation, whats } = asking([200, { members: [{ userId: 'anna', role: 'member' }], cursor: 'more' }], [200, { members: [] }]);
  const page = await conversation.members({ prefix: 'an', limit: 1 });
  assert.deepEqual(page, { members: [{ userId: 'anna', role: 'member' }], cursor: 'more' });
  await conversation.members({ prefix: 'an', cursor: page.cursor });
  assert.deepEqual(whats(), ['prefix=an&limit=1', 'prefix=an&cursor=more'].map(query => `GET /v1/conversations/c/members?${query}`));
});

test('how it is written in is set, and who is told so may not write', async () => {
  const { conversation, asked } = asking([200, PLACED], [200, PLACED], [200, PLACED], [200, { ...VIEW, writers: 'admins', messagesPerMinute: 60 }], [200, { entries: [], gaps: [], first: 1, head: 3 }], [200, { entries: [], gaps: [], first: 1, head: 3 }]);
  assert.equal(conversation.mayWrite, true);
  await conversation.setSlowMode(5_000);
  await conversation.setRate(60);
  await conversation.setWriters('admins');
  assert.deepEqual(asked.map(({ body }) => body), [{ slowModeMillis: 5_000 }, { messagesPerMinute: 60 }, { writers: 'admins' }]);
  await conversation.load();
  assert.deepEqual([conversation.writers, conversation.messagesPerMinute, conversation.mayWrite], ['admins', 60, false]);
});

test('bans are made, listed and lifted', async () => {
  const ban = { userId: 'mallory', bannedBy: 'alice', bannedAt: NOW };
  const { conversation, whats } = asking([200, PLACED], [200, { bans: [ban], cursor: 'more' }], [200, PLACED]);
  await conversation.ban('mallory');
  assert.deepEqual(await conversation.bans({ limit: 1 }), { bans: [ban], cursor: 'more' });
  await conversation.unban('mallory');
  const of = '/v1/conversations/c/bans';
  assert.deepEqual(whats(), [`PUT ${of}/mallory`, `GET ${of}?limit=1`, `DELETE ${of}/mallory`]);
});

test('users are blocked, listed and unblocked', async () => {
  const { parley, whats } = asking([204], [200, { userIds: ['mallory'] }], [204]);
  await parley.block('mallory');
  assert.deepEqual(await parley.blocks(), ['mallory']);
  await parley.unblock('mallory');
  assert.deepEqual(whats(), ['PUT /v1/blocks/mallory', 'GET /v1/blocks', 'DELETE /v1/blocks/mallory']);
});

test('an invitation is made, listed and revoked; who has its token looks at it and joins', async () => {
  const invited = { conversationId: 'c', type: 'group', name: 'Club', memberCount: 7 };
  const { parley, conversation, asked, whats } = asking([201, { ...INVITATION, token: TOKEN, usesMax: 5 }], [200, { invitations: [INVITATION] }], [200, PLACED], [200, invited], [200, { ...VIEW, name: 'Club' }], problem(404, 'not_found'));
  const { token } = await conversation.createInvitation({ usesMax: 5 });
  assert.deepEqual(asked[0].body, { usesMax: 5 });
  assert.deepEqual(await conversation.invitations(), [INVITATION]);
  await conversation.revokeInvitation('i');
  assert.deepEqual(await parley.invitation(token), invited);
  const told = [];
  parley.on('conversation', event => told.push(event.conversation));
  assert.deepEqual([await parley.join(token), told, conversation.name], [conversation, [conversation], 'Club']);
  await assert.rejects(parley.invitation(token), { code: 'not_found' });
  assert.deepEqual(whats().slice(2), ['DELETE /v1/conversations/c/invitations/i', `GET /v1/invitations/${TOKEN}`, `POST /v1/invitations/${TOKEN}`, `GET /v1/invitations/${TOKEN}`]);
});

test('what is muted disturbs nobody: for ever, until it ends, or unless it mentions the user', async () => {
  const ofBob = { senderId: 'bob', body: 'x' };
  const toMe = { ...ofBob, mentions: [{ userId: 'alice' }] };
  const toAll = { ...ofBob, mentions: [{ all: true }] };
  const own = { ...toAll, senderId: 'alice' };
  const { parley, conversation, asked } = asking([200, { exceptMentions: false }], [200, { exceptMentions: true }], [200, { exceptMentions: false, until: NOW + 1 }], [200, { exceptMentions: false, until: NOW }], [204]);
  const disturbing = () => [ofBob, toMe, toAll, own, undefined].map(entry => conversation.disturbs(entry));
  let told = 0;
  parley.on('conversation', () => told++);
  assert.deepEqual(disturbing(), [true, true, true, false, true]);
  await conversation.setMute();
  assert.deepEqual(disturbing(), [false, false, false, false, false]);
  await conversation.setMute({ exceptMentions: true });
  assert.deepEqual(disturbing(), [false, true, true, false, true]);
  await conversation.setMute({ until: NOW + 1 });
  assert.deepEqual(disturbing(), [false, false, false, false, false]);
  await conversation.setMute({ until: NOW });
  assert.deepEqual(disturbing(), [true, true, true, false, true], 'it is over');
  await conversation.unmute();
  assert.deepEqual([conversation.mute, told], [undefined, 5]);
  assert.deepEqual(asked.map(({ body }) => body), [{}, { exceptMentions: true }, { until: NOW + 1 }, { until: NOW }, undefined]);
});

test('how many have a message and have read it is counted when it is asked for', async () => {
  const counts = { sequence: 3, members: 240, delivered: 200, read: 12 };
  const { conversation, whats } = asking([200, counts], [200, counts]);
  assert.deepEqual(await conversation.countReceipts(3), counts);
  await conversation.countReceipts(3, { users: true });
  assert.deepEqual(whats(), ['', '?users=true'].map(query => `GET /v1/conversations/c/messages/3/receipts${query}`));
});
