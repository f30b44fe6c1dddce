/** Who is in a conversation, and what may be done about it. */

import { accessParts } from './access.js';
import { arrange, fill, h, icon, iconButton, setText } from './dom.js';
import { avatar } from './message.js';
import { confirm, field, form, load, note, openDialog, pages } from './dialog.js';
import { peopleField } from './create.js';
import { mutePart } from './mute.js';
import { dayLabel, inSentence } from './time.js';

const SEARCH_MILLIS = 250;
const FOUND_A_PAGE = 50;
const ROLE_NAMES = { owner: 'Owner', admin: 'Admin', member: 'Member' };

export function openDetails(parley, people, conversation) {
  if (conversation.type === 'direct') openPerson(parley, people, conversation);
  else new GroupDetails(parley, people, conversation).open();
}

function openPerson(parley, people, conversation) {
  const peer = conversation.peerId ?? '…';
  const blocking = h('div', { class: 'buttons end' });
  openDialog(
    peer,
    [
      h('div', { class: 'person' }, avatar(peer, { class: 'large' }), h('p', {}, people.presenceText(peer) || 'Not known whether they are online'),
        conversation.joinedAt && h('p', { class: 'hint' }, `In touch since ${inSentence(dayLabel(conversation.joinedAt))}`)),
      mutePart(parley, conversation),
      blocking,
    ],
    { class: 'small' },
  );
  const draw = () => load(blocking, async () => blockButton(parley, peer, (await parley.blocks()).includes(peer), draw));
  draw();
}

function blockButton(parley, peer, isBlocked, done) {
  const change = async () => {
    try {
      if (isBlocked) await parley.unblock(peer);
      else if (!(await confirm(`Block ${peer}`, 'Neither of you can write to the other then, and they do not see whether you are there.', 'Block'))) return;
      else await parley.block(peer);
    } catch (error) {
      note(error.message);
    }
    await done();
  };
  return h('button', { type: 'button', class: isBlocked ? 'button' : 'button danger', onclick: change }, icon('ban'), `${isBlocked ? 'Unblock' : 'Block'} ${peer}`);
}

class GroupDetails {
  #parley;
  #people;
  #conversation;
  #dialog;
  #searching;
  #stops = [];
  #shown = '';
  #count = h('h3', {});
  #list = h('ul', { class: 'members', role: 'list' });
  #top = h('div', {});
  #adding = h('div', {});
  #access = h('div', {});
  #search = h('input', { type: 'search', class: 'search', placeholder: 'Search', 'aria-label': 'Search members', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: '64', oninput: () => this.#typed() });
  #found;

  constructor(parley, people, conversation) {
    this.#parley = parley;
    this.#people = people;
    this.#conversation = conversation;
    this.#stops.push(parley.on('presence', () => this.#draw()), people.onMembers(told => told === conversation && this.#draw()));
  }

  open() {
    this.#stops.push(this.#conversation.on('change', () => this.#changed()), () => clearTimeout(this.#searching));
    this.#found = pages({
      class: 'members',
      none: 'Nobody is found.',
      page: async cursor => {
        const page = await this.#conversation.members({ prefix: this.#prefix || undefined, limit: FOUND_A_PAGE, cursor });
        return { items: page.members, cursor: page.cursor };
      },
      row: member => this.#row(member),
    });
    this.#found.element.hidden = true;
    const members = h('section', {}, this.#count, h('div', { class: 'search-box' }, icon('search'), this.#search), this.#list, this.#found.element);
    this.#dialog = openDialog(
      'Group',
      [this.#top, mutePart(this.#parley, this.#conversation), this.#adding, this.#access, members, h('div', { class: 'buttons end' }, h('button', { type: 'button', class: 'button danger', onclick: () => this.#leave() }, icon('leave'), 'Leave the group'))],
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
      if (this.#isSearching) this.#find();
    } catch (error) {
      setText(this.#count, `The members cannot be loaded: ${error.message}`);
    }
  }

  get #prefix() {
    return this.#search.value.trim();
  }

  /** A small group is shown as it is; of a large one the server looks for those that are searched. */
  get #isSearching() {
    return this.#prefix !== '' || !this.#people.areAll(this.#conversation);
  }

  #typed() {
    clearTimeout(this.#searching);
    this.#searching = setTimeout(() => this.#find(), SEARCH_MILLIS);
  }

  #find() {
    this.#found.load().then(
      () => this.#show(),
      error => note(`The members cannot be searched: ${error.message}`),
    );
  }

  /** Either the members as they are now, or those that were found. */
  #show() {
    this.#list.hidden = this.#isSearching;
    this.#found.element.hidden = !this.#isSearching;
    const members = this.#isSearching ? [] : this.#people.membersOf(this.#conversation);
    const focused = this.#list.querySelector(':focus')?.closest('li')?.dataset.user;
    arrange(this.#list, members.map(member => this.#row(member)));
    if (focused) this.#list.querySelector(`[data-user="${CSS.escape(focused)}"] :is(select, button)`)?.focus();
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
    fill(this.#access, this.#mayChange && accessParts(this.#conversation));
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
    if (!this.#people.membersOf(this.#conversation)) return;
    setText(this.#count, this.#people.sizeOf(this.#conversation));
    this.#show();
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
      mayTouch && iconButton('ban', `Ban ${userId}`, () => this.#ban(userId)),
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

  async #ban(userId) {
    if (await confirm('Ban member', `${userId} is removed, and does not come in again until the ban is lifted.`, 'Ban')) this.#do(() => this.#conversation.ban(userId));
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
