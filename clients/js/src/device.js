const SLOTS_MAX = 50;

/**
 * The name of this device. Two connections of one device replace each other, so the tabs of a browser are devices of their own: they share a
 * random base that is kept, and each takes the first number that no other tab holds, by a Web Lock, which the browser frees when the tab is
 * gone, however it goes. So there are as many devices as there were tabs at a time, and a new tab goes on where the last one with that number ended.
 */
export class Device {
  #locks;
  #host;
  #given;
  #release;
  id;

  /** @param given the application's own name for it @param locks a LockManager; undefined: there is none */
  constructor({ given, locks, host }) {
    this.#given = given;
    this.#locks = given === undefined ? locks : undefined;
    this.#host = host;
  }

  /** Takes a name; it is ours until `release`. If the store fails there is a name all the same, and the failure. */
  async claim(keeper) {
    if (this.id !== undefined) return this.id;
    try {
      if (this.#given !== undefined) this.id = this.#given;
      else if (this.#locks === undefined) this.id = await this.#ofTab(keeper);
      else this.id = await this.#number(await this.#locks.request(this.#lock('base'), () => kept(keeper)));
    } finally {
      this.id ??= randomId();
    }
    return this.id;
  }

  /** Gives the name up. */
  release() {
    if (this.#locks !== undefined) this.id = undefined;
    this.#release?.();
    this.#release = undefined;
  }

  /** Runs the task if no other tab has that name, and while it has not. */
  async ifGone(deviceId, task) {
    if (this.#locks === undefined) return;
    await this.#locks.request(this.#lock(deviceId), { ifAvailable: true }, lock => (lock === null ? undefined : task()));
  }

  async #number(base) {
    for (let number = 1; number <= SLOTS_MAX; number++) {
      const id = `${base}.${number}`;
      if (await this.#hold(id)) return id;
    }
    return `${base}.${randomId()}`;
  }

  /** Holds the lock of that name, if it is free. */
  #hold(id) {
    return new Promise((resolve, reject) => {
      this.#locks
        .request(this.#lock(id), { ifAvailable: true }, lock => {
          resolve(lock !== null);
          if (lock === null) return undefined;
          return new Promise(release => {
            this.#release = release;
          });
        })
        .catch(reject);
    });
  }

  /** Without locks: where there are tabs, one that lasts as long as the tab; else one that lasts as long as the store. */
  async #ofTab(keeper) {
    let tab;
    try {
      tab = globalThis.sessionStorage;
    } catch {
      // the page may not use it
    }
    if (tab === undefined) return kept(keeper);
    const key = `parley|${this.#host}`;
    const id = tab.getItem(key) ?? randomId();
    tab.setItem(key, id);
    return id;
  }

  #lock(name) {
    return `parley|${this.#host}|${name}`;
  }
}

async function kept(keeper) {
  const had = await keeper.get('device');
  if (typeof had === 'string') return had;
  const id = randomId();
  await keeper.set('device', id);
  return id;
}

/** 128 random bits. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
