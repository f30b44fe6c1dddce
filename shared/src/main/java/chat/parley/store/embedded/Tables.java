package chat.parley.store.embedded;

import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.model.Invitation;
import chat.parley.model.Settings;
import chat.parley.store.Directory.Head;
import chat.parley.store.History.IdKey;
import chat.parley.store.History.KnownId;
import chat.parley.store.Projection.BanRow;
import chat.parley.store.Projection.Edited;
import chat.parley.store.Projection.EntryRow;
import chat.parley.store.Projection.Erased;
import chat.parley.store.Projection.HeadRow;
import chat.parley.store.Projection.IdRow;
import chat.parley.store.Projection.InvitationRow;
import chat.parley.store.Projection.MemberRow;
import chat.parley.store.Projection.RevokedRow;
import chat.parley.store.Projection.Row;
import chat.parley.store.Projection.SettingsRow;
import chat.parley.store.Projection.UsesRow;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the rows of a projection into rows of the database. With {@code inOrder} each entry comes once and behind all before it, as in
 * the commit that appends it, and what is written for every message is written blindly; else each row is merged with the one that is there.
 */
final class Tables {
    private static final Logger log = LoggerFactory.getLogger(Tables.class);

    private static final Comparator<Entry> BY_CONVERSATION =
            Comparator.comparing(entry -> entry.conversationId().value());
    private static final Comparator<IdRow> IDS_BY_CONVERSATION =
            Comparator.comparing(id -> id.conversationId().value());

    private final boolean inOrder;
    private final ByteWriter key = new ByteWriter(256);
    private final ByteWriter value = new ByteWriter(4096);

    Tables(boolean inOrder) {
        this.inOrder = inOrder;
    }

    void apply(Row row, long stamp, Commit commit) throws RocksDBException {
        switch (row) {
            case EntryRow(Entry entry) -> entry(entry, commit);
            case IdRow id -> id(id, commit);
            case HeadRow head -> head(head, commit);
            case SettingsRow settings -> settings(settings, stamp, commit);
            case MemberRow member -> member(member, stamp, commit);
            case Edited edited -> edited(edited, stamp, commit);
            case Erased erased -> erased(erased, stamp, commit);
            case BanRow ban -> ban(ban, stamp, commit);
            case InvitationRow made -> {
                Invitation invitation = made.invitation();
                invitation(made.conversationId(), invitation.slot(), before -> before.with(invitation, stamp), commit);
            }
            case UsesRow used ->
                invitation(used.conversationId(), used.slot(), before -> before.withUses(used.uses(), stamp), commit);
            case RevokedRow revoked ->
                invitation(revoked.conversationId(), revoked.slot(), before -> before.withRevoked(true, stamp), commit);
        }
    }

    /**
     * Writes what the commit added in order: sorted, since a row that goes in beside the one before it costs a third less, and the head of a
     * conversation once.
     */
    void finish(Commit commit) {
        List<Entry> entries = commit.entries();
        entries.sort(BY_CONVERSATION);
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            putEntry(entry, commit);
            boolean isLast = i + 1 == entries.size()
                    || !entries.get(i + 1).conversationId().equals(entry.conversationId());
            if (isLast) putHead(entry.conversationId(), Head.at(entry), commit);
        }
        for (Entry entry : commit.erased()) putEntry(entry, commit);
        commit.ids().sort(IDS_BY_CONVERSATION);
        for (IdRow id : commit.ids()) putId(id, commit);
    }

    private void entry(Entry entry, Commit commit) throws RocksDBException {
        if (inOrder) commit.added(entry);
        else putEntry(isErased(entry, commit) ? entry.erased() : entry, commit);
    }

    private void putEntry(Entry entry, Commit commit) {
        Keys.history(entry.conversationId(), entry.sequence(), key.clear());
        EntryCodec.write(entry, value.clear());
        commit.rows().put(Family.HISTORY, key, value);
    }

    /** Whether the deletion of the message, or of the message that this edits, came first. */
    private static boolean isErased(Entry entry, Commit commit) throws RocksDBException {
        return switch (entry.content()) {
            case Content.Message message ->
                amendment(entry.conversationId(), entry.sequence(), commit).isDeleted();
            case Content.Edit edit ->
                amendment(entry.conversationId(), edit.target(), commit).isDeleted();
            default -> false;
        };
    }

    private void id(IdRow id, Commit commit) throws RocksDBException {
        if (inOrder) {
            commit.added(id);
            return;
        }
        byte[] present =
                commit.get(Family.IDS, Keys.id(new IdKey(id.conversationId(), id.senderId(), id.clientMessageId())));
        if (present != null && knownId(present).sequence() > id.sequence()) return;
        putId(id, commit);
    }

    private void putId(IdRow id, Commit commit) {
        Keys.id(id.conversationId(), id.senderId(), id.clientMessageId(), key.clear());
        value.clear().putVar(id.sequence()).putVar(id.sentAt());
        EntryCodec.write(id.digest(), value);
        commit.rows().put(Family.IDS, key, value);
    }

    static KnownId knownId(byte[] row) {
        var in = new ByteReader(row);
        return new KnownId(in.getVar(), in.getVar(), EntryCodec.readDigest(in));
    }

    private void head(HeadRow head, Commit commit) throws RocksDBException {
        if (inOrder) return; // finish() does it, once for all of a commit
        byte[] present = commit.get(Family.HEADS, Keys.head(head.conversationId()));
        if (present != null && head(present).position() > head.head().position()) return;
        putHead(head.conversationId(), head.head(), commit);
    }

    private void putHead(ConversationId conversation, Head head, Commit commit) {
        key.clear().putAscii(conversation.value());
        value.clear().putLong(head.sequence()).putLong(head.position()).putLong(head.sentAt());
        value.putLong(head.countable()).putLong(head.lastMessage());
        value.putVar(head.memberCount() + 1L).putVar(head.ownerCount() + 1L);
        commit.rows().put(Family.HEADS, key, value);
    }

    static Head head(byte[] row) {
        var in = new ByteReader(row);
        return new Head(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong(), members(in), members(in));
    }

    /** Rows end before it that were written before there was a count. */
    private static int members(ByteReader in) {
        return in.hasMore() ? (int) in.getVar() - 1 : Entry.NOT_COUNTED;
    }

    private static void settings(SettingsRow row, long stamp, Commit commit) throws RocksDBException {
        byte[] key = Keys.conversation(row.conversationId());
        byte[] present = commit.get(Family.TABLES, key);
        ConversationRecord before = present == null ? ConversationRecord.NONE : ConversationRecord.decode(present);
        commit.put(Family.TABLES, key, before.with(row, stamp).encoded());
    }

    private static void member(MemberRow row, long stamp, Commit commit) throws RocksDBException {
        byte[] key = Keys.member(row.conversationId(), row.userId());
        byte[] merged = MemberRecord.decode(commit.get(Family.TABLES, key))
                .with(row, stamp)
                .encoded();
        commit.put(Family.TABLES, key, merged);
        commit.put(Family.TABLES, Keys.inbox(row.userId(), row.conversationId()), merged);
    }

    private static void ban(BanRow row, long stamp, Commit commit) throws RocksDBException {
        byte[] key = Keys.ban(row.conversationId(), row.ban().userId());
        byte[] present = commit.get(Family.TABLES, key);
        if (present != null && BanRecord.decode(row.ban().userId(), present).stamp() > stamp) return;
        commit.put(Family.TABLES, key, new BanRecord(row.ban(), stamp).encoded());
    }

    private static void invitation(
            ConversationId conversation, int slot, UnaryOperator<InvitationRecord> change, Commit commit)
            throws RocksDBException {
        byte[] key = Keys.invitation(conversation, slot);
        InvitationRecord before = InvitationRecord.decode(commit.get(Family.TABLES, key));
        commit.put(Family.TABLES, key, change.apply(before).encoded());
    }

    private static void edited(Edited row, long stamp, Commit commit) throws RocksDBException {
        AmendmentRecord merged =
                amendment(row.conversationId(), row.target(), commit).with(row, stamp);
        commit.put(Family.TABLES, Keys.amendment(row.conversationId(), row.target()), merged.encoded());
    }

    private void erased(Erased row, long stamp, Commit commit) throws RocksDBException {
        AmendmentRecord merged =
                amendment(row.conversationId(), row.target(), commit).with(row, stamp);
        commit.put(Family.TABLES, Keys.amendment(row.conversationId(), row.target()), merged.encoded());
        erase(row.conversationId(), row.target(), commit);
        for (long edit : row.edits()) erase(row.conversationId(), edit, commit);
    }

    private void erase(ConversationId conversation, long sequence, Commit commit) throws RocksDBException {
        Entry entry = commit.addedAt(conversation, sequence);
        if (entry == null) {
            try {
                byte[] row = commit.get(Family.HISTORY, Keys.history(conversation, sequence));
                if (row == null) return; // it comes later, and finds the amendment
                entry = EntryCodec.decode(row);
            } catch (RocksDBException | IllegalArgumentException e) {
                // It can be read by nobody. One damaged conversation must not stop its shard.
                log.error("entry {} of conversation {} is damaged, its body was not erased", sequence, conversation, e);
                return;
            }
        }
        if (inOrder) commit.erased(entry.erased());
        else putEntry(entry.erased(), commit);
    }

    private static AmendmentRecord amendment(ConversationId conversation, long target, Commit commit)
            throws RocksDBException {
        return AmendmentRecord.decode(commit.get(Family.TABLES, Keys.amendment(conversation, target)));
    }

    /**
     * Settings of a conversation, merged.
     *
     * @param type null: its first entry did not come yet
     * @param stamp the position of the entry that set the settings
     */
    record ConversationRecord(@Nullable ConversationType type, long stamp, Settings settings) {
        static final ConversationRecord NONE = new ConversationRecord(null, 0, Settings.NONE);

        ConversationRecord with(SettingsRow row, long rowStamp) {
            boolean later = rowStamp >= stamp;
            return new ConversationRecord(
                    row.type() == null ? type : row.type(),
                    Math.max(stamp, rowStamp),
                    later ? row.settings() : settings);
        }

        byte[] encoded() {
            var out = new ByteWriter(64);
            out.putByte(type == null ? 0 : type.number()).putVar(stamp);
            EntryCodec.write(settings, out);
            return out.toBytes();
        }

        static ConversationRecord decode(byte[] row) {
            var in = new ByteReader(row);
            int type = in.getByte();
            return new ConversationRecord(
                    type == 0 ? null : ConversationType.of(type), in.getVar(), EntryCodec.readSettings(in));
        }
    }
}
