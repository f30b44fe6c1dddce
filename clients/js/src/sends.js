import { randomId } from './device.js';
import { ParleyError } from './errors.js';
import { Outbox } from './outbox.js';

const FIELDS = ['body', 'contentType', 'attachments', 'mentions', 'replyTo', 'ext'];

/** What the user sends: takes drafts, keeps them, carries out what {@link Outbox} decides, and tells what became of them. */
export class Sends {
  #clock;
  #outbox;
  #on;
  #limits;
  #timer;
  #order = 0;

  /**
   * @param on `{ isReady(), say(frame), keep(record): Promise or undefined, done(clientMessageId), placed(pending, placement, entry), failed(pending),
   *     unknownAck(frame), changed(id), overdue(), me(), hasRate(id): whether the conversation has one of its own }`; without an entry, it has come already
   */
  constructor({ clock, random, pendingMax, on }) {
    this.#clock = clock;
    this.#outbox = new Outbox(pendingMax, random);
    this.#on = on;
  }

  get all() {
    return this.#outbox.all;
  }

  of(conversationId) {
    return this.#outbox.of(conversationId);
  }

  /** What the server allows, once it has said. */
  set limits(limits) {
    this.#limits = limits;
  }

  message(conversationId, given) {
    const draft = Object.fromEntries(FIELDS.filter(field => given?.[field] !== undefined).map(field => [field, given[field]]));
    return this.#add(conversationId, 'message', { draft: structuredClone(draft) });
  }

  edit(conversationId, targetSequence, body) {
    return this.#add(conversationId, 'edit', { draft: { body }, targetSequence });
  }

  delete(conversationId, targetSequence) {
    return this.#add(conversationId, 'delete', { targetSequence });
  }

  #add(conversationId, kind, { draft, targetSequence }) {
    if (kind !== 'delete') this.#check(draft.body);
    if (kind !== 'message' && !(Number.isSafeInteger(targetSequence) && targetSequence > 0)) {
      throw new ParleyError('bad_frame', 'a sequence is a whole number above 0');
    }
    const record = { clientMessageId: randomId(), conversationId, kind, draft, targetSequence, createdAt: this.#clock.now() };
    record.order = this.#order = Math.max(this.#order + 1, record.createdAt * 1000);
    const pending = new Pending(record, this);
    this.#outbox.add(pending);
    this.#keep(pending);
    this.#on.changed(conversationId);
    this.flush();
    return pending;
  }

  #check(body) {
    if (typeof body !== 'string' || body === '') throw new ParleyError('bad_frame', 'a body is a string and not empty');
    const most = this.#limits?.bodyBytesMax;
    if (most !== undefined && new TextEncoder().encode(body).length > most) {
      throw new ParleyError('too_large', `a body has at most ${most} bytes`);
    }
  }

  #keep(pending) {
    const saving = this.#on.keep(pending.record());
    if (saving !== undefined) pending.isSaved(saving);
  }

  /** It is known whose they are: what was sent before is kept now, and what was kept goes before it. */
  opened(records) {
    const early = this.#outbox.all;
    this.adopt(records);
    for (const pending of early) this.#keep(pending);
  }

  /** What another start, or another tab that is gone, has left. */
  adopt(records) {
    for (const record of records.sort((a, b) => a.order - b.order)) {
      this.#order = Math.max(this.#order, record.order);
      const pending = new Pending(record, this);
      pending.isSaved(Promise.resolve());
      try {
        this.#outbox.add(pending);
      } catch {
        return; // there are too many: the next start takes them
      }
      this.#on.changed(record.conversationId);
    }
    this.flush();
  }

  /** Sends what is due. */
  flush() {
    const now = this.#clock.now();
    if (this.#outbox.overdue(now)) this.#on.overdue();
    if (this.#on.isReady()) {
      for (const pending of this.#outbox.next(now)) {
        if (!this.#on.say(pending.frame())) {
          this.#outbox.disconnected();
          break;
        }
        this.#on.changed(pending.conversationId);
      }
    }
    this.#clock.clearTimeout(this.#timer);
    const at = this.#on.isReady() ? this.#outbox.wakeAt(now) : undefined;
    if (at !== undefined) this.#timer = this.#clock.setTimeout(() => this.flush(), Math.max(10, at - now));
  }

  disconnected() {
    this.#clock.clearTimeout(this.#timer);
    this.#outbox.disconnected();
  }

  onAck(frame) {
    this.#placed(frame, true);
  }

  /** An entry of the user has come, and may be what waits here for its acknowledgement. */
  onOwnEntry(entry) {
    this.#placed({ ...entry, duplicate: true }, false);
  }

  #placed(told, isAck) {
    const pending = this.#outbox.placed(told.clientMessageId);
    if (pending === undefined) {
      if (isAck) this.#on.unknownAck(told);
      return;
    }
    const { conversationId, clientMessageId, messageId, sequence, sentAt, duplicate } = told;
    const placement = { conversationId, clientMessageId, messageId, sequence, sentAt, duplicate };
    this.#on.done(clientMessageId);
    this.#on.placed(pending, placement, isAck ? pending.entry(placement, this.#on.me()) : undefined);
    pending.settle(placement);
    this.#on.changed(conversationId);
    this.flush();
  }

  /** False: the error is not of a send. */
  onError(frame) {
    if (frame.clientMessageId === undefined) return false;
    let error = ParleyError.of(frame);
    // The session has to be authenticated anew, the send is as good as it was.
    if (error.code === 'unauthenticated') error = new ParleyError(error.code, error.message, { retryable: true });
    const send = this.#outbox.get(frame.clientMessageId);
    const isPace = error.code === 'slow_mode' || (error.code === 'rate_limited' && send !== undefined && this.#on.hasRate(send.conversationId));
    const failed = this.#outbox.refused(frame.clientMessageId, error, this.#clock.now(), isPace);
    if (failed !== undefined) {
      this.#keep(failed);
      this.#on.failed(failed);
      failed.settle(undefined, error);
    }
    if (send !== undefined) this.#on.changed(send.conversationId);
    this.flush();
    return true;
  }

  /** What waits for the pace of the conversation is tried anew. */
  paceChanged(conversationId) {
    this.#outbox.paceChanged(conversationId);
    this.flush();
  }

  retry(pending) {
    if (pending.state !== 'failed') throw new ParleyError('bad_frame', 'only a failed send is sent again by hand');
    this.discard(pending);
    return this.#add(pending.conversationId, pending.kind, pending);
  }

  discard(pending) {
    if (this.#outbox.discard(pending.clientMessageId) === undefined) return;
    this.#on.done(pending.clientMessageId);
    pending.settle(undefined, new ParleyError('discarded', 'it was discarded'));
    this.#on.changed(pending.conversationId);
    this.flush();
  }

  /** Forgets all. */
  forget() {
    for (const pending of this.#outbox.all) this.discard(pending);
  }
}

/** One send, as the application sees it. */
class Pending {
  #sends;
  #resolve;
  #reject;
  #saved;
  #unsaved;
  state = 'waiting';
  error;
  delayed;

  constructor(record, sends) {
    this.#sends = sends;
    this.clientMessageId = record.clientMessageId;
    this.conversationId = record.conversationId;
    this.kind = record.kind;
    this.draft = record.draft;
    this.targetSequence = record.targetSequence;
    this.createdAt = record.createdAt;
    this.order = record.order;
    this.placed = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.saved = new Promise((resolve, reject) => {
      this.#saved = () => resolve();
      this.#unsaved = reject;
    });
    this.saved.catch(() => {});
    this.placed.catch(() => {}); // who does not wait for it hears of it by `failed`
    if (record.error !== undefined) {
      this.state = 'failed';
      this.error = ParleyError.of(record.error);
      this.#reject(this.error);
    }
  }

  isSaved(saving) {
    saving.then(this.#saved, this.#unsaved);
  }

  retry() {
    return this.#sends.retry(this);
  }

  discard() {
    this.#sends.discard(this);
  }

  settle(placement, error) {
    if (error === undefined) this.#resolve(placement);
    else this.#reject(error);
  }

  /** To be kept. */
  record() {
    const { clientMessageId, conversationId, kind, draft, targetSequence, createdAt, order, error } = this;
    return { clientMessageId, conversationId, kind, draft, targetSequence, createdAt, order, error: error && { code: error.code, message: error.message } };
  }

  frame() {
    const { clientMessageId, conversationId, kind, draft, targetSequence } = this;
    if (kind === 'message') return { type: 'send_message', clientMessageId, conversationId, ...draft };
    return { type: `${kind}_message`, clientMessageId, conversationId, sequence: targetSequence, body: draft?.body };
  }

  /** The entry that it has become: the server tells this session only where it is. */
  entry({ conversationId, clientMessageId, messageId, sequence, sentAt }, senderId) {
    const entry = { conversationId, sequence, messageId, kind: this.kind, senderId, sentAt, ...this.draft, clientMessageId };
    return this.kind === 'message' ? entry : { ...entry, targetSequence: this.targetSequence };
  }
}
