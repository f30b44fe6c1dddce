package chat.parley.store.cassandra;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.store.CannotOpen;
import chat.parley.store.Damaged;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pages of conversations: partitions (conversation, sequence / 10,000), read one after the other until the page is full. */
final class CassandraHistory implements History {
    private static final long BUCKET_SEQUENCES = 10_000;
    private static final int PAGE_ROWS = 200;

    private final Requests requests;
    private final PreparedStatement head;
    private final PreparedStatement after;
    private final PreparedStatement before;
    private final PreparedStatement one;
    private final PreparedStatement id;

    CassandraHistory(Connection connection, Requests requests) throws CannotOpen {
        this.requests = requests;
        String rows = "SELECT sequence, entry, content, edited_body, edited_at, deleted_at, edits FROM history"
                + " WHERE conversation_id = ? AND bucket = ? AND sequence ";
        head = connection.prepare("SELECT sequence FROM conversations WHERE conversation_id = ?");
        after = connection.prepare(rows + ">= ?");
        before = connection.prepare(rows + "<= ? ORDER BY sequence DESC");
        one = connection.prepare(rows + "= ?");
        id = connection.prepare("SELECT sequence, sent_at, digest FROM ids"
                + " WHERE conversation_id = ? AND sender_id = ? AND client_message_id = ?");
    }

    static long bucket(long sequence) {
        return sequence / BUCKET_SEQUENCES;
    }

    /** A page that grows. */
    private static final class Page {
        final ConversationId conversation;
        final int step;
        final long end;
        final int entriesMax;
        final int bytesMax;
        final List<StoredEntry> entries = new ArrayList<>();
        long next;
        int bytes;

        /** @param step 1 or -1 @param end the last sequence that has to be there, in that direction */
        Page(ConversationId conversation, int step, long next, long end, int entriesMax, int bytesMax) {
            this.conversation = conversation;
            this.step = step;
            this.next = next;
            this.end = end;
            this.entriesMax = entriesMax;
            this.bytesMax = bytesMax;
        }

        boolean isFull() {
            return entries.size() >= entriesMax || bytes >= bytesMax;
        }

        /** Whether more has to be there. */
        boolean isShort() {
            return step > 0 ? next <= end : next >= end;
        }

        void add(Row row) {
            if (isFull()) return;
            ByteBuffer bare = row.getByteBuffer("entry");
            if (row.getLong("sequence") != next || bare == null) throw missing();
            entries.add(stored(conversation, bare, row));
            bytes += sizeOf(row);
            next += step;
        }

        Damaged missing() {
            return new Damaged(conversation, "entry " + next + " is missing");
        }
    }

    @Override
    public Future<List<StoredEntry>> after(ConversationId conversation, long after, int entriesMax, int bytesMax) {
        // The head before the rows: what is there up to it must be among them.
        return head(conversation)
                .compose(head -> fill(new Page(conversation, 1, after + 1, head, entriesMax, bytesMax)));
    }

    @Override
    public Future<List<StoredEntry>> before(ConversationId conversation, long before, int entriesMax, int bytesMax) {
        return head(conversation)
                .compose(head -> fill(new Page(conversation, -1, Math.min(before - 1, head), 1, entriesMax, bytesMax)));
    }

    private Future<Long> head(ConversationId conversation) {
        return requests.row(head.bind(conversation.value()).setIdempotent(true))
                .map(row -> row.map(found -> found.getLong("sequence")).orElse(0L));
    }

    private Future<List<StoredEntry>> fill(Page page) {
        if (page.isFull() || !page.isShort()) return Future.succeededFuture(page.entries);
        long bucket = bucket(page.next);
        BoundStatement rows = (page.step > 0 ? after : before)
                .bind(page.conversation.value(), bucket, page.next)
                .setPageSize(Math.min(page.entriesMax, PAGE_ROWS));
        return requests.rows(
                        rows.setIdempotent(true),
                        read -> read.size() + page.entries.size() >= page.entriesMax
                                || page.bytes + bytes(read) >= page.bytesMax)
                .compose(read -> {
                    read.forEach(page::add);
                    if (!page.isFull() && page.isShort() && bucket(page.next) == bucket) throw page.missing();
                    return fill(page);
                });
    }

    private static int bytes(List<Row> rows) {
        int bytes = 0;
        for (Row row : rows) bytes += sizeOf(row);
        return bytes;
    }

    private static int sizeOf(Row row) {
        String edited = row.getString("edited_body");
        return sizeOf(row.getByteBuffer("entry"))
                + sizeOf(row.getByteBuffer("content"))
                + (edited == null ? 0 : edited.length());
    }

    private static int sizeOf(@Nullable ByteBuffer bytes) {
        return bytes == null ? 0 : bytes.remaining();
    }

    /** The entry with what became of it since. */
    private static StoredEntry stored(ConversationId conversation, ByteBuffer bare, Row row) {
        Entry entry = Blobs.entry(conversation, bare);
        ByteBuffer content = row.getByteBuffer("content");
        Long editedAt = row.get("edited_at", Long.class);
        Long deletedAt = row.get("deleted_at", Long.class);
        String edited = row.getString("edited_body");
        List<Long> edits = row.getList("edits", Long.class);
        if (deletedAt == null && content != null && content.hasRemaining())
            entry = entry.with(Blobs.content(conversation, content));
        if (deletedAt == null && edited != null && entry.content() instanceof Content.Message message)
            entry = entry.with(message.with(edited));
        return new StoredEntry(entry, editedAt, deletedAt, edits == null ? List.of() : List.copyOf(edits));
    }

    @Override
    public Future<Map<IdKey, KnownId>> ids(Collection<IdKey> keys) {
        return requests.each(keys, key -> {
            BoundStatement known =
                    id.bind(key.conversationId().value(), key.senderId().value(), key.clientMessageId());
            return requests.row(known.setIdempotent(true)).map(row -> row.map(found -> known(key, found)));
        });
    }

    private static @Nullable KnownId known(IdKey key, Row row) {
        ByteBuffer digest = row.getByteBuffer("digest");
        if (digest == null) return null;
        return new KnownId(row.getLong("sequence"), row.getLong("sent_at"), Blobs.digest(key.conversationId(), digest));
    }

    @Override
    public Future<Map<EntryKey, StoredEntry>> entries(Collection<EntryKey> keys) {
        return requests.each(keys, key -> {
            BoundStatement entry = one.bind(key.conversationId().value(), bucket(key.sequence()), key.sequence());
            return requests.row(entry.setIdempotent(true))
                    .map(row -> row.map(found -> {
                        ByteBuffer bare = found.getByteBuffer("entry");
                        return bare == null ? null : stored(key.conversationId(), bare, found);
                    }));
        });
    }
}
