import { Connection } from './connection.js';
import { ParleyError } from './errors.js';
import { Link } from './link.js';

const HELLO = 'hello';
const RENEWAL = 'renewal';

/** Carries out what {@link Connection} decides: links, timers, tokens; and takes frames both ways. */
export class Session {
  #url;
  #means;
  #clock;
  #tokens;
  #transports;
  #connection;
  #on;
  #link;
  #timer;
  #token;
  #skew = 0;
  #lastError;
  #told = { name: 'offline' };

  /**
   * @param on `{ state(state), token(): Promise, hello(): frame, welcome(frame), frame(frame), disconnected(), heartbeat(), ended(reason, error),
   *     error(error), transport() }`
   */
  constructor({ url, means, clock, tokens, transports, random, on }) {
    this.#url = url;
    this.#means = means;
    this.#clock = clock;
    this.#tokens = tokens;
    this.#transports = transports;
    this.#connection = new Connection(transports, random);
    this.#on = on;
  }

  get state() {
    return this.#connection.state;
  }

  get isWelcome() {
    return this.#connection.isWelcome;
  }

  get isOnline() {
    return this.#connection.state.name === 'online';
  }

  /** Server time minus own time. */
  get skewMillis() {
    return this.#skew;
  }

  connect() {
    this.#do(this.#connection.connect(this.#clock.now()));
  }

  close(reason = 'closed') {
    this.#do(this.#connection.close(reason));
  }

  hurry() {
    this.#do(this.#connection.hurry(this.#clock.now()));
  }

  /** False: there is no connection that takes it. */
  say(frame) {
    return this.isWelcome && this.#send(frame);
  }

  #send(frame) {
    return this.#link !== undefined && this.#link.send(JSON.stringify(frame));
  }

  #do(actions) {
    for (const action of actions) this.#act(action);
    this.#settle();
  }

  /** Sets the timer, and tells what is new of the state. */
  #settle() {
    this.#watch();
    const { state } = this;
    const told = this.#told;
    if (state.name === told.name && state.retryAt === told.retryAt && state.attempt === told.attempt) return;
    this.#told = state;
    this.#on.state(state);
    if (state.name === 'offline') this.#on.ended(state.reason, this.#lastError);
  }

  #act(action) {
    switch (action) {
      case 'ask':
        return this.#ask();
      case 'open':
        return this.#open();
      case 'hello':
        return this.#send({ ...this.#on.hello(), type: 'hello', ref: HELLO, token: this.#token });
      case 'heartbeat':
        this.#on.heartbeat();
        return this.#send({ type: 'heartbeat' });
      case 'renew':
        return this.#renew();
      case 'hangUp':
        return this.#link?.close();
    }
  }

  async #ask() {
    try {
      const token = await this.#tokens.get();
      this.#token = token;
      await this.#on.token(); // who it is of, and what is kept of that user
      this.#do(this.#connection.tokenGot(this.#clock.now(), this.#renewAt()));
    } catch (error) {
      this.#failed(error);
      this.#do(this.#connection.tokenFailed(this.#clock.now(), error?.code === 'unauthenticated'));
    }
  }

  #failed(error) {
    this.#lastError =
      error instanceof ParleyError ? error : new ParleyError('token', 'the token callback failed', { retryable: true, cause: error });
    this.#on.error(this.#lastError);
  }

  async #renew() {
    try {
      const token = await this.#tokens.fresh('renewal');
      this.#token = token;
      await this.#on.token();
      if (!this.say({ type: 'reauth', ref: RENEWAL, token })) this.#connection.renewFailed(this.#clock.now());
    } catch (error) {
      this.#failed(error);
      this.#connection.renewFailed(this.#clock.now());
    }
    this.#watch();
  }

  /** By the own clock. */
  #renewAt() {
    const { renewAt } = this.#tokens;
    return renewAt === undefined ? undefined : Math.max(this.#clock.now() + 500, renewAt - this.#skew);
  }

  #open() {
    try {
      const link = new Link(this.#url, this.#transports.current, this.#means, {
        open: () => this.#do(this.#connection.opened(this.#clock.now())),
        text: text => this.#link === link && this.#onText(text),
        closed: code => this.#onClosed(link, code),
        turnedAway: millis => this.#link === link && this.#do(this.#connection.turnedAway(millis)),
      });
      this.#link = link;
    } catch (error) {
      // A constructor that throws, for its address or for what the page may not open.
      this.#on.error(new ParleyError('network', `${this.#transports.current} does not open`, { retryable: true, cause: error }));
      this.#do(this.#connection.closed(1006, this.#clock.now()));
    }
  }

  #onClosed(link, code) {
    if (this.#link !== link) return;
    this.#link = undefined;
    if (code === 4401) this.#tokens.refuse(this.#token);
    this.#on.disconnected();
    this.#do(this.#connection.closed(code, this.#clock.now()));
  }

  #onText(text) {
    let frames;
    try {
      frames = [JSON.parse(text)].flat();
    } catch {
      this.#link.close(); // no server of ours says so
      return;
    }
    const link = this.#link;
    for (const frame of frames) {
      if (this.#link !== link) return;
      this.#onFrame(frame);
    }
  }

  #onFrame(frame) {
    const now = this.#clock.now();
    switch (frame.type) {
      case 'welcome':
        this.#skew = frame.serverTime - now;
        if (frame.ref === RENEWAL) {
          this.#connection.renewed(this.#renewAt());
          this.#watch();
          return;
        }
        if (this.#transports.worked(now)) this.#on.transport();
        this.#lastError = undefined;
        this.#connection.welcomed(now, frame.heartbeatMillis);
        this.#on.welcome(frame);
        this.#settle();
        return;
      case 'heartbeat':
        this.#connection.answered(now);
        this.#watch();
        break;
      case 'goaway':
        this.#do(this.#connection.goAway(frame.retryAfterMillis ?? 0));
        return;
      case 'synced':
        this.#on.frame(frame);
        if (frame.ref === HELLO && !frame.more) this.#do(this.#connection.synced());
        return;
      case 'error':
        if (frame.ref === HELLO) return this.#helloRefused(frame);
        if (frame.ref === RENEWAL) return this.#renewalRefused(frame);
        break;
    }
    this.#on.frame(frame);
  }

  #helloRefused(frame) {
    this.#lastError = ParleyError.of(frame);
    if (frame.code === 'unauthenticated') {
      this.#tokens.refuse(this.#token);
      this.#do(this.#connection.refused());
    } else {
      this.#on.error(this.#lastError);
      this.#do(this.#connection.turnedAway(frame.retryAfterMillis ?? 0));
    }
  }

  /** Another one, at once for the first time; the session lives on until the old token ends. */
  #renewalRefused(frame) {
    if (frame.code === 'unauthenticated') this.#tokens.refuse(this.#token);
    this.#on.error(ParleyError.of(frame));
    this.#connection.renewFailed(this.#clock.now());
    this.#watch();
  }

  #watch() {
    this.#clock.clearTimeout(this.#timer);
    const { wakeAt } = this.#connection;
    if (wakeAt === Infinity) return;
    const wait = Math.max(0, wakeAt - this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => this.#do(this.#connection.tick(this.#clock.now())), Math.min(wait, 2 ** 31 - 1));
  }
}
