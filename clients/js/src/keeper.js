const SAVE_MILLIS = 500;

/**
 * Keeps what has to survive: of this device the cursors (saved soon after the entries were given out, so that a crash repeats some rather
 * than loses any), of the user the unacknowledged sends, each under the device whose they are. What cannot be written is told, and tried again
 * with the next.
 */
export class Keeper {
  #store;
  #host;
  #clock;
  #onError;
  #user;
  #device;
  #dirty = new Map(); // key → value to be written
  #timer;
  #writing = Promise.resolve();

  constructor({ store, host, clock, onError }) {
    this.#store = store;
    this.#host = host;
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Values of no user: `transport`, `device`. */
  async get(name) {
    const key = `${this.#host}|${name}`;
    return (await this.#store.read(key)).find(([found]) => found === key)?.[1];
  }

  set(name, value) {
    return this.#store.write([[`${this.#host}|${name}`, value]]);
  }

  /** All that is kept of that user on that device: `{ incarnation, cursors: Map, channels: [], reads: Map, sends: [] }`. */
  async open(userId, deviceId) {
    this.#user = `${this.#host}|${userId}|`;
    this.#device = `${this.#user}${deviceId}|`;
    const kept = { incarnation: undefined, cursors: new Map(), channels: [], reads: new Map(), sends: [] };
    for (const [key, value] of await this.#store.read(this.#device)) {
      const name = key.slice(this.#device.length);
      if (name === 'incarnation') kept.incarnation = value;
      else if (name.startsWith('cursor|')) kept.cursors.set(name.slice(7), value);
      else if (name.startsWith('channel|')) kept.channels.push(name.slice(8));
      else if (name.startsWith('read|')) kept.reads.set(name.slice(5), value);
    }
    for (const [key, value] of await this.#store.read(this.#sendKey(deviceId, ''))) {
      if (key.startsWith(this.#sendKey(deviceId, ''))) kept.sends.push(value);
    }
    return kept;
  }

  get isOpen() {
    return this.#device !== undefined;
  }

  incarnation(incarnation) {
    this.#soon(`${this.#device}incarnation`, incarnation);
  }

  /** @param cursor undefined: it is forgotten */
  cursor(conversationId, cursor) {
    this.#soon(`${this.#device}cursor|${conversationId}`, cursor);
  }

  /** Whether entries of it come only while it is open. */
  channel(conversationId, isChannel) {
    this.#soon(`${this.#device}channel|${conversationId}`, isChannel ? true : undefined);
  }

  /** A read pointer that the server may not know of yet; undefined: it does. */
  readPointer(conversationId, sequence) {
    this.#soon(`${this.#device}read|${conversationId}`, sequence);
  }

  /** Completes once it is written. */
  send(deviceId, record) {
    return this.#now([[this.#sendKey(deviceId, record.clientMessageId), record]]);
  }

  sendDone(deviceId, clientMessageId) {
    return this.#now([[this.#sendKey(deviceId, clientMessageId), undefined]]).catch(() => {});
  }

  /** Devices that have left sends behind. */
  async owners() {
    const prefix = `${this.#user}send|`;
    const owners = new Set();
    for (const [key] of await this.#store.read(prefix)) owners.add(key.slice(prefix.length).split('|')[0]);
    return [...owners];
  }

  /** Takes what a device that is gone has left; only to be called by who holds the name of that device. */
  async adopt(owner, deviceId) {
    const left = await this.#store.read(this.#sendKey(owner, ''));
    const moved = left.flatMap(([key, record]) => [
      [key, undefined],
      [this.#sendKey(deviceId, record.clientMessageId), record],
    ]);
    if (moved.length > 0) await this.#store.write(moved);
    return left.map(([, record]) => record);
  }

  /** Forgets all of the user on this device. */
  async forget(deviceId) {
    this.#dirty.clear();
    const keys = [...(await this.#store.read(this.#device)), ...(await this.#store.read(this.#sendKey(deviceId, '')))];
    await this.#store.write(keys.map(([key]) => [key, undefined]));
  }

  /** Writes what waits. */
  flush() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#dirty.size === 0) return this.#writing.catch(() => {});
    const changes = [...this.#dirty];
    this.#dirty.clear();
    return this.#now(changes).catch(() => {
      // What has changed since is newer.
      for (const [key, value] of changes) if (!this.#dirty.has(key)) this.#dirty.set(key, value);
    });
  }

  #sendKey(deviceId, clientMessageId) {
    return `${this.#user}send|${deviceId}|${clientMessageId}`;
  }

  #soon(key, value) {
    this.#dirty.set(key, value);
    this.#timer ??= this.#clock.setTimeout(() => this.flush(), SAVE_MILLIS);
  }

  /** One after the other, so that what was written last stands. */
  #now(changes) {
    const written = this.#writing.catch(() => {}).then(() => this.#store.write(changes));
    this.#writing = written;
    written.catch(this.#onError);
    return written;
  }
}
