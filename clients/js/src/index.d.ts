/**
 * The client of Parley: conversations that are complete, in order, and the same for everybody.
 *
 * ```js
 * const parley = new Parley({ url: 'https://chat.example.org', token: fetchMyToken });
 * parley.on('message', ({ conversation, entry }) => show(conversation, entry));
 * parley.connect();
 * const conversation = await parley.createDirect('bob');
 * await conversation.send({ body: 'hello' }).placed;
 * ```
 */

import type {
  Ban,
  Device,
  Draft,
  Entry,
  Invitation,
  Invited,
  Member,
  Mute,
  NewInvitation,
  Placement,
  Presence,
  ReceiptCounts,
  ReceiptType,
  Role,
  ServerLimits,
  UserSettings,
  Writers,
} from './data.js';

export type * from './data.js';

/** Where the connection stands. `offline` is where it starts and where it ends; the reason says why it ended. */
export type State =
  | { readonly name: 'offline'; readonly reason?: 'closed' | 'replaced' | 'signedOut' }
  | { readonly name: 'connecting'; readonly attempt: number; readonly transport: TransportName }
  /** Signed in; what was missed is being fetched. */
  | { readonly name: 'syncing' }
  | { readonly name: 'online' }
  /** The next try is at `retryAt` (Unix milliseconds), or earlier if the network comes back. */
  | { readonly name: 'waiting'; readonly retryAt: number; readonly attempt: number };

export type TransportName = 'websocket' | 'xhr-streaming' | 'eventsource' | 'xhr-polling';

export interface ParleyOptions {
  /** Where the server is: `https://chat.example.org`. In a browser `location.origin` if it serves the page. */
  url: string;
  /**
   * Gives a token: at each connect unless the last one still has time, before it expires, and once more if the server refuses it. May be
   * asynchronous. What it throws is a failed try: it is asked again after the usual wait.
   */
  token: (why: { reason: 'connect' | 'renewal' | 'refused' }) => string | Promise<string>;
  /** Whose device it is, if known before the token: then what is kept of it shows before there is a network. */
  userId?: string;
  /**
   * Names this device. Two connections of one device replace each other, so in browsers leave it out: each tab gets its own. Elsewhere give
   * one that stays, or each start is a device of its own.
   */
  deviceId?: string;
  /** What the user sees in the list of their devices, like `Web, Firefox`. */
  client?: string;
  /** Keeps cursors and unacknowledged sends. Default: IndexedDB where there is one, else memory. */
  store?: Store;
  /** Which transports to try, in this order. All but `websocket` need `sockjs`. Default: all. */
  transports?: readonly TransportName[];
  /** The constructor of SockJS, of the package sockjs-client, for networks that block WebSockets. */
  sockjs?: SockJsConstructor;
  /** Default: the global one. Node 20 has none: give the one of the package ws. */
  WebSocket?: WebSocketConstructor;
  fetch?: typeof globalThis.fetch;
  /** 0 to 1, for back-off. Ids always come of the platform's secure source. */
  random?: () => number;
  clock?: Clock;
  /** Default: those of the browser, `navigator.locks`. They tell tabs apart. */
  locks?: LockManagerLike;
  bounds?: Partial<Bounds>;
}

/** What is kept at most, and what happens there. */
export interface Bounds {
  /** Entries of one conversation in memory; the oldest go, and `loadOlder` brings them back. Default 1,000. */
  entriesMax: number;
  /** Sends without an acknowledgement; `send` throws `too_many_pending` beyond. Default 1,000. */
  pendingMax: number;
  /**
   * Entries of one conversation that are fetched after an absence; of more, only the newest so many, and `skipped` tells. Default 5,000. Of a
   * channel that is opened, at most 200.
   */
  catchUpMax: number;
  /** Conversations with entries in memory; of the longest unused the entries go, never of open ones. Default 200. */
  conversationsMax: number;
}

export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  setTimeout(task: () => void, millis: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The part of the Web Locks API that is used. */
export interface LockManagerLike {
  request(name: string, task: (lock: unknown) => unknown): Promise<unknown>;
  request(name: string, options: { ifAvailable?: boolean }, task: (lock: unknown) => unknown): Promise<unknown>;
}

export interface WebSocketConstructor {
  new (url: string): WebSocketLike;
}

export interface WebSocketLike {
  readyState: number;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export interface SockJsConstructor {
  new (url: string, reserved: null, options: { transports: string[]; sessionId: number }): WebSocketLike;
}

export interface ParleyEvents {
  state: State;
  /** Every entry of every conversation, of channels while they are open; once, in the order of its conversation. Own ones too. */
  entry: { conversation: Conversation; entry: Entry };
  /** The entries of kind `message` among them. */
  message: { conversation: Conversation; entry: Entry };
  /** A send has its place. */
  ack: { conversation: Conversation; pending: PendingMessage; placement: Placement };
  /** A send was refused for good; it stays in `pending` until `retry` or `discard`. */
  failed: { conversation: Conversation; pending: PendingMessage; error: ParleyError };
  /** Entries that never come: not for this user, or gone. They count as held. */
  gap: { conversation: Conversation; from: number; to: number; reason: string };
  /** Entries that were not fetched after a long absence (`bounds.catchUpMax`), or when a channel was opened; `loadOlder` brings them. */
  skipped: { conversation: Conversation; from: number; to: number };
  receipt: { conversation: Conversation; userId: string; receiptType: ReceiptType; sequence: number };
  typing: { conversation: Conversation; userId: string; active: boolean };
  presence: Presence;
  /** A conversation is new, or what is known of it changed: name, members, role, last message. */
  conversation: { conversation: Conversation };
  /** `unread` of one conversation changed, or the total. */
  unread: { conversation?: Conversation; unreadTotal: number };
  /** Others mention the user, or all. Each once; without `entry` in a channel that is not open. */
  mention: { conversation: Conversation; sequences: readonly number[]; entry?: Entry };
  /** The same device has connected elsewhere; this one stays off until `connect()`. */
  replaced: undefined;
  /** The server takes no token of this user any more, or the device was signed out; off until `connect()`. */
  signedOut: { error: ParleyError };
  /** What nobody waits for went wrong: a token callback, a store, a refused receipt. Nothing is lost by not listening. */
  error: ParleyError;
}

export class Parley {
  constructor(options: ParleyOptions);

  readonly state: State;
  /** Known with the first token. */
  readonly userId: string | undefined;
  /** Known once this tab has its own. */
  readonly deviceId: string | undefined;
  /** Over all conversations. */
  readonly unreadTotal: number;
  /** What the server allows; known once connected. */
  readonly limits: ServerLimits | undefined;
  /** Which transport carries, or carried last. */
  readonly transport: TransportName | undefined;
  /** Server time minus own time, in milliseconds. */
  readonly clockSkewMillis: number;
  /** All sends that have no place yet, in the order sent; failed ones too. */
  readonly pending: readonly PendingMessage[];

  /** Connects and stays connected until `close`. Does nothing if it is connected; while it waits, it tries at once. */
  connect(): void;
  /**
   * Ends the connection and what is being fetched (`load` and others reject with `closed`; changes go on until they are answered), writes down
   * what is to be kept, and gives up its device id. It can `connect` again.
   */
  close(): Promise<void>;
  /** `close`, and forgets what is kept of this user here: cursors and unsent messages. */
  signOut(): Promise<void>;

  /** Calls the listener at each event; returns what stops that. */
  on<Name extends keyof ParleyEvents>(name: Name, listener: (event: ParleyEvents[Name]) => void): () => void;

  /** The inbox: newest activity first. */
  conversations(page?: { cursor?: string; limit?: number }): Promise<{ conversations: Conversation[]; cursor?: string }>;
  /** The conversation with that id, whether or not it is loaded: always the same object. */
  conversation(conversationId: string): Conversation;
  /** The conversation of the two, made if there is none. */
  createDirect(userId: string): Promise<Conversation>;
  /**
   * With the same `clientRequestId`, a retry finds the group that was made. Of more than 1,000 members those beyond are added after it, in pages
   * like those of `addMembers`.
   */
  createGroup(group: { name?: string; memberIds: readonly string[]; clientRequestId?: string }): Promise<Conversation>;

  /** `presence` events of these users from now on, over reconnects too, at most 500; what is unknown is told at once. */
  watch(userIds: readonly string[]): void;
  unwatch(userIds: readonly string[]): void;
  /** What was last heard of a watched user. */
  presenceOf(userId: string): Presence | undefined;
  /** Asks once. */
  presence(userIds: readonly string[]): Promise<Presence[]>;

  /** What the token of an invitation leads to, without joining. Rejects with `not_found` where it leads nowhere, or not for this user. */
  invitation(token: string): Promise<Invited>;
  /** Joins by it; whoever is a member already gets the conversation as well. */
  join(token: string): Promise<Conversation>;

  /** Whom the user blocks. */
  blocks(): Promise<string[]>;
  /**
   * In the direct conversation of the two neither sends anything any more, and the one who is blocked sees nothing of the user's presence, typing
   * and receipts.
   */
  block(userId: string): Promise<void>;
  unblock(userId: string): Promise<void>;

  /** The user's own devices. */
  devices(): Promise<Device[]>;
  /** Signs one out. */
  removeDevice(deviceId: string): Promise<void>;

  /** What the user has set for themselves. */
  settings(): Promise<UserSettings>;
  /** Sets what is named; returns all. */
  changeSettings(settings: Partial<UserSettings>): Promise<UserSettings>;
}

export interface ConversationEvents {
  /** What there is to show has changed: `entries`, `pending`, `unread`, `typingUserIds`, `receipts`, `name`, … Once for all that came together. */
  change: undefined;
}

export class Conversation {
  private constructor();

  readonly conversationId: string;

  // Known of an inbox page, `load`, or the entries that came; undefined until then.
  /**
   * `channel`: a group so large that its entries come only while it is open. Of what is said meanwhile one hears `head`, `unread` and mentions; `open`
   * brings the newest 200 (`skipped` tells of what lies before them), `loadOlder` the others.
   */
  readonly type: 'direct' | 'group' | 'channel' | undefined;
  readonly name: string | undefined;
  /** The other of a direct conversation. */
  readonly peerId: string | undefined;
  readonly role: Role | undefined;
  /** Between two messages of a member; 0: off. */
  readonly slowModeMillis: number | undefined;
  /** Of all together, before members wait; 0: any number. */
  readonly messagesPerMinute: number | undefined;
  readonly writers: Writers | undefined;
  /** Whether the user may send messages, as far as is known. */
  readonly mayWrite: boolean;
  /** When slow mode lets the user's next message through, as far as is known: own time, Unix milliseconds. Undefined: now. What is sent earlier waits. */
  readonly nextSendAt: number | undefined;
  /** The user's own. One with an end may be over: `isMuted` knows. */
  readonly mute: Mute | undefined;
  /** Whether it is muted now, but for what may disturb all the same. */
  readonly isMuted: boolean;
  /** Where others mention the user behind the read pointer, ascending, as far as this client has heard: at most 100. */
  readonly mentions: readonly number[];
  /** When it was last heard that the channel goes on while it is not open: Unix milliseconds, own time. */
  readonly newsAt: number | undefined;
  /** Unix milliseconds. */
  readonly joinedAt: number | undefined;
  readonly lastMessage: Entry | undefined;
  /** Messages behind the own read pointer. Of a channel that is not open at most so many: until it is loaded, every entry counts. */
  readonly unread: number | undefined;
  /** The own read pointer. */
  readonly readSequence: number;
  /** False once the user has left or was removed. */
  readonly isMember: boolean;

  /**
   * What is in memory, ascending, each sequence once; messages as amended by the edits and deletes that came. Between neighbours only
   * gaps are missing. A new array at each change, so `===` tells.
   */
  readonly entries: readonly Entry[];
  /** Own sends without a place, in order: to be shown behind the entries. */
  readonly pending: readonly PendingMessage[];
  /** Everything up to here was delivered, or never comes. */
  readonly cursor: number;
  /** The last sequence that this device has heard of. */
  readonly head: number;
  /** Whether `loadOlder` may bring more. */
  readonly hasOlder: boolean;
  readonly isOpen: boolean;
  /** Who is typing now, but oneself. */
  readonly typingUserIds: readonly string[];
  /** How far others have received and read: by user id. Not told in groups of more than 100: there, `countReceipts`. */
  readonly receipts: ReadonlyMap<string, { readonly delivered: number; readonly read: number }>;

  on<Name extends keyof ConversationEvents>(name: Name, listener: (event: ConversationEvents[Name]) => void): () => void;

  /** Asks for what is known of the conversation, and for its newest entries if none are in memory. */
  load(): Promise<Conversation>;
  /** Brings a page before the oldest in `entries`, and returns what came; empty at the start. */
  loadOlder(limit?: number): Promise<readonly Entry[]>;

  /** Is on screen from now on: loads it, hears who types, keeps its entries in memory. */
  open(): void;
  close(): void;

  /** Sends; shows in `pending` at once. Throws `too_many_pending` and `too_large`, and what is no message. */
  send(draft: Draft): PendingMessage;
  edit(sequence: number, body: string): PendingMessage;
  delete(sequence: number): PendingMessage;

  /** Moves the own read pointer to there; without a sequence to the newest entry. Never back. */
  read(sequence?: number): void;
  /** That the user is typing: call it at each key. It is said once in 3 s, and taken back 6 s after the last call. */
  typing(active?: boolean): void;

  /** How many have a message, and have read it. @param options `users`: also who, in groups of at most 100 */
  countReceipts(sequence: number, options?: { users?: boolean }): Promise<ReceiptCounts>;

  /** By user id; with a `prefix`, those whose ids begin so. Also says how far the others have come, in `receipts`. */
  members(page?: { prefix?: string; cursor?: string; limit?: number }): Promise<{ members: Member[]; cursor?: string }>;
  /**
   * Any number: each 1,000 are one request and one entry, one after the other. If one is refused those before it stay; who is a member already
   * may be named again.
   */
  addMembers(userIds: readonly string[], role?: Role): Promise<void>;
  removeMember(userId: string): Promise<void>;
  changeRole(userId: string, role: Role): Promise<void>;
  leave(): Promise<void>;
  /** Null takes the name away. */
  rename(name: string | null): Promise<void>;
  /** 0: off. */
  setSlowMode(slowModeMillis: number): Promise<void>;
  /** 0: any number. */
  setRate(messagesPerMinute: number): Promise<void>;
  setWriters(writers: Writers): Promise<void>;

  /** By user id; for admins and owners. */
  bans(page?: { cursor?: string; limit?: number }): Promise<{ bans: Ban[]; cursor?: string }>;
  /** Removes the user, whom nobody adds then, and who joins by no invitation. */
  ban(userId: string): Promise<void>;
  /** Does not bring the user back. */
  unban(userId: string): Promise<void>;

  /** Those by which somebody may still join; for admins and owners. */
  invitations(): Promise<Invitation[]>;
  /** The token, which belongs into a link, is told here alone. Without limits: for ever, any number. */
  createInvitation(limits?: { expiresInSeconds?: number; usesMax?: number }): Promise<NewInvitation>;
  revokeInvitation(invitationId: string): Promise<void>;

  /** Has the conversation disturb the user no more: for ever or `until` (Unix milliseconds of the server), unless it mentions them. It is counted as unread all the same. */
  setMute(mute?: { until?: number; exceptMentions?: boolean }): Promise<void>;
  unmute(): Promise<void>;
  /** Whether the user wants to be told now that this has come: it is not their own, and not muted. Without an entry: a mention. */
  disturbs(entry?: Entry): boolean;
}

export interface PendingMessage {
  /** Names it for ever: whatever is sent again under it has one place. */
  readonly clientMessageId: string;
  readonly conversationId: string;
  readonly kind: 'message' | 'edit' | 'delete';
  /** Of a message or an edit. */
  readonly draft?: Draft;
  /** Of an edit or a delete. */
  readonly targetSequence?: number;
  /** Own time, Unix milliseconds. */
  readonly createdAt: number;
  /** `sent`: at least once, without an answer. */
  readonly state: 'waiting' | 'sent' | 'placed' | 'failed' | 'discarded';
  readonly error?: ParleyError;
  /** It was refused for now (`slow_mode`, `rate_limited`, `busy`, …), and is sent again then: own time, Unix milliseconds. */
  readonly delayed?: { readonly until: number; readonly error: ParleyError };
  /** Its place; rejects when it fails or is discarded. Need not be awaited. */
  readonly placed: Promise<Placement>;
  /** It is written down: it survives a reload. */
  readonly saved: Promise<void>;
  /** Sends a failed one again, with a new id. Returns the new one. */
  retry(): PendingMessage;
  /** Forgets it. One that was sent may have its place all the same: then it comes as an entry. */
  discard(): void;
}

/**
 * What went wrong. `code` is the server's (`not_found`, `too_large`, `rate_limited`, …), or of the client itself: `too_many_pending`,
 * `network` (no answer), `closed`, `discarded`, `token` (the callback failed), `store`.
 */
export class ParleyError extends Error {
  constructor(code: string, message: string, details?: { retryable?: boolean; retryAfterMillis?: number; cause?: unknown });
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMillis: number | undefined;
}

/** Keeps small JSON values by key. */
export interface Store {
  /** All with a key that begins so. */
  read(prefix: string): Promise<[key: string, value: unknown][]>;
  /** All of the changes or none; undefined removes. Durable when it completes, as far as the store is. */
  write(changes: [key: string, value: unknown][]): Promise<void>;
}

/** Forgets everything when the program ends. */
export class MemoryStore implements Store {
  read(prefix: string): Promise<[key: string, value: unknown][]>;
  write(changes: [key: string, value: unknown][]): Promise<void>;
}

/** For browsers. All tabs may use the same one. */
export class IndexedDbStore implements Store {
  constructor(name?: string);
  read(prefix: string): Promise<[key: string, value: unknown][]>;
  write(changes: [key: string, value: unknown][]): Promise<void>;
}
