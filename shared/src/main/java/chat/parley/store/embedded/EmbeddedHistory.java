package chat.parley.store.embedded;

import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.store.Damaged;
import chat.parley.store.Directory.Head;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

final class EmbeddedHistory implements History {
    /** About 0.5 ms of a loop. */
    private static final int KEYS_AT_ONCE_MAX = 512;

    private final Current current;
    private final Readers readers;

    EmbeddedHistory(Current current, Readers readers) {
        this.current = current;
        this.readers = readers;
    }

    @Override
    public Future<List<StoredEntry>> after(ConversationId conversation, long after, int entriesMax, int bytesMax) {
        return readers.read(conversation, rocks -> {
            Head head = head(rocks, conversation); // before the rows: what is there up to it must be among them
            List<Entry> page = new ArrayList<>();
            byte[] from = Keys.history(conversation, after + 1);
            long next = after + 1;
            int bytes = 0;
            try (RocksIterator rows = rocks.iterator(Family.HISTORY)) {
                for (rows.seek(from); rows.isValid() && page.size() < entriesMax && bytes < bytesMax; rows.next()) {
                    byte[] key = rows.key();
                    if (!Keys.sameButNumber(key, from)) break;
                    if (Keys.number(key) != next) throw missing(conversation, next);
                    byte[] row = rows.value();
                    page.add(EntryCodec.decode(row));
                    bytes += row.length;
                    next++;
                }
                rows.status();
            }
            boolean isFull = page.size() >= entriesMax || bytes >= bytesMax;
            if (!isFull && next <= head.sequence()) throw missing(conversation, next);
            return amended(rocks, conversation, page);
        });
    }

    @Override
    public Future<List<StoredEntry>> before(ConversationId conversation, long before, int entriesMax, int bytesMax) {
        return readers.read(conversation, rocks -> {
            Head head = head(rocks, conversation);
            List<Entry> page = new ArrayList<>();
            byte[] from = Keys.history(conversation, Math.max(before - 1, 0));
            long next = before - 1;
            int bytes = 0;
            try (RocksIterator rows = rocks.iterator(Family.HISTORY)) {
                for (rows.seekForPrev(from);
                        rows.isValid() && page.size() < entriesMax && bytes < bytesMax;
                        rows.prev()) {
                    byte[] key = rows.key();
                    if (!Keys.sameButNumber(key, from)) break;
                    if (page.isEmpty()) next = first(next, Keys.number(key), head);
                    if (Keys.number(key) != next) throw missing(conversation, next);
                    byte[] row = rows.value();
                    page.add(EntryCodec.decode(row));
                    bytes += row.length;
                    next--;
                }
                rows.status();
            }
            boolean isFull = page.size() >= entriesMax || bytes >= bytesMax;
            if (!isFull && Math.min(next, head.sequence()) > 0) throw missing(conversation, next);
            return amended(rocks, conversation, page);
        });
    }

    /** The sequence a page backwards starts with: the one asked for, or the last one there is. */
    private static long first(long asked, long found, Head head) {
        return found < asked && found >= head.sequence() ? found : asked;
    }

    private static Head head(Rocks rocks, ConversationId conversation) throws RocksDBException {
        byte[] row = rocks.get(Family.HEADS, Keys.head(conversation));
        return row == null ? new Head(0, 0, 0, 0, 0, 0, 0) : Tables.head(row);
    }

    private static Damaged missing(ConversationId conversation, long sequence) {
        return new Damaged(conversation, "entry " + sequence + " is missing");
    }

    /** The entries with what became of them since; amendments are few, so one seek finds that there are none. */
    private static List<StoredEntry> amended(Rocks rocks, ConversationId conversation, List<Entry> page)
            throws RocksDBException {
        if (page.isEmpty()) return List.of();
        long first = Math.min(page.getFirst().sequence(), page.getLast().sequence());
        long last = Math.max(page.getFirst().sequence(), page.getLast().sequence());
        Map<Long, AmendmentRecord> amendments = new HashMap<>();
        byte[] from = Keys.amendment(conversation, first);
        try (RocksIterator rows = rocks.iterator(Family.TABLES)) {
            for (rows.seek(from); rows.isValid(); rows.next()) {
                byte[] key = rows.key();
                if (!Keys.sameButNumber(key, from) || Keys.number(key) > last) break;
                amendments.put(Keys.number(key), AmendmentRecord.decode(rows.value()));
            }
            rows.status();
        }
        List<StoredEntry> shown = new ArrayList<>(page.size());
        for (Entry entry : page) shown.add(amended(entry, amendments.get(entry.sequence())));
        return shown;
    }

    private static StoredEntry amended(Entry entry, @Nullable AmendmentRecord amendment) {
        return amendment == null ? StoredEntry.plain(entry) : amendment.amend(entry);
    }

    /**
     * Nearly always none of the ids is known, and filters in memory say so: that is answered at once, without a reader. A reader looks up
     * those of which memory does not know.
     */
    @Override
    public Future<Map<IdKey, KnownId>> ids(Collection<IdKey> keys) {
        List<IdKey> asked = keys.size() <= KEYS_AT_ONCE_MAX ? maybeKnown(keys) : List.copyOf(keys);
        if (asked.isEmpty()) return Future.succeededFuture(Map.of());
        List<byte[]> rows = new ArrayList<>(asked.size());
        for (IdKey key : asked) rows.add(Keys.id(key));
        return readers.read(asked.get(0).conversationId(), rocks -> known(asked, rocks.get(Family.IDS, rows)));
    }

    private List<IdKey> maybeKnown(Collection<IdKey> keys) {
        List<IdKey> maybe = current.readAtOnce(rocks -> {
            List<IdKey> left = new ArrayList<>(0);
            for (IdKey key : keys) if (rocks.mayHave(Family.IDS, Keys.id(key))) left.add(key);
            return left;
        });
        return maybe == null ? List.copyOf(keys) : maybe;
    }

    private static Map<IdKey, KnownId> known(List<IdKey> asked, List<byte @Nullable []> found) {
        Map<IdKey, KnownId> known = Map.of();
        for (int i = 0; i < asked.size(); i++) {
            byte[] row = found.get(i);
            if (row == null) continue;
            if (known.isEmpty()) known = new LinkedHashMap<>();
            known.put(asked.get(i), Tables.knownId(row));
        }
        return known;
    }

    @Override
    public Future<Map<EntryKey, StoredEntry>> entries(Collection<EntryKey> keys) {
        List<EntryKey> asked = List.copyOf(keys);
        return readers.read(asked.isEmpty() ? null : asked.get(0).conversationId(), rocks -> {
            List<byte[]> rows = new ArrayList<>(asked.size());
            List<byte[]> amendments = new ArrayList<>(asked.size());
            for (EntryKey key : asked) {
                rows.add(Keys.history(key.conversationId(), key.sequence()));
                amendments.add(Keys.amendment(key.conversationId(), key.sequence()));
            }
            List<byte @Nullable []> found = rocks.get(Family.HISTORY, rows);
            List<byte @Nullable []> amended = rocks.get(Family.TABLES, amendments);
            Map<EntryKey, StoredEntry> entries = new LinkedHashMap<>();
            for (int i = 0; i < asked.size(); i++) {
                byte[] row = found.get(i);
                if (row == null) continue;
                byte[] amendment = amended.get(i);
                entries.put(
                        asked.get(i),
                        amended(EntryCodec.decode(row), amendment == null ? null : AmendmentRecord.decode(amendment)));
            }
            return entries;
        });
    }
}
