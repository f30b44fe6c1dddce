// The server and sockjs-client as it is published, on each of its transports that works in Node.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import SockJS from 'sockjs-client';
import { judged } from '../../../testing/contract.js';
import { Proxy } from '../../../testing/proxy.js';
import { Server } from '../../../testing/server.js';

const TRANSPORTS = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'];
/** Those on which sockjs-client in Node notices that its server is gone. */
const NOTICING = ['websocket', 'xhr-polling'];
const UNUSUAL = ['100 % of %25', '"\\ \u2028\u2029\u200d\uffff\u0000\t', 'caf\u00e9 \u{1f600}', '</script>&amp;', 'data: x\r\n\r\n'];
const timeout = 20_000;

const server = await Server.start({ 'drain.windowMillis': 500 });
const proxy = await Proxy.start(() => server.port);
proxy.blocksWebSockets = true;
const clients = [];
after(async () => {
  for (const client of clients) client.close(); // of tests that failed: one with eventsource would ask for ever
  await proxy.end();
  await server.end();
});

const Judged = judged(SockJS);

/** A session of sockjs-client; frames wait until somebody hears them. */
class Client {
  #socket;
  #frames = [];
  #waiting = [];
  #ended;

  constructor(url, options) {
    this.#socket = new Judged(`${url}/v1/sockjs`, null, options);
    clients.push(this);
    this.closed = new Promise(resolve => {
      this.#socket.onclose = ({ code, reason }) => {
        this.#ended = new Error(`closed: ${code} ${reason}`);
        this.#waiting.splice(0).forEach(each => each.reject(this.#ended));
        resolve(code);
      };
    });
    this.opened = new Promise((resolve, reject) => {
      this.#socket.onopen = resolve;
      this.closed.then(() => reject(this.#ended));
    });
    this.opened.catch(() => {}); // told to who waits for it
    this.#socket.onmessage = ({ data }) => {
      for (const frame of [JSON.parse(data)].flat()) {
        if (this.#waiting.length > 0) this.#waiting.shift().resolve(frame);
        else this.#frames.push(frame);
      }
    };
  }

  static async welcome(url, options, user, deviceId, cursors) {
    const client = new Client(url, options);
    await client.opened;
    client.say({ type: 'hello', token: await server.token(user), deviceId, cursors });
    await client.hear('welcome');
    return client;
  }

  get transport() {
    return this.#socket.transport;
  }

  say(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  async #next() {
    if (this.#frames.length > 0) return this.#frames.shift();
    if (this.#ended) throw this.#ended;
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** The next frame of that type; before it come no errors, and nothing was left out. */
  async hear(type) {
    for (;;) {
      const frame = await this.#next();
      if (frame.type === type) return frame;
      if (frame.type === 'error' || frame.type === 'resync') throw new Error(`came: ${JSON.stringify(frame)}`);
    }
  }

  /** The bodies of the next messages. */
  async bodies(count) {
    const messages = [];
    while (messages.length < count) {
      const event = await this.hear('message_event');
      if (event.kind === 'message') messages.push(event);
    }
    const sequences = messages.map(({ sequence }) => sequence);
    assert.deepEqual(sequences, [...new Set(sequences)].sort((a, b) => a - b), 'once and in order');
    return messages.map(({ body }) => body);
  }

  /** Does nothing if it is closed. */
  close() {
    this.#socket.close();
    return this.closed;
  }
}

const on = transport => ({ transports: [transport] });
const welcome = (transport, ...rest) => Client.welcome(server.url, on(transport), ...rest);

async function group(name) {
  const response = await fetch(`${server.url}/v1/conversations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await server.token('alice')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'group', memberIds: ['bob'], name }),
  });
  assert.equal(response.status, 201);
  return (await response.json()).conversationId;
}

const send = (conversationId, clientMessageId, body) => ({ type: 'send_message', conversationId, clientMessageId, body });

for (const transport of TRANSPORTS) {
  describe(transport, () => {
    test('what is said arrives as it was, once and in order', { timeout }, async () => {
      const conversation = await group(transport);
      const alice = await welcome(transport, 'alice', `chat-${transport}`);
      const bob = await welcome('xhr-polling', 'bob', `chat-${transport}`);
      const said = Array.from({ length: 100 }, (_, i) => `${i} ${UNUSUAL[i % UNUSUAL.length]}`);
      for (const [i, body] of said.entries()) {
        alice.say(send(conversation, `a${i}`, body));
        bob.say(send(conversation, `b${i}`, body));
      }
      assert.deepEqual(await alice.bodies(said.length), said);
      assert.deepEqual(await bob.bodies(said.length), said);
      await Promise.all([alice.close(), bob.close()]);
    });

    test('an answer that is full goes on in the next', { timeout }, async () => {
      const conversation = await group(transport);
      const alice = await welcome(transport, 'alice', `large-${transport}`);
      const bob = await welcome('websocket', 'bob', `large-${transport}`);
      const said = Array.from({ length: 40 }, (_, i) => `${i} ${'x'.repeat(4_000)}`); // more than one answer takes, less than an outbox
      for (const [i, body] of said.entries()) {
        bob.say(send(conversation, `b${i}`, body));
        await bob.hear('message_ack');
      }
      assert.deepEqual(await alice.bodies(said.length), said);
      await Promise.all([alice.close(), bob.close()]);
    });

    test('a close has the code of the server', { timeout }, async () => {
      const client = new Client(server.url, on(transport));
      await client.opened;
      client.say({ type: 'hello', token: 'none', deviceId: 'x' });
      assert.equal((await client.hear('error')).code, 'unauthenticated');
      assert.equal(await client.closed, 4401);
    });
  });
}

test('with its own options it carries a chat, where WebSockets are blocked too', { timeout }, async () => {
  const conversation = await group('default');
  const alice = await Client.welcome(proxy.url, undefined, 'alice', 'default');
  const bob = await Client.welcome(server.url, undefined, 'bob', 'default');
  assert.deepEqual([alice.transport, bob.transport], ['xhr-streaming', 'websocket']);
  alice.say(send(conversation, 'a', 'from behind the wall'));
  assert.deepEqual(await bob.bodies(1), ['from behind the wall']);
  bob.say(send(conversation, 'b', 'and back'));
  assert.deepEqual(await alice.bodies(1), ['and back']);
  await Promise.all([alice.close(), bob.close()]);
});

test('a node that was killed, and one that drains, is resumed from', { timeout: 40_000 }, async () => {
  const conversation = await group('resumed');
  const before = await Promise.all(TRANSPORTS.map(each => welcome(each, 'alice', `resumed-${each}`)));
  await server.kill();
  for (const [i, client] of before.entries()) {
    if (NOTICING.includes(TRANSPORTS[i])) assert.ok((await client.closed) > 1000);
    else await client.close();
  }
  await server.restart();

  const bob = await welcome('xhr-streaming', 'bob', 'resumed');
  bob.say(send(conversation, 'while-away', 'while you were away'));
  await bob.hear('message_ack');
  const back = await Promise.all(TRANSPORTS.map(each => welcome(each, 'alice', `resumed-${each}`, { [conversation]: 1 })));
  for (const client of back) assert.deepEqual(await client.bodies(1), ['while you were away']);

  const ended = server.kill('SIGTERM');
  for (const client of [...back, bob]) {
    assert.ok((await client.hear('goaway')).retryAfterMillis > 0);
    assert.equal(await client.closed, 1012);
  }
  await ended;
});
