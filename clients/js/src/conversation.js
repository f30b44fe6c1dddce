/** One conversation, as the application sees it; what it shows is in the thread, what it does the client's. */
export class Conversation {
  #thread;
  #client;

  constructor(thread, client) {
    this.#thread = thread;
    this.#client = client;
  }

  get conversationId() {
    return this.#thread.id;
  }

  get type() {
    return this.#thread.isChannel ? 'channel' : this.#thread.type;
  }

  get name() {
    return this.#thread.name;
  }

  get peerId() {
    return this.#thread.peerId;
  }

  get role() {
    return this.#thread.role;
  }

  get slowModeMillis() {
    return this.#thread.slowModeMillis;
  }

  get messagesPerMinute() {
    return this.#thread.messagesPerMinute;
  }

  get writers() {
    return this.#thread.writers;
  }

  get mayWrite() {
    return this.#thread.mayWrite;
  }

  get nextSendAt() {
    const { now, clockSkewMillis, sends } = this.#client;
    const delayed = sends.of(this.#thread.id).find(pending => pending.delayed?.error.code === 'slow_mode')?.delayed.until ?? 0;
    const at = Math.max(this.#thread.slowUntil - clockSkewMillis, delayed);
    return at > now - clockSkewMillis ? at : undefined;
  }

  get mute() {
    return this.#thread.mute;
  }

  get isMuted() {
    return !this.#thread.disturbs(this.#client.now, false);
  }

  get mentions() {
    return this.#thread.mentions;
  }

  get newsAt() {
    return this.#thread.newsAt;
  }

  get joinedAt() {
    return this.#thread.joinedAt;
  }

  get lastMessage() {
    return this.#thread.lastMessage;
  }

  get unread() {
    return this.#thread.unread;
  }

  get readSequence() {
    return this.#thread.readSequence;
  }

  get isMember() {
    return this.#thread.isMember;
  }

  get entries() {
    return this.#thread.window.entries;
  }

  get pending() {
    return this.#client.sends.of(this.#thread.id);
  }

  get cursor() {
    return this.#thread.cursor;
  }

  get head() {
    return this.#thread.head;
  }

  get hasOlder() {
    return this.#thread.window.hasOlder;
  }

  get isOpen() {
    return this.#thread.isOpen;
  }

  get typingUserIds() {
    return this.#thread.typingUserIds;
  }

  get receipts() {
    return this.#thread.receipts;
  }

  on(name, listener) {
    return this.#thread.emitter.on(name, listener);
  }

  async load() {
    await this.#client.inbox.load(this.#thread);
    return this;
  }

  loadOlder(limit) {
    return this.#client.inbox.loadOlder(this.#thread, limit);
  }

  open() {
    this.#client.open(this.#thread);
  }

  close() {
    this.#client.leaveScreen(this.#thread);
  }

  send(draft) {
    this.#client.live.typed(this.#thread);
    return this.#client.sends.message(this.#thread.id, draft);
  }

  edit(sequence, body) {
    return this.#client.sends.edit(this.#thread.id, sequence, body);
  }

  delete(sequence) {
    return this.#client.sends.delete(this.#thread.id, sequence);
  }

  read(sequence = this.#thread.cursor) {
    this.#client.read(this.#thread, sequence);
  }

  typing(active = true) {
    this.#client.live.type(this.#thread, active);
  }

  members(page) {
    return this.#client.inbox.members(this.#thread, page);
  }

  async addMembers(userIds, role) {
    await this.#client.api.addMembers(this.#thread.id, [...new Set(userIds)], role);
  }

  async removeMember(userId) {
    await this.#client.api.removeMember(this.#thread.id, userId);
  }

  async changeRole(userId, role) {
    await this.#client.api.changeRole(this.#thread.id, userId, role);
  }

  async leave() {
    await this.#client.api.removeMember(this.#thread.id, this.#client.userId);
  }

  async rename(name) {
    await this.#client.api.update(this.#thread.id, { name });
  }

  async setSlowMode(slowModeMillis) {
    await this.#client.api.update(this.#thread.id, { slowModeMillis });
  }

  async setRate(messagesPerMinute) {
    await this.#client.api.update(this.#thread.id, { messagesPerMinute });
  }

  async setWriters(writers) {
    await this.#client.api.update(this.#thread.id, { writers });
  }

  bans(page) {
    return this.#client.api.bans(this.#thread.id, page);
  }

  async ban(userId) {
    await this.#client.api.ban(this.#thread.id, userId);
  }

  async unban(userId) {
    await this.#client.api.unban(this.#thread.id, userId);
  }

  invitations() {
    return this.#client.api.invitations(this.#thread.id);
  }

  createInvitation(limits = {}) {
    return this.#client.api.createInvitation(this.#thread.id, limits);
  }

  async revokeInvitation(invitationId) {
    await this.#client.api.revokeInvitation(this.#thread.id, invitationId);
  }

  async setMute(mute = {}) {
    this.#muted(await this.#client.api.setMute(this.#thread.id, mute));
  }

  async unmute() {
    await this.#client.api.unmute(this.#thread.id);
    this.#muted(undefined);
  }

  #muted(mute) {
    this.#thread.mute = mute;
    this.#client.inbox.changed(this.#thread);
    this.#client.emitter.emit('conversation', { conversation: this });
  }

  disturbs(entry) {
    if (entry?.senderId === this.#client.userId) return false;
    const isMention = entry === undefined || this.#thread.isMention(entry);
    return this.#thread.disturbs(this.#client.now, isMention);
  }

  countReceipts(sequence, { users } = {}) {
    return this.#client.api.countReceipts(this.#thread.id, sequence, { users });
  }
}
