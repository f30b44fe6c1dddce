import { Api } from './api.js';
import { Catchup } from './catchup.js';
import { Channels } from './channels.js';
import { Device } from './device.js';
import { Emitter } from './emitter.js';
import { ParleyError } from './errors.js';
import { Http } from './http.js';
import { Inbox } from './inbox.js';
import { Keeper } from './keeper.js';
import { Live } from './live.js';
import { Sends } from './sends.js';
import { Session } from './session.js';
import { Tokens } from './tokens.js';
import { Transports } from './transports.js';

const ADOPT_MILLIS = 60_000;

/** What is behind `Parley`: puts the parts together, and takes each frame to the part whose it is. */
export class Client {
  #options;
  #clock;
  #tokens;
  #http;
  #session;
  #catchup;
  #channels;
  #keeper;
  #device;
  #transports;
  #userId;
  #isOpened = false; // what is kept of the user was read
  #opening;
  #isFresh = true;
  #incarnation;
  #adoptTimer;
  emitter = new Emitter();
  limits;
  transport;

  constructor(options) {
    const { clock, random, url, bounds } = options;
    this.#options = options;
    this.#clock = clock;
    this.#userId = options.userId;
    this.#tokens = new Tokens(options.token, () => clock.now() + (this.#session?.skewMillis ?? 0));
    const host = new URL(url).host;
    const onError = error => this.#onStoreError(error);
    this.#keeper = new Keeper({ store: options.store, host, clock, onError });
    this.#device = new Device({ given: options.deviceId, locks: options.locks, host });
    this.#http = new Http({ url, fetch: options.fetch, tokens: this.#tokens, clock, random });
    this.api = new Api(this.#http);
    this.inbox = new Inbox(this, clock, bounds);
    const say = frame => this.#session.say(frame);
    const thread = id => this.inbox.thread(id);
    this.#channels = new Channels({
      clock,
      catchUpMax: bounds.catchUpMax,
      on: {
        thread,
        begin: (of, cursor) => this.begin(of, cursor),
        jump: (of, cursor) => this.#jump(of, cursor),
        counted: (of, change) => this.inbox.counted(of, change),
        want: of => this.inbox.want(of),
        mentioned: (of, sequences) => this.#mentioned(of, sequences),
        keep: (id, isChannel) => this.#isOpened && this.#keeper.channel(id, isChannel),
        changed: of => this.inbox.changed(of),
      },
    });
    this.#catchup = new Catchup({
      clock,
      random,
      catchUpMax: bounds.catchUpMax,
      on: {
        thread,
        threads: () => this.inbox.all.filter(each => each.timeline !== undefined),
        begin: (of, cursor) => this.begin(of, cursor),
        say,
        isConnected: () => this.#session.isWelcome,
        page: (id, query) => this.api.page(id, query),
        take: (of, entry) => this.#take(of, entry),
        skip: (of, from, to, reason) => this.#give(of, of.timeline.skip(from, to, reason)),
        jump: (of, cursor) => this.#jump(of, cursor),
        isPaused: of => this.#channels.isPaused(of),
        news: (of, head) => this.#channels.news(of, head),
        error: error => this.emitter.emit('error', error),
      },
    });
    this.sends = new Sends({
      clock,
      random,
      pendingMax: bounds.pendingMax,
      on: {
        isReady: () => this.#session.isWelcome && (!this.#isFresh || this.#session.isOnline),
        say,
        keep: record => this.#keep(record),
        done: id => this.#isOpened && this.#keeper.sendDone(this.#device.id, id),
        placed: (pending, placement, entry) => this.#placed(pending, placement, entry),
        failed: pending =>
          this.emitter.emit('failed', { conversation: thread(pending.conversationId).conversation, pending, error: pending.error }),
        unknownAck: frame => this.#catchup.onHeads({ [frame.conversationId]: frame.sequence }),
        changed: id => this.inbox.changed(thread(id)),
        overdue: () => this.#session.hurry(),
        me: () => this.#userId,
        hasRate: id => thread(id).messagesPerMinute > 0,
      },
    });
    const emit = (name, event) => this.emitter.emit(name, event);
    const keepRead = (id, sequence) => this.#isOpened && this.#keeper.readPointer(id, sequence);
    this.live = new Live({ clock, on: { say, emit, thread, keepRead } });
    this.#transports = new Transports(options.transports);
    this.#session = new Session({
      url,
      means: options,
      clock,
      tokens: this.#tokens,
      transports: this.#transports,
      random,
      on: {
        state: state => this.#onState(state),
        token: () => this.#identified(this.#tokens.userId),
        hello: () => this.#hello(),
        welcome: frame => this.#welcome(frame),
        frame: frame => this.#onFrame(frame),
        disconnected: () => this.#disconnected(),
        heartbeat: () => this.live.heartbeat(),
        ended: (reason, error) => this.#ended(reason, error),
        error: error => this.emitter.emit('error', error),
        transport: () => this.#keeper.set('transport', this.#transports.memory).catch(() => {}),
      },
    });
  }

  get state() {
    return this.#session.state;
  }

  get userId() {
    return this.#userId;
  }

  get deviceId() {
    return this.#device.id;
  }

  get clockSkewMillis() {
    return this.#session.skewMillis;
  }

  /** Of the server. */
  get now() {
    return this.#clock.now() + this.clockSkewMillis;
  }

  // Its life.

  async connect() {
    if (this.state.name === 'waiting') return this.hurry();
    if (this.state.name !== 'offline' || this.#opening !== undefined) return;
    this.#opening = this.#begin();
    await this.#opening;
    this.#opening = undefined;
    this.#session.connect();
  }

  /** What cannot be read keeps nobody from connecting. */
  async #begin() {
    try {
      await this.#device.claim(this.#keeper);
      this.#transports.memory = await this.#keeper.get('transport');
    } catch (error) {
      this.#onStoreError(error);
    }
    if (this.#userId !== undefined) await this.#identified(this.#userId);
  }

  #onStoreError(cause) {
    this.emitter.emit('error', new ParleyError('store', 'the store failed: nothing is kept', { retryable: true, cause }));
  }

  async close() {
    await this.#opening;
    this.#end();
    await this.#keeper.flush();
    this.#isOpened = false;
    this.#device.release();
  }

  async signOut() {
    await this.#opening;
    this.#end();
    this.sends.forget();
    this.live.forget();
    for (const thread of this.inbox.all) thread.forget();
    await this.#keeper.flush();
    if (this.#isOpened) await this.#keeper.forget(this.#device.id);
    this.#isFresh = true;
    this.#incarnation = undefined;
    this.#isOpened = false;
    this.#userId = this.#options.userId;
    this.#device.release();
  }

  hurry() {
    this.#session.hurry();
  }

  flush() {
    return this.#keeper.flush();
  }

  #end() {
    this.#session.close();
    this.#rest();
    this.#http.close();
  }

  /** Nothing is done any more that nobody asks for. */
  #rest() {
    this.live.close();
    this.#catchup.close();
    this.inbox.close();
    this.#clock.clearTimeout(this.#adoptTimer);
  }

  #ended(reason, error) {
    this.#rest();
    if (reason === 'replaced') this.emitter.emit('replaced');
    if (reason === 'signedOut') this.emitter.emit('signedOut', { error: error ?? new ParleyError('unauthenticated', 'the token was refused') });
  }

  /** Whose device it is: what is kept of that user is read, once after each `connect`. */
  async #identified(userId) {
    if (userId === undefined) return;
    if (this.#userId !== undefined && userId !== this.#userId) throw new ParleyError('token', 'the token is of another user');
    this.#userId = userId;
    if (this.#isOpened) return;
    try {
      const deviceId = await this.#device.claim(this.#keeper);
      this.#open(await this.#keeper.open(userId, deviceId));
    } catch (error) {
      this.#onStoreError(error);
    }
  }

  /** What is known here already is newer. */
  #open(kept) {
    if (this.#isOpened) return;
    this.#isOpened = true;
    if (this.#incarnation === undefined || this.#incarnation === kept.incarnation) {
      this.#incarnation = kept.incarnation;
      if (kept.incarnation !== undefined) this.#isFresh = false;
      for (const [id, cursor] of kept.cursors) {
        const thread = this.inbox.thread(id);
        if (thread.timeline === undefined) thread.begin(cursor);
      }
      for (const id of kept.channels) this.inbox.thread(id).isChannel = true;
      for (const [id, sequence] of kept.reads) {
        this.inbox.thread(id).read(sequence);
        this.live.read(id, sequence);
      }
    }
    for (const thread of this.inbox.all) if (thread.timeline !== undefined) this.#keeper.cursor(thread.id, thread.cursor);
    this.sends.opened(kept.sends);
  }

  #hello() {
    const cursors = this.#catchup.hello(this.#isFresh);
    return { deviceId: this.#device.id, client: this.#options.client, incarnation: this.#incarnation, cursors };
  }

  #welcome(frame) {
    this.transport = this.#transports.current;
    this.limits = frame.limits;
    this.sends.limits = frame.limits;
    this.inbox.total(frame.unreadTotal);
    if (this.#userId === undefined) this.#identified(frame.userId);
    if (this.#incarnation !== undefined && this.#incarnation !== frame.incarnation) this.#forgetCursors();
    this.#incarnation = frame.incarnation;
    this.live.welcome();
    for (const thread of this.inbox.all) if (thread.isOpen) this.#catchup.open(thread);
    this.sends.flush();
  }

  /** A restore: sequences mean something else now. */
  #forgetCursors() {
    this.#isFresh = true;
    this.#catchup.forget();
    for (const thread of this.inbox.all) {
      this.#channels.forget(thread);
      thread.forget();
      if (this.#isOpened) this.#keeper.cursor(thread.id, undefined);
    }
  }

  #onState(state) {
    this.emitter.emit('state', state);
    if (state.name !== 'online') return;
    this.#isFresh = false;
    // From now on the cursors that are kept are all that there are.
    if (this.#isOpened) this.#keeper.incarnation(this.#incarnation);
    this.sends.flush();
    this.#adopt();
  }

  #disconnected() {
    this.#catchup.disconnected();
    this.sends.disconnected();
    this.live.disconnected();
  }

  /** Now and then: sends of tabs that are gone. */
  async #adopt() {
    this.#clock.clearTimeout(this.#adoptTimer);
    if (!this.#isOpened || this.state.name === 'offline') return;
    try {
      const own = this.#device.id;
      for (const owner of await this.#keeper.owners()) {
        if (owner !== own) await this.#device.ifGone(owner, async () => this.sends.adopt(await this.#keeper.adopt(owner, own)));
      }
    } catch (error) {
      this.emitter.emit('error', new ParleyError('store', 'the sends of other tabs cannot be read', { retryable: true, cause: error }));
    }
    this.#clock.clearTimeout(this.#adoptTimer);
    if (this.state.name !== 'offline') this.#adoptTimer = this.#clock.setTimeout(() => this.#adopt(), ADOPT_MILLIS);
  }

  /** Undefined: it is not known yet whose it is. */
  #keep(record) {
    return this.#isOpened ? this.#keeper.send(this.#device.id, record) : undefined;
  }

  // What the server says.

  #onFrame(frame) {
    switch (frame.type) {
      case 'message_event':
        return this.#onEvent(frame);
      case 'message_ack':
        return this.sends.onAck(frame);
      case 'gap': {
        const thread = this.#begun(frame.conversationId);
        this.#give(thread, thread.timeline.skip(frame.from, frame.to, frame.reason));
        return this.#catchup.lookAfter(thread);
      }
      case 'synced':
        this.#catchup.onSynced(frame);
        if (frame.ref === 'hello' && !frame.more) this.inbox.told();
        return undefined;
      case 'resync':
        this.#channels.onResync(frame);
        return this.#catchup.onResync(frame);
      case 'heartbeat':
        this.live.onHeartbeat();
        return this.#catchup.onHeads(frame.heads);
      case 'heads':
        // One of them may have been opened meanwhile.
        return this.#channels.onHeads(frame).forEach(thread => this.#catchup.lookAfter(thread));
      case 'receipt_event':
        return this.#onReceipt(frame);
      case 'typing_event':
        return this.live.onTypingEvent(frame, this.#userId);
      case 'presence_event':
        return this.live.onPresenceEvent(frame);
      case 'error':
        if (!this.sends.onError(frame) && !this.#catchup.onError(frame)) this.emitter.emit('error', ParleyError.of(frame));
    }
  }

  #onEvent({ type, ...entry }) {
    const known = this.inbox.thread(entry.conversationId);
    if (known.timeline === undefined) {
      // The first that is heard of it: from here on, if it says that the user has just come in.
      const isEntrance = entry.kind === 'member_added' && entry.userIds?.includes(this.#userId);
      this.begin(known, isEntrance ? entry.sequence - 1 : 0);
    }
    const isOwn = entry.senderId === this.#userId;
    if (isOwn && entry.clientMessageId !== undefined) this.sends.onOwnEntry(entry);
    this.#channels.heard(known, entry, isOwn);
    this.#take(known, entry);
    this.#catchup.lookAfter(known);
  }

  #placed(pending, placement, entry) {
    const thread = this.#begun(placement.conversationId);
    this.emitter.emit('ack', { conversation: thread.conversation, pending, placement });
    if (entry === undefined) return;
    this.#take(thread, entry);
    this.#catchup.lookAfter(thread);
  }

  #begun(id) {
    const thread = this.inbox.thread(id);
    if (thread.timeline === undefined) this.begin(thread, 0);
    return thread;
  }

  #take(thread, entry) {
    this.#give(thread, thread.timeline.take(entry));
  }

  /** Gives out what comes next. */
  #give(thread, items) {
    if (items.length === 0) return;
    const entries = items.filter(item => item.entry !== undefined).map(item => item.entry);
    const { unread } = thread;
    thread.usedAt = this.#clock.now();
    const change = thread.append(entries);
    if (this.#isOpened) this.#keeper.cursor(thread.id, thread.cursor);
    const { conversation } = thread;
    let isNews = false;
    for (const { entry, from, to, reason } of items) {
      if (entry === undefined) {
        this.emitter.emit('gap', { conversation, from, to, reason });
        continue;
      }
      this.emitter.emit('entry', { conversation, entry });
      if (entry.kind === 'message') this.emitter.emit('message', { conversation, entry });
      if (entry.kind === 'conversation_updated' || entry.kind === 'role_changed') this.sends.paceChanged(thread.id);
      if (thread.isMention(entry)) this.#mentioned(thread, [entry.sequence], entry);
      isNews ||= entry.kind !== 'edit' || entry.targetSequence === thread.lastMessage?.sequence;
    }
    this.arrived(thread, entries);
    if (isNews) this.emitter.emit('conversation', { conversation });
    if (change !== 0 || thread.unread !== unread) this.inbox.counted(thread, change);
    if (!thread.isKnown && thread.isMember) this.inbox.want(thread);
    if (thread.window.entries.length === entries.length) this.inbox.evict();
  }

  /** This device has these, live or of a page: those who wrote them are told. */
  arrived(thread, entries) {
    const sequence = thread.arrived(entries);
    if (sequence !== undefined) this.live.delivered(thread.id, sequence);
  }

  #jump(thread, cursor) {
    const from = thread.cursor + 1;
    const items = thread.timeline.jump(cursor);
    thread.window.reset(cursor);
    this.emitter.emit('skipped', { conversation: thread.conversation, from, to: cursor });
    this.#give(thread, items);
  }

  /** Each mention is told once, whichever way it is heard of first. */
  #mentioned(thread, told, entry) {
    const { conversation } = thread;
    const sequences = thread.mentioned(told);
    if (sequences.length > 0) this.emitter.emit('mention', entry === undefined ? { conversation, sequences } : { conversation, sequences, entry });
  }

  #onReceipt(frame) {
    const { conversationId, userId, receiptType, sequence } = frame;
    const thread = this.inbox.thread(conversationId);
    if (userId === this.#userId) {
      if (receiptType === 'read') this.inbox.read(thread, frame);
      return;
    }
    if (!thread.receipt(userId, receiptType, sequence)) return;
    this.emitter.emit('receipt', { conversation: thread.conversation, userId, receiptType, sequence });
  }

  // What the application does.

  read(thread, sequence) {
    if (this.inbox.readTo(thread, sequence)) this.live.read(thread.id, sequence);
  }

  /** Everything up to there counts as given out. */
  begin(thread, cursor) {
    thread.begin(cursor);
    if (this.#isOpened) this.#keeper.cursor(thread.id, cursor);
  }

  open(thread) {
    if (thread.isOpen) return;
    thread.isOpen = true;
    this.#channels.opening(thread);
    if (this.#session.isWelcome) this.#catchup.open(thread);
    this.inbox.load(thread).catch(error => error.code !== 'closed' && this.emitter.emit('error', error));
  }

  leaveScreen(thread) {
    if (!thread.isOpen) return;
    thread.isOpen = false;
    this.#channels.closed(thread);
    this.#session.say({ type: 'close', conversationId: thread.id });
    this.inbox.changed(thread);
    this.inbox.evict();
  }
}
