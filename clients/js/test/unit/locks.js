/** The locks of one browser: each tab asks the same. */
export class Locks {
  #held = new Map();

  async request(name, options, task = options) {
    while (this.#held.has(name)) {
      if (options.ifAvailable) return task(null);
      await this.#held.get(name);
    }
    const run = (async () => task({ name }))();
    this.#held.set(name, run.catch(() => {}));
    try {
      return await run;
    } finally {
      this.#held.delete(name);
    }
  }
}
