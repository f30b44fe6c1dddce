/** What happened in a conversation besides messages, as sentences; and what a message is in one line. */

import { inOneLine, listed, plural } from './text.js';

const AS_MADE = { name: undefined, writers: 'all', slowModeMillis: 0, messagesPerMinute: 0 };
const ROLES = { owner: 'an owner', admin: 'an admin', member: 'a member' };

/**
 * A sentence for an entry that is no message; null for those that show elsewhere or say nothing.
 *
 * @param before the entry that says how the group was set until then, if it is there
 */
export function sentence(entry, me, before) {
  const who = entry.senderId === me ? 'You' : entry.senderId;
  const whom = names(entry, me);
  switch (entry.kind) {
    case 'conversation_created':
      return entry.name ? `${who} created the group “${inOneLine(entry.name)}”` : `${who} created the group`;
    case 'conversation_updated':
      return updated(entry, who, before);
    case 'member_added':
      if (entry.invitationId) return `${who} joined by an invitation`;
      return `${who} added ${whom}`;
    case 'member_removed':
      return `${who} removed ${whom}`;
    case 'member_left':
      return `${who} left`;
    case 'role_changed':
      return `${who} made ${whom} ${ROLES[entry.role] ?? entry.role}`;
    case 'user_banned':
      return `${who} banned ${whom}`;
    case 'user_unbanned':
      return `${who} lifted the ban of ${whom}`;
    case 'invitation_created':
      return `${who} made an invitation link`;
    case 'invitation_revoked':
      return `${who} revoked an invitation link`;
    default:
      return null;
  }
}

/** The entry says how all is set, not what has changed. Who came later does not see how it was before: what is unusual is taken to be new then. */
function updated(entry, who, before = AS_MADE) {
  const { name, writers, slowModeMillis, messagesPerMinute } = entry;
  if (writers !== before.writers) return writers === 'admins' ? `${who} let only admins write` : `${who} let everybody write`;
  if (slowModeMillis !== before.slowModeMillis) {
    return slowModeMillis > 0 ? `${who} set slow mode to ${plural(Math.ceil(slowModeMillis / 1000), 'second')}` : `${who} switched slow mode off`;
  }
  if (messagesPerMinute !== before.messagesPerMinute) {
    return messagesPerMinute > 0 ? `${who} allowed ${plural(messagesPerMinute, 'message')} a minute` : `${who} allowed any number of messages`;
  }
  if (name && name !== before.name) return `${who} named the group “${inOneLine(name)}”`;
  return `${who} changed the settings of the group`;
}

function names(entry, me) {
  const ids = entry.userIds ?? [];
  if (ids.length === 0) return plural(entry.userCount ?? 0, 'person', 'people');
  const shown = ids.slice(0, 5).map(id => (id === me ? 'you' : id));
  if (ids.length > 5) shown.push(plural(ids.length - 5, 'other'));
  return listed(shown);
}

/** A message in one line. */
export function summary(entry) {
  if (entry.deleted) return 'Message deleted';
  if (entry.body) return inOneLine(entry.body);
  if (entry.attachments?.length) return entry.attachments[0].name;
  return 'Message';
}
