const REMEMBER_MILLIS = 10 * 60_000;
const REMEMBER_MILLIS_MAX = 24 * 60 * 60_000;

/**
 * Which transport to try next. One that has carried a session is tried first for a while: ten minutes for one that is not the first choice, as
 * the first may have failed for another reason (a server that was just starting), twice as long each time that this repeats, at most a day.
 */
export class Transports {
  #names;
  #at = 0;
  #memory;

  constructor(names) {
    this.#names = names;
  }

  get current() {
    return this.#names[this.#at];
  }

  /** To be kept. */
  get memory() {
    return this.#memory;
  }

  /** What was kept, perhaps of another start. */
  set memory(memory) {
    this.#memory = this.#names.includes(memory?.name) ? memory : undefined;
  }

  /** A new row of tries begins. */
  restart(now) {
    this.#at = this.#memory !== undefined && now < this.#memory.until ? this.#names.indexOf(this.#memory.name) : 0;
  }

  /** The current one has not brought a session about. */
  failed() {
    this.#at = (this.#at + 1) % this.#names.length;
  }

  /** The current one carries a session. Returns whether there is something new to keep. */
  worked(now) {
    if (this.#at === 0) {
      const had = this.#memory;
      this.#memory = undefined;
      return had !== undefined;
    }
    if (this.#memory?.name === this.current && now < this.#memory.until) return false;
    const millis = this.#memory?.name === this.current ? Math.min(REMEMBER_MILLIS_MAX, 2 * this.#memory.millis) : REMEMBER_MILLIS;
    this.#memory = { name: this.current, until: now + millis, millis };
    return true;
  }
}
