import { Backoff } from './backoff.js';

const ASK_MILLIS = 30_000;
const OPEN_MILLIS = 10_000;
const WELCOME_MILLIS = 10_000;
const PROBE_MILLIS = 5_000;
const STABLE_MILLIS = 5_000;
const MISSING_MAX = 2;
const HEARTBEAT_MILLIS = 25_000;

/** A close with one of these codes was said by a server: the transport works. */
const REPLACED = 4409;
const UNAUTHENTICATED = 4401;
const TOO_MANY = 4429;
const TOO_MANY_MILLIS = 5_000;
const isOfServer = code => code >= 4000 || code === 1012 || code === 1013;

/**
 * Whether and how to be connected: back-off, transports, heartbeats, refused and ending tokens. It is told what happened and when, and answers
 * with what to do, in order: `ask` for a token, `open` the current transport, say `hello`, `heartbeat` or `renew` the token, `hangUp`. No
 * timers, no sockets: `wakeAt` says when `tick` is to be called.
 */
export class Connection {
  #transports;
  #backoff;
  #phase = 'offline'; // asking, opening, greeting, syncing, online, waiting
  #reason;
  #deadline = Infinity; // of the phase
  #since = 0; // welcome
  #refusals = 0;
  #isRefused = false;
  #pauseMillis = 0;
  #heartbeatMillis = HEARTBEAT_MILLIS;
  #beatAt = Infinity;
  #missing = 0;
  #renewAt = Infinity;
  #renewals;

  constructor(transports, random) {
    this.#transports = transports;
    this.#backoff = new Backoff(random);
    this.#renewals = new Backoff(random, { baseMillis: 1_000 });
  }

  get state() {
    switch (this.#phase) {
      case 'offline':
        return this.#reason === undefined ? { name: 'offline' } : { name: 'offline', reason: this.#reason };
      case 'waiting':
        return { name: 'waiting', retryAt: this.#deadline, attempt: this.#backoff.attempt };
      case 'syncing':
      case 'online':
        return { name: this.#phase };
      default:
        return { name: 'connecting', attempt: this.#backoff.attempt + 1, transport: this.#transports.current };
    }
  }

  get isOffline() {
    return this.#phase === 'offline';
  }

  /** The server has taken the hello. */
  get isWelcome() {
    return this.#phase === 'syncing' || this.#phase === 'online';
  }

  get wakeAt() {
    return Math.min(this.#deadline, this.isWelcome ? Math.min(this.#beatAt, this.#renewAt) : Infinity);
  }

  /** It is wanted. */
  connect(now) {
    if (this.#phase !== 'offline') return [];
    this.#refusals = 0;
    this.#backoff.reset();
    this.#transports.restart(now);
    return this.#ask(now);
  }

  /** It is wanted no longer. */
  close(reason) {
    if (this.#phase === 'offline') return [];
    this.#end(reason);
    return ['hangUp'];
  }

  /** There is a token; until then it is asked anew. @param renewAt when there has to be another one */
  tokenGot(now, renewAt = Infinity) {
    if (this.#phase !== 'asking') return [];
    this.#renewAt = renewAt;
    this.#enter('opening', now + OPEN_MILLIS);
    return ['open'];
  }

  /** @param isFinal there will be none any more */
  tokenFailed(now, isFinal = false) {
    if (this.#phase !== 'asking') return [];
    if (isFinal) this.#end('signedOut');
    else this.#wait(now);
    return [];
  }

  opened(now) {
    if (this.#phase !== 'opening') return [];
    this.#enter('greeting', now + WELCOME_MILLIS);
    return ['hello'];
  }

  welcomed(now, heartbeatMillis = HEARTBEAT_MILLIS) {
    if (this.#phase !== 'greeting') return [];
    this.#enter('syncing', Infinity);
    this.#since = now;
    this.#refusals = 0;
    this.#missing = 0;
    this.#heartbeatMillis = heartbeatMillis;
    this.#beatAt = now + heartbeatMillis;
    return [];
  }

  synced() {
    if (this.#phase === 'syncing') this.#phase = 'online';
    return [];
  }

  /** The hello was refused for its token. */
  refused() {
    if (this.#phase !== 'greeting') return [];
    this.#isRefused = true;
    return ['hangUp'];
  }

  /** The handshake or the hello was refused for now: the server is there, and the transport works. */
  turnedAway(retryAfterMillis) {
    this.#pauseMillis = Math.max(1, retryAfterMillis);
    return ['hangUp'];
  }

  /** An answer to a heartbeat. */
  answered(now) {
    if (!this.isWelcome) return;
    this.#missing = 0;
    this.#deadline = Infinity;
    this.#beatAt = now + this.#heartbeatMillis;
  }

  /** The node drains: back after that time. */
  goAway(retryAfterMillis) {
    if (!this.isWelcome) return [];
    this.#pauseMillis = Math.max(1, retryAfterMillis);
    return ['hangUp'];
  }

  /** The connection has ended, by whomever. */
  closed(code, now) {
    if (this.#phase === 'offline' || this.#phase === 'waiting' || this.#phase === 'asking') return [];
    const wasWelcome = this.isWelcome;
    if (code === REPLACED) {
      this.#end('replaced');
      return [];
    }
    const isRefused = code === UNAUTHENTICATED || this.#isRefused;
    const isAnswer = this.#pauseMillis > 0;
    if (code === TOO_MANY) this.#pauseMillis = Math.max(this.#pauseMillis, TOO_MANY_MILLIS);
    if (wasWelcome) {
      if (now - this.#since >= STABLE_MILLIS || isAnswer) this.#backoff.reset();
      this.#transports.restart(now);
    } else if (!isRefused && !isAnswer && !isOfServer(code)) {
      this.#transports.failed();
    }
    if (isRefused && this.#refusals++ > 0) {
      this.#end('signedOut');
      return [];
    }
    this.#wait(now, this.#pauseMillis);
    return [];
  }

  /** There is reason to believe that the network is back, or is not what it seems. */
  hurry(now) {
    if (this.#phase === 'waiting') return this.#pauseMillis > 0 ? [] : this.#ask(now);
    if (!this.isWelcome || this.#deadline !== Infinity) return [];
    return this.#beat(now, now + PROBE_MILLIS);
  }

  /** @param renewAt when there has to be another token */
  renewed(renewAt = Infinity) {
    this.#renewAt = renewAt;
    this.#renewals.reset();
  }

  renewFailed(now) {
    this.#renewAt = now + this.#renewals.next();
  }

  tick(now) {
    if (now >= this.#deadline) {
      if (this.#phase === 'waiting') return this.#ask(now);
      if (this.#phase === 'asking') return this.tokenFailed(now);
      this.#deadline = Infinity;
      return ['hangUp'];
    }
    if (!this.isWelcome) return [];
    const due = [];
    if (now >= this.#renewAt) {
      this.#renewAt = Infinity;
      due.push('renew');
    }
    if (now >= this.#beatAt) {
      if (this.#missing >= MISSING_MAX) return ['hangUp'];
      due.push(...this.#beat(now, Infinity));
    }
    return due;
  }

  #beat(now, answerBy) {
    this.#missing++;
    this.#beatAt = now + this.#heartbeatMillis;
    this.#deadline = answerBy;
    return ['heartbeat'];
  }

  #ask(now) {
    this.#pauseMillis = 0;
    this.#isRefused = false;
    this.#enter('asking', now + ASK_MILLIS);
    return ['ask'];
  }

  #wait(now, atLeast = 0) {
    this.#enter('waiting', now + this.#backoff.next(atLeast));
  }

  #end(reason) {
    this.#reason = reason;
    this.#enter('offline', Infinity);
  }

  #enter(phase, deadline) {
    this.#phase = phase;
    this.#deadline = deadline;
    this.#beatAt = Infinity;
  }
}
