import { test } from 'node:test';

/** Numbers from 0 to 1 that a seed repeats. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number below the bound. */
export const below = (random, bound) => Math.floor(random() * bound);

export function shuffle(random, list) {
  const shuffled = [...list];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = below(random, i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
  }
  return shuffled;
}

/** Checks what has to hold for every seed; one that fails is named. SEED=7 runs that one alone. */
export function forSeeds(name, count, check) {
  test(name, async () => {
    const only = process.env.SEED;
    const seeds = only === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(only)];
    for (const seed of seeds) {
      try {
        await check(randomOf(seed), seed);
      } catch (error) {
        error.stack = `SEED=${seed} ${error.stack}`;
        throw error;
      }
    }
  });
}

/** Time that passes only when a test says so. */
export class VirtualClock {
  #now = 1_700_000_000_000;
  #timers = [];
  #ids = 0;

  now() {
    return this.#now;
  }

  setTimeout(task, millis) {
    const timer = { at: this.#now + Math.max(0, millis), id: ++this.#ids, task };
    this.#timers.push(timer);
    return timer;
  }

  clearTimeout(timer) {
    this.#timers = this.#timers.filter(each => each !== timer);
  }

  /** How many timers are set. */
  get timers() {
    return this.#timers.length;
  }

  /** Lets the time pass, with everything that is due in it, and all promises that this settles. */
  async pass(millis) {
    const until = this.#now + millis;
    await settled();
    for (;;) {
      const next = this.#timers.reduce((a, b) => (b.at > until || (a && (a.at < b.at || (a.at === b.at && a.id < b.id))) ? a : b), undefined);
      if (next === undefined) break;
      this.clearTimeout(next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
      await settled();
    }
    this.#now = until;
  }
}

/** All promises that can be settled now are. */
function settled() {
  return new Promise(resolve => setImmediate(resolve));
}
