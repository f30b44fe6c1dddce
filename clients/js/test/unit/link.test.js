import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import WebSocket from 'ws';
import { Link } from '../../src/link.js';

/** What a link to a server hears that answers each handshake like this. */
async function refusedBy(answer) {
  const server = createServer();
  server.on('upgrade', (request, socket) => socket.end(answer));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const heard = [];
  await new Promise(resolve => {
    new Link(`http://127.0.0.1:${server.address().port}`, 'websocket', { WebSocket }, {
      open: () => heard.push('open'),
      text: text => heard.push(text),
      turnedAway: millis => heard.push(millis),
      closed: code => {
        heard.push(`closed ${code}`);
        resolve();
      },
    });
  });
  server.close();
  return heard;
}

const problem = body => ['HTTP/1.1 503 Service Unavailable', 'Retry-After: 4', `Content-Length: ${body.length}`, 'Connection: close', '', body].join('\r\n');

test('a server that refuses a handshake for a while is heard', async () => {
  const told = JSON.stringify({ code: 'busy', retryable: true, retryAfterMillis: 3_210 });
  assert.deepEqual(await refusedBy(problem(told)), [3_210, 'closed 1006']);
});

test('so is a proxy', async () => {
  assert.deepEqual(await refusedBy(problem('<html>')), [4_000, 'closed 1006']);
  assert.deepEqual(await refusedBy(problem('x'.repeat(100_000))), [4_000, 'closed 1006']);
});

test('who does not know WebSockets has only refused', async () => {
  assert.deepEqual(await refusedBy('HTTP/1.1 404 Not Found\r\nRetry-After: 4\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'), ['closed 1006']);
  assert.deepEqual(await refusedBy('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'), ['closed 1006']);
  assert.deepEqual(await refusedBy(''), ['closed 1006']);
});
