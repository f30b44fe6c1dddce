import { USERS_A_REQUEST } from './api.js';
import { Conversation } from './conversation.js';
import { Emitter } from './emitter.js';
import { Thread } from './thread.js';

const VIEWS_AT_ONCE = 2;
const PAGE_ENTRIES = 50;

/** The conversations of the user: each once, what the server knows of them, their older entries, and how much is unread. */
export class Inbox {
  #client;
  #clock;
  #bounds;
  #threads = new Map();
  #wanted = new Set(); // threads of which the server is to be asked
  #asking = 0;
  #loads = new Map();
  #isTold = true;
  unreadTotal = 0;

  /** @param client has `api`, `emitter`, `userId`, `begin(thread, cursor)`, `arrived(thread, entries)` */
  constructor(client, clock, bounds) {
    this.#client = client;
    this.#clock = clock;
    this.#bounds = bounds;
  }

  get all() {
    return [...this.#threads.values()];
  }

  thread(id) {
    let thread = this.#threads.get(id);
    if (thread === undefined) {
      thread = new Thread(id, this.#bounds.entriesMax, () => this.#client.userId, () => this.changed(thread));
      thread.emitter = new Emitter();
      thread.conversation = new Conversation(thread, this.#client);
      thread.totalHead = this.#isTold ? 0 : Infinity;
      this.#threads.set(id, thread);
    }
    return thread;
  }

  /** Told once for all that comes together. */
  changed(thread) {
    if (thread.isChanging) return;
    thread.isChanging = true;
    queueMicrotask(() => {
      thread.isChanging = false;
      thread.emitter.emit('change');
    });
  }

  /** The entries of what was not used for long go; `load` brings them back. */
  evict() {
    const held = this.all.filter(thread => thread.window.entries.length > 0 && !thread.isOpen);
    if (held.length <= this.#bounds.conversationsMax) return;
    held.sort((a, b) => a.usedAt - b.usedAt);
    for (const thread of held.slice(0, held.length - this.#bounds.conversationsMax)) {
      thread.window.reset(thread.cursor);
      this.changed(thread);
    }
  }

  async page(page) {
    const told = await this.#client.api.conversations(page);
    const conversations = told.conversations.map(view => {
      const thread = this.thread(view.conversationId);
      this.#told(thread, view);
      return thread.conversation;
    });
    return told.cursor === undefined ? { conversations } : { conversations, cursor: told.cursor };
  }

  /** More members than one request takes are added behind it: who tries again under the same `clientRequestId` adds those that are missing. */
  async create(wanted) {
    const memberIds = [...new Set(wanted.memberIds)];
    const { api } = this.#client;
    const { conversationId } = await api.create({ ...wanted, memberIds: memberIds.slice(0, USERS_A_REQUEST) });
    await api.addMembers(conversationId, memberIds.slice(USERS_A_REQUEST));
    const thread = this.thread(conversationId);
    await this.#view(thread);
    return thread.conversation;
  }

  async join(token) {
    const view = await this.#client.api.join(token);
    const thread = this.thread(view.conversationId);
    this.#told(thread, view);
    this.#emit('conversation', { conversation: thread.conversation });
    return thread.conversation;
  }

  async #view(thread) {
    const { unread } = thread;
    try {
      this.#told(thread, await this.#client.api.conversation(thread.id));
    } catch (error) {
      if (error.code === 'not_found') thread.isMember = false;
      throw error;
    }
    this.#emit('conversation', { conversation: thread.conversation });
    // What was counted of a channel by its heads alone was a guess.
    if (thread.unread !== unread) this.counted(thread, thread.isChannel && unread !== undefined ? thread.unread - unread : 0);
  }

  #told(thread, view) {
    thread.view(view);
    if (view.lastMessage !== undefined) this.#client.arrived(thread, [view.lastMessage]);
  }

  /** The server is asked soon what it knows of the conversation. */
  want(thread) {
    this.#wanted.add(thread);
    for (const each of this.#wanted) {
      if (this.#asking >= VIEWS_AT_ONCE) return;
      this.#wanted.delete(each);
      this.#asking++;
      each.isKnown = true; // not again for each entry
      this.#view(each)
        .catch(error => {
          each.isKnown = error.code === 'not_found';
        })
        .finally(() => {
          this.#asking--;
          const [next] = this.#wanted;
          if (next !== undefined) this.want(next);
        });
    }
  }

  /** Nothing is asked any more. */
  close() {
    this.#wanted.clear();
  }

  async load(thread) {
    thread.usedAt = this.#clock.now();
    await Promise.all([this.#view(thread), thread.window.entries.length === 0 ? this.#page(thread, PAGE_ENTRIES) : undefined]);
  }

  async loadOlder(thread, limit = PAGE_ENTRIES) {
    const added = await this.#page(thread, limit);
    this.#client.arrived(thread, added);
    return added;
  }

  /** One page at a time: who asks meanwhile gets the same. */
  #page(thread, limit) {
    let load = this.#loads.get(thread);
    if (load === undefined) {
      load = this.#older(thread, limit).finally(() => this.#loads.delete(thread));
      this.#loads.set(thread, load);
    }
    return load;
  }

  async #older(thread, limit) {
    thread.usedAt = this.#clock.now();
    const { api } = this.#client;
    if (thread.timeline === undefined) {
      const { head } = await api.page(thread.id, { limit: 1 });
      if (thread.timeline === undefined) this.#client.begin(thread, head);
    }
    const before = thread.window.floor;
    if (before <= 1) return [];
    const added = thread.window.prepend(await api.page(thread.id, { before, limit }), before);
    this.changed(thread);
    return added;
  }

  /** The user has read up to there. False: that was known. */
  readTo(thread, sequence) {
    const change = thread.read(sequence);
    if (change === undefined) return false;
    this.counted(thread, change);
    if (!thread.isKnown) this.want(thread);
    return true;
  }

  /** The user has read on another device, or here: the server says up to where, and what is unread then. */
  read(thread, { sequence, head, unread, unreadTotal }) {
    if (unread === undefined) {
      this.readTo(thread, sequence);
      return;
    }
    const before = thread.unread;
    thread.count({ head, unread, readSequence: sequence });
    this.changed(thread);
    if (before === undefined) this.unreadTotal = unreadTotal;
    if (before !== thread.unread) this.counted(thread, before === undefined ? 0 : thread.unread - before);
  }

  async members(thread, page) {
    const { members, cursor } = await this.#client.api.members(thread.id, page);
    for (const { userId, readSequence, deliveredSequence } of members) {
      if (userId === this.#client.userId) continue;
      if (deliveredSequence !== undefined) thread.receipt(userId, 'delivered', deliveredSequence);
      if (readSequence !== undefined) thread.receipt(userId, 'read', readSequence);
    }
    const shown = members.map(({ userId, role, joinedAt }) => (joinedAt === undefined ? { userId, role } : { userId, role, joinedAt }));
    return cursor === undefined ? { members: shown } : { members: shown, cursor };
  }

  /** The server has said the total; what comes until its heads are told is in it. */
  total(total) {
    this.unreadTotal = total;
    this.#isTold = false;
    for (const thread of this.all) thread.totalHead = Infinity;
    this.#emit('unread', { unreadTotal: total });
  }

  /** All heads are told: what comes from now on is not in the total that was said. */
  told() {
    this.#isTold = true;
    for (const thread of this.all) thread.totalHead = thread.head;
  }

  /** Something was read, or has come that is unread. */
  counted(thread, change) {
    this.unreadTotal = Math.max(0, this.unreadTotal + change);
    this.#emit('unread', { conversation: thread.conversation, unreadTotal: this.unreadTotal });
  }

  #emit(name, event) {
    this.#client.emitter.emit(name, event);
  }
}
