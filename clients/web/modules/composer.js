/** Where messages are written: new ones, replies, and edits of old ones. */

import { Completion } from './completion.js';
import { h, icon, iconButton, setText } from './dom.js';
import { mentionsIn } from './mentions.js';
import { preference } from './preferences.js';
import { summary } from './system.js';
import { left } from './time.js';

const DRAFTS = 'parley.draft.';
const HEIGHT_MAX = 200;

export class Composer {
  #conversation;
  #acts;
  #me;
  #replyTo = null;
  #editing = null;
  #offered = new Set(); // names of members, for what is being written
  #completion;
  #timer;
  #kept = ''; // what was being written when an edit began
  #text = h('textarea', {
    class: 'text',
    rows: '1',
    'aria-label': 'Message',
    placeholder: 'Message',
    dir: 'auto',
    enterkeyhint: 'send',
    oninput: () => this.#typed(),
    onclick: () => this.#complete(),
    onkeydown: event => this.#key(event),
    onkeyup: event => ['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key) && this.#completion.moved(),
  });
  #about = h('div', { class: 'about', hidden: true });
  #problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  #pace = h('p', { class: 'pace', role: 'timer', hidden: true });
  #send = h('button', { type: 'submit', class: 'send', 'aria-label': 'Send', title: 'Send' }, icon('send'));

  /** @param acts `sent()`, `editLast()`, `failed(text)`, `bodyBytesMax()`; `find(prefix)` names to mention, `isKnown(name)` */
  constructor(conversation, me, acts) {
    this.#conversation = conversation;
    this.#me = me;
    this.#acts = acts;
    this.#completion = new Completion(this.#text, prefix => this.#find(prefix), () => this.#typed());
    this.element = h(
      'form',
      { class: 'composer', 'aria-label': 'Write a message', onsubmit: event => this.#submit(event) },
      this.#about,
      this.#problem,
      this.#pace,
      h('div', { class: 'writing' }, this.#completion.element, this.#text, this.#send),
    );
    this.#text.value = sessionStorage.getItem(this.#draftKey) ?? '';
  }

  get #draftKey() {
    return `${DRAFTS}${this.#me}.${this.#conversation.conversationId}`;
  }

  /** To be called when it is in the page, and when what the user may do has changed. */
  show() {
    const { isMember, mayWrite } = this.#conversation;
    // Who may not write any more still edits what they wrote before.
    this.#text.disabled = !mayWrite && !(isMember && this.#editing);
    this.#text.placeholder = !isMember ? 'You are no longer in this conversation' : mayWrite ? 'Message' : 'Only admins write here';
    this.#fit();
    this.#countDown();
  }

  /** It is in the page no longer. */
  close() {
    clearTimeout(this.#timer);
  }

  /** How long slow mode has the user wait. */
  #countDown() {
    clearTimeout(this.#timer);
    const { mayWrite, nextSendAt, pending } = this.#conversation;
    const millis = mayWrite && nextSendAt ? nextSendAt - Date.now() : 0;
    this.#pace.hidden = millis <= 0;
    if (millis <= 0) return;
    const isWaiting = pending.some(({ kind, state }) => kind === 'message' && state !== 'failed');
    setText(this.#pace, `Slow mode: ${isWaiting ? 'your message is sent' : 'you can write again'} in ${left(millis)}`);
    this.#timer = setTimeout(() => this.#countDown(), millis % 1_000 || 1_000);
  }

  focus() {
    this.#text.focus({ preventScroll: true });
  }

  reply(entry) {
    this.#leaveEdit();
    this.#replyTo = entry;
    this.#sayWhatItIsAbout('reply', 'Reply to ' + (entry.senderId === this.#me ? 'yourself' : entry.senderId), entry);
    this.focus();
  }

  edit(entry) {
    this.#replyTo = null;
    if (!this.#editing) this.#kept = this.#text.value;
    this.#editing = entry;
    this.#text.value = entry.body;
    this.#sayWhatItIsAbout('edit', 'Edit message', entry);
    this.show();
    this.focus();
    this.#text.setSelectionRange(entry.body.length, entry.body.length);
  }

  /** Leaves a reply or an edit. @returns whether there was one */
  cancel() {
    const was = this.#replyTo !== null || this.#editing !== null;
    this.#replyTo = null;
    this.#leaveEdit();
    this.#about.hidden = true;
    this.#about.replaceChildren();
    return was;
  }

  #leaveEdit() {
    if (!this.#editing) return;
    this.#editing = null;
    this.#text.value = this.#kept;
    this.show();
  }

  #sayWhatItIsAbout(what, label, entry) {
    this.#about.replaceChildren(
      icon(what),
      h('div', { class: 'about-text' }, h('span', { class: 'about-label' }, label), h('span', { class: 'about-quote', dir: 'auto' }, summary(entry))),
      iconButton('close', 'Cancel', () => { this.cancel(); this.focus(); }),
    );
    this.#about.hidden = false;
    this.#say('');
  }

  #typed() {
    this.#say('');
    this.#fit();
    this.#complete();
    if (this.#editing) return;
    this.#keepDraft();
    if (this.#text.value !== '') this.#conversation.typing();
  }

  /** Names to mention: an edit mentions nobody anew. */
  #complete() {
    if (!this.#editing && this.#conversation.type !== 'direct') this.#completion.typed();
  }

  async #find(prefix) {
    const names = await this.#acts.find(prefix);
    names.forEach(name => this.#offered.add(name));
    return names;
  }

  #mentionsIn(body) {
    if (this.#conversation.type === 'direct') return [];
    return mentionsIn(body, name => this.#acts.isKnown(name) || (name !== 'all' && this.#offered.has(name)));
  }

  #keepDraft() {
    if (this.#text.value === '') sessionStorage.removeItem(this.#draftKey);
    else sessionStorage.setItem(this.#draftKey, this.#text.value);
  }

  #fit() {
    const { style } = this.#text;
    style.height = 'auto';
    style.height = `${Math.min(this.#text.scrollHeight, HEIGHT_MAX)}px`;
    this.#send.disabled = this.#text.disabled || this.#text.value.trim() === '';
  }

  #key(event) {
    if (event.isComposing || this.#completion.key(event)) return;
    const sends = preference('enter') === 'send' ? !event.shiftKey : event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' && sends) this.#submit(event);
    else if (event.key === 'Escape' && this.cancel()) event.stopPropagation();
    else if (event.key === 'ArrowUp' && this.#text.value === '' && !event.shiftKey && this.#acts.editLast()) event.preventDefault();
  }

  #submit(event) {
    event.preventDefault();
    const body = this.#text.value.trim();
    if (body === '' || this.#text.disabled) return;
    try {
      if (this.#editing) {
        if (body !== this.#editing.body) settle(this.#conversation.edit(this.#editing.sequence, body));
      } else {
        const draft = this.#replyTo ? { body, replyTo: this.#replyTo.sequence } : { body };
        const mentions = this.#mentionsIn(body);
        settle(this.#conversation.send(mentions.length > 0 ? { ...draft, mentions } : draft));
        this.#text.value = '';
        this.#offered.clear();
        this.#completion.close();
        this.#keepDraft();
        this.#conversation.typing(false);
      }
    } catch (error) {
      this.#say(this.#why(error, body));
      return;
    }
    this.cancel();
    this.#fit();
    this.#acts.sent();
  }

  #why(error, body) {
    if (error.code === 'too_many_pending') return 'Too many messages wait to be sent already.';
    if (error.code !== 'too_large') return error.message;
    const max = this.#acts.bodyBytesMax();
    const size = new TextEncoder().encode(body).length;
    return `The message is too long: ${size.toLocaleString('en')} bytes of ${max ? max.toLocaleString('en') : 'fewer'}.`;
  }

  #say(problem) {
    this.#problem.hidden = problem === '';
    setText(this.#problem, problem);
  }
}

/** Its failure shows in the row of the message. */
function settle(pending) {
  pending.placed.catch(() => {});
}
