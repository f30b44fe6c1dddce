import { clientText, exchange, judgeBySources, serverText } from '../../../testing/contract.js';
import { below } from '../../../testing/seeded.js';

await judgeBySources();

const UNASKED = 5;
const NEWS_MILLIS = 1_000;
const LIMITS = {
  messageBytesMax: 65_536,
  bodyBytesMax: 100,
  httpBodyBytesMax: 262_144,
  extBytesMax: 2_048,
  attachmentsMax: 10,
  mentionsMax: 50,
  jsonDepthMax: 16,
  pageEntriesMax: 200,
  cursorsMax: 1_000,
  groupMembersMax: 10_000,
};
const SETTINGS = { slowModeMillis: 0, messagesPerMinute: 0, writers: 'all' };
const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/** A token as the client reads it; the model takes it for what it says. */
export function tokenOf(userId, expiresAt, number = 0) {
  const payload = Buffer.from(JSON.stringify({ sub: userId, exp: expiresAt / 1000, number })).toString('base64url');
  return `x.${payload}.x`;
}

/**
 * What a client sees of a server, in memory and virtual time: logs, sessions, pages, and a network that is slow and loses as much as a test says.
 * Live entries may be lost or late, as on the bus; what is on one socket stays in order, as on TCP.
 */
export class ModelServer {
  clock;
  random;
  isUp = true;
  incarnation = 'one';
  conversations = new Map(); // id → { members, entries, byId }
  sessions = new Set();
  reads = new Map(); // user and conversation → sequence
  settings = SETTINGS; // of all conversations
  channels = new Set(); // ids: their entries go to who has them open
  refusedTokens = new Set();
  refusedTransports = new Set();
  busyOpens = 0;
  /** Parts of 1. */
  loss = { live: 0, busy: 0, answer: 0 };
  heartbeatMillis = 25_000;
  unreadTotal = 0;
  connects = [];
  said = [];
  requests = [];
  isDeaf = false;

  constructor(clock, random) {
    this.clock = clock;
    this.random = random;
  }

  get now() {
    return Math.floor(this.clock.now());
  }

  create(id, members) {
    this.conversations.set(id, { members, entries: [], byId: new Map() });
    this.append(id, { kind: 'conversation_created', senderId: members[0], conversationType: 'group', ...this.settings });
    this.append(id, { kind: 'member_added', senderId: members[0], userIds: members.slice(1), role: 'member' });
  }

  /** Another life: what is known of this one holds no more. */
  restore() {
    this.incarnation = 'two';
    for (const conversation of this.conversations.values()) {
      conversation.entries.length = 2;
      conversation.byId.clear();
    }
  }

  append(id, content, origin) {
    const { entries, byId } = this.conversations.get(id);
    const sequence = entries.length + 1;
    const entry = { conversationId: id, sequence, messageId: `${id}.${sequence}`, sentAt: this.now, ...content };
    entries.push(entry);
    if (entry.clientMessageId !== undefined) byId.set(entry.clientMessageId, entry);
    for (const session of this.sessions) {
      if (session === origin || !this.mayRead(session.userId, id) || !session.isLive) continue;
      if (this.channels.has(id) && !session.opened.has(id)) {
        session.news(id, entry);
        continue;
      }
      if (this.random() < this.loss.live) continue;
      const late = this.random() < this.loss.live ? 3_000 : 0;
      this.clock.setTimeout(() => session.say(this.shown(entry, session.userId)), late);
    }
    return entry;
  }

  /** How long slow mode has the user wait: nobody is an admin here. */
  slowMillis(userId, id) {
    const { slowModeMillis } = this.settings;
    const last = this.conversations.get(id).entries.findLast(entry => entry.kind === 'message' && entry.senderId === userId);
    return slowModeMillis === 0 || last === undefined ? 0 : Math.max(0, last.sentAt + slowModeMillis - this.now);
  }

  /** So many have left that it is none any more. */
  shrink(id) {
    this.channels.delete(id);
    for (const session of this.sessions) if (!session.opened.has(id)) session.say({ type: 'resync', conversationIds: [id], reason: 'missed' });
  }

  mayRead(userId, id) {
    return this.conversations.get(id)?.members.includes(userId);
  }

  shown({ clientMessageId, ...content }, userId) {
    const entry = { type: 'message_event', ...content };
    return entry.senderId === userId && clientMessageId !== undefined ? { ...entry, clientMessageId } : entry;
  }

  heads(userId) {
    const heads = {};
    for (const [id, { entries }] of this.conversations) if (this.mayRead(userId, id)) heads[id] = entries.length;
    return heads;
  }

  kill() {
    this.isUp = false;
    for (const session of this.sessions) session.socket.cut(1006);
  }

  identity(token) {
    const { sub, exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
    return this.refusedTokens.has(token) || exp * 1000 <= this.clock.now() ? undefined : sub;
  }

  /** The constructors that a client takes. */
  get means() {
    const server = this;
    return {
      WebSocket: function WebSocket() {
        return new Socket(server, 'websocket');
      },
      sockjs: function SockJS(url, reserved, { transports }) {
        return new Socket(server, transports[0]);
      },
      fetch: (url, request) => server.fetch(url, request),
    };
  }

  async fetch(url, { method, headers, body }) {
    await new Promise(resolve => this.clock.setTimeout(resolve, below(this.random, 40)));
    const target = url.pathname + url.search;
    this.requests.push(`${method} ${target}`);
    if (!this.isUp || this.random() < this.loss.answer) throw new TypeError('fetch failed');
    const [status, told] = this.#answer(url, headers);
    const answer = JSON.stringify(told);
    exchange({ method, target, request: body, status, contentType: status < 300 ? 'application/json' : 'application/problem+json', answer });
    return { ok: status < 300, status, text: async () => answer };
  }

  #answer(url, headers) {
    const userId = this.identity(headers.authorization.slice('Bearer '.length));
    if (userId === undefined) return refused(401, 'unauthenticated');
    const [, id, page] = /^\/v1\/conversations\/([^/]+)(\/messages)?$/.exec(url.pathname) ?? [];
    if (!this.mayRead(userId, id)) return refused(404, 'not_found');
    const { entries } = this.conversations.get(id);
    if (page === undefined) {
      const readSequence = this.reads.get(`${userId} ${id}`) ?? 0;
      const unread = entries.filter(entry => entry.kind === 'message' && entry.senderId !== userId && entry.sequence > readSequence).length;
      const last = entries.findLast(entry => entry.kind === 'message');
      const lastMessage = last && this.shown(last, userId);
      return [200, { conversationId: id, type: 'group', role: 'member', ...this.settings, head: entries.length, unread, readSequence, lastMessage }];
    }
    const limit = Number(url.searchParams.get('limit'));
    const after = url.searchParams.get('after');
    const before = Number(url.searchParams.get('before') ?? entries.length + 1);
    const found = after === null ? entries.slice(0, before - 1).slice(-limit).reverse() : entries.slice(Number(after)).slice(0, limit);
    return [200, { entries: found.map(entry => this.shown(entry, userId)), gaps: [], first: 1, head: entries.length }];
  }
}

/** An answer as the contract has it. */
function refused(status, code) {
  return [status, { type: 'about:blank', title: code, status, detail: code, code, retryable: false }];
}

/** Both ends of one connection. */
class Socket {
  readyState = CONNECTING;
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;
  #server;
  #session;
  #arrivesAt = 0;

  constructor(server, transport) {
    this.#server = server;
    server.connects.push(transport);
    const isTaken = server.isUp && !server.refusedTransports.has(transport);
    this.#later(() => {
      if (!isTaken) return this.cut(1006);
      this.readyState = OPEN;
      this.onopen?.({});
    });
  }

  /** In order, as on TCP. */
  #later(task) {
    const { clock, random } = this.#server;
    this.#arrivesAt = Math.max(this.#arrivesAt, clock.now() + below(random, 30));
    clock.setTimeout(task, this.#arrivesAt - clock.now());
  }

  send(text) {
    this.#later(() => {
      clientText(text);
      if (this.readyState !== OPEN || this.#server.isDeaf) return;
      for (const frame of [JSON.parse(text)].flat()) this.#hear(frame);
    });
  }

  close() {
    this.cut(1000);
  }

  /** It is over for both. */
  cut(code) {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#server.sessions.delete(this.#session);
    this.onclose?.({ code });
  }

  say(frame) {
    this.#later(() => {
      serverText(JSON.stringify(frame));
      this.#deliver(frame);
    });
  }

  /** What no contract says yet. */
  sayUnheardOf(frame) {
    this.#later(() => this.#deliver(frame));
  }

  #deliver(frame) {
    if (this.readyState === OPEN && !this.#server.isDeaf) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  end(code) {
    this.#server.sessions.delete(this.#session);
    this.#later(() => this.cut(code));
  }

  #hear(frame) {
    const server = this.#server;
    server.said.push(frame);
    if (frame.type === 'hello') return this.#hello(frame);
    const session = this.#session;
    if (session === undefined || !server.sessions.has(session)) return;
    const { ref } = frame;
    switch (frame.type) {
      case 'heartbeat':
        return session.say({ type: 'heartbeat', ref, serverTime: server.now, watermark: '', heads: server.heads(session.userId) });
      case 'sync':
        return session.sync(frame.cursors, ref);
      case 'close':
        session.opened.delete(frame.conversationId);
        return undefined;
      case 'open':
        if (server.busyOpens > 0) {
          server.busyOpens--;
          return session.say({ type: 'error', ref, code: 'busy', message: '', retryable: true, retryAfterMillis: 2_000 });
        }
        session.opened.add(frame.conversationId);
        return session.sync({ [frame.conversationId]: frame.cursor ?? Infinity }, ref);
      case 'receipt':
        if (frame.receiptType === 'read') server.reads.set(`${session.userId} ${frame.conversationId}`, frame.sequence);
        return undefined;
      case 'reauth':
        if (server.identity(frame.token) === session.userId) return session.welcome(ref);
        return session.say({ type: 'error', ref, code: 'unauthenticated', message: '', retryable: false });
      case 'send_message':
      case 'edit_message':
      case 'delete_message':
        return session.place(frame);
    }
  }

  #hello(frame) {
    const server = this.#server;
    const userId = server.identity(frame.token);
    if (userId === undefined) {
      this.say({ type: 'error', ref: frame.ref, code: 'unauthenticated', message: '', retryable: false });
      return this.end(4401);
    }
    for (const other of server.sessions) if (other.userId === userId && other.deviceId === frame.deviceId) other.socket.end(4409);
    const session = new Session(server, this, userId, frame.deviceId);
    this.#session = session;
    server.sessions.add(session);
    session.welcome(frame.ref);
    const isOther = frame.incarnation !== undefined && frame.incarnation !== server.incarnation;
    const cursors = Object.fromEntries(Object.keys(server.heads(userId)).map(id => [id, (isOther ? undefined : frame.cursors?.[id]) ?? Infinity]));
    session.sync(cursors, frame.ref);
    session.isLive = true;
  }
}

class Session {
  isLive = false;
  opened = new Set();
  #moved = new Set();

  constructor(server, socket, userId, deviceId) {
    Object.assign(this, { server, socket, userId, deviceId });
  }

  say(frame) {
    this.socket.say(frame);
  }

  /** Of a channel that is not open: at once where it mentions the user, else once a second. */
  news(id, { sequence, mentions }) {
    if (mentions?.some(({ userId, all }) => all || userId === this.userId)) {
      this.say({ type: 'heads', heads: { [id]: sequence }, mentions: { [id]: [sequence] } });
      return;
    }
    if (this.#moved.has(id)) return;
    this.#moved.add(id);
    this.server.clock.setTimeout(() => {
      this.#moved.delete(id);
      if (this.opened.has(id) || !this.server.channels.has(id)) return;
      this.say({ type: 'heads', heads: { [id]: this.server.conversations.get(id).entries.length } });
    }, NEWS_MILLIS);
  }

  welcome(ref) {
    const { server, userId, deviceId } = this;
    const { heartbeatMillis, incarnation, unreadTotal } = server;
    const who = { ref, sessionId: 'session', userId, deviceId };
    const how = { serverTime: server.now, watermark: '', heartbeatMillis, limits: LIMITS, features: [], incarnation, unreadTotal };
    this.say({ type: 'welcome', ...who, ...how });
  }

  sync(cursors, ref) {
    const heads = {};
    for (const [id, cursor] of Object.entries(cursors)) {
      if (!this.server.mayRead(this.userId, id)) continue;
      const { entries } = this.server.conversations.get(id);
      const missing = entries.slice(cursor).slice(0, UNASKED);
      for (const entry of missing) this.say(this.server.shown(entry, this.userId));
      heads[id] = { first: 1, sentThrough: cursor > entries.length ? 0 : cursor + missing.length, head: entries.length };
    }
    this.say({ type: 'synced', ref, heads, watermark: '' });
  }

  place(frame) {
    const { server, userId } = this;
    const { clientMessageId, conversationId } = frame;
    const refuse = (code, retryable, retryAfterMillis) => this.say({ type: 'error', code, message: code, retryable, retryAfterMillis, clientMessageId, conversationId });
    if (!server.mayRead(userId, conversationId)) return refuse('not_found', false);
    if (server.random() < server.loss.busy) return refuse('busy', true);
    const known = server.conversations.get(conversationId).byId.get(clientMessageId);
    const kind = frame.type.split('_')[0].replace('send', 'message');
    const content =
      kind === 'message' ? { body: frame.body } : { targetSequence: frame.sequence, ...(kind === 'edit' && { body: frame.body }) };
    const slowMillis = known === undefined && kind === 'message' ? server.slowMillis(userId, conversationId) : 0;
    if (slowMillis > 0) return refuse('slow_mode', true, slowMillis);
    const entry = known ?? server.append(conversationId, { kind, senderId: userId, clientMessageId, ...content }, this);
    if (server.random() < server.loss.answer) return;
    const { messageId, sequence, sentAt } = entry;
    this.say({ type: 'message_ack', clientMessageId, conversationId, messageId, sequence, sentAt, duplicate: known !== undefined });
  }
}
