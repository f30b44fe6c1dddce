package chat.parley.store.embedded;

import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.ConversationId;
import chat.parley.store.CannotOpen;
import chat.parley.store.EventCursor;
import chat.parley.store.Incarnations;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * What a store is: made with it, checked at each start.
 *
 * @param incarnation below 2^23, so that incarnation × 2^40 + position is a number of 63 bits
 * @param deferred its tables may be behind its log
 */
record Format(int version, int shards, long incarnation, byte[] digestKey, boolean deferred) {
    private static final int VERSION = 1;
    private static final int DIGEST_KEY_BYTES = 32;

    /** Reads it, or makes it where there is nothing yet. */
    static Format of(Rocks rocks, Path folder, boolean deferred) throws CannotOpen, RocksDBException {
        byte[] row = rocks.get(Family.META, Keys.FORMAT);
        if (row == null) return make(rocks, folder, deferred);
        Format format = decode(row);
        if (format.version != VERSION) {
            throw new CannotOpen("The store in " + folder + " has format " + format.version
                    + ", and this program reads format " + VERSION + "; use the program that wrote it.");
        }
        if (format.shards != ConversationId.SHARDS) {
            throw new CannotOpen("The store in " + folder + " was made with " + format.shards
                    + " shards, and this program has " + ConversationId.SHARDS + "; that cannot be changed.");
        }
        if (format.deferred != deferred) {
            throw new CannotOpen("The store in " + folder + " was made with "
                    + (format.deferred ? "deferred projections" : "projections in the append")
                    + "; that cannot be changed.");
        }
        return format;
    }

    private static Format make(Rocks rocks, Path folder, boolean deferred) throws CannotOpen, RocksDBException {
        try (RocksIterator rows = rocks.iterator(Family.LOG)) {
            rows.seekToFirst();
            rows.status();
            if (rows.isValid())
                throw new CannotOpen("The store in " + folder + " has rows but does not say what it is.");
        }
        byte[] digestKey = new byte[DIGEST_KEY_BYTES];
        new SecureRandom().nextBytes(digestKey);
        var format = new Format(VERSION, ConversationId.SHARDS, Incarnations.first(), digestKey, deferred);
        var rows = new RowBatch(128);
        rows.put(Family.META, Keys.FORMAT, format.encoded());
        write(rocks, rows);
        return format;
    }

    /**
     * Begins another life of the data, in one commit. Consumers go on where they were in the one before: what they have seen of the log is in this one,
     * too.
     */
    Format renewed(Rocks rocks) throws RocksDBException {
        var renewed = new Format(version, shards, Incarnations.other(incarnation), digestKey, deferred);
        var rows = new RowBatch(1 << 12);
        rows.put(Family.META, Keys.FORMAT, renewed.encoded());
        byte[] all = Keys.consumers();
        try (RocksIterator cursors = rocks.iterator(Family.META)) {
            for (cursors.seek(all); cursors.isValid() && Keys.startsWith(cursors.key(), all); cursors.next()) {
                EventCursor cursor = EmbeddedEventLog.cursor(cursors.value());
                if (cursor.incarnation() != incarnation) continue;
                var moved = new EventCursor(renewed.incarnation, cursor.position());
                rows.put(Family.META, cursors.key(), EmbeddedEventLog.encoded(moved));
            }
            cursors.status();
        }
        write(rocks, rows);
        return renewed;
    }

    private static void write(Rocks rocks, RowBatch rows) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch(rows.serialized())) {
            rocks.db().write(rocks.writing(true), batch);
        }
    }

    private byte[] encoded() {
        return new ByteWriter(64)
                .putVar(version)
                .putVar(shards)
                .putVar(incarnation)
                .putBytes(digestKey)
                .putByte(deferred ? 1 : 0)
                .toBytes();
    }

    private static Format decode(byte[] row) {
        var in = new ByteReader(row);
        return new Format((int) in.getVar(), (int) in.getVar(), in.getVar(), in.getBytes(), in.getByte() == 1);
    }
}
