import { Timeline } from './timeline.js';
import { Window } from './window.js';

const TYPING_MILLIS = 8_000;
const TYPING_USERS_MAX = 50;
const RECEIPTS_MAX = 200;
const MENTIONS_MAX = 100;

/** What a device has of one conversation, and what its entries say about it. Told what happened; no network, no clock. */
export class Thread {
  id;
  /** Undefined until it is known where to begin. */
  timeline;
  window;
  type;
  name;
  peerId;
  role;
  slowModeMillis;
  messagesPerMinute;
  writers;
  mute;
  joinedAt;
  lastMessage;
  unread;
  readSequence = 0;
  isMember = true;
  isOpen = false;
  closedAt = -Infinity;
  /** It is so large that its entries come only while it is open. */
  isChannel = false;
  /** When it was last heard that it goes on, while its entries do not come. */
  newsAt;
  /** Whether the server was asked what it knows. */
  isKnown = false;
  usedAt = 0;
  receipts = new Map();
  /** Up to here the total of unread messages has it already. */
  totalHead = 0;
  #typing = new Map(); // user → until
  #arrived = 0;
  #unreadHead = 0;
  /** Where the user is mentioned, as far as was heard; the last of them, in their order. */
  #mentions = [];
  #me;
  #changed;

  /** @param me the user, if it is known @param changed is called when there is something else to show */
  constructor(id, entriesMax, me, changed) {
    this.#me = me;
    this.id = id;
    this.window = new Window(entriesMax, 0);
    this.#changed = changed;
  }

  get cursor() {
    return this.timeline?.cursor ?? 0;
  }

  get head() {
    return Math.max(this.timeline?.head ?? 0, this.#unreadHead);
  }

  /** Everything up to there counts as given out. */
  begin(cursor) {
    this.timeline = new Timeline(cursor);
    this.window.reset(cursor);
  }

  /** Of another life of the data: nothing that was known holds. */
  forget() {
    this.timeline = undefined;
    this.window.reset(0);
    this.window.first = 1;
    this.readSequence = 0;
    this.unread = undefined;
    this.#unreadHead = 0;
    this.lastMessage = undefined;
    this.isKnown = false;
    this.receipts = new Map();
    this.isChannel = false;
    this.#mentions = [];
    this.#arrived = 0;
    this.#changed();
  }

  /** As the server sees it at one time. */
  view(told) {
    this.isKnown = true;
    this.isMember = true;
    this.type = told.type;
    this.name = told.name;
    this.peerId = told.peerId ?? this.peerId;
    this.role = told.role;
    this.#set(told);
    this.mute = told.mute;
    this.joinedAt = told.joinedAt;
    if (told.lastMessage !== undefined && !(this.lastMessage?.sequence > told.lastMessage.sequence)) this.lastMessage = told.lastMessage;
    this.count(told);
    this.#changed();
  }

  #set({ slowModeMillis, messagesPerMinute, writers }) {
    this.slowModeMillis = slowModeMillis;
    this.messagesPerMinute = messagesPerMinute;
    this.writers = writers;
  }

  /** The server counts so many unread up to a head, from a read pointer on; it may not know what was given out or read here meanwhile. */
  count({ head, unread, readSequence }) {
    const beyond = this.window.entries.filter(entry => entry.sequence > head && this.counts(entry)).length;
    this.unread = unread + beyond;
    this.#unreadHead = Math.max(this.#unreadHead, head);
    const read = this.readSequence;
    this.readSequence = readSequence;
    this.#readTo(read);
  }

  /**
   * A channel goes as far as there, and what it says does not come. Returns by how much the total of unread messages changes: as if all were
   * messages of others, until the server is asked.
   */
  news(head, now) {
    const before = Math.max(this.cursor, this.#unreadHead);
    this.timeline.hearOf(head);
    if (head <= before) return 0;
    this.#unreadHead = head;
    this.newsAt = now;
    this.#changed();
    if (this.unread === undefined) return 0;
    this.unread += head - before;
    const change = Math.max(0, head - Math.max(before, this.totalHead));
    this.totalHead = Math.max(this.totalHead, head);
    return change;
  }

  /** Where the user is mentioned, behind the read pointer, as far as was heard. */
  get mentions() {
    return this.#mentions.filter(sequence => sequence > this.readSequence);
  }

  /** The user is mentioned there. Returns those of which nothing was said before: later ones may have been heard of first. */
  mentioned(sequences) {
    const first = this.#mentions.length < MENTIONS_MAX ? 0 : this.#mentions[0];
    const fresh = sequences.filter(sequence => sequence > first && !this.#mentions.includes(sequence));
    if (fresh.length === 0) return fresh;
    this.#mentions = [...this.#mentions, ...fresh].sort((a, b) => a - b).slice(-MENTIONS_MAX);
    this.#changed();
    return fresh;
  }

  /** Whether the entry mentions the user, alone or with all. */
  isMention({ senderId, mentions }) {
    const me = this.#me();
    return senderId !== me && (mentions ?? []).some(({ userId, all }) => all || userId === me);
  }

  /** Whether the user wants to be disturbed at that time of the server. */
  disturbs(now, isMention) {
    const { mute } = this;
    return mute === undefined || mute.until <= now || (mute.exceptMentions && isMention);
  }

  /** Whether the user may send messages, as far as is known. */
  get mayWrite() {
    return this.isMember && (this.writers !== 'admins' || this.role === 'admin' || this.role === 'owner');
  }

  /** Until when the user waits for the slow mode at least, in the time of the server, by what is in memory. */
  get slowUntil() {
    if (!(this.slowModeMillis > 0) || this.role !== 'member') return 0;
    const last = this.window.entries.findLast(entry => entry.kind === 'message' && entry.senderId === this.#me());
    return last === undefined ? 0 : last.sentAt + this.slowModeMillis;
  }

  /** Whether the entry counts as unread until it is read. */
  counts(entry) {
    return entry.kind === 'message' && entry.senderId !== this.#me();
  }

  /** The device has these. Returns up to where messages of others have arrived, if that is news to them. */
  arrived(entries) {
    const last = entries.findLast(entry => this.counts(entry))?.sequence ?? 0;
    if (last <= Math.max(this.#arrived, this.readSequence)) return undefined;
    this.#arrived = last;
    return last;
  }

  /** Entries that come next. Returns by how much the total of unread messages changes. */
  append(entries) {
    this.window.append(entries);
    let change = 0;
    for (const entry of entries) change += this.#apply(entry);
    this.#changed();
    return change;
  }

  #apply(entry) {
    const me = this.#me();
    const concernsMe = entry.userIds?.includes(me);
    let change = 0;
    switch (entry.kind) {
      case 'message':
        this.lastMessage = entry;
        this.#typing.delete(entry.senderId);
        if (entry.senderId === me) change = this.#readTo(entry.sequence);
        else if (entry.sequence > this.readSequence) {
          if (this.unread !== undefined && entry.sequence > this.#unreadHead) this.unread++;
          if (entry.sequence > this.totalHead) change = 1;
        }
        break;
      case 'edit':
      case 'delete':
        if (entry.targetSequence === this.lastMessage?.sequence) this.#amendLast(entry);
        break;
      case 'conversation_created':
        this.type = entry.conversationType;
        this.name = entry.name;
        this.#set(entry);
        break;
      case 'conversation_updated':
        this.name = entry.name;
        this.#set(entry);
        break;
      case 'member_added':
        if (concernsMe) {
          this.isMember = true;
          this.role = entry.role;
          this.joinedAt = entry.sentAt;
        }
        break;
      case 'role_changed':
        if (concernsMe) this.role = entry.role;
        break;
      case 'member_removed':
      case 'member_left':
        if (concernsMe) this.isMember = false;
        break;
    }
    if (this.type === 'direct' && me !== undefined) this.peerId ??= [entry.senderId, ...(entry.userIds ?? [])].find(id => id !== me);
    this.#unreadHead = Math.max(this.#unreadHead, entry.sequence);
    return change;
  }

  #amendLast(entry) {
    const shown = this.window.entries.findLast(each => each.sequence === entry.targetSequence);
    if (shown !== undefined) this.lastMessage = shown;
    else if (entry.kind === 'edit') this.lastMessage = { ...this.lastMessage, body: entry.body, editedAt: entry.sentAt };
    else this.lastMessage = { ...this.lastMessage, body: undefined, deleted: true, deletedAt: entry.sentAt };
  }

  /** The user has read up to there. Returns by how much the total of unread messages changes; undefined: it was known. */
  read(sequence) {
    if (sequence <= this.readSequence) return undefined;
    const change = this.#readTo(sequence);
    this.#changed();
    return change;
  }

  #readTo(sequence) {
    if (sequence <= this.readSequence) return 0;
    const after = this.readSequence;
    this.readSequence = sequence;
    const before = this.unread;
    if (before === undefined) {
      // As far as it can be seen here.
      return 0 - this.window.entries.filter(entry => entry.sequence > after && entry.sequence <= sequence && this.counts(entry)).length;
    }
    const lacks = this.isChannel && this.cursor < this.#unreadHead;
    if (sequence >= (lacks ? this.#unreadHead : (this.lastMessage?.sequence ?? 0))) this.unread = 0;
    else if (!lacks && this.window.floor <= sequence + 1) {
      this.unread = this.window.entries.filter(entry => entry.sequence > sequence && this.counts(entry)).length;
    } else this.isKnown = false; // to be asked
    return this.unread - before;
  }

  receipt(userId, receiptType, sequence) {
    const had = this.receipts.get(userId) ?? { delivered: 0, read: 0 };
    const read = receiptType === 'read' ? Math.max(had.read, sequence) : had.read;
    const delivered = Math.max(had.delivered, read, sequence);
    if (read === had.read && delivered === had.delivered) return false;
    if (!this.receipts.has(userId) && this.receipts.size >= RECEIPTS_MAX) return false;
    this.receipts = new Map(this.receipts).set(userId, { delivered, read });
    this.#changed();
    return true;
  }

  /** Returns until when that holds, if nothing more is heard. */
  typing(userId, active, now) {
    if (active && (this.#typing.has(userId) || this.#typing.size < TYPING_USERS_MAX)) this.#typing.set(userId, now + TYPING_MILLIS);
    else this.#typing.delete(userId);
    this.#changed();
    return now + TYPING_MILLIS;
  }

  /** Whose typing was not confirmed in time, and is over. */
  typingOver(now) {
    const over = [...this.#typing].filter(([, until]) => until <= now).map(([userId]) => userId);
    for (const userId of over) this.#typing.delete(userId);
    if (over.length > 0) this.#changed();
    return over;
  }

  get typingUserIds() {
    return [...this.#typing.keys()];
  }
}
