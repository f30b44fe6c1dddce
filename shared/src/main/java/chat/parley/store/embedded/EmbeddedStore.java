package chat.parley.store.embedded;

import chat.parley.model.ConversationId;
import chat.parley.store.CannotOpen;
import chat.parley.store.EventLog;
import chat.parley.store.OpenStore;
import chat.parley.store.ShardHead;
import chat.parley.store.Stores;
import chat.parley.store.embedded.Writer.Committing;
import chat.parley.telemetry.Figures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of a node that has nothing else installed: RocksDB in a subfolder of {@code store.path}, which only one process can have open.
 */
public final class EmbeddedStore implements OpenStore {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedStore.class);
    static final String FOLDER = "rocksdb";
    private static final long WRITE_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private final Vertx vertx;
    private final Exclusive exclusive;
    private final Current current;
    private final Readers readers;
    private final Writer writer;
    private final Trimming trimming;
    private final EmbeddedEventLog events;
    private final Stores stores;
    private final long trimTimer;
    private final long checkpointTimer;

    /**
     * Opens the store, or makes it where there is none. Blocks the caller, for about as long as it takes to read what was written since the
     * last flush.
     *
     * @param path the folder of all of the node's data
     * @throws CannotOpen with one sentence for the operator
     */
    public static EmbeddedStore open(Vertx vertx, Path path, EmbeddedOptions options) throws CannotOpen {
        return open(vertx, path, options, Committing.ROCKS);
    }

    static EmbeddedStore open(Vertx vertx, Path path, EmbeddedOptions options, Committing committing)
            throws CannotOpen {
        Exclusive exclusive = Exclusive.of(path);
        try {
            EmbeddedBackup.requireNoneUnfinished(path);
            return open(vertx, path.resolve(FOLDER), exclusive, options, committing);
        } catch (CannotOpen | RuntimeException e) {
            exclusive.close();
            throw e;
        }
    }

    private static EmbeddedStore open(
            Vertx vertx, Path folder, Exclusive exclusive, EmbeddedOptions options, Committing committing)
            throws CannotOpen {
        Rocks rocks = new Rocks(folder, options, true, committing);
        try {
            Format format = Format.of(rocks, folder, options.deferredProjections());
            return new EmbeddedStore(vertx, folder, exclusive, options, committing, rocks, format, heads(rocks));
        } catch (RocksDBException e) {
            rocks.close();
            throw Rocks.cannotOpen(folder, e);
        } catch (CannotOpen | RuntimeException e) {
            rocks.close();
            throw e;
        }
    }

    private EmbeddedStore(
            Vertx vertx,
            Path folder,
            Exclusive exclusive,
            EmbeddedOptions options,
            Committing committing,
            Rocks rocks,
            Format format,
            ShardHead[] heads) {
        this.vertx = vertx;
        this.exclusive = exclusive;
        current = new Current(rocks);
        readers = new Readers(vertx, current, options.readerThreads(), options.readsMax());
        writer = new Writer(
                vertx, options, rocks, heads, current, new FolderReopening(folder, options, committing), committing);
        var log = new EmbeddedLog(options, format, readers, writer);
        stores = new Stores(log, log, new EmbeddedHistory(current, readers), new EmbeddedDirectory(readers, writer));
        events = new EmbeddedEventLog(log, readers, writer);
        trimming = new Trimming(options, readers, writer, events);
        trimTimer = vertx.setPeriodic(options.trimEvery().toMillis(), timer -> trim());
        var checkpoints = new Checkpoints(folder.resolveSibling(Checkpoints.FOLDER), current);
        checkpointTimer = vertx.setPeriodic(Checkpoints.LOOK_MILLIS, timer -> look(checkpoints));
    }

    @Override
    public Stores stores() {
        return stores;
    }

    /** The logs of the shards, for consumers in this process. */
    public EventLog events() {
        return events;
    }

    @Override
    public Future<?> check() {
        return check(WRITE_NANOS_MAX);
    }

    /** @param writeNanosMax after which a write that is under way counts as one that hangs */
    Future<?> check(long writeNanosMax) {
        return writer.check(writeNanosMax).compose(serves -> stores.log().cursors(0));
    }

    @Override
    public Figures figures() {
        return writer.figures();
    }

    /** Writes of the database so far, with or without fsync. */
    public long commits() {
        return writer.commits();
    }

    /** Fsyncs for commits so far. */
    public long syncs() {
        return writer.syncs();
    }

    /** Rewrites all files now, without what was overwritten or removed. Blocks, for as long as it takes to copy the store. */
    public void rewrite() {
        current.read(null, rocks -> {
            rocks.compact();
            return true;
        });
    }

    /** Writes what waits, answers it, and closes the files; blocks until that is done. */
    @Override
    public void close() {
        vertx.cancelTimer(trimTimer);
        vertx.cancelTimer(checkpointTimer);
        writer.close();
        readers.close();
        flush();
        current.close();
        exclusive.close();
    }

    private void flush() {
        try {
            current.read(null, rocks -> {
                rocks.flush();
                return true;
            });
        } catch (RuntimeException e) { // it is all in the write-ahead log
            log.warn("the store was closed without a flush; the next start takes longer", e);
        }
    }

    /** Removes what no one needs of the logs; a failure is made good by the next. */
    Future<Integer> trim() {
        return trimming.run()
                .onFailure(e -> log.warn("the logs of the shards were not trimmed, which will be tried again", e));
    }

    private void look(Checkpoints checkpoints) {
        vertx.executeBlocking(() -> {
                    checkpoints.look();
                    return true;
                })
                .onFailure(e -> log.error("a look for checkpoints that are wanted failed", e));
    }

    private static ShardHead[] heads(Rocks rocks) throws RocksDBException {
        var heads = new ShardHead[ConversationId.SHARDS];
        for (int shard = 0; shard < heads.length; shard++) heads[shard] = EmbeddedLog.storedHead(rocks, shard);
        return heads;
    }

    private record FolderReopening(Path folder, EmbeddedOptions options, Committing committing)
            implements Writer.Reopening {
        private static final long ROOM_BYTES = 32L << 20;

        /** Whether something can be written, and there is room for what opening writes: all that is in the write-ahead log. */
        @Override
        public boolean isPromising() {
            Path probe = folder.resolveSibling("probe");
            try {
                long needed = 2 * logBytes() + ROOM_BYTES;
                if (Files.getFileStore(folder).getUsableSpace() < needed) {
                    log.warn("the disk of {} is full: {} bytes have to be free", folder, needed);
                    return false;
                }
                try (FileChannel file = FileChannel.open(probe, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    file.write(ByteBuffer.allocate(1 << 16));
                    file.force(true);
                }
                Files.delete(probe);
                return true;
            } catch (IOException e) {
                log.warn("the folder {} cannot be written to: {}", folder, e.toString());
                return false;
            }
        }

        private long logBytes() throws IOException {
            long bytes = 0;
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    if (file.toString().endsWith(".log")) bytes += Files.size(file);
                }
            }
            return bytes;
        }

        @Override
        public Rocks open(boolean damaged) throws CannotOpen {
            if (damaged) {
                log.error(
                        "a file in {} is damaged; until it is restored from a backup, files are no longer compacted",
                        folder);
            }
            return new Rocks(folder, options, !damaged, committing);
        }

        @Override
        public ShardHead[] heads(Rocks rocks) throws CannotOpen {
            try {
                return EmbeddedStore.heads(rocks);
            } catch (RocksDBException e) {
                throw Rocks.cannotOpen(folder, e);
            }
        }
    }
}
