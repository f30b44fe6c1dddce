/** One conversation on screen: its head, its messages, and where one writes. */

import { arrange, emptyPlace, h, icon, iconButton, setText } from './dom.js';
import { avatar } from './message.js';
import { Composer } from './composer.js';
import { confirm, note } from './dialog.js';
import { openDetails } from './details.js';
import { Timeline } from './timeline.js';
import { summary } from './system.js';
import { openCounts } from './counts.js';

const OFFERED_MAX = 7;

export class ConversationView {
  #parley;
  #people;
  #conversation;
  #timeline;
  #composer;
  #stopListening;
  #changed;
  #isStarted = false;
  #picture = h('span', { class: 'picture' });
  #title = h('bdi', {});
  #details = iconButton('more', 'Details', () => this.#conversation.type && openDetails(this.#parley, this.#people, this.#conversation));
  #status = h('p', { class: 'conversation-status' });

  /** @param page `isActive()`: somebody looks at it; `changed()` runs when something about the conversation has changed */
  constructor(parley, people, conversation, { isActive, changed }) {
    this.#changed = changed;
    this.#parley = parley;
    this.#people = people;
    this.#conversation = conversation;
    this.#timeline = new Timeline(conversation, { me: people.me, others: () => this.#others(), isActive }, {
      count: entry => openCounts(this.#conversation, entry),
      reply: entry => this.#composer.reply(entry),
      edit: entry => this.#composer.edit(entry),
      delete: entry => this.#delete(entry),
      retry: pending => pending.retry().placed.catch(() => {}),
      discard: pending => this.#discard(pending),
      failed: note,
    });
    this.#composer = new Composer(conversation, people.me, {
      sent: () => {
        this.#timeline.forgetUnreadLine();
        this.#timeline.toLatest();
        this.#composer.focus();
      },
      editLast: () => this.#editLast(),
      bodyBytesMax: () => parley.limits?.bodyBytesMax,
      find: prefix => this.#find(prefix),
      isKnown: name => (name === 'all' ? this.#mayMentionAll : (people.membersOf(conversation) ?? []).some(({ userId }) => userId === name)),
    });
    this.element = h('section', { class: 'conversation-view', 'aria-label': 'Conversation' }, this.#head(), this.#timeline.element, this.#composer.element);
  }

  get conversation() {
    return this.#conversation;
  }

  get #mayMentionAll() {
    return this.#conversation.role === 'admin' || this.#conversation.role === 'owner';
  }

  /** Whom one may mention by a name that begins so. */
  async #find(prefix) {
    const all = this.#mayMentionAll && 'all'.startsWith(prefix) ? ['all'] : [];
    return [...(await this.#people.find(this.#conversation, prefix, OFFERED_MAX)), ...all];
  }

  #head() {
    return h(
      'header',
      { class: 'bar conversation-bar' },
      h('a', { class: 'icon-button back', href: '#/', 'aria-label': 'Back to the conversations', title: 'Back' }, icon('back')),
      this.#picture,
      h('div', { class: 'conversation-names' }, h('h2', { class: 'conversation-title' }, this.#title), this.#status),
      this.#details,
    );
  }

  /** To be called when it is in the page. */
  async open() {
    const conversation = this.#conversation;
    conversation.open();
    this.#stopListening = conversation.on('change', () => {
      this.changed();
      this.#changed();
    });
    if (conversation.entries.length > 0 && conversation.type !== undefined) this.#start();
    else this.changed();
    try {
      await conversation.load();
    } catch (error) {
      if (error.code === 'not_found' && conversation.entries.length === 0) return this.#sayThereIsNone();
      if (conversation.entries.length === 0 && error.code !== 'closed') note(`The conversation cannot be loaded now: ${error.message}`);
    }
    this.#start();
  }

  #sayThereIsNone() {
    this.close();
    setText(this.#title, 'Not found');
    this.#timeline.element.replaceWith(emptyPlace('No such conversation', 'It does not exist, or you are not in it.'));
    this.#composer.element.remove();
    this.#details.remove();
  }

  #start() {
    if (this.#isStarted || !this.element.isConnected) return;
    this.#isStarted = true;
    this.#timeline.start();
    this.#composer.show();
    this.#people.wantReceipts(this.#conversation);
    this.changed();
  }

  close() {
    this.#stopListening?.();
    this.#timeline.stop();
    this.#composer.close();
    this.#conversation.typing(false);
    this.#conversation.close();
  }

  focus() {
    this.#composer.focus();
  }

  /** Something about it, or about those in it, has changed. */
  changed() {
    const conversation = this.#conversation;
    const title = this.#people.titleOf(conversation);
    const peer = conversation.peerId;
    setText(this.#title, title);
    setText(this.#status, this.#statusText(peer));
    arrange(this.#picture, [
      this.#pictureOf(title, conversation.type !== 'direct'),
      ...(this.#people.isOnline(peer) ? [h('span', { class: 'presence' })] : []),
    ]);
    this.element.setAttribute('aria-label', `Conversation: ${title}`);
    if (!this.#isStarted) return;
    this.#timeline.draw();
    this.#composer.show();
    this.#watch();
  }

  #pictureOf(title, isGroup) {
    const former = this.#picture.firstChild;
    if (former?.title === title) return former;
    const picture = avatar(title, isGroup ? { icon: 'group' } : {});
    picture.title = title;
    return picture;
  }

  #statusText(peer) {
    const { typingUserIds, type, isMember } = this.#conversation;
    if (!isMember) return 'You are no longer in this conversation';
    if (type === 'direct') return typingUserIds.length > 0 ? 'typing…' : this.#people.presenceText(peer);
    const members = this.#people.membersOf(this.#conversation);
    if (!members) return '';
    const online = members.filter(({ userId }) => userId === this.#people.me || this.#people.isOnline(userId)).length;
    return `${type === 'channel' ? 'Channel, ' : ''}${this.#people.sizeOf(this.#conversation)}${online > 1 ? `, ${online} online` : ''}`;
  }

  #others() {
    return this.#conversation.type === 'direct' ? 1 : (this.#people.membersOf(this.#conversation)?.length ?? 2) - 1;
  }

  #watch() {
    const peer = this.#conversation.peerId;
    const members = this.#people.membersOf(this.#conversation);
    if (peer) this.#people.watch([peer]);
    else if (members) this.#people.watch(members.slice(0, 100).map(member => member.userId));
    if (this.#conversation.type !== 'direct') this.#people.wantMembers(this.#conversation);
  }

  /** The connection is there, or there again. */
  connected() {
    if (this.#isStarted) this.#people.wantReceipts(this.#conversation);
  }

  /** Somebody looks at the page again. */
  looked() {
    if (this.#isStarted) this.#timeline.looked();
  }

  #editLast() {
    const entry = this.#timeline.lastOwn();
    if (entry) this.#composer.edit(entry);
    return Boolean(entry);
  }

  async #delete(entry) {
    if (!(await confirm('Delete message', `“${summary(entry)}” will be gone for everybody.`, 'Delete'))) return;
    try {
      this.#conversation.delete(entry.sequence).placed.catch(() => {});
    } catch (error) {
      note(error.message);
    }
  }

  #discard(pending) {
    pending.discard();
    if (pending.kind === 'message' && pending.draft?.body) note('The message was discarded.');
  }
}
