import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Server } from '../../../testing/server.js';

const server = await Server.start();
after(() => server.end());

test('a node that was killed comes back with its data', async () => {
  const headers = { authorization: `Bearer ${await server.token('alice', 60)}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ type: 'direct', memberIds: ['bob'] });
  const made = await fetch(`${server.url}/v1/conversations`, { method: 'POST', headers, body });
  assert.equal(made.status, 201);
  await server.kill();
  await assert.rejects(fetch(server.url));
  await server.restart();
  headers.authorization = `Bearer ${await server.token('alice', 60)}`;
  const found = await fetch(`${server.url}/v1/conversations`, { headers });
  assert.deepEqual((await found.json()).conversations.map(each => each.type), ['direct']);
});
