/** One row of a conversation: a message, a message on its way, or a line about what happened. */

import { h, icon, iconButton, unseen } from './dom.js';
import { summary } from './system.js';
import { marked } from './mentions.js';
import { bytes, hue, initials, isEmojiAlone } from './text.js';
import { exactly, timeOf } from './time.js';

const LONG = 2_000;

const MARKS = {
  waiting: ['clock', 'Waiting to be sent'],
  sent: ['check', 'Sent'],
  delivered: ['double', 'Delivered'],
  read: ['double', 'Read'],
  failed: ['failed', 'Not sent'],
};

/** A round picture made of a name. */
export function avatar(name, properties = {}) {
  return h('span', { class: `avatar hue-${hue(name)} ${properties.class ?? ''}`.trim(), 'aria-hidden': 'true' }, properties.icon ? icon(properties.icon) : initials(name));
}

/** The sign beside the time of an own message. */
export function mark(name, title = MARKS[name][1]) {
  const [shape, label] = MARKS[name];
  return h('span', { class: `mark ${name}`, role: 'img', 'aria-label': label, title }, icon(shape));
}

export function dayRow(label) {
  return h('li', { class: 'day' }, h('span', {}, label));
}

export function unreadRow() {
  return h('li', { class: 'unread-line' }, h('span', {}, 'New messages'));
}

export function systemRow(entry, text) {
  return h('li', { class: 'system', 'data-sequence': entry.sequence, title: exactly(entry.sentAt) }, h('bdi', {}, text));
}

/**
 * The row of a message.
 *
 * @param shown what there is to say of it: `entry` or `pending`, `isOwn`, `isFirst` and `isLast` of those that one person said in a
 *     row, `isGroup`, `quoted` (the entry that is replied to, or null if it is not there), `mark`, `markTitle`, `trouble` (of an edit or
 *     delete that failed), `may` ({ count, reply, edit, delete })
 * @param acts what the user can do with it: `count` (who has read it), `reply`, `edit`, `delete`, `jump`, `retry`, `discard`
 */
export function messageRow(shown, acts) {
  const { entry, pending, isOwn } = shown;
  const body = entry ? entry.body : pending.draft.body;
  const isGone = Boolean(entry?.deleted);
  const replyTo = entry ? entry.replyTo : pending.draft.replyTo;
  const classes = ['message', isOwn ? 'own' : 'theirs', shown.isFirst && 'first', shown.isLast && 'last', isGone && 'gone', shown.mark === 'failed' && 'failed'];
  const isEmoji = !isGone && !replyTo && isEmojiAlone(body ?? '');
  const bubble = h(
    'div',
    { class: isEmoji ? 'bubble emoji' : 'bubble' },
    sender(shown),
    !isGone && replyTo && quote(shown, replyTo, acts),
    !isGone && (entry ?? pending.draft).attachments?.map(attachment),
    isGone ? h('p', { class: 'body' }, icon('delete'), 'Message deleted') : text(body ?? '', shown),
    meta(shown, isGone),
  );
  return h(
    'li',
    { class: classes.filter(Boolean).join(' '), tabindex: '-1', 'data-sequence': entry?.sequence, 'data-id': entry?.clientMessageId ?? pending?.clientMessageId },
    !isOwn && shown.isGroup && (shown.isLast ? avatar(entry.senderId) : h('span', { class: 'avatar-space' })),
    h('div', { class: 'stack' }, h('div', { class: 'line' }, bubble, actions(shown, acts)), trouble(shown, acts)),
  );
}

function sender({ entry, isOwn, isGroup, isFirst }) {
  if (isOwn) return unseen('You: ');
  if (!isGroup || !isFirst) return unseen(`${entry.senderId}: `);
  return h('span', { class: `sender hue-${hue(entry.senderId)}` }, entry.senderId);
}

function quote({ quoted, me }, sequence, acts) {
  const who = quoted ? (quoted.senderId === me ? 'You' : quoted.senderId) : 'An earlier message';
  return h(
    'button',
    { type: 'button', class: `quote hue-${hue(quoted?.senderId ?? '')}`, title: 'Go to that message', onclick: () => acts.jump(sequence) },
    unseen('In reply to '),
    h('span', { class: 'quote-sender' }, who),
    quoted && h('span', { class: 'quote-text', dir: 'auto' }, summary(quoted)),
  );
}

/** As wide as what stands behind the last line: the style sheet keeps that much room free. */
function spaceOf({ entry, pending, isEditing, mark: progress }) {
  const edited = entry?.editedAt || isEditing ? 'edited  ' : '';
  return `${edited}${timeOf(entry?.sentAt ?? pending.createdAt)}${progress ? ' mmm' : ''}`;
}

function text(body, shown) {
  const { mentions = [] } = shown.entry ?? shown.pending.draft;
  const paragraph = h('p', { class: 'body', dir: 'auto', 'data-space': spaceOf(shown) }, marked(body, mentions, shown.me));
  if (body.length <= LONG) return paragraph;
  paragraph.classList.add('cut');
  const all = h('button', { type: 'button', class: 'text-button', onclick: () => { paragraph.classList.remove('cut'); all.remove(); } }, 'Show all');
  return [paragraph, all];
}

/** Only addresses of the web are links, and nothing is loaded of them unasked. */
function attachment(file) {
  const label = [icon('file'), h('bdi', {}, file.name), h('span', { class: 'size' }, bytes(file.size))];
  const isWeb = /^https?:\/\//i.test(file.url ?? '') && URL.canParse(file.url);
  return isWeb
    ? h('a', { class: 'attachment', href: file.url, target: '_blank', rel: 'noopener noreferrer nofollow' }, label)
    : h('span', { class: 'attachment' }, label);
}

function meta(shown, isGone) {
  const { entry, pending } = shown;
  const at = entry?.sentAt ?? pending.createdAt;
  return h(
    'span',
    { class: 'meta' },
    !isGone && (entry?.editedAt || shown.isEditing) && h('span', { title: entry?.editedAt ? `Edited ${exactly(entry.editedAt)}` : null }, 'edited'),
    h('time', { datetime: new Date(at).toISOString(), title: exactly(at) }, timeOf(at)),
    !isGone && shown.mark && mark(shown.mark, shown.markTitle),
  );
}

function actions({ may, entry }, acts) {
  if (!Object.values(may).includes(true)) return null;
  return h(
    'div',
    { class: 'actions', role: 'group', 'aria-label': 'Message actions' },
    may.count && iconButton('double', 'Who has read it', () => acts.count(entry), { tabindex: '-1' }),
    may.reply && iconButton('reply', 'Reply', () => acts.reply(entry), { tabindex: '-1' }),
    may.edit && iconButton('edit', 'Edit', () => acts.edit(entry), { tabindex: '-1' }),
    may.delete && iconButton('delete', 'Delete', () => acts.delete(entry), { tabindex: '-1' }),
  );
}

/** What could not be done, and what the user may do about it. */
function trouble({ trouble: failed, what }, acts) {
  if (!failed) return null;
  return h(
    'div',
    { class: 'trouble', role: 'group', 'aria-label': what },
    h('span', {}, `${what}: ${failed.error?.message ?? 'it was refused'}`),
    h('button', { type: 'button', class: 'text-button', onclick: () => acts.retry(failed) }, 'Try again'),
    h('button', { type: 'button', class: 'text-button', onclick: () => acts.discard(failed) }, 'Discard'),
  );
}
