/** Who is in a conversation, and what may be done about it. */

import { arrange, fill, h, icon, iconButton, setText } from './dom.js';
import { avatar } from './message.js';
import { confirm, field, form, note, openDialog } from './dialog.js';
import { peopleField } from './create.js';
import { plural } from './text.js';
import { dayLabel, inSentence } from './time.js';

const ROLE_NAMES = { owner: 'Owner', admin: 'Admin', member: 'Member' };

export function openDetails(parley, people, conversation) {
  if (conversation.type === 'direct') openPerson(people, conversation);
  else new GroupDetails(parley, people, conversation).open();
}

function openPerson(people, conversation) {
  const peer = conversation.peerId ?? '…';
  openDialog(
    peer,
    h('div', { class: 'person' }, avatar(peer, { class: 'large' }), h('p', {}, people.presenceText(peer) || 'Not known whether they are online'),
      conversation.joinedAt && h('p', { class: 'hint' }, `In touch since ${inSentence(dayLabel(conversation.joinedAt))}`)),
    { class: 'small' },
  );
}

class GroupDetails {
  #people;
  #conversation;
  #dialog;
  #stops = [];
  #shown = '';
  #count = h('h3', {});
  #list = h('ul', { class: 'members', role: 'list' });
  #top = h('div', {});
  #adding = h('div', {});

  constructor(parley, people, conversation) {
    this.#people = people;
    this.#conversation = conversation;
    this.#stops.push(parley.on('presence', () => this.#draw()), people.onMembers(told => told === conversation && this.#draw()));
  }

  open() {
    this.#stops.push(this.#conversation.on('change', () => this.#changed()));
    this.#dialog = openDialog(
      'Group',
      [this.#top, this.#adding, this.#count, this.#list, h('div', { class: 'buttons end' }, h('button', { type: 'button', class: 'button danger', onclick: () => this.#leave() }, icon('leave'), 'Leave the group'))],
      { class: 'details', onclosed: () => this.#stops.forEach(stop => stop()) },
    );
    this.#drawTop();
    this.#load();
  }

  get #mayChange() {
    return this.#conversation.isMember && (this.#conversation.role === 'owner' || this.#conversation.role === 'admin');
  }

  async #load() {
    try {
      const members = await this.#people.loadMembers(this.#conversation);
      this.#people.watch(members.slice(0, 100).map(member => member.userId));
    } catch (error) {
      setText(this.#count, `The members cannot be loaded: ${error.message}`);
    }
  }

  /** The members may be others now. */
  #changed() {
    if (!this.#conversation.isMember) return this.#dialog.close();
    this.#drawTop();
    this.#people.wantMembers(this.#conversation);
  }

  /** Made anew only if it says something else: somebody may be writing in it. */
  #drawTop() {
    const title = this.#people.titleOf(this.#conversation);
    const shown = JSON.stringify([title, this.#conversation.name, this.#mayChange]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const name = field('Name', { value: this.#conversation.name ?? '', maxlength: '128' });
    const rename = form([name.element], 'Rename', async () => {
      await this.#conversation.rename(name.input.value.trim() || null);
      note('The group has another name now.');
    });
    rename.classList.add('inline');
    fill(
      this.#top,
      h('div', { class: 'person' }, avatar(title, { class: 'large', icon: 'group' }), h('p', { class: 'group-name' }, h('bdi', {}, title))),
      this.#mayChange && rename,
    );
    fill(this.#adding, this.#mayChange && this.#addForm());
  }

  #addForm() {
    const members = peopleField('Add people', this.#people.me);
    const add = form([members.element], 'Add', async () => {
      const userIds = members.take();
      if (!userIds?.length) return;
      await this.#conversation.addMembers(userIds);
      fill(this.#adding, this.#addForm());
      await this.#load();
    });
    add.classList.add('inline');
    return add;
  }

  #draw() {
    const members = this.#people.membersOf(this.#conversation);
    if (!members) return;
    setText(this.#count, plural(members.length, 'member'));
    const focused = this.#list.querySelector(':focus')?.closest('li')?.dataset.user;
    arrange(this.#list, members.map(member => this.#row(member)));
    if (focused) this.#list.querySelector(`[data-user="${CSS.escape(focused)}"] :is(select, button)`)?.focus();
  }

  #row(member) {
    const { userId, role } = member;
    const isMe = userId === this.#people.me;
    const own = this.#conversation.role;
    const mayTouch = this.#mayChange && !isMe && (own === 'owner' || role !== 'owner');
    return h(
      'li',
      { class: 'member', 'data-user': userId },
      h('span', { class: 'picture' }, avatar(userId), this.#people.isOnline(userId) && h('span', { class: 'presence' })),
      h('div', { class: 'member-text' }, h('span', { class: 'member-name' }, userId, isMe && ' (you)'), h('span', { class: 'hint' }, this.#people.presenceText(userId))),
      mayTouch ? this.#roleChoice(member) : h('span', { class: 'role' }, ROLE_NAMES[role] ?? role),
      mayTouch && iconButton('delete', `Remove ${userId}`, () => this.#remove(userId)),
    );
  }

  #roleChoice({ userId, role }) {
    const roles = Object.keys(ROLE_NAMES).filter(each => each !== 'owner' || this.#conversation.role === 'owner');
    const choice = h(
      'select',
      { 'aria-label': `Role of ${userId}`, onchange: () => this.#do(() => this.#conversation.changeRole(userId, choice.value)) },
      roles.map(each => h('option', { value: each, selected: each === role }, ROLE_NAMES[each])),
    );
    return choice;
  }

  async #do(change) {
    try {
      await change();
    } catch (error) {
      note(error.message);
    }
    await this.#load();
  }

  async #remove(userId) {
    if (await confirm('Remove member', `${userId} will no longer see what is said here from now on.`, 'Remove')) this.#do(() => this.#conversation.removeMember(userId));
  }

  async #leave() {
    if (!(await confirm('Leave the group', 'You will no longer see what is said here from now on.', 'Leave'))) return;
    try {
      this.#people.leaving(this.#conversation);
      await this.#conversation.leave();
      this.#dialog.close();
      location.hash = '#/';
    } catch (error) {
      note(error.message);
    }
  }
}
