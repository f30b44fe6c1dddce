/** What there is to see of a conversation, in order: plain data, from the entries and sends of the SDK. No elements here. */

import { sentence } from './system.js';
import { dayLabel, dayOf } from './time.js';

const TOGETHER_MILLIS = 5 * 60_000;
/** With more others nobody is told who has received and read: that is counted when one asks. */
const TOLD_MAX = 100;
const DELAYS = { slow_mode: 'Waits for the slow mode', rate_limited: 'Waits: too much is written at the moment' };

/** Everything that has a place on screen: messages and events with their sequences, then sends without one. */
export function itemsOf(conversation, me) {
  const items = [];
  let settings;
  for (const entry of conversation.entries) {
    if (entry.kind === 'message') items.push({ key: keyOf(entry), sequence: entry.sequence, entry });
    else if (conversation.type !== 'direct') {
      const text = sentence(entry, me, settings);
      if (entry.kind === 'conversation_created' || entry.kind === 'conversation_updated') settings = entry;
      if (text !== null) items.push({ key: `s${entry.sequence}`, sequence: entry.sequence, entry, text });
    }
  }
  for (const pending of conversation.pending) {
    if (pending.kind === 'message') items.push({ key: pending.clientMessageId, sequence: Infinity, pending });
  }
  return items;
}

/** The same before and after a send has its place, so that it stays the same element. */
function keyOf(entry) {
  return entry.clientMessageId ?? `m${entry.sequence}`;
}

/** The first item at or behind the sequence. */
export function indexAt(items, sequence) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle].sequence < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The rows of these items, with lines between days and before what is unread.
 *
 * @param view `me`, `isGroup`, `unreadAfter` (a sequence, or null), `others` (who besides oneself is in it), `role`, `now`
 */
export function rowsOf(items, conversation, view) {
  const amended = amendments(conversation);
  const found = new Map(conversation.entries.map(entry => [entry.sequence, entry]));
  const rows = [];
  let lastDay = null;
  let hasUnreadLine = view.unreadAfter === null;
  items.forEach((item, i) => {
    const at = timeOfItem(item);
    const day = dayOf(at);
    if (day !== lastDay) rows.push({ kind: 'day', key: `d${day}`, label: dayLabel(at, view.now) });
    lastDay = day;
    if (!hasUnreadLine && item.sequence > view.unreadAfter && item.entry && item.entry.senderId !== view.me) {
      rows.push({ kind: 'unread', key: 'unread' });
      hasUnreadLine = true;
    }
    if (item.text !== undefined) rows.push({ kind: 'system', key: item.key, entry: item.entry, text: item.text });
    else rows.push(messageOf(item, items[i - 1], items[i + 1], { ...view, conversation, amended, found }));
  });
  return rows;
}

function timeOfItem(item) {
  return item.entry?.sentAt ?? item.pending.createdAt;
}

function senderOf(item, me) {
  if (!item || item.text !== undefined) return null;
  return item.entry ? item.entry.senderId : me;
}

/** Edits and deletes that are under way, by what they change. */
function amendments(conversation) {
  const found = new Map();
  for (const pending of conversation.pending) if (pending.kind !== 'message') found.set(pending.targetSequence, pending);
  return found;
}

function messageOf(item, before, behind, view) {
  const { me, conversation } = view;
  const sender = senderOf(item, me);
  const isOwn = sender === me;
  const isWith = other =>
    other !== undefined &&
    senderOf(other, me) === sender &&
    dayOf(timeOfItem(other)) === dayOf(timeOfItem(item)) &&
    Math.abs(timeOfItem(other) - timeOfItem(item)) < TOGETHER_MILLIS;
  const amended = item.entry && view.amended.get(item.sequence);
  const entry = amended && amended.state !== 'failed' ? amendedBy(item.entry, amended) : item.entry;
  const replyTo = entry ? entry.replyTo : item.pending.draft.replyTo;
  const isThere = Boolean(entry) && !entry.deleted;
  const failed = item.pending?.state === 'failed' ? item.pending : amended?.state === 'failed' ? amended : null;
  return {
    kind: 'message',
    key: item.key,
    me,
    entry,
    pending: item.pending,
    isOwn,
    isGroup: view.isGroup,
    isFirst: !isWith(before),
    isLast: !isWith(behind),
    isEditing: Boolean(amended) && amended.kind === 'edit' && !failed,
    quoted: replyTo ? (view.found.get(replyTo) ?? null) : undefined,
    ...(isOwn ? progress(item, view) : {}),
    trouble: failed,
    what: failed && { message: 'Not sent', edit: 'The edit was not saved', delete: 'Not deleted' }[failed.kind],
    may: {
      count: isThere && isOwn && view.others >= TOLD_MAX,
      reply: isThere && conversation.mayWrite,
      edit: isThere && conversation.isMember && isOwn && !amended,
      delete: isThere && conversation.isMember && !amended && (isOwn || (view.isGroup && view.role !== 'member' && view.role !== undefined)),
    },
  };
}

function amendedBy(entry, pending) {
  return pending.kind === 'edit' ? { ...entry, body: pending.draft.body } : { ...entry, deleted: true, body: undefined };
}

/** How far an own message has come. With everybody: read or delivered when it is so for all the others. */
function progress(item, view) {
  if (item.pending) return { mark: item.pending.state === 'failed' ? 'failed' : 'waiting', markTitle: DELAYS[item.pending.delayed?.error.code] };
  const readers = [];
  let delivered = 0;
  for (const [userId, receipt] of view.conversation.receipts) {
    if (userId === view.me) continue;
    if (receipt.read >= item.sequence) readers.push(userId);
    if (Math.max(receipt.read, receipt.delivered) >= item.sequence) delivered++;
  }
  const all = Math.max(1, view.others);
  if (readers.length >= all) return { mark: 'read', markTitle: view.isGroup ? 'Read by all' : 'Read' };
  const markTitle = readers.length > 0 ? `Read by ${readers.slice(0, 10).join(', ')}` : undefined;
  return { mark: delivered >= all ? 'delivered' : 'sent', markTitle };
}
