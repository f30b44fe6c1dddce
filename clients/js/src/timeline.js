/** Entries that wait behind a hole; of more, the furthest are dropped and fetched again. */
const AHEAD_MAX = 1_000;

/**
 * The order of one conversation: takes entries and gaps as they come, lost, doubled, in any order, and gives them out once, in sequence.
 * An item is `{ from, to, entry }` or `{ from, to, reason }` for a gap. No clock, no network.
 */
export class Timeline {
  /** Everything up to here was given out. */
  cursor;
  /** The last sequence heard of: what is missing up to it is a hole. */
  head;
  #ahead = []; // items behind a hole, ascending, apart from one another

  constructor(cursor = 0) {
    this.cursor = cursor;
    this.head = cursor;
  }

  get hasHole() {
    return this.head > this.cursor;
  }

  holds(sequence) {
    return sequence <= this.cursor || this.#ahead.some(item => item.from <= sequence && sequence <= item.to);
  }

  /** This far the conversation goes. */
  hearOf(head) {
    this.head = Math.max(this.head, head);
  }

  /** An entry has come. Returns what is to be given out now. */
  take(entry) {
    return this.#put({ from: entry.sequence, to: entry.sequence, entry });
  }

  /** These never come. */
  skip(from, to, reason) {
    return to < from ? [] : this.#put({ from, to, reason });
  }

  /** Leaves out everything up to there. Returns what is to be given out now. */
  jump(cursor) {
    if (cursor <= this.cursor) return [];
    this.cursor = cursor;
    this.hearOf(cursor);
    return this.#drain();
  }

  #put(item) {
    this.hearOf(item.to);
    if (item.from <= this.cursor + 1 && this.#ahead.length === 0) return this.#give(item);
    let at = this.#ahead.length;
    while (at > 0 && this.#ahead[at - 1].from > item.from) at--;
    this.#ahead.splice(at, 0, item);
    const given = this.#drain();
    if (this.#ahead.length > AHEAD_MAX) this.#ahead.length = AHEAD_MAX;
    return given;
  }

  #drain() {
    const given = [];
    let used = 0;
    while (used < this.#ahead.length && this.#ahead[used].from <= this.cursor + 1) given.push(...this.#give(this.#ahead[used++]));
    this.#ahead.splice(0, used);
    return given;
  }

  #give(item) {
    if (item.to <= this.cursor) return [];
    const rest = item.from <= this.cursor ? { ...item, from: this.cursor + 1 } : item;
    this.cursor = item.to;
    return [rest];
  }
}
