/** The page of someone who is signed in: the list, the conversation, and what holds them together. */

import { IndexedDbStore, Parley } from '../sdk/index.js';
import { isActive, startAttention } from './attention.js';
import { ConversationList } from './list.js';
import { connectionStrip } from './connection.js';
import { ConversationView } from './conversation.js';
import { openCreate } from './create.js';
import { invitationPlace } from './invitation.js';
import { note } from './dialog.js';
import { emptyPlace, h, iconButton, unseen } from './dom.js';
import { startKeyboard } from './keyboard.js';
import { avatar } from './message.js';
import { People } from './people.js';
import { tokenOf } from './session.js';
import { openSettings, openShortcuts } from './settings.js';
import { summary } from './system.js';

const ENTRIES_MAX = 10_000;
const ROUTE = /^#\/c\/([A-Za-z0-9_-]{1,64})$/;
const INVITATION = /^#\/join\/(.*)$/;
const SPOKEN_MAX = 3;
const FRESH_PRESENCE_MILLIS = 30_000;

/** Fills the element. @param left runs when the user is signed out, with the reason */
export function startChat(element, session, left) {
  return new Chat(element, session, left);
}

class Chat {
  #session;
  #left;
  #element;
  #parley;
  #people;
  #list;
  #view = null;
  #stops = [];
  #isLeaving = false;
  #wasOnline = false;
  #place = h('main', { class: 'place' });
  #spoken = h('div', { class: 'unseen', role: 'log', 'aria-live': 'polite', 'aria-label': 'New messages' });

  constructor(element, session, left) {
    this.#session = session;
    this.#left = left;
    this.#element = element;
    this.#parley = new Parley({
      url: location.origin,
      userId: session.userId,
      token: why => this.#token(why),
      client: browserName(),
      store: 'indexedDB' in window ? new IndexedDbStore() : undefined,
      ...transportsOf(location.search),
      bounds: { entriesMax: ENTRIES_MAX },
    });
    this.#people = new People(this.#parley, session.userId, conversation => this.#peopleChanged(conversation));
    this.#list = new ConversationList(this.#parley, this.#people, { startWith: userId => this.#startWith(userId), failed: note });
    element.replaceChildren(this.#shell());
    this.#listen();
    this.#parley.connect();
    this.#list.draw();
    this.#route();
  }

  get userId() {
    return this.#session.userId;
  }

  #shell() {
    const me = this.userId;
    const strip = connectionStrip(this.#parley);
    this.#stops.push(strip.stop);
    return h(
      'div',
      { class: 'chat' },
      strip.element,
      h(
        'aside',
        { class: 'side', 'aria-label': 'Your conversations' },
        h(
          'header',
          { class: 'bar' },
          h('button', { type: 'button', class: 'me', onclick: () => this.#openSettings() }, avatar(me), h('span', { class: 'me-name' }, me), unseen(': settings')),
          iconButton('settings', 'Settings', () => this.#openSettings()),
          iconButton('compose', 'New conversation', () => this.#create()),
        ),
        this.#list.element,
      ),
      this.#place,
      this.#spoken,
    );
  }

  #listen() {
    const parley = this.#parley;
    const onWindow = (name, task) => {
      addEventListener(name, task);
      this.#stops.push(() => removeEventListener(name, task));
    };
    this.#stops.push(
      parley.on('state', state => state.name === 'online' && this.#online()),
      parley.on('signedOut', ({ error }) => this.#leave(`You were signed out: ${error?.message ?? 'the server takes this token no more'}.`)),
      parley.on('error', error => error.code !== 'network' && console.warn('parley:', error.code, error.message)),
      parley.on('failed', ({ conversation }) => this.#list.changed(conversation)),
      parley.on('message', ({ conversation, entry }) => this.#speak(conversation, entry)),
      ...['conversation', 'unread', 'mention', 'entry', 'typing', 'ack', 'receipt'].map(name => parley.on(name, ({ conversation }) => this.#list.changed(conversation))),
      startAttention(parley, conversation => this.#people.titleOf(conversation), id => this.#go(id)),
      startKeyboard({
        search: () => this.#list.search.focus(),
        next: () => this.#neighbour(1),
        previous: () => this.#neighbour(-1),
        create: () => this.#create(),
        messages: () => this.#place.querySelector('.scroller')?.focus(),
        write: () => this.#view?.focus(),
        shortcuts: openShortcuts,
      }),
    );
    onWindow('hashchange', () => this.#route());
    onWindow('focus', () => this.#view?.looked());
    document.addEventListener('visibilitychange', this.#looked);
    const timer = setInterval(() => this.#freshen(), FRESH_PRESENCE_MILLIS);
    this.#stops.push(() => clearInterval(timer), () => document.removeEventListener('visibilitychange', this.#looked));
  }

  #online() {
    this.#wasOnline = true;
    this.#list.load();
    this.#view?.connected();
  }

  /** A token that was good and is refused means that this device was signed out, here or elsewhere: another one would bring it back. */
  #token({ reason }) {
    if (reason !== 'refused' || !this.#wasOnline) return tokenOf(this.#session);
    this.#leave('You were signed out: this device was removed, or the server takes its token no more.');
    throw new Error('this device was signed out');
  }

  #looked = () => {
    if (isActive()) this.#view?.looked();
  };

  /** "5 min ago" gets older. */
  #freshen() {
    if (this.#view) this.#people.askAgain(this.#view.conversation.peerId);
    this.#peopleChanged(null);
  }

  #peopleChanged(conversation) {
    this.#list.draw();
    if (this.#view && (!conversation || conversation === this.#view.conversation)) this.#view.changed();
  }

  #go(conversationId) {
    location.hash = `#/c/${conversationId}`;
  }

  /** Shows what the address says. */
  #route() {
    const id = ROUTE.exec(location.hash)?.[1] ?? null;
    if (this.#view?.conversation.conversationId === id) return;
    const invitation = INVITATION.exec(location.hash)?.[1] ?? null;
    this.#view?.close();
    this.#view = null;
    this.#element.firstChild.classList.toggle('is-open', id !== null || invitation !== null);
    this.#list.select(id);
    if (invitation !== null) {
      this.#place.replaceChildren(invitationPlace(this.#parley, invitation, conversation => this.#joined(conversation)));
      return;
    }
    if (id === null) {
      this.#place.replaceChildren(emptyPlace('Parley', 'Choose a conversation, or start one.'));
      return;
    }
    const conversation = this.#parley.conversation(id);
    const view = new ConversationView(this.#parley, this.#people, conversation, { isActive, changed: () => this.#list.draw() });
    this.#view = view;
    this.#place.replaceChildren(view.element);
    view.open();
    if (matchMedia('(pointer: fine)').matches) view.focus();
  }

  #joined(conversation) {
    this.#list.changed(conversation);
    // The way back does not lead to the invitation.
    location.replace(`#/c/${conversation.conversationId}`);
  }

  #neighbour(step) {
    const conversation = this.#list.neighbour(step);
    if (conversation) this.#go(conversation.conversationId);
  }

  #create() {
    openCreate(this.#parley, this.#people, id => this.#go(id));
  }

  async #startWith(userId) {
    try {
      const conversation = await this.#parley.createDirect(userId);
      this.#list.search.value = '';
      this.#list.changed(conversation);
      this.#go(conversation.conversationId);
    } catch (error) {
      note(error.message);
    }
  }

  #openSettings() {
    openSettings({ parley: this.#parley, me: this.userId, signOut: () => this.#signOut() });
  }

  /** For screen readers: what others say in the conversation that is open. */
  #speak(conversation, entry) {
    if (conversation !== this.#view?.conversation || entry.senderId === this.userId) return;
    this.#spoken.append(h('p', {}, `${entry.senderId}: ${summary(entry)}`));
    while (this.#spoken.children.length > SPOKEN_MAX) this.#spoken.firstChild.remove();
  }

  async #signOut() {
    this.#isLeaving = true;
    const { deviceId } = this.#parley;
    // Off the list of devices, if the server can be reached.
    if (deviceId && this.#parley.state.name === 'online') await this.#parley.removeDevice(deviceId).catch(() => {});
    await this.#parley.signOut();
    sessionStorage.clear();
    await this.#end('');
  }

  async #leave(reason) {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    await this.#end(reason);
  }

  async #end(reason) {
    await this.stop();
    document.querySelectorAll('dialog').forEach(dialog => dialog.close());
    history.replaceState(null, '', location.pathname + location.search);
    this.#left(reason);
  }

  async stop() {
    this.#stops.splice(0).forEach(stop => stop());
    this.#people.stop();
    this.#view?.close();
    this.#view = null;
    await this.#parley.close();
  }
}

/** `?transport=xhr-polling` leaves only that one: for finding out what a network lets through. */
function transportsOf(search) {
  const named = new URLSearchParams(search).get('transport');
  const forced = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'].filter(name => name === named);
  return { sockjs: globalThis.SockJS, transports: forced.length > 0 ? forced : undefined };
}

/** What the user sees in the list of their devices. */
function browserName() {
  const browser = [['Firefox', /Firefox\//], ['Edge', /Edg\//], ['Chrome', /Chrome\//], ['Safari', /Safari\//]].find(([, sign]) => sign.test(navigator.userAgent))?.[0] ?? 'Browser';
  const system = [['Android', /Android/], ['iOS', /iPhone|iPad/], ['Windows', /Windows/], ['macOS', /Mac OS/], ['Linux', /Linux/]].find(([, sign]) => sign.test(navigator.userAgent))?.[0];
  return `Web, ${browser}${system ? ` on ${system}` : ''}`;
}
