package chat.parley.store.cassandra;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.store.CannotOpen;
import chat.parley.store.Projection;
import chat.parley.store.Projections;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the rows of entries, each cell with the stamp of its entry. First who is a member, then what there is to read, in the order of each
 * conversation, then how far it goes: a reader that asks in the opposite order finds no hole, and nothing that is not for it.
 */
final class CassandraProjections implements Projections {
    private static final int POSITION_BITS = 40;
    private static final int BATCH_BYTES = 64 << 10;

    private final Requests requests;
    private final long incarnation;
    private final Admissions admissions;
    private final PreparedStatement entry;
    private final PreparedStatement erase;
    private final PreparedStatement edited;
    private final PreparedStatement erased;
    private final PreparedStatement id;
    private final PreparedStatement head;
    private final PreparedStatement settings;
    private final PreparedStatement member;
    private final PreparedStatement inbox;

    CassandraProjections(Connection connection, Requests requests, long incarnation) throws CannotOpen {
        this.requests = requests;
        this.incarnation = incarnation;
        this.admissions = new Admissions(connection, requests);
        String place = " WHERE conversation_id = ? AND bucket = ? AND sequence = ?";
        entry = connection.prepare("INSERT INTO history (conversation_id, bucket, sequence, entry, content)"
                + " VALUES (:conversation, :bucket, :sequence, :entry, :content) USING TIMESTAMP :stamp");
        erase = connection.prepare("UPDATE history USING TIMESTAMP ? SET content = ?" + place);
        edited = connection.prepare(
                "UPDATE history USING TIMESTAMP ? SET edited_body = ?, edited_at = ?, edits = ?" + place);
        erased = connection.prepare("UPDATE history USING TIMESTAMP ?"
                + " SET content = ?, edited_body = '', deleted_at = ?, edits = ?" + place);
        id = connection.prepare(
                "INSERT INTO ids (conversation_id, sender_id, client_message_id, sequence, sent_at, digest)"
                        + " VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?");
        head = connection.prepare("UPDATE conversations USING TIMESTAMP ? SET sequence = ?, position = ?, sent_at = ?,"
                + " countable = ?, last_message = ?, member_count = ?, owner_count = ? WHERE conversation_id = ?");
        settings =
                connection.prepare("UPDATE conversations USING TIMESTAMP :stamp SET type = :type, settings = :settings"
                        + " WHERE conversation_id = :conversation");
        String membership = " (conversation_id, user_id, joined, role, countable, left_at)"
                + " VALUES (:conversation, :user, :joined, :role, :countable, :left) USING TIMESTAMP :stamp";
        member = connection.prepare("INSERT INTO members" + membership);
        inbox = connection.prepare("INSERT INTO inbox" + membership);
    }

    /** Of what an entry writes. */
    static long stamp(long incarnation, long position) {
        return (incarnation << POSITION_BITS) + position;
    }

    /** The rows of one call, by when they are written. */
    private static final class Writes {
        final List<BoundStatement> first = new ArrayList<>();
        final Map<ConversationId, Pages> pages = new LinkedHashMap<>();
        final List<BoundStatement> ids = new ArrayList<>();
        final Map<ConversationId, BoundStatement> heads = new LinkedHashMap<>();
    }

    /** What is written to the history of one conversation, in parts: each is of one partition, seen as a whole, and behind the one before. */
    private static final class Pages {
        private final List<BatchStatement> parts = new ArrayList<>();
        private long bucket = -1;
        private int bytes;

        void add(long of, BoundStatement row, int size) {
            if (parts.isEmpty() || of != bucket || bytes + size > BATCH_BYTES) {
                parts.add(BatchStatement.newInstance(BatchType.UNLOGGED).setIdempotent(true));
                bucket = of;
                bytes = 0;
            }
            parts.add(parts.removeLast().add(row));
            bytes += size;
        }

        Future<Void> write(Requests requests) {
            Future<Void> written = Future.succeededFuture();
            for (BatchStatement part : parts) {
                written = written.compose(done -> requests.send(part).mapEmpty());
            }
            return written;
        }
    }

    @Override
    public Future<Void> project(int shard, List<Entry> entries) {
        var writes = new Writes();
        for (Entry each : entries) {
            long stamp = stamp(incarnation, each.position());
            Projection.of(each, row -> add(row, stamp, writes));
        }
        return requests.all(writes.first)
                .compose(done -> requests.all(writes.pages.values(), pages -> pages.write(requests)))
                .compose(done -> requests.all(writes.ids))
                .compose(done -> requests.all(writes.heads.values()));
    }

    private void add(Projection.Row row, long stamp, Writes writes) {
        switch (row) {
            case Projection.MemberRow of -> {
                writes.first.add(membership(member, of, stamp));
                writes.first.add(membership(inbox, of, stamp));
            }
            case Projection.SettingsRow of -> {
                Values values = Values.of(settings)
                        .number("stamp", stamp)
                        .bytes("settings", Blobs.of(of.settings()))
                        .text("conversation", of.conversationId().value());
                if (of.type() != null) values.small("type", of.type().number());
                writes.first.add(values.repeatable());
            }
            case Projection.BanRow of -> writes.first.add(admissions.write(of, stamp));
            case Projection.InvitationRow of -> writes.first.add(admissions.write(of, stamp));
            case Projection.UsesRow of -> writes.first.add(admissions.write(of, stamp));
            case Projection.RevokedRow of -> writes.first.add(admissions.write(of, stamp));
            case Projection.EntryRow(Entry of) -> {
                Values values = Values.of(entry)
                        .text("conversation", of.conversationId().value())
                        .number("bucket", CassandraHistory.bucket(of.sequence()))
                        .number("sequence", of.sequence())
                        .bytes("entry", Blobs.of(of.erased()))
                        .number("stamp", stamp);
                // Written for whatever can be erased; what is not said here is not overwritten.
                if (of.content() instanceof Content.Message || of.content() instanceof Content.Edit)
                    values.bytes("content", Blobs.of(of.content()));
                page(of.conversationId(), of.sequence(), values.repeatable(), EntryCodec.sizeOf(of), writes);
            }
            case Projection.IdRow of ->
                writes.ids.add(id.bind(
                                of.conversationId().value(),
                                of.senderId().value(),
                                of.clientMessageId(),
                                of.sequence(),
                                of.sentAt(),
                                Blobs.of(of.digest()),
                                stamp)
                        .setIdempotent(true));
            case Projection.HeadRow of ->
                writes.heads.put(
                        of.conversationId(),
                        head.bind(
                                        stamp,
                                        of.head().sequence(),
                                        of.head().position(),
                                        of.head().sentAt(),
                                        of.head().countable(),
                                        of.head().lastMessage(),
                                        of.head().memberCount(),
                                        of.head().ownerCount(),
                                        of.conversationId().value())
                                .setIdempotent(true));
            case Projection.Edited of ->
                page(
                        of.conversationId(),
                        of.target(),
                        edited.bind(
                                stamp,
                                of.body(),
                                of.editedAt(),
                                of.edits(),
                                of.conversationId().value(),
                                CassandraHistory.bucket(of.target()),
                                of.target()),
                        of.body().length(),
                        writes);
            case Projection.Erased of -> {
                page(
                        of.conversationId(),
                        of.target(),
                        erased.bind(
                                stamp,
                                Blobs.EMPTY,
                                of.deletedAt(),
                                of.edits(),
                                of.conversationId().value(),
                                CassandraHistory.bucket(of.target()),
                                of.target()),
                        0,
                        writes);
                for (long edit : of.edits()) {
                    BoundStatement over = erase.bind(
                            stamp, Blobs.EMPTY, of.conversationId().value(), CassandraHistory.bucket(edit), edit);
                    page(of.conversationId(), edit, over, 0, writes);
                }
            }
        }
    }

    private static BoundStatement membership(PreparedStatement into, Projection.MemberRow row, long stamp) {
        Values values = Values.of(into)
                .text("conversation", row.conversationId().value())
                .text("user", row.userId().value())
                .number("joined", row.joined())
                .number("stamp", stamp);
        if (row.role() != null) values.small("role", row.role().number());
        if (row.countable() >= 0) values.number("countable", row.countable());
        if (row.left() > 0) values.number("left", row.left());
        return values.repeatable();
    }

    private static void page(ConversationId conversation, long sequence, BoundStatement row, int bytes, Writes writes) {
        writes.pages
                .computeIfAbsent(conversation, first -> new Pages())
                .add(CassandraHistory.bucket(sequence), row, bytes);
    }
}
