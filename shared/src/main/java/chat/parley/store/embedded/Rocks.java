package chat.parley.store.embedded;

import chat.parley.store.CannotOpen;
import chat.parley.store.embedded.Writer.Committing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.Env;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.Priority;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/** One open RocksDB with its column families and its tuning; package-info says why each is as it is. */
final class Rocks implements AutoCloseable {
    private static final long MIB = 1L << 20;
    private static final int BLOOM_BITS = 10;
    private static final int BUFFERS_A_FILE = 4;
    private static final int CONVERSATION_ID_LENGTH = 22;

    private final List<AutoCloseable> closed = new ArrayList<>(); // in this order, after the database
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final RocksDB db;
    private final ReadOptions reading;
    private final ReadOptions inMemory;
    private final WriteOptions synced;
    private final WriteOptions unsynced;

    /**
     * @param compacting false: files are not compacted, which a damaged one would end
     * @throws CannotOpen with a sentence for the operator
     */
    Rocks(Path folder, EmbeddedOptions options, boolean compacting, Committing committing) throws CannotOpen {
        load();
        try {
            Files.createDirectories(folder);
            if (!Files.isWritable(folder)) throw new AccessDeniedException(folder.toString());
        } catch (IOException e) {
            throw new CannotOpen(sentence(folder, e), e);
        }
        reading = new ReadOptions();
        inMemory = new ReadOptions().setReadTier(ReadTier.BLOCK_CACHE_TIER);
        synced = new WriteOptions().setSync(true);
        unsynced = new WriteOptions();
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        Cache cache = new LRUCache(options.memoryBytes());
        for (Family family : Family.values()) {
            ColumnFamilyOptions tuned = tuned(family, options, cache).setDisableAutoCompactions(!compacting);
            closed.add(tuned);
            families.add(new ColumnFamilyDescriptor(family.familyName().getBytes(StandardCharsets.US_ASCII), tuned));
        }
        DBOptions tuned = tuned(options, cache);
        closed.addAll(List.of(tuned, reading, inMemory, synced, unsynced, cache));
        committing.opening(tuned);
        try {
            db = RocksDB.open(tuned, folder.toString(), families, handles);
        } catch (RocksDBException e) {
            closeAll();
            throw new CannotOpen(sentence(folder, e), e);
        }
    }

    RocksDB db() {
        return db;
    }

    ColumnFamilyHandle handle(Family family) {
        return handles.get(family.ordinal());
    }

    WriteOptions writing(boolean sync) {
        return sync ? synced : unsynced;
    }

    byte @Nullable [] get(Family family, byte[] key) throws RocksDBException {
        return db.get(handle(family), reading, key);
    }

    /** The values of the keys in their order, null where there is none. */
    List<byte @Nullable []> get(Family family, List<byte[]> keys) throws RocksDBException {
        return get(family, keys, reading);
    }

    private List<byte @Nullable []> get(Family family, List<byte[]> keys, ReadOptions reading) throws RocksDBException {
        if (keys.isEmpty()) return List.of();
        if (keys.size() == 1) return Collections.singletonList(db.get(handle(family), reading, keys.get(0)));
        List<ColumnFamilyHandle> each = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) each.add(handle(family));
        return orNull(db.multiGetAsList(reading, each, keys));
    }

    @SuppressWarnings("NullAway") // the library's lists hold null for a key that is not there
    private static List<byte @Nullable []> orNull(List<byte[]> values) {
        return (List) values;
    }

    /**
     * Whether memory alone says that none of the keys is there. If not, nothing is known: asked for more keys than one, the database takes
     * a row that only the disk has for an empty one that is there.
     */
    boolean saysNoneFromMemory(Family family, List<byte[]> keys) throws RocksDBException {
        try {
            for (byte[] value : get(family, keys, inMemory)) if (value != null) return false;
            return true;
        } catch (RocksDBException e) {
            if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete) return false;
            throw e;
        }
    }

    RocksIterator iterator(Family family) {
        return db.newIterator(handle(family), reading);
    }

    /** Writes to files what is in memory, so that the next start has nothing to replay. */
    void flush() throws RocksDBException {
        try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
            db.flush(waiting, handles);
        }
    }

    @Override
    public void close() {
        for (ColumnFamilyHandle handle : handles) handle.close();
        db.close();
        closeAll();
    }

    private void closeAll() {
        for (AutoCloseable one : closed) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException("native objects close without exceptions", e);
            }
        }
    }

    static boolean isDamage(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && status.getCode() == Status.Code.Corruption;
    }

    private DBOptions tuned(EmbeddedOptions options, Cache cache) {
        var properties = new Properties();
        properties.setProperty("track_and_verify_wals_in_manifest", "true");
        var buffers = new WriteBufferManager(options.memoryBytes() / 2, cache);
        closed.add(buffers);
        Env env = Env.getDefault();
        env.lowerThreadPoolCPUPriority(Priority.LOW);
        return DBOptions.getDBOptionsFromProps(properties)
                .setEnv(env)
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setWriteBufferManager(buffers)
                .setMaxTotalWalSize(options.memoryBytes())
                .setMaxBackgroundJobs(2)
                .setMaxSubcompactions(1)
                .setAllowConcurrentMemtableWrite(false)
                .setEnableWriteThreadAdaptiveYield(false)
                .setMaxOpenFiles(1_000)
                .setBytesPerSync(MIB)
                .setSkipStatsUpdateOnDbOpen(true)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(MIB)
                .setKeepLogFileNum(3)
                .setMaxManifestFileSize(16 * MIB);
    }

    private static ColumnFamilyOptions tuned(Family family, EmbeddedOptions options, Cache cache) {
        long buffers = options.memoryBytes() / 2;
        var table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setBlockSize(8 << 10)
                .setFormatVersion(6);
        ColumnFamilyOptions tuned = switch (family) {
            case HISTORY -> universal(pieces(byConversation(), buffers / 10));
            case IDS -> {
                table.setFilterPolicy(new BloomFilter(BLOOM_BITS, false)).setWholeKeyFiltering(true);
                yield universal(pieces(byConversation(), buffers / 20))
                        .setTargetFileSizeBase(16 * MIB)
                        .setMemtableWholeKeyFiltering(true)
                        .setMemtablePrefixBloomSizeRatio(0.05);
            }
            case LOG -> universal(new ColumnFamilyOptions().setWriteBufferSize(buffers / 12));
            case HEADS, TABLES -> new ColumnFamilyOptions().setWriteBufferSize(buffers / 24);
            case META -> new ColumnFamilyOptions().setWriteBufferSize(MIB);
        };
        return tuned.setTableFormatConfig(table)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setPeriodicCompactionSeconds(options.rewrittenWithin().toSeconds());
    }

    /** A row goes in beside the last one of its conversation, without a search from the top. */
    private static ColumnFamilyOptions byConversation() {
        var properties = new Properties();
        properties.setProperty("memtable_insert_with_hint_prefix_extractor", "fixed:" + CONVERSATION_ID_LENGTH);
        return ColumnFamilyOptions.getColumnFamilyOptionsFromProps(properties);
    }

    /** Buffers small enough for the processor's caches, a few of which make one file. */
    private static ColumnFamilyOptions pieces(ColumnFamilyOptions family, long pieceBytes) {
        return family.setWriteBufferSize(pieceBytes)
                .setMinWriteBufferNumberToMerge(BUFFERS_A_FILE)
                .setMaxWriteBufferNumber(3 * BUFFERS_A_FILE);
    }

    private static ColumnFamilyOptions universal(ColumnFamilyOptions family) {
        return family.setCompactionStyle(CompactionStyle.UNIVERSAL)
                .setCompactionOptionsUniversal(new CompactionOptionsUniversal().setAllowTrivialMove(true))
                .setLevel0FileNumCompactionTrigger(6)
                .setLevel0SlowdownWritesTrigger(30)
                .setLevel0StopWritesTrigger(45);
    }

    static CannotOpen cannotOpen(Path folder, RocksDBException e) {
        return new CannotOpen(sentence(folder, e), e);
    }

    private static String sentence(Path folder, Exception e) {
        String cause = String.valueOf(e.getMessage());
        if (cause.contains("LOCK") || cause.contains("lock hold")) {
            return "The store in " + folder
                    + " is in use by another process; stop that one, or choose another store.path.";
        }
        if (cause.contains("No space left")) {
            return "The disk that holds the store in " + folder + " is full; make room on it and start again.";
        }
        if (e instanceof AccessDeniedException
                || cause.contains("Permission denied")
                || cause.contains("Read-only file system")) {
            return "The folder of the store, " + folder
                    + ", cannot be written to; change its owner, or choose another store.path.";
        }
        if (e instanceof FileSystemException) {
            return "The folder of the store, " + folder + ", cannot be made ("
                    + e.getClass().getSimpleName() + ": " + cause + ").";
        }
        if (e instanceof RocksDBException failure && isDamage(failure)) {
            return "The store in " + folder + " is damaged and was left as it is (" + cause
                    + "); restore it from a backup.";
        }
        return "The store in " + folder + " cannot be opened (" + cause + ").";
    }

    /**
     * The native library is unpacked into a folder of its own, which is removed as soon as it is loaded: left to itself, each
     * process that is killed would leave a copy behind.
     */
    private static synchronized void load() throws CannotOpen {
        try {
            Path unpacked = Files.createTempDirectory("parley-rocksdb");
            try {
                NativeLibraryLoader.getInstance().loadLibrary(unpacked.toString());
            } finally {
                try (Stream<Path> files = Files.list(unpacked)) {
                    for (Path file : files.toList()) Files.delete(file);
                }
                Files.delete(unpacked);
            }
        } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
            throw new CannotOpen("The native library of RocksDB cannot be loaded (" + e.getMessage() + ").", e);
        }
    }
}
