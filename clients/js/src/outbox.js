import { Backoff } from './backoff.js';
import { ParleyError } from './errors.js';

const ANSWER_MILLIS = 15_000;
const SENDS_PER_SECOND = 50;
const SENDS_BURST = 200;

/**
 * Sends until they have their place. Those of one conversation leave in order, one under way at a time: were two, and the first refused
 * as `busy`, the second could overtake it. Edits and deletes, whose targets have their places, go past messages that wait for the pace of their
 * conversation. Those of several conversations go side by side, below the rate that a server allows. It is told what happened and when; it
 * answers what to send. No clock, no network, no store.
 *
 * A send is what the caller makes of it: here it has `clientMessageId`, `conversationId`, `kind`, `order`, `state`, `error` and `delayed`.
 */
export class Outbox {
  #max;
  #random;
  #sends = new Map(); // clientMessageId → send, in order
  #lanes = new Map(); // conversationId → lane
  #pausedUntil = 0;
  #allowance = SENDS_BURST;
  #allowanceAt = 0;

  constructor(max, random) {
    this.#max = max;
    this.#random = random;
  }

  /** All of them, in order; failed ones too. */
  get all() {
    return [...this.#sends.values()];
  }

  of(conversationId) {
    const lane = this.#lanes.get(conversationId);
    return lane === undefined ? [] : [...lane.failed, ...lane.queue].sort((a, b) => a.order - b.order);
  }

  get(clientMessageId) {
    return this.#sends.get(clientMessageId);
  }

  /** Takes a send; behind all of its conversation that were taken before, unless its `order` says otherwise. */
  add(send) {
    if (this.#sends.has(send.clientMessageId)) return;
    if (this.#sends.size >= this.#max) {
      throw new ParleyError('too_many_pending', `${this.#max} sends wait already`, { retryable: true });
    }
    this.#sends.set(send.clientMessageId, send);
    const lane = this.#lane(send.conversationId);
    if (send.state === 'failed') {
      lane.failed.push(send);
      return;
    }
    let at = lane.queue.length;
    while (at > (lane.underWay ? 1 : 0) && lane.queue[at - 1].order > send.order) at--;
    lane.queue.splice(at, 0, send);
  }

  /** What is to be sent now, in this order. Only to be asked on a connection that takes it. */
  next(now) {
    this.#allowance = Math.min(SENDS_BURST, this.#allowance + ((now - this.#allowanceAt) * SENDS_PER_SECOND) / 1000);
    this.#allowanceAt = now;
    const due = [];
    if (now < this.#pausedUntil) return due;
    for (const lane of this.#lanes.values()) {
      if (this.#allowance < 1) break;
      if (lane.underWay || lane.queue.length === 0 || now < dueAt(lane)) continue;
      if (now < lane.paceUntil) lane.queue.unshift(...lane.queue.splice(lane.queue.findIndex(isAmendment), 1));
      lane.underWay = true;
      lane.answerBy = now + ANSWER_MILLIS;
      lane.queue[0].state = 'sent';
      lane.queue[0].delayed = undefined;
      this.#allowance--;
      due.push(lane.queue[0]);
    }
    return due;
  }

  /** When to look again though nothing happens; undefined: no need. */
  wakeAt(now) {
    let at = Infinity;
    for (const lane of this.#lanes.values()) {
      if (lane.queue.length === 0) continue;
      if (lane.underWay) at = Math.min(at, lane.answerBy);
      else at = Math.min(at, Math.max(dueAt(lane), this.#pausedUntil, this.#allowance < 1 ? now + 1000 / SENDS_PER_SECOND : now));
    }
    return at === Infinity ? undefined : at;
  }

  /** It has its place: an acknowledgement, or the entry itself. Returns the send, once; undefined: nobody waited for it. */
  placed(clientMessageId) {
    const send = this.#remove(clientMessageId);
    if (send === undefined) return undefined;
    send.state = 'placed';
    send.delayed = undefined;
    return send;
  }

  /**
   * It was refused. Returns the send if that is for good: then it stays here as failed, and those behind it go on. Else it is sent again,
   * in its turn.
   *
   * @param isPace it is the conversation that is not to be written to so fast: nothing else waits for that
   */
  refused(clientMessageId, error, now, isPace = false) {
    const send = this.#sends.get(clientMessageId);
    if (send === undefined || send.state === 'failed') return undefined;
    const lane = this.#lane(send.conversationId);
    if (lane.queue[0] !== send) return undefined;
    lane.underWay = false;
    if (error.retryable) {
      const until = now + lane.backoff.next(error.retryAfterMillis ?? 0);
      send.delayed = { until, error };
      if (isPace) lane.paceUntil = until;
      else lane.notBefore = until;
      if (error.code === 'rate_limited' && !isPace) this.#pausedUntil = until;
      return undefined;
    }
    lane.queue.shift();
    lane.backoff.reset();
    lane.failed.push(send);
    send.state = 'failed';
    send.error = error;
    return send;
  }

  /** How fast the conversation is written to, or by whom, may be another thing now. */
  paceChanged(conversationId) {
    const lane = this.#lanes.get(conversationId);
    if (lane !== undefined) lane.paceUntil = 0;
  }

  /** No answers come any more: what was under way is sent again on the next connection, with the same id. */
  disconnected() {
    for (const lane of this.#lanes.values()) lane.underWay = false;
  }

  /** Whether an answer did not come in time: then it is sent again, with the same id, and the connection is worth a look. */
  overdue(now) {
    let isAny = false;
    for (const lane of this.#lanes.values()) {
      if (!lane.underWay || now < lane.answerBy) continue;
      lane.underWay = false;
      isAny = true;
    }
    return isAny;
  }

  /** Forgets it. Returns the send. One that is under way is forgotten, too; its answer is not waited for. */
  discard(clientMessageId) {
    const send = this.#remove(clientMessageId);
    if (send !== undefined) send.state = 'discarded';
    return send;
  }

  #remove(clientMessageId) {
    const send = this.#sends.get(clientMessageId);
    if (send === undefined) return undefined;
    this.#sends.delete(clientMessageId);
    const lane = this.#lane(send.conversationId);
    if (lane.queue[0] === send) {
      lane.underWay = false;
      lane.notBefore = 0;
      lane.backoff.reset();
    }
    lane.queue = lane.queue.filter(each => each !== send);
    lane.failed = lane.failed.filter(each => each !== send);
    if (lane.queue.length + lane.failed.length === 0) this.#lanes.delete(send.conversationId);
    return send;
  }

  #lane(conversationId) {
    let lane = this.#lanes.get(conversationId);
    if (lane === undefined) {
      lane = { queue: [], failed: [], underWay: false, answerBy: 0, notBefore: 0, paceUntil: 0, backoff: new Backoff(this.#random) };
      this.#lanes.set(conversationId, lane);
    }
    return lane;
  }
}

/** When its next send may go, if nothing is under way. */
function dueAt({ queue, notBefore, paceUntil }) {
  return queue.some(isAmendment) ? notBefore : Math.max(notBefore, paceUntil);
}

function isAmendment({ kind }) {
  return kind === 'edit' || kind === 'delete';
}
