/** What is told and said: the data of conversations, and of those who are in them. */

export type Role = 'member' | 'admin' | 'owner';
/** Who sends messages. Members still edit and delete what they sent before. */
export type Writers = 'all' | 'admins';
export type ReceiptType = 'delivered' | 'read';

export type EntryKind =
  | 'message'
  | 'edit'
  | 'delete'
  | 'member_added'
  | 'member_removed'
  | 'member_left'
  | 'role_changed'
  | 'user_banned'
  | 'user_unbanned'
  | 'invitation_created'
  | 'invitation_revoked'
  | 'conversation_created'
  | 'conversation_updated';

/** One entry of the log of a conversation. Of a kind that this version does not know, only the first fields are sure. */
export interface Entry {
  readonly conversationId: string;
  readonly sequence: number;
  readonly messageId: string;
  readonly kind: EntryKind | (string & {});
  readonly senderId: string;
  /** Unix milliseconds, of the server. */
  readonly sentAt: number;

  // message, and edit its body
  readonly body?: string;
  readonly contentType?: string;
  readonly attachments?: readonly Attachment[];
  readonly mentions?: readonly Mention[];
  readonly replyTo?: number;
  readonly ext?: { readonly [name: string]: unknown };
  /** Of own entries only. */
  readonly clientMessageId?: string;
  readonly editedAt?: number;
  readonly deletedAt?: number;
  readonly deleted?: boolean;

  // edit, delete
  readonly targetSequence?: number;

  // member_added, member_removed, member_left, role_changed, user_banned, user_unbanned
  readonly userIds?: readonly string[];
  /** In place of `userIds` in groups of more than 100, unless the user is one of them, did it, or is admin or owner. */
  readonly userCount?: number;
  readonly role?: Role;

  // invitation_created, invitation_revoked; member_added of who has joined by it
  readonly invitationId?: string;
  readonly expiresAt?: number;
  readonly usesMax?: number;

  // conversation_created, conversation_updated
  readonly conversationType?: 'direct' | 'group';
  readonly name?: string;
  readonly slowModeMillis?: number;
  readonly messagesPerMinute?: number;
  readonly writers?: Writers;
}

export interface Draft {
  body: string;
  contentType?: string;
  attachments?: readonly Attachment[];
  mentions?: readonly Mention[];
  /** A sequence of the same conversation. */
  replyTo?: number;
  /** The application's own, at most 2 KiB. */
  ext?: { readonly [name: string]: unknown };
}

export interface Attachment {
  url?: string;
  blobId?: string;
  name: string;
  contentType: string;
  size: number;
  width?: number;
  height?: number;
  durationMillis?: number;
  digest?: string;
}

export type Mention = { userId: string; from?: number; length?: number } | { all: true; from?: number; length?: number };

export interface Placement {
  readonly conversationId: string;
  readonly clientMessageId: string;
  readonly messageId: string;
  readonly sequence: number;
  readonly sentAt: number;
  /** It had its place before this send. */
  readonly duplicate: boolean;
}

export interface Presence {
  readonly userId: string;
  readonly status: 'online' | 'offline' | 'unknown';
  readonly lastSeenAt?: number;
}

export interface UserSettings {
  /** Who may see whether the user is there, */
  readonly presence: 'everyone' | 'contacts' | 'nobody';
  /** and who besides. */
  readonly presenceAllow: readonly string[];
  /** To all others it is unknown whether the user is there. */
  readonly invisible: boolean;
  /** Whether others are told how far the user has read, and the user how far they have. */
  readonly readReceipts: boolean;
}

export interface Member {
  readonly userId: string;
  readonly role: Role;
  readonly joinedAt?: number;
}

export interface Mute {
  /** Unix milliseconds of the server; not there: for ever. */
  readonly until?: number;
  readonly exceptMentions: boolean;
}

export interface Ban {
  readonly userId: string;
  readonly bannedBy: string;
  readonly bannedAt: number;
}

export interface Invitation {
  readonly invitationId: string;
  readonly createdBy: string;
  readonly createdAt: number;
  /** Not there: never. */
  readonly expiresAt?: number;
  /** Not there: any number. */
  readonly usesMax?: number;
  readonly uses: number;
}

export interface NewInvitation extends Invitation {
  /** A secret: whoever has it may join. */
  readonly token: string;
}

export interface Invited {
  readonly conversationId: string;
  readonly type: 'direct' | 'group';
  readonly name?: string;
  readonly memberCount?: number;
}

/** Of the members whom a message was for, without its sender. */
export interface ReceiptCounts {
  readonly sequence: number;
  readonly members: number;
  readonly delivered: number;
  /** Not there if the user does not say what they read. */
  readonly read?: number;
  /** There are more members than the server looks at: so many at least. */
  readonly atLeast?: true;
  readonly users?: readonly { readonly userId: string; readonly readSequence?: number; readonly deliveredSequence?: number }[];
}

export interface Device {
  readonly deviceId: string;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly client?: string;
}

export interface ServerLimits {
  readonly messageBytesMax: number;
  readonly bodyBytesMax: number;
  readonly extBytesMax: number;
  readonly attachmentsMax: number;
  readonly mentionsMax: number;
  readonly pageEntriesMax: number;
  readonly cursorsMax: number;
  readonly groupMembersMax: number;
  readonly [name: string]: number;
}
