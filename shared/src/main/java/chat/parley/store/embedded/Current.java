package chat.parley.store.embedded;

import chat.parley.model.ConversationId;
import chat.parley.store.CannotOpen;
import chat.parley.store.Damaged;
import chat.parley.store.Unavailable;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** The database that is open now, or none while it is being reopened. Who reads keeps it open for that time. */
final class Current {
    private final StampedLock lock = new StampedLock();
    private @Nullable Rocks rocks;

    /** Something read from the database. */
    interface Reading<T> {
        T from(Rocks rocks) throws RocksDBException;
    }

    /** Opens a database for the one that was closed. */
    interface Opening {
        Rocks open() throws CannotOpen;
    }

    Current(Rocks rocks) {
        this.rocks = rocks;
    }

    /**
     * @throws Unavailable if there is no database now
     * @throws Damaged if what is read is
     */
    <T> T read(@Nullable ConversationId of, Reading<T> reading) {
        long stamp = lock.readLock();
        try {
            if (rocks == null) throw new Unavailable("the store is being reopened");
            return reading.from(rocks);
        } catch (RocksDBException e) {
            if (Rocks.isDamage(e)) throw damaged(of, e);
            throw new Unavailable("the store could not be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) { // bytes that no version of this program wrote
            throw damaged(of, e);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Reads without ever waiting; null: there is no database now, or it could not be read. */
    <T> @Nullable T readAtOnce(Reading<T> reading) {
        long stamp = lock.tryReadLock();
        if (stamp == 0) return null;
        try {
            return rocks == null ? null : reading.from(rocks);
        } catch (RocksDBException e) {
            return null; // whoever asks again, and waits, is told
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Closes the database and opens it again; if that fails there is none, and this may be tried again. */
    Rocks reopen(Opening opening) throws CannotOpen {
        close();
        Rocks opened = opening.open();
        long stamp = lock.writeLock();
        try {
            rocks = opened;
        } finally {
            lock.unlockWrite(stamp);
        }
        return opened;
    }

    /** Waits for those who read. */
    void close() {
        long stamp = lock.writeLock();
        try {
            if (rocks != null) rocks.close();
            rocks = null;
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    private static Damaged damaged(@Nullable ConversationId of, Exception e) {
        var damaged = new Damaged(of, String.valueOf(e.getMessage()));
        damaged.initCause(e);
        return damaged;
    }
}
