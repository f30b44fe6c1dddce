import { ParleyError } from './errors.js';

const WATCHED_MAX = 500;
const WATCHED_A_FRAME = 100;
const TYPING_AGAIN_MILLIS = 3_000;
const TYPING_STOP_MILLIS = 6_000;
const DELIVERED_MILLIS = 1_000;
const DELIVERED_AT_ONCE = 50;

/** What may be lost or comes again by itself: who is there, who types, how far it was read. */
export class Live {
  #clock;
  #on;
  #watched = new Map(); // user → presence, undefined until told
  #typing = new Map(); // thread → { again, timer } of the user
  #typists = new Set(); // threads in which others type
  #typingTimer;
  #delivered = new Map(); // conversation → sequence
  #deliveredTimer;
  #reads = new Map(); // conversation → sequence, said or not, that the server may not have heard
  #unsure = new Map(); // likewise, said before the heartbeat that is under way

  /** @param on `{ say(frame), emit(name, event), thread(id), keepRead(id, sequence) }` */
  constructor({ clock, on }) {
    this.#clock = clock;
    this.#on = on;
  }

  watch(userIds) {
    const added = [...new Set(userIds)].filter(userId => !this.#watched.has(userId));
    if (this.#watched.size + added.length > WATCHED_MAX) {
      throw new ParleyError('too_large', `at most ${WATCHED_MAX} users are watched at a time`);
    }
    for (const userId of added) this.#watched.set(userId, undefined);
    this.#sayUsers('watch', added);
  }

  unwatch(userIds) {
    this.#sayUsers('unwatch', [...new Set(userIds)].filter(userId => this.#watched.delete(userId)));
  }

  presenceOf(userId) {
    return this.#watched.get(userId);
  }

  #sayUsers(type, userIds) {
    for (let i = 0; i < userIds.length; i += WATCHED_A_FRAME) {
      this.#on.say({ type, userIds: userIds.slice(i, i + WATCHED_A_FRAME) });
    }
  }

  /** A session has begun. */
  welcome() {
    this.#sayUsers('watch', [...this.#watched.keys()]);
    for (const [id, sequence] of this.#unsure) if (!this.#reads.has(id)) this.#reads.set(id, sequence);
    this.#unsure.clear();
    for (const [id, sequence] of this.#reads) this.#sayRead(id, sequence);
    this.#sayDelivered();
  }

  disconnected() {
    this.#forgetTyping();
    for (const userId of this.#watched.keys()) this.#onPresence({ userId, status: 'unknown' });
  }

  #forgetTyping() {
    for (const { timer } of this.#typing.values()) this.#clock.clearTimeout(timer);
    this.#typing.clear();
  }

  /** Nothing is heard any more: who typed is taken to have stopped. */
  close() {
    this.#clock.clearTimeout(this.#typingTimer);
    this.#clock.clearTimeout(this.#deliveredTimer);
    this.#deliveredTimer = undefined;
    this.#forgetTyping();
    this.#typingOver(Infinity);
  }

  onPresenceEvent({ userId, status, lastSeenAt }) {
    this.#onPresence(lastSeenAt === undefined ? { userId, status } : { userId, status, lastSeenAt });
  }

  #onPresence(presence) {
    const had = this.#watched.get(presence.userId);
    if (!this.#watched.has(presence.userId)) return;
    if (had?.status === presence.status && had.lastSeenAt === presence.lastSeenAt) return;
    this.#watched.set(presence.userId, presence);
    this.#on.emit('presence', presence);
  }

  /** The user types, or has stopped. */
  type(thread, active) {
    const now = this.#clock.now();
    const had = this.#typing.get(thread);
    this.#clock.clearTimeout(had?.timer);
    if (!active) {
      if (this.#typing.delete(thread)) this.#sayTyping(thread, false);
      return;
    }
    const isDue = had === undefined || now >= had.again;
    if (isDue && !this.#sayTyping(thread, true)) return void this.#typing.delete(thread);
    const again = isDue ? now + TYPING_AGAIN_MILLIS : had.again;
    const timer = this.#clock.setTimeout(() => this.type(thread, false), TYPING_STOP_MILLIS);
    this.#typing.set(thread, { again, timer });
  }

  /** What was typed is sent: others see that by the message. */
  typed(thread) {
    this.#clock.clearTimeout(this.#typing.get(thread)?.timer);
    this.#typing.delete(thread);
  }

  #sayTyping(thread, active) {
    return this.#on.say({ type: 'typing', conversationId: thread.id, active });
  }

  onTypingEvent({ conversationId, userId, active }, me) {
    if (userId === me) return;
    const thread = this.#on.thread(conversationId);
    const until = thread.typing(userId, active, this.#clock.now());
    this.#on.emit('typing', { conversation: thread.conversation, userId, active });
    if (!active) return;
    this.#typists.add(thread);
    this.#typingTimer ??= this.#clock.setTimeout(() => this.#typingOver(this.#clock.now()), until - this.#clock.now());
  }

  #typingOver(now) {
    this.#typingTimer = undefined;
    for (const thread of this.#typists) {
      for (const userId of thread.typingOver(now)) {
        this.#on.emit('typing', { conversation: thread.conversation, userId, active: false });
      }
      if (thread.typingUserIds.length === 0) this.#typists.delete(thread);
    }
    if (this.#typists.size > 0) this.#typingTimer = this.#clock.setTimeout(() => this.#typingOver(this.#clock.now()), DELIVERED_MILLIS);
  }

  /** Messages of others up to there have arrived; said with what comes within a second, of many conversations a part each second. */
  delivered(id, sequence) {
    this.#delivered.set(id, sequence);
    this.#deliveredTimer ??= this.#clock.setTimeout(() => this.#sayDelivered(), DELIVERED_MILLIS);
  }

  #sayDelivered() {
    this.#clock.clearTimeout(this.#deliveredTimer);
    this.#deliveredTimer = undefined;
    let said = 0;
    for (const [conversationId, sequence] of this.#delivered) {
      if (said++ === DELIVERED_AT_ONCE) {
        this.#deliveredTimer = this.#clock.setTimeout(() => this.#sayDelivered(), DELIVERED_MILLIS);
        return;
      }
      if (!this.#on.say({ type: 'receipt', receiptType: 'delivered', conversationId, sequence })) return;
      this.#delivered.delete(conversationId);
    }
  }

  /** The user has read up to there: said until the server has heard it. */
  read(id, sequence) {
    if (sequence <= (this.#reads.get(id) ?? 0)) return;
    this.#reads.set(id, sequence);
    this.#on.keepRead(id, sequence);
    this.#sayRead(id, sequence);
  }

  #sayRead(conversationId, sequence) {
    this.#on.say({ type: 'receipt', receiptType: 'read', conversationId, sequence });
  }

  /** A heartbeat is about to be sent: its answer shows that all that was said before was heard. */
  heartbeat() {
    if (this.#unsure.size > 0) return;
    this.#unsure = this.#reads;
    this.#reads = new Map();
  }

  onHeartbeat() {
    for (const id of this.#unsure.keys()) if (!this.#reads.has(id)) this.#on.keepRead(id, undefined);
    this.#unsure = new Map();
  }

  forget() {
    this.#delivered.clear();
    this.#reads.clear();
    this.#unsure.clear();
  }
}
