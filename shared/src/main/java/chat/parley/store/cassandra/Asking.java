package chat.parley.store.cassandra;

import chat.parley.store.Damaged;
import chat.parley.store.backup.BackupTrouble;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Requests of a command that takes long, each of which may be carried out again: what fails is asked again for a while, as a node of Cassandra may be away. */
final class Asking {
    private static final int TRIES_MAX = 10;
    private static final int SECONDS_MAX = 60;
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Connection connection;

    Asking(Connection connection) {
        this.connection = connection;
    }

    /** Blocks until there is an answer. */
    <T> T ask(Supplier<Future<T>> question) throws BackupTrouble {
        for (int tries = 1; ; tries++) {
            try {
                return question.get().await(SECONDS_MAX, TimeUnit.SECONDS);
            } catch (Damaged damaged) {
                throw new BackupTrouble(
                        "The data in the keyspace " + connection.keyspace()
                                + " has a hole, or what is old was removed as" + " it was read (" + damaged.getMessage()
                                + "); try again.",
                        damaged);
            } catch (Exception failed) { // await throws what the future failed with, checked or not
                if (tries == TRIES_MAX)
                    throw new BackupTrouble(
                            "The Cassandra at " + connection.where() + " does not do what it is asked for ("
                                    + failed.getMessage() + "); see to it, and try again.",
                            failed);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
