/** How long to wait before another try: full jitter over a range that doubles to a bound, so that clients do not come back together. */
export class Backoff {
  #random;
  #base;
  #max;
  attempt = 0;

  constructor(random, { baseMillis = 500, maxMillis = 30_000 } = {}) {
    this.#random = random;
    this.#base = baseMillis;
    this.#max = maxMillis;
  }

  /** Another try has failed. @param atLeast what the server asked for */
  next(atLeast = 0) {
    const range = Math.min(this.#max, this.#base * 2 ** Math.min(this.attempt, 30));
    this.attempt++;
    return Math.ceil(atLeast + Math.max(50, this.#random() * range));
  }

  reset() {
    this.attempt = 0;
  }
}
