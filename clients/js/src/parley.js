import { Client } from './client.js';
import { IndexedDbStore, MemoryStore } from './stores.js';

const BOUNDS = { entriesMax: 1_000, pendingMax: 1_000, catchUpMax: 5_000, conversationsMax: 200 };
const TRANSPORTS = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'];
const CLOCK = {
  now: () => Date.now(),
  setTimeout: (task, millis) => setTimeout(task, millis),
  clearTimeout: timer => clearTimeout(timer),
};

/** The user's side of Parley. */
export class Parley {
  #client;
  #unwatchPage;

  constructor(options) {
    this.#client = new Client(checked(options));
  }

  get state() {
    return this.#client.state;
  }

  get userId() {
    return this.#client.userId;
  }

  get deviceId() {
    return this.#client.deviceId;
  }

  get unreadTotal() {
    return this.#client.inbox.unreadTotal;
  }

  get limits() {
    return this.#client.limits;
  }

  get transport() {
    return this.#client.transport;
  }

  get clockSkewMillis() {
    return this.#client.clockSkewMillis;
  }

  get pending() {
    return this.#client.sends.all;
  }

  connect() {
    this.#unwatchPage ??= watchPage(this.#client);
    this.#client.connect();
  }

  close() {
    this.#leavePage();
    return this.#client.close();
  }

  signOut() {
    this.#leavePage();
    return this.#client.signOut();
  }

  #leavePage() {
    this.#unwatchPage?.();
    this.#unwatchPage = undefined;
  }

  on(name, listener) {
    return this.#client.emitter.on(name, listener);
  }

  conversations(page) {
    return this.#client.inbox.page(page);
  }

  conversation(conversationId) {
    return this.#client.inbox.thread(conversationId).conversation;
  }

  createDirect(userId) {
    return this.#client.inbox.create({ type: 'direct', memberIds: [userId] });
  }

  createGroup({ name, memberIds, clientRequestId }) {
    return this.#client.inbox.create({ type: 'group', name, memberIds, clientRequestId });
  }

  watch(userIds) {
    this.#client.live.watch(userIds);
  }

  unwatch(userIds) {
    this.#client.live.unwatch(userIds);
  }

  presenceOf(userId) {
    return this.#client.live.presenceOf(userId);
  }

  presence(userIds) {
    return this.#client.api.presence(userIds);
  }

  invitation(token) {
    return this.#client.api.invitation(token);
  }

  join(token) {
    return this.#client.inbox.join(token);
  }

  blocks() {
    return this.#client.api.blocks();
  }

  async block(userId) {
    await this.#client.api.block(userId);
  }

  async unblock(userId) {
    await this.#client.api.unblock(userId);
  }

  devices() {
    return this.#client.api.devices();
  }

  removeDevice(deviceId) {
    return this.#client.api.removeDevice(deviceId);
  }

  settings() {
    return this.#client.api.settings();
  }

  changeSettings(settings) {
    return this.#client.api.changeSettings(settings);
  }
}

/** The options, with what was left out. */
function checked(options) {
  const { url, token } = options;
  if (!/^https?:\/\//.test(url)) throw new TypeError('url is the address of the server: https://chat.example.org');
  if (typeof token !== 'function') throw new TypeError('token is a function that gives a token');
  const WebSocket = options.WebSocket ?? globalThis.WebSocket;
  const { sockjs } = options;
  const transports = (options.transports ?? TRANSPORTS).filter(name => {
    if (!TRANSPORTS.includes(name)) throw new TypeError(`there is no transport ${name}`);
    return name === 'websocket' ? WebSocket !== undefined : sockjs !== undefined;
  });
  if (transports.length === 0) throw new TypeError('there is no transport: give WebSocket (of the package ws), or sockjs');
  return {
    ...options,
    url: url.replace(/\/+$/, ''),
    transports,
    WebSocket,
    sockjs,
    fetch: options.fetch ?? ((...asked) => globalThis.fetch(...asked)),
    random: options.random ?? Math.random,
    clock: options.clock ?? CLOCK,
    store: options.store ?? (globalThis.indexedDB === undefined ? new MemoryStore() : new IndexedDbStore()),
    locks: 'locks' in options ? options.locks : globalThis.navigator?.locks,
    bounds: { ...BOUNDS, ...options.bounds },
  };
}

/** What a browser knows of network and page: the way back is tried at once, and what is to be kept is written before the page may go. */
function watchPage(client) {
  const { document, addEventListener, removeEventListener } = globalThis;
  if (document === undefined || addEventListener === undefined) return () => {};
  const hurry = () => client.hurry();
  const onVisibility = () => {
    if (document.visibilityState === 'visible') client.hurry();
    else client.flush();
  };
  const flush = () => client.flush();
  addEventListener('online', hurry);
  addEventListener('offline', hurry);
  addEventListener('pageshow', hurry);
  addEventListener('pagehide', flush);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    removeEventListener('online', hurry);
    removeEventListener('offline', hurry);
    removeEventListener('pageshow', hurry);
    removeEventListener('pagehide', flush);
    document.removeEventListener('visibilitychange', onVisibility);
  };
}
