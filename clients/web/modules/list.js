/** The list of conversations, newest activity first, with a field that filters it. */

import { arrange, fill, h, icon, setText, unseen } from './dom.js';
import { avatar } from './message.js';
import { sentence, summary } from './system.js';
import { inOneLine, isUserId, plural } from './text.js';
import { briefly, exactly } from './time.js';

const PAGE = 50;
const SHOWN_MAX = 400;

export class ConversationList {
  #parley;
  #people;
  #known = new Map();
  #rows = new Map();
  #cursor;
  #isWhole = false;
  #isLoading = false;
  #selected = null;
  #acts;
  #isDrawing = false;
  #list = h('ul', { class: 'conversations', role: 'list' });
  #state = h('p', { class: 'list-state' });
  #person = h('button', { type: 'button', class: 'start-with', hidden: true, onclick: () => this.#acts.startWith(this.#query) });

  /** @param acts `startWith(userId)`, `failed(text)` */
  constructor(parley, people, acts) {
    this.#parley = parley;
    this.#people = people;
    this.#acts = acts;
    this.search = h('input', {
      type: 'search',
      class: 'search',
      placeholder: 'Search',
      'aria-label': 'Search conversations',
      autocomplete: 'off',
      spellcheck: 'false',
      oninput: () => { this.draw(); if (this.#query !== '') this.#loadAll(); },
      onkeydown: event => this.#searchKey(event),
    });
    const scroller = h('div', { class: 'list-scroller', onscroll: event => this.#scrolled(event.target) }, this.#list, this.#person, this.#state);
    scroller.addEventListener('keydown', event => this.#key(event));
    this.element = h('nav', { class: 'list', 'aria-label': 'Conversations' }, h('div', { class: 'search-box' }, icon('search'), this.search), scroller);
  }

  get #query() {
    return this.search.value.trim();
  }

  /** Loads what is newest; to be called whenever the connection is there again. */
  async load() {
    try {
      const page = await this.#parley.conversations({ limit: PAGE });
      page.conversations.forEach(conversation => this.#add(conversation));
      if (!this.#cursor && !this.#isWhole) this.#reached(page.cursor);
      this.draw();
    } catch (error) {
      this.draw();
      if (error.code !== 'closed' && error.code !== 'network') this.#acts.failed(`The conversations cannot be loaded: ${error.message}`);
    }
  }

  #reached(cursor) {
    this.#cursor = cursor;
    this.#isWhole = !cursor;
  }

  async #more() {
    if (this.#isLoading || this.#isWhole || !this.#cursor) return false;
    this.#isLoading = true;
    try {
      const page = await this.#parley.conversations({ cursor: this.#cursor, limit: 4 * PAGE });
      page.conversations.forEach(conversation => this.#add(conversation));
      this.#reached(page.cursor);
      this.draw();
      return true;
    } catch {
      return false; // the next scroll asks again
    } finally {
      this.#isLoading = false;
    }
  }

  async #loadAll() {
    while (this.#query !== '' && (await this.#more()));
  }

  #scrolled({ scrollTop, scrollHeight, clientHeight }) {
    if (scrollHeight - scrollTop - clientHeight < 300) this.#more();
  }

  #add(conversation) {
    this.#known.set(conversation.conversationId, conversation);
  }

  /** Something about the conversation has changed. */
  changed(conversation) {
    if (conversation) this.#add(conversation);
    this.draw();
  }

  select(conversationId) {
    this.#selected = conversationId;
    this.draw();
  }

  /** Those that the user is in, as they stand in the list. */
  get conversations() {
    return [...this.#known.values()].filter(conversation => conversation.isMember && conversation.type !== undefined).sort((a, b) => at(b) - at(a));
  }

  /** The one before or behind the selected one. */
  neighbour(step) {
    const all = this.#shown();
    const index = all.findIndex(conversation => conversation.conversationId === this.#selected);
    return all[index < 0 ? 0 : index + step];
  }

  #shown() {
    const query = this.#query.toLocaleLowerCase();
    return this.conversations.filter(conversation => query === '' || this.#people.titleOf(conversation).toLocaleLowerCase().includes(query)).slice(0, SHOWN_MAX);
  }

  /** Shows the list as it is now, once for all that is said in one go. */
  draw() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    queueMicrotask(() => {
      this.#isDrawing = false;
      this.#draw();
    });
  }

  #draw() {
    const shown = this.#shown();
    const kept = new Map();
    arrange(
      this.#list,
      shown.map(conversation => {
        const id = conversation.conversationId;
        const what = this.#what(conversation);
        const signature = JSON.stringify(what);
        const former = this.#rows.get(id);
        const node = former?.node ?? h('li', {}, h('a', { class: 'conversation' }));
        if (former?.signature !== signature) show(node.firstChild, what);
        kept.set(id, { signature, node });
        return node;
      }),
    );
    this.#rows = kept;
    this.#people.watch(shown.slice(0, 100).map(conversation => conversation.peerId));
    const query = this.#query;
    const isThere = shown.some(conversation => conversation.peerId === query);
    this.#person.hidden = !isUserId(query) || isThere || query === this.#people.me;
    if (!this.#person.hidden) this.#person.replaceChildren(avatar(query), h('span', {}, 'Write to ', h('strong', {}, query)));
    setText(this.#state, shown.length > 0 ? '' : query !== '' ? 'No conversation found.' : this.#isWhole ? 'No conversations yet. Start one with the pencil above.' : '');
  }

  #what(conversation) {
    const { conversationId, lastMessage, type } = conversation;
    const me = this.#people.me;
    const peer = conversation.peerId;
    const last = conversation.entries.at(-1);
    const isEvent = type !== 'direct' && last && last.kind !== 'message' && last.sequence > (lastMessage?.sequence ?? 0);
    const event = isEvent ? sentence(last, me) : null;
    const typing = conversation.typingUserIds;
    const waiting = conversation.pending.findLast(pending => pending.kind === 'message');
    const millis = at(conversation);
    const unread = conversation.unread ?? 0;
    // What a channel says does not come while it is not open.
    const isNews = type === 'channel' && unread > 0 && conversation.head > ((last ?? lastMessage)?.sequence ?? 0);
    return {
      id: conversationId,
      title: this.#people.titleOf(conversation),
      isGroup: type !== 'direct',
      isOnline: this.#people.isOnline(peer),
      isCurrent: conversationId === this.#selected,
      time: millis ? briefly(millis) : '',
      exact: millis ? exactly(millis) : null,
      unread,
      isChannel: type === 'channel',
      isMuted: conversation.isMuted,
      isMentioned: conversation.mentions.length > 0,
      typing: typing.length > 0 ? (type === 'direct' ? 'typing…' : `${typing[0]} is typing…`) : null,
      sender: waiting ? 'You' : isNews || event || !lastMessage ? null : lastMessage.senderId === me ? 'You' : type === 'direct' ? null : lastMessage.senderId,
      text: waiting ? inOneLine(waiting.draft.body) : isNews ? plural(unread, 'new message') : (event ?? (lastMessage ? summary(lastMessage) : 'No messages yet')),
      trouble: conversation.pending.some(pending => pending.state === 'failed'),
    };
  }

  #searchKey(event) {
    if (event.key === 'Escape' && this.search.value !== '') {
      this.search.value = '';
      this.draw();
      event.stopPropagation();
    } else if (event.key === 'ArrowDown') {
      this.#list.querySelector('a')?.focus();
      event.preventDefault();
    } else if (event.key === 'Enter') {
      const first = this.#list.querySelector('a');
      if (first) first.click();
      else if (!this.#person.hidden) this.#person.click();
    }
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const links = [...this.#list.querySelectorAll('a')];
    const index = links.indexOf(document.activeElement);
    if (index < 0) return;
    event.preventDefault();
    (index + step < 0 ? this.search : links[index + step])?.focus();
  }
}

/** When something last happened in it. */
function at(conversation) {
  const waiting = conversation.pending.at(-1)?.createdAt ?? 0;
  const last = conversation.entries.at(-1)?.sentAt ?? 0;
  return Math.max(waiting, last, conversation.newsAt ?? 0, conversation.lastMessage?.sentAt ?? 0, conversation.joinedAt ?? 0);
}

function show(link, what) {
  link.setAttribute('href', `#/c/${what.id}`);
  if (what.isCurrent) link.setAttribute('aria-current', 'page');
  else link.removeAttribute('aria-current');
  link.classList.toggle('has-unread', what.unread > 0);
  fill(
    link,
    h('span', { class: 'picture' }, avatar(what.title, what.isGroup ? { icon: 'group' } : {}), what.isOnline && h('span', { class: 'presence', title: 'online' })),
    h('span', { class: 'title' }, h('bdi', {}, what.title), what.isOnline && unseen(', online'), what.isMuted && [icon('muted'), unseen(', muted')]),
    h('time', { class: 'when', title: what.exact }, what.time),
    h(
      'span',
      { class: what.typing ? 'snippet is-typing' : 'snippet' },
      what.typing ?? [what.sender && h('span', { class: 'snippet-sender' }, `${what.sender}: `), h('bdi', {}, what.text)],
    ),
    what.trouble && h('span', { class: 'alarm' }, icon('failed'), unseen('A message was not sent')),
    (what.unread > 0 || what.isMentioned) && h('span', { class: 'badges' }, what.isMentioned && h('span', { class: 'badge' }, '@', unseen(' you were mentioned')), what.unread > 0 && badge(what)),
  );
}

function badge({ unread, isChannel, isMuted: isQuiet }) {
  const count = unread > 999 ? '999+' : String(unread);
  return h('span', { class: isQuiet ? 'badge quiet' : 'badge' }, isChannel ? `${count} new` : [count, unseen(` ${plural(unread, 'unread message').replace(/^\S+ /, '')}`)]);
}
