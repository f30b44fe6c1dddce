/** Who the conversations are with, what they are called, and who of them is there. */

import { Members } from './members.js';
import { listed, plural } from './text.js';
import { ago } from './time.js';

const WATCHED_MAX = 400;

export class People {
  #parley;
  #changed;
  #members;
  #listeners = new Set();
  #watched = new Set();
  #rests = new Set();

  /** @param changed runs with a conversation when its title is another one, and with nothing when presence is */
  constructor(parley, me, changed) {
    this.#parley = parley;
    this.#changed = changed;
    this.me = me;
    this.#members = new Members(conversation => {
      changed(conversation);
      this.#listeners.forEach(listener => listener(conversation));
    });
    parley.on('presence', presence => {
      if (this.#rests.size === 0) queueMicrotask(() => this.#tellPresence());
      this.#rests.add(presence.userId);
    });
    parley.on('entry', ({ conversation, entry }) => {
      if (['member_added', 'member_removed', 'member_left', 'role_changed'].includes(entry.kind)) {
        this.#members.outdate(conversation);
      }
    });
  }

  #tellPresence() {
    this.#rests.clear();
    this.#changed(null);
  }

  /** What the conversation is called. */
  titleOf(conversation) {
    if (!conversation.type) return '…';
    if (conversation.type === 'direct') return conversation.peerId ?? '…';
    if (conversation.name) return conversation.name;
    this.#members.want(conversation);
    const members = this.#members.of(conversation);
    if (!members) return 'Group';
    const others = members.filter(member => member.userId !== this.me).map(member => member.userId);
    if (others.length === 0) return 'Only you';
    return listed(others.length > 3 ? [...others.slice(0, 3), `${others.length - 3}${this.#members.areAll(conversation) ? '' : '+'} more`] : others);
  }

  /** How many are in it: "3 members", or "200+ members"; nothing until it is known. */
  sizeOf(conversation) {
    const members = this.#members.of(conversation);
    if (!members) return '';
    return this.#members.areAll(conversation) ? plural(members.length, 'member') : `${members.length}+ members`;
  }

  /** Those whose names begin so, at most so many: of all, if all are known here, else of those that the server finds, if it can be asked. */
  async find(conversation, prefix, most) {
    const known = this.#members.of(conversation);
    const found = (known ?? []).map(member => member.userId).filter(userId => userId.toLowerCase().startsWith(prefix.toLowerCase()) && userId !== this.me);
    if (this.#members.areAll(conversation) || (known && prefix === '') || found.length >= most) return found.slice(0, most);
    const { members } = await conversation.members({ prefix: prefix || undefined, limit: most + 1 }).catch(() => ({ members: [] }));
    return [...new Set([...found, ...members.map(member => member.userId)])].filter(userId => userId !== this.me).slice(0, most);
  }

  /** The members as last heard, of large groups the first; undefined until they are. */
  membersOf(conversation) {
    return this.#members.of(conversation);
  }

  /** Whether these are all, and not the first of a large group. */
  areAll(conversation) {
    return this.#members.areAll(conversation);
  }

  /** Has them asked for soon, if what was heard last does not hold any more. */
  wantMembers(conversation) {
    this.#members.want(conversation);
  }

  /** Has them asked for soon in any case: how far each has read is told with them, and may not have been heard. */
  wantReceipts(conversation) {
    this.#members.outdate(conversation);
    this.#members.want(conversation);
  }

  /** The user is about to leave: then they may not be asked for any more. */
  leaving(conversation) {
    this.#members.settle(conversation);
  }

  /** Asks for them now. */
  loadMembers(conversation) {
    return this.#members.load(conversation);
  }

  /** Calls the listener with a conversation when its members were told; returns what stops that. */
  onMembers(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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

  stop() {
    this.#members.stop();
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
}
