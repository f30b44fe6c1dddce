/** Who the conversations are with, what they are called, and who of them is there. */

import { listed } from './text.js';
import { ago } from './time.js';

const KEPT = 'parley.peers.';
const KEPT_MAX = 2_000;
const LOOK_UPS_MAX = 4;
const WATCHED_MAX = 400;

export class People {
  #parley;
  #changed;
  #peers;
  #members = new Map();
  #waiting = [];
  #asked = new Set();
  #lookUps = 0;
  #watched = new Set();
  #rests = new Set();

  /** @param changed runs with a conversation when its title is another one, and with nothing when presence is */
  constructor(parley, me, changed) {
    this.#parley = parley;
    this.#changed = changed;
    this.me = me;
    this.#peers = new Map(read(KEPT + me));
    parley.on('presence', presence => {
      if (this.#rests.size === 0) queueMicrotask(() => this.#tellPresence());
      this.#rests.add(presence.userId);
    });
    parley.on('entry', ({ conversation, entry }) => {
      if (['member_added', 'member_removed', 'member_left', 'role_changed'].includes(entry.kind)) {
        this.#members.delete(conversation.conversationId);
      }
    });
  }

  #tellPresence() {
    this.#rests.clear();
    this.#changed(null);
  }

  /** The other one of a direct conversation, as soon as it is known. */
  peerOf(conversation) {
    if (conversation.type !== 'direct') return undefined;
    const id = conversation.conversationId;
    const known = this.#peers.get(id);
    if (known) return known;
    const sender = [conversation.lastMessage, ...conversation.entries].find(entry => entry && entry.senderId !== this.me)?.senderId;
    const other = sender ?? this.#members.get(id)?.find(member => member.userId !== this.me)?.userId;
    if (other) this.#keepPeer(id, other);
    else this.#lookUp(conversation);
    return other;
  }

  knowPeer(conversationId, userId) {
    this.#keepPeer(conversationId, userId);
  }

  /** What the conversation is called. */
  titleOf(conversation) {
    if (conversation.type === 'direct') return this.peerOf(conversation) ?? '…';
    if (conversation.name) return conversation.name;
    const members = this.#members.get(conversation.conversationId);
    if (!members) {
      if (conversation.type) this.#lookUp(conversation);
      return 'Group';
    }
    const others = members.filter(member => member.userId !== this.me).map(member => member.userId);
    if (others.length === 0) return 'Only you';
    return listed(others.length > 3 ? [...others.slice(0, 3), `${others.length - 3} more`] : others);
  }

  /** The members as last heard; undefined until `loadMembers`. */
  membersOf(conversation) {
    return this.#members.get(conversation.conversationId);
  }

  async loadMembers(conversation) {
    const members = [];
    let cursor;
    do {
      const page = await conversation.members({ cursor, limit: 200 });
      members.push(...page.members);
      cursor = page.cursor;
    } while (cursor && members.length < KEPT_MAX);
    this.#members.set(conversation.conversationId, members);
    return members;
  }

  /** Hears from now on whether these are there; past the bound, those that were not named for longest are given up. */
  watch(userIds) {
    const fresh = [];
    for (const id of userIds) {
      if (!id || id === this.me) continue;
      if (!this.#watched.delete(id)) fresh.push(id);
      this.#watched.add(id);
    }
    if (fresh.length > 0) this.#parley.watch(fresh);
    const given = [...this.#watched].slice(0, Math.max(0, this.#watched.size - WATCHED_MAX));
    for (const id of given) this.#watched.delete(id);
    if (given.length > 0) this.#parley.unwatch(given);
  }

  /** Who has only just begun to write lets themselves be seen from then on: to be asked now and then, the server looks seldom. */
  askAgain(userId) {
    if (!this.#watched.has(userId) || (this.#parley.presenceOf(userId)?.status ?? 'unknown') !== 'unknown') return;
    this.#parley.unwatch([userId]);
    this.#parley.watch([userId]);
  }

  /** Takes away what is kept here. */
  forget() {
    localStorage.removeItem(KEPT + this.me);
  }

  isOnline(userId) {
    return Boolean(userId) && this.#parley.presenceOf(userId)?.status === 'online';
  }

  /** "online", "last seen 5 min ago", or nothing. */
  presenceText(userId) {
    if (userId === this.me) return '';
    const presence = userId && this.#parley.presenceOf(userId);
    if (!presence || presence.status === 'unknown') return '';
    if (presence.status === 'online') return 'online';
    return presence.lastSeenAt ? `last seen ${ago(presence.lastSeenAt)}` : 'offline';
  }

  #keepPeer(id, userId) {
    if (this.#peers.get(id) === userId) return;
    this.#peers.set(id, userId);
    if (this.#peers.size > KEPT_MAX) this.#peers.delete(this.#peers.keys().next().value);
    localStorage.setItem(KEPT + this.me, JSON.stringify([...this.#peers]));
  }

  #lookUp(conversation) {
    const id = conversation.conversationId;
    if (this.#asked.has(id) || !conversation.isMember) return;
    this.#asked.add(id);
    this.#waiting.push(conversation);
    this.#next();
  }

  #next() {
    while (this.#lookUps < LOOK_UPS_MAX && this.#waiting.length > 0) {
      const conversation = this.#waiting.shift();
      this.#lookUps++;
      this.loadMembers(conversation)
        .then(() => this.#changed(conversation), () => this.#asked.delete(conversation.conversationId))
        .finally(() => {
          this.#lookUps--;
          this.#next();
        });
    }
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]');
  } catch {
    return [];
  }
}
