// Run by contract.test.js: most of these fail, as something here is against the contract of the node.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { judgeBy, judged } from '../../contract.js';

const url = process.env.NODE_URL;
await judgeBy(url);

const ask = (of, path, body) => fetch(`${of}${path}`, body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** A node whose answers say more than they should. */
const changed = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ token: 'x', unasked: true }));
});
await once(changed.listen(0, '127.0.0.1'), 'listening');
after(() => changed.close());
const changedUrl = `http://127.0.0.1:${changed.address().port}`;

/** A socket without a network. */
const Socket = judged(
  class extends EventTarget {
    send() {}
    hear(frames) {
      this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(frames) }));
    }
  },
);
const heartbeat = { type: 'heartbeat', serverTime: 1, watermark: '', heads: {} };

async function asItShouldBe() {
  assert.equal((await ask(url, '/v1/dev/tokens', { userId: 'alice' })).status, 200);
  assert.equal((await ask(url, '/v1/devices')).status, 401);
  const socket = new Socket();
  socket.send(JSON.stringify({ type: 'heartbeat' }));
  socket.hear([heartbeat, heartbeat]);
}

test('what is as it should be', asItShouldBe);
test('an answer that says more', () => ask(changedUrl, '/v1/dev/tokens', { userId: 'alice' }));
test('a path that there is not', () => ask(changedUrl, '/v1/nowhere'));
test('a frame of a server that lacks something', () => new Socket().hear({ ...heartbeat, watermark: undefined }));
test('a frame of a client that there is not', () => new Socket().send('{"type":"shout"}'));
test('one of many frames', () => new Socket().hear([heartbeat, { ...heartbeat, unasked: 1 }]));
test('what is as it should be again', asItShouldBe);
