/**
 * Who is in which conversation, as last heard: few loads at once, of each conversation one, and a pause between two. Of large ones the first
 * page, since nobody reads a list of thousands: they are searched.
 */

const PAGE = 200;
const LOADS_MAX = 4;
const PAUSE_MILLIS = 2_000;

export class Members {
  #heard;
  #known = new Map(); // conversation → what is known of its members
  #waiting = [];
  #loads = 0;
  #isOver = false;

  /** @param heard runs with a conversation when its members were told */
  constructor(heard) {
    this.#heard = heard;
  }

  /** As last heard; undefined: never. */
  of(conversation) {
    return this.#known.get(conversation)?.members;
  }

  /** Whether these are all. */
  areAll(conversation) {
    return this.#known.get(conversation)?.isWhole ?? false;
  }

  /** What was heard holds no more. */
  outdate(conversation) {
    this.#about(conversation).isFresh = false;
  }

  /** They are not asked for until something is outdated again: the user is about to leave. */
  settle(conversation) {
    this.#about(conversation).isFresh = true;
  }

  /** Has them asked for, if what was heard does not hold: at once, or after a pause if they were asked for just now. */
  want(conversation) {
    const known = this.#about(conversation);
    if (known.isFresh || known.isWanted || !conversation.isMember || this.#isOver) return;
    known.isWanted = true;
    const last = known.loading ? Date.now() : known.loadedAt;
    known.timer = setTimeout(() => {
      this.#waiting.push(known);
      this.#next();
    }, Math.max(0, last + PAUSE_MILLIS - Date.now()));
  }

  #next() {
    while (this.#loads < LOADS_MAX && this.#waiting.length > 0) {
      const known = this.#waiting.shift();
      known.isWanted = false;
      if (known.isFresh || !known.conversation.isMember) continue;
      this.#loads++;
      this.load(known.conversation)
        .catch(() => {}) // whoever still wants them says so again
        .finally(() => {
          this.#loads--;
          this.#next();
        });
    }
  }

  /** Asks for them now: they are as they were after this was called, or later. */
  async load(conversation) {
    const known = this.#about(conversation);
    await known.loading?.catch(() => {});
    known.loading ??= this.#page(known).finally(() => {
      known.loading = undefined;
      known.loadedAt = Date.now();
    });
    const members = await known.loading;
    this.#heard(conversation);
    return members;
  }

  async #page(known) {
    const members = [];
    let cursor;
    known.isFresh = true; // unless an entry says otherwise meanwhile
    try {
      // A page may hold fewer than asked for.
      do {
        const page = await known.conversation.members({ cursor, limit: PAGE - members.length });
        members.push(...page.members);
        cursor = page.cursor;
      } while (cursor && members.length < PAGE);
    } catch (error) {
      known.isFresh = false;
      throw error;
    }
    known.members = members;
    known.isWhole = cursor === undefined;
    return members;
  }

  #about(conversation) {
    let known = this.#known.get(conversation);
    if (!known) this.#known.set(conversation, (known = { conversation, isFresh: false, isWanted: false, loadedAt: 0 }));
    return known;
  }

  stop() {
    this.#isOver = true;
    this.#waiting = [];
    for (const { timer } of this.#known.values()) clearTimeout(timer);
  }
}
