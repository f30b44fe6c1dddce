import { Backoff } from './backoff.js';

/** Acknowledgements may overtake entries: what is missing for so long is a hole. */
const HOLE_MILLIS = 1_000;
/** An answer that takes longer is given up, and asked for again. */
const ANSWER_MILLIS = 30_000;
const CURSORS_A_FRAME = 500;
const PAGES_AT_ONCE = 2;
const PAGE_ENTRIES = 200;

/**
 * Gets what is missing: asks by `sync` where there is a hole, and pages over HTTP what the server does not send unasked. Gaps and entries go
 * through `on`; which conversations there are is the client's to know.
 */
export class Catchup {
  #clock;
  #random;
  #catchUpMax;
  #on;
  #asked = new Map(); // ref → { threads, until, isOpening }
  #refs = 0;
  #isFresh = true;
  #holes = new Map(); // conversation → { cursor, since }
  #timer;
  #lookAt = Infinity;
  #openings = new Map(); // conversation → timer, until it is said again that it is on screen
  #wanted = new Set(); // to be paged
  #paging = new Set();
  #backoffs = new Map();

  /**
   * @param on `{ thread(id), threads(): those begun, begin(thread, cursor), say(frame), isConnected(), page(id, query): Promise, take(thread, entry), skip(thread, from, to, reason),
   *     jump(thread, cursor), isPaused(thread): its entries are not to come, news(thread, head) of such a one, error(error) }`
   */
  constructor({ clock, random, catchUpMax, on }) {
    this.#clock = clock;
    this.#random = random;
    this.#catchUpMax = catchUpMax;
    this.#on = on;
  }

  /** The cursors for a hello; undefined: this device has none, and begins at the heads. Those that do not fit are asked for by `sync`. */
  hello(isFresh) {
    this.#isFresh = isFresh;
    if (isFresh) return undefined;
    const threads = this.#sounding().slice(0, CURSORS_A_FRAME);
    this.#ask('hello', threads);
    return cursorsOf(threads);
  }

  /** Those whose entries are to come. */
  #sounding() {
    return this.#on.threads().filter(thread => !this.#on.isPaused(thread));
  }

  /** The data is of another life: what was asked is void, and there are no cursors. */
  forget() {
    this.#isFresh = true;
    this.#asked.clear();
    this.#holes.clear();
    this.#wanted.clear();
  }

  disconnected() {
    this.#asked.clear();
    this.#holes.clear();
    this.#clock.clearTimeout(this.#timer);
    this.#lookAt = Infinity;
    for (const timer of this.#openings.values()) this.#clock.clearTimeout(timer);
    this.#openings.clear();
  }

  /** Nothing is fetched any more. */
  close() {
    this.disconnected();
    this.#wanted.clear();
  }

  /** Asks for what these miss. */
  sync(threads) {
    for (let i = 0; i < threads.length; i += CURSORS_A_FRAME) {
      const part = threads.slice(i, i + CURSORS_A_FRAME);
      const ref = `sync ${++this.#refs}`;
      if (!this.#on.say({ type: 'sync', ref, cursors: cursorsOf(part) })) return;
      this.#ask(ref, part);
    }
  }

  /** Is on screen. */
  open(thread) {
    const ref = `open ${++this.#refs}`;
    const frame = { type: 'open', ref, conversationId: thread.id };
    if (thread.timeline !== undefined) frame.cursor = thread.cursor;
    if (this.#on.say(frame)) this.#ask(ref, [thread], true);
  }

  #ask(ref, threads, isOpening = false) {
    this.#asked.set(ref, { threads: new Set(threads), until: this.#clock.now() + ANSWER_MILLIS, isOpening });
  }

  onSynced(frame) {
    const asked = this.#asked.get(frame.ref)?.threads ?? new Set();
    if (!frame.more) this.#asked.delete(frame.ref);
    const unasked = [];
    for (const [id, { first, sentThrough, head }] of Object.entries(frame.heads)) {
      const thread = this.#on.thread(id);
      if (thread.timeline === undefined) this.#on.begin(thread, this.#isFresh && frame.ref === 'hello' ? head : first - 1);
      thread.window.first = Math.max(thread.window.first, first);
      if (thread.cursor + 1 < first) this.#on.skip(thread, thread.cursor + 1, first - 1, 'not_member');
      if (this.#on.isPaused(thread)) {
        this.#on.news(thread, head);
        continue;
      }
      thread.timeline.hearOf(head);
      if (!thread.timeline.hasHole) continue;
      if (head - thread.cursor > this.#catchUpMax) this.#on.jump(thread, head - this.#catchUpMax);
      if (asked.has(thread) && thread.cursor >= sentThrough) this.#page(thread);
      else if (asked.has(thread) || this.#isOnItsWay(thread)) this.lookAfter(thread);
      else unasked.push(thread);
    }
    for (const thread of asked) if (!thread.timeline?.hasHole) this.#backoffs.delete(thread); // else pages may have failed
    if (!frame.more) for (const thread of asked) this.lookAfter(thread);
    this.sync(unasked);
    if (frame.ref === 'hello' && !frame.more) this.#isFresh = false;
  }

  onResync(frame) {
    this.sync(frame.all ? this.#sounding() : (frame.conversationIds ?? []).map(id => this.#begun(id)));
  }

  /** Heads that exist: what is missing up to them is missing. */
  onHeads(heads = {}) {
    for (const [id, head] of Object.entries(heads)) {
      const thread = this.#begun(id);
      thread.timeline.hearOf(head);
      this.lookAfter(thread);
    }
  }

  /** A conversation that this device had not heard of, once it has. */
  #begun(id) {
    const thread = this.#on.thread(id);
    if (thread.timeline === undefined) this.#on.begin(thread, 0);
    return thread;
  }

  /** An error with this ref. False: it answers nothing here. */
  onError(frame) {
    const asked = this.#asked.get(frame.ref);
    if (asked === undefined) return false;
    this.#asked.delete(frame.ref);
    for (const thread of asked.threads) {
      const waitMillis = this.#failed(thread, frame);
      if (asked.isOpening && frame.retryable) this.#openAgain(thread, waitMillis);
      else this.lookAfter(thread, waitMillis);
    }
    return true;
  }

  /** Nobody has taken down that it is on screen, without which nothing of a channel comes. */
  #openAgain(thread, afterMillis) {
    this.#clock.clearTimeout(this.#openings.get(thread));
    const timer = this.#clock.setTimeout(() => {
      this.#openings.delete(thread);
      if (thread.isOpen) this.open(thread);
    }, afterMillis);
    this.#openings.set(thread, timer);
  }

  /** Returns how long to wait before the next try. */
  #failed(thread, { retryAfterMillis = 0 }) {
    const backoff = this.#backoffs.get(thread) ?? new Backoff(this.#random);
    this.#backoffs.set(thread, backoff);
    return backoff.next(retryAfterMillis);
  }

  /** Whether something is missing: then it is asked for unless it comes. */
  lookAfter(thread, afterMillis = 0) {
    if (!thread.timeline?.hasHole || this.#on.isPaused(thread) || this.#holes.has(thread) || !this.#on.isConnected()) return;
    const at = this.#clock.now() + Math.max(HOLE_MILLIS, afterMillis);
    this.#holes.set(thread, { cursor: thread.cursor, at });
    this.#lookBy(at);
  }

  #lookBy(at) {
    if (at >= this.#lookAt) return;
    this.#lookAt = at;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#look(), at - this.#clock.now());
  }

  #look() {
    this.#lookAt = Infinity;
    const now = this.#clock.now();
    const lost = [];
    let next = Infinity;
    for (const [thread, hole] of this.#holes) {
      if (!thread.timeline?.hasHole || this.#on.isPaused(thread)) {
        this.#holes.delete(thread);
      } else if (hole.at > now) {
        next = Math.min(next, hole.at);
      } else if (thread.cursor > hole.cursor || this.#isOnItsWay(thread)) {
        hole.cursor = thread.cursor;
        hole.at = now + HOLE_MILLIS;
        next = Math.min(next, hole.at);
      } else {
        this.#holes.delete(thread);
        lost.push(thread);
      }
    }
    this.#lookBy(next);
    this.sync(lost);
  }

  #isOnItsWay(thread) {
    if (this.#wanted.has(thread) || this.#paging.has(thread)) return true;
    for (const [ref, { threads, until }] of this.#asked) {
      if (this.#clock.now() >= until) this.#asked.delete(ref);
      else if (threads.has(thread)) return true;
    }
    return false;
  }

  #page(thread) {
    this.#wanted.add(thread);
    this.#nextPage();
  }

  #nextPage() {
    for (const thread of this.#wanted) {
      if (this.#paging.size >= PAGES_AT_ONCE) return;
      if (this.#paging.has(thread)) continue;
      this.#wanted.delete(thread);
      this.#paging.add(thread);
      this.#fetch(thread).then(waitMillis => {
        this.#paging.delete(thread);
        this.#nextPage();
        this.lookAfter(thread, waitMillis);
      });
    }
  }

  /** Returns how long to wait before the next try, if it failed. */
  async #fetch(thread) {
    const { timeline } = thread;
    const after = thread.cursor;
    try {
      const page = await this.#on.page(thread.id, { after, limit: PAGE_ENTRIES });
      if (thread.timeline !== timeline) return 0; // forgotten meanwhile
      this.#backoffs.delete(thread);
      const items = [
        ...page.entries.map(entry => ({ from: entry.sequence, entry })),
        ...(page.gaps ?? []).map(gap => ({ ...gap })),
      ].sort((a, b) => a.from - b.from);
      for (const item of items) {
        if (item.entry !== undefined) this.#on.take(thread, item.entry);
        else this.#on.skip(thread, item.from, item.to, item.reason);
      }
      timeline.hearOf(page.head);
      if (thread.cursor > after && timeline.hasHole && !this.#on.isPaused(thread)) this.#wanted.add(thread);
      return 0;
    } catch (error) {
      if (thread.timeline !== timeline || error.code === 'closed') return 0;
      this.#on.error(error);
      if (error.code === 'not_found') {
        this.#on.skip(thread, after + 1, timeline.head, 'not_member');
        return 0;
      }
      this.#holes.delete(thread);
      return this.#failed(thread, error);
    }
  }
}

function cursorsOf(threads) {
  return Object.fromEntries(threads.map(thread => [thread.id, thread.cursor]));
}
