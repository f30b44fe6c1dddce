package chat.parley.store.embedded;

import java.time.Duration;
import java.time.InstantSource;

/**
 * The settings of the embedded store.
 *
 * @param memoryBytes what RocksDB may hold in all: cached blocks, indexes, filters, and unflushed writes (at most half of it)
 * @param readerThreads threads that read; they never wait for a commit
 * @param readsMax reads that wait; the next one fails with {@code Unavailable}
 * @param appendsMax appends and other changes that wait for the writer; the next one fails with {@code Unavailable}
 * @param appendBytesMax about how many bytes of entries wait for the writer, likewise
 * @param logKept rows of a shard's log older than this, and behind all of its cursors, are removed
 * @param exported whether the exported cursor is one of these
 * @param trimEvery how often that is looked for
 * @param rewrittenWithin within about this time each file is rewritten, and drops what was overwritten: erased bodies, removed log rows
 * @param deferredProjections for tests: an append writes the log alone, and {@code Projections.project} the tables
 * @param betweenRows for tests, with deferred projections: called before each row; what it throws ends the projection there
 * @param clock says how old a log row is
 */
public record EmbeddedOptions(
        long memoryBytes,
        int readerThreads,
        int readsMax,
        int appendsMax,
        long appendBytesMax,
        Duration logKept,
        boolean exported,
        Duration trimEvery,
        Duration rewrittenWithin,
        boolean deferredProjections,
        Runnable betweenRows,
        InstantSource clock) {
    private static final long MEMORY_BYTES = 192L << 20;
    private static final int READER_THREADS = 2;
    private static final int READS_MAX = 20_000;
    private static final int APPENDS_MAX = 8_192;
    private static final long APPEND_BYTES_MAX = 64L << 20;

    public EmbeddedOptions {
        if (memoryBytes < 32L << 20) throw new IllegalArgumentException("memoryBytes is at least 32 MiB");
        if (readerThreads < 1) throw new IllegalArgumentException("readerThreads is at least 1");
    }

    public static EmbeddedOptions defaults() {
        return new EmbeddedOptions(
                MEMORY_BYTES,
                READER_THREADS,
                READS_MAX,
                APPENDS_MAX,
                APPEND_BYTES_MAX,
                Duration.ofDays(7),
                false,
                Duration.ofHours(1),
                Duration.ofDays(3),
                false,
                () -> {},
                InstantSource.system());
    }

    public EmbeddedOptions withMemoryBytes(long bytes) {
        return new EmbeddedOptions(
                bytes,
                readerThreads,
                readsMax,
                appendsMax,
                appendBytesMax,
                logKept,
                exported,
                trimEvery,
                rewrittenWithin,
                deferredProjections,
                betweenRows,
                clock);
    }

    /** The bounds of the two queues. */
    public EmbeddedOptions withQueues(int reads, int appends, long appendBytes) {
        return new EmbeddedOptions(
                memoryBytes,
                readerThreads,
                reads,
                appends,
                appendBytes,
                logKept,
                exported,
                trimEvery,
                rewrittenWithin,
                deferredProjections,
                betweenRows,
                clock);
    }

    /** Tables are written by {@code Projections.project} only; {@code betweenRows} is called before each row. */
    public EmbeddedOptions withDeferredProjections(Runnable betweenRows) {
        return new EmbeddedOptions(
                memoryBytes,
                readerThreads,
                readsMax,
                appendsMax,
                appendBytesMax,
                logKept,
                exported,
                trimEvery,
                rewrittenWithin,
                true,
                betweenRows,
                clock);
    }

    public EmbeddedOptions withClock(InstantSource clock) {
        return new EmbeddedOptions(
                memoryBytes,
                readerThreads,
                readsMax,
                appendsMax,
                appendBytesMax,
                logKept,
                exported,
                trimEvery,
                rewrittenWithin,
                deferredProjections,
                betweenRows,
                clock);
    }

    /** The log is exported: its rows wait for that too. */
    public EmbeddedOptions withExport() {
        return new EmbeddedOptions(
                memoryBytes,
                readerThreads,
                readsMax,
                appendsMax,
                appendBytesMax,
                logKept,
                true,
                trimEvery,
                rewrittenWithin,
                deferredProjections,
                betweenRows,
                clock);
    }
}
