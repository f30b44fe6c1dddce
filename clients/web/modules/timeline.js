/**
 * The rows of one conversation on screen. Of all items only a window is in the page: it moves with the reader, and follows what comes while
 * they are at the end. Whatever changes, what the reader looks at stays where it is.
 */

import { arrange, h, iconButton, setText } from './dom.js';
import { dayRow, messageRow, systemRow, unreadRow } from './message.js';
import { indexAt, itemsOf, rowsOf } from './rows.js';
import { plural } from './text.js';

const SHOWN_MAX = 240;
const STEP = 60;
const NEAR = 500;
const AT_END = 48;
const PAGES_TO_TARGET_MAX = 30;
const PAGE_MAX = 200;

/** Of sends, which are more than data, what rows show of them. */
function plain(name, value) {
  return (name === 'pending' || name === 'trouble') && value ? [value.clientMessageId, value.state, value.draft, value.error?.message] : value;
}

export class Timeline {
  #conversation;
  #view;
  #acts;
  #items = [];
  #rows = new Map();
  #first = Infinity; // sequence of the first item shown, when not following
  #isFollowing = true;
  #isLoading = false;
  #unreadAfter = null;
  #seen = 0;
  #resizes = new ResizeObserver(() => this.#resized());
  #height = 0;
  #drawnTop = -1;
  #list = h('ol', { class: 'rows', role: 'list' });
  #none = h('p', { class: 'no-messages', hidden: true }, 'No messages yet');
  #older = h('div', { class: 'older', role: 'status' });
  #typing = h('div', { class: 'typing', hidden: true }, h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), h('span', { class: 'typing-names' }));
  #count = h('span', { class: 'badge', hidden: true });
  #latest = iconButton('down', 'Go to the latest message', () => this.toLatest(), { class: 'latest', hidden: true });

  /**
   * @param view what the rows depend on besides the conversation: `me`, and functions `others()`, `isActive()` (somebody looks at it)
   * @param acts what can be done with a message; `failed(text)` tells the user
   */
  constructor(conversation, view, acts) {
    this.#conversation = conversation;
    this.#view = view;
    this.#acts = { ...acts, jump: sequence => this.show(sequence) };
    this.#latest.append(this.#count);
    this.scroller = h('div', { class: 'scroller', role: 'region', 'aria-label': 'Messages', tabindex: '0', onscroll: () => this.#scrolled(), onkeydown: event => this.#key(event) }, this.#older, this.#none, this.#list, this.#typing);
    this.element = h('div', { class: 'timeline' }, this.scroller, this.#latest);
    setText(this.#older, 'Loading…');
  }

  /** To be called when it is in the page, and the conversation is loaded as far as it can be. */
  start() {
    setText(this.#older, '');
    this.#unreadAfter = this.#conversation.unread > 0 ? this.#conversation.readSequence : null;
    this.#seen = this.#conversation.readSequence;
    this.#resizes.observe(this.scroller);
    this.#resizes.observe(this.#list);
    this.draw();
    const unread = this.#rows.get('unread');
    if (unread) this.scroller.scrollTop = unread.node.offsetTop - 96;
    else this.#toEnd();
    this.#scrolled();
  }

  stop() {
    this.#resizes.disconnect();
  }

  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return this.#isFollowing && scrollHeight - scrollTop - clientHeight < AT_END;
  }

  /** Shows what there is now. */
  draw() {
    const wasAtEnd = this.isAtEnd || this.#rows.size === 0;
    const anchor = wasAtEnd ? null : this.#anchor();
    this.#items = itemsOf(this.#conversation, this.#view.me);
    const [from, to] = this.#window(wasAtEnd);
    this.#first = this.#items[from]?.sequence ?? Infinity;
    this.#place(
      rowsOf(this.#items.slice(from, to), this.#conversation, {
        me: this.#view.me,
        isGroup: this.#conversation.type !== 'direct',
        unreadAfter: this.#unreadAfter,
        others: this.#view.others(),
        role: this.#conversation.role,
        now: Date.now(),
      }),
    );
    this.#none.hidden = this.#items.length > 0 || this.#conversation.hasOlder;
    this.#sayWhoTypes();
    if (wasAtEnd) this.#toEnd();
    else this.#hold(anchor);
    this.#sayWhatIsBelow();
    this.#read();
  }

  /** The items that are in the page: those up to the end while following, else as many behind the first one. */
  #window(wasAtEnd) {
    const count = this.#items.length;
    if (this.#isFollowing) {
      const from = Math.max(0, count - SHOWN_MAX);
      if (wasAtEnd) return [from, count];
      const first = Math.min(indexAt(this.#items, this.#first), from === 0 ? 0 : Infinity);
      if (count - first <= SHOWN_MAX) return [first, count];
      this.#isFollowing = false; // the reader is further up than the window reaches
    }
    const first = Math.min(indexAt(this.#items, this.#first), Math.max(0, count - STEP));
    const to = Math.min(count, first + SHOWN_MAX);
    this.#isFollowing = to === count;
    return [first, to];
  }

  #place(rows) {
    const nodes = [];
    const kept = new Map();
    for (const row of rows) {
      const signature = JSON.stringify(row, plain);
      const former = this.#rows.get(row.key);
      const node = former?.signature === signature ? former.node : this.#make(row, former?.node);
      kept.set(row.key, { signature, node });
      nodes.push(node);
    }
    this.#rows = kept;
    arrange(this.#list, nodes);
  }

  #make(row, former) {
    const node =
      row.kind === 'day' ? dayRow(row.label) : row.kind === 'unread' ? unreadRow() : row.kind === 'system' ? systemRow(row.entry, row.text) : messageRow(row, this.#acts);
    if (former?.contains(document.activeElement)) {
      // What has the focus is made anew: it keeps it.
      queueMicrotask(() => node.isConnected && node.focus({ preventScroll: true }));
    }
    if (!former && this.#rows.size > 0) node.classList.add('fresh');
    return node;
  }

  /** A row that the reader sees, and where. */
  #anchor() {
    const top = this.scroller.scrollTop;
    for (const node of this.#list.children) {
      if (node.offsetTop + node.offsetHeight > top && !node.classList.contains('day')) return { node, key: this.#keyOf(node), offset: node.offsetTop - top };
    }
    return null;
  }

  #keyOf(node) {
    for (const [key, row] of this.#rows) if (row.node === node) return key;
    return null;
  }

  #hold(anchor) {
    const node = anchor && this.#rows.get(anchor.key)?.node;
    if (!node) return;
    const top = node.offsetTop - anchor.offset;
    if (Math.abs(top - this.scroller.scrollTop) > 0.5) this.scroller.scrollTop = top;
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** The room has changed (a keyboard came up, fonts arrived): who was at the end stays there. */
  #resized() {
    const height = this.scroller.scrollHeight - this.scroller.clientHeight;
    if (this.#isFollowing && this.#drawnTop >= this.#height - AT_END && height !== this.#height) this.#toEnd();
    this.#height = height;
    this.#drawnTop = this.scroller.scrollTop;
    this.#sayWhatIsBelow();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.#drawnTop = scrollTop;
    this.#height = scrollHeight - clientHeight;
    if (scrollTop < NEAR) this.#up();
    else if (!this.#isFollowing && scrollHeight - scrollTop - clientHeight < NEAR) this.#down();
    this.#sayWhatIsBelow();
    this.#read();
  }

  #up() {
    const index = indexAt(this.#items, this.#first);
    if (index > 0 && this.#items.length > 0) {
      this.#first = this.#items[Math.max(0, index - STEP)].sequence;
      this.#isFollowing = false;
      this.draw();
    } else if (this.#conversation.hasOlder && !this.#isLoading) {
      this.#load(STEP).then(came => came && this.scroller.scrollTop < NEAR && this.#up());
    }
  }

  #down() {
    const index = Math.min(indexAt(this.#items, this.#first) + STEP, Math.max(0, this.#items.length - SHOWN_MAX));
    this.#first = this.#items[index]?.sequence ?? Infinity;
    this.draw();
  }

  /** Fetches what is older. @returns whether anything came */
  async #load(limit) {
    this.#isLoading = true;
    setText(this.#older, 'Loading earlier messages…');
    try {
      const came = await this.#conversation.loadOlder(limit);
      return came.length > 0;
    } catch (error) {
      if (error.code !== 'closed') this.#acts.failed(`Earlier messages cannot be loaded: ${error.message}`);
      return false;
    } finally {
      this.#isLoading = false;
      setText(this.#older, '');
    }
  }

  /** Goes to a message, however far up it is. */
  async show(sequence) {
    for (let pages = 0; !this.#has(sequence) && this.#conversation.hasOlder && pages < PAGES_TO_TARGET_MAX; pages++) {
      if (this.#isLoading || !(await this.#load(PAGE_MAX))) break;
    }
    this.draw();
    if (!this.#has(sequence)) {
      this.#acts.failed('That message is not available.');
      return;
    }
    let row = this.#rowOf(sequence);
    if (!row) {
      const index = indexAt(this.#items, sequence);
      this.#first = this.#items[Math.max(0, index - STEP)].sequence;
      this.#isFollowing = false;
      this.draw();
      row = this.#rowOf(sequence);
    }
    row.scrollIntoView({ block: 'center' });
    row.focus({ preventScroll: true });
    row.classList.remove('flash');
    void row.offsetWidth; // so that the animation starts again
    row.classList.add('flash');
  }

  #has(sequence) {
    return this.#items[indexAt(this.#items, sequence)]?.sequence === sequence;
  }

  #rowOf(sequence) {
    return this.#list.querySelector(`[data-sequence="${Number(sequence)}"]`);
  }

  toLatest() {
    this.#isFollowing = true;
    this.#first = Infinity;
    this.#rows.size && this.#place([]);
    this.#rows.clear();
    this.draw();
    this.scroller.focus({ preventScroll: true });
  }

  /** The own message that can be edited and is the last such. */
  lastOwn() {
    return this.#items.findLast(item => item.entry?.kind === 'message' && item.entry.senderId === this.#view.me && !item.entry.deleted)?.entry;
  }

  /** What was new when it was opened is not new any more. */
  forgetUnreadLine() {
    if (this.#unreadAfter === null) return;
    this.#unreadAfter = null;
    this.draw();
  }

  #sayWhoTypes() {
    const names = this.#conversation.typingUserIds;
    this.#typing.hidden = names.length === 0;
    if (names.length === 0) return;
    setText(this.#typing.lastChild, names.length > 2 ? `${names.length} people are typing` : `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} typing`);
  }

  #sayWhatIsBelow() {
    const isAtEnd = this.isAtEnd;
    this.#latest.hidden = isAtEnd;
    if (isAtEnd) this.#seen = this.#conversation.entries.at(-1)?.sequence ?? this.#seen;
    const count = isAtEnd ? 0 : this.#items.filter(item => item.sequence > this.#seen && item.entry && item.entry.senderId !== this.#view.me && item.text === undefined).length;
    this.#count.hidden = count === 0;
    setText(this.#count, String(count));
    this.#latest.setAttribute('aria-label', count > 0 ? `Go to the latest message, ${plural(count, 'new one', 'new ones')}` : 'Go to the latest message');
  }

  /** Moves the read pointer to what was on screen while somebody looked. */
  #read() {
    if (!this.#view.isActive() || this.#conversation.entries.length === 0) return;
    const sequence = this.isAtEnd ? this.#conversation.entries.at(-1).sequence : this.#lastVisible();
    if (sequence > this.#seen) this.#seen = sequence;
    if (sequence > this.#conversation.readSequence) this.#conversation.read(sequence);
  }

  /** Somebody looks again. */
  looked() {
    this.#read();
    this.#sayWhatIsBelow();
  }

  #lastVisible() {
    const bottom = this.scroller.scrollTop + this.scroller.clientHeight;
    let node = this.#list.lastElementChild;
    while (node && (node.offsetTop + node.offsetHeight > bottom + 8 || !node.dataset.sequence)) node = node.previousElementSibling;
    return node ? Number(node.dataset.sequence) : 0;
  }

  /** Up and down go from message to message; letters do something with the one that has the focus. */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('a')) return;
    const messages = [...this.#list.querySelectorAll('.message')];
    const at = messages.findIndex(node => node.contains(document.activeElement));
    const entry = this.#items.find(item => item.sequence === Number(messages[at]?.dataset.sequence))?.entry;
    const isMay = name => messages[at]?.querySelector(`.actions [aria-label="${name}"]`);
    const act = { r: 'Reply', e: 'Edit', Delete: 'Delete' }[event.key];
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      const step = event.key === 'ArrowUp' ? -1 : 1;
      const next = at < 0 ? messages.at(-1) : messages[at + step];
      if (!next) return;
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: 'nearest' });
    } else if (act && entry && isMay(act)) isMay(act).click();
    else if (event.key === 'End') this.toLatest();
    else return;
    event.preventDefault();
  }
}
