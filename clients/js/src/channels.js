/** Entries that are fetched when a channel is opened: the newest; the others are paged like older ones. */
const OPENED_MAX = 200;
/** So long after it was closed what others say may still be on its way. */
const CLOSING_MILLIS = 5_000;

/**
 * Groups so large that their entries come only while they are open. A head that is told of one is news: nothing is missing by it, and nothing is
 * fetched until it is opened. Which groups are channels the server does not say: those of which it tells news are, until it sends what others say.
 */
export class Channels {
  #clock;
  #openedMax;
  #on;

  /** @param on `{ thread(id), begin(thread, cursor), jump(thread, cursor), counted(thread, change), want(thread), mentioned(thread, sequences), keep(id, isChannel), changed(thread) }` */
  constructor({ clock, catchUpMax, on }) {
    this.#clock = clock;
    this.#openedMax = Math.min(OPENED_MAX, catchUpMax);
    this.#on = on;
  }

  /** Whether its entries are not to come. */
  isPaused(thread) {
    return thread.isChannel && !thread.isOpen;
  }

  /** Returns the threads of which there is news. */
  onHeads({ heads = {}, mentions = {} }) {
    const threads = Object.entries(heads).map(([id, head]) => {
      const thread = this.#on.thread(id);
      if (thread.timeline === undefined) this.#on.begin(thread, head);
      this.#set(thread, true);
      this.news(thread, head);
      return thread;
    });
    for (const [id, sequences] of Object.entries(mentions)) this.#on.mentioned(this.#on.thread(id), sequences);
    return threads;
  }

  /** It goes as far as there. */
  news(thread, head) {
    const { unread } = thread;
    const change = thread.news(head, this.#clock.now());
    if (thread.unread !== unread) this.#on.counted(thread, change);
    if (!thread.isKnown && thread.isMember) this.#on.want(thread);
  }

  /** Who is told to ask for a channel that is not open finds out what it is now: none any more, or one that the user has left. */
  onResync({ conversationIds = [] }) {
    for (const id of conversationIds) this.#set(this.#on.thread(id), false);
  }

  /** Of a channel that is not open nobody is sent what others say. */
  heard(thread, entry, isOwn) {
    const isClosed = !thread.isOpen && this.#clock.now() - thread.closedAt > CLOSING_MILLIS;
    if (!isOwn && entry.kind === 'message' && isClosed) this.#set(thread, false);
  }

  /** It is about to be opened: what is far behind is left out. */
  opening(thread) {
    if (!thread.isChannel || thread.timeline === undefined) return;
    const from = thread.timeline.head - this.#openedMax;
    if (from > thread.cursor) this.#on.jump(thread, from);
  }

  closed(thread) {
    thread.closedAt = this.#clock.now();
  }

  forget(thread) {
    this.#set(thread, false);
  }

  #set(thread, isChannel) {
    if (thread.isChannel === isChannel) return;
    thread.isChannel = isChannel;
    this.#on.keep(thread.id, isChannel);
    this.#on.changed(thread);
  }
}
