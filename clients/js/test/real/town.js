import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { judged } from '../../../testing/contract.js';
import { until } from '../../../testing/until.js';
import { MemoryStore, Parley, ParleyError } from '../../src/index.js';

/** Users with devices at a node, what they have sent, and the judge of what each has got. */
export class Town {
  #server;
  #url;
  #ttlSeconds;
  devices = [];
  sent = new Map(); // body → device
  refusals = [];
  #bodies = 0;

  /** @param url of the node or of what stands before it */
  constructor(server, url, ttlSeconds = 3_600) {
    this.#server = server;
    this.#url = url;
    this.#ttlSeconds = ttlSeconds;
  }

  /** A device, started. @param options beside the usual ones */
  device(userId, options = {}) {
    const device = { userId, store: new MemoryStore(), options, entries: new Map(), states: [], tokens: [], errors: [] };
    this.devices.push(device);
    this.start(device);
    return device;
  }

  /** Starts the program of that device, on what it has kept. */
  start(device) {
    const { userId, store } = device;
    const parley = new Parley({
      url: this.#url,
      token: ({ reason }) => {
        device.tokens.push(reason);
        if (device.refusesTokens) throw new ParleyError('unauthenticated', 'this user is out');
        return this.#server.token(userId, this.#ttlSeconds);
      },
      userId,
      store,
      WebSocket: judged(WebSocket),
      locks: undefined,
      ...device.options,
    });
    parley.on('entry', ({ conversation, entry }) => {
      const id = conversation.conversationId;
      if (!device.entries.has(id)) device.entries.set(id, []);
      device.entries.get(id).push(entry);
    });
    parley.on('state', state => device.states.push(state.name));
    parley.on('error', error => device.errors.push(error));
    parley.on('failed', ({ error }) => this.refusals.push(error));
    parley.connect();
    device.parley = parley;
  }

  online(devices = this.devices) {
    return until('all are online', () => devices.every(({ parley }) => parley.state.name === 'online'));
  }

  send(device, conversationId) {
    const body = `${++this.#bodies}`;
    this.sent.set(body, device);
    return device.parley.conversation(conversationId).send({ body });
  }

  /** The log of a conversation as the node shows it. */
  async log(device, conversationId) {
    const token = await this.#server.token(device.userId, 60);
    const entries = [];
    for (;;) {
      const after = entries.at(-1)?.sequence ?? 0;
      const response = await fetch(`${this.#server.url}/v1/conversations/${conversationId}/messages?after=${after}&limit=200`, {
        headers: { authorization: `Bearer ${token}` },
      });
      assert.equal(response.status, 200);
      const page = await response.json();
      if (page.entries.length === 0) return entries;
      entries.push(...page.entries);
    }
  }

  /**
   * All has arrived, and in each conversation every device of a member has each entry from its first on once and in order, every send of theirs
   * is placed once, and those of one device in the order sent.
   */
  async check(conversations) {
    await until('all sends are placed', () => this.devices.every(({ parley }) => parley.pending.length === 0));
    assert.deepEqual(this.refusals, []);
    const placed = [];
    for (const { id, userIds } of conversations) {
      const members = this.devices.filter(({ userId }) => userIds.includes(userId));
      const log = await this.log(members[0], id);
      const head = log.at(-1).sequence;
      await until(`all have ${id} up to ${head}`, () => members.every(({ parley }) => parley.conversation(id).cursor === head));
      for (const { userId, entries } of members) {
        const got = entries.get(id) ?? [];
        const expected = log.filter(entry => entry.sequence >= (got[0]?.sequence ?? head + 1));
        assert.deepEqual(got.map(shown), expected.map(shown), `what ${userId} has of ${id}`);
      }
      placed.push(...log.filter(entry => entry.kind === 'message'));
    }
    const bodies = placed.map(entry => entry.body);
    assert.deepEqual(bodies.map(Number).sort((a, b) => a - b), [...this.sent.keys()].map(Number), 'every send is placed once');
    for (const { id } of conversations) {
      for (const device of this.devices) {
        const own = placed.filter(entry => entry.conversationId === id && this.sent.get(entry.body) === device).map(entry => Number(entry.body));
        assert.deepEqual(own, [...own].sort((a, b) => a - b), 'in the order sent');
      }
    }
  }

  async close() {
    await Promise.all(this.devices.map(({ parley }) => parley.close()));
  }
}

function shown({ sequence, messageId, kind, senderId, sentAt, body }) {
  return { sequence, messageId, kind, senderId, sentAt, body };
}
