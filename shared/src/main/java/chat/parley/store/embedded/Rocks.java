package chat.parley.store.embedded;

import chat.parley.store.CannotOpen;
import chat.parley.store.embedded.Writer.Committing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
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
    private static final int BLOOM_BITS = 15;
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
        this(folder, options, compacting, false, committing);
    }

    /** One that nothing is written to, but for a file about it (LOG). */
    static Rocks readOnly(Path folder, EmbeddedOptions options) throws CannotOpen {
        return new Rocks(folder, options, false, true, Committing.ROCKS);
    }

    private Rocks(Path folder, EmbeddedOptions options, boolean compacting, boolean readOnly, Committing committing)
            throws CannotOpen {
        load();
        try {
            if (!readOnly) TornTail.check(folder);
        } catch (IOException e) {
            throw cannotOpen(folder, e);
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
            db = readOnly
                    ? RocksDB.openReadOnly(tuned, folder.toString(), families, handles)
                    : RocksDB.open(tuned, folder.toString(), families, handles);
        } catch (RocksDBException e) {
            closeAll();
            throw cannotOpen(folder, e);
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
        List<byte @Nullable []> values = new ArrayList<>(getAtOnce(family, keys));
        for (int i = 0; i < values.size(); i++) {
            // Damage is told of one key alone: in a list it looks like a key that is not there.
            if (keys.size() > 1 && values.get(i) == null) values.set(i, get(family, keys.get(i)));
        }
        return values;
    }

    /**
     * False: memory alone says that the key is not there. For one key: a list, read from memory alone, takes what only the disk knows for
     * not there (seen with 10.10.1).
     */
    boolean mayHave(Family family, byte[] key) {
        return db.keyMayExist(handle(family), inMemory, key, null);
    }

    @SuppressWarnings({"NullAway", "unchecked", "rawtypes"
    }) // the library's lists hold null for a key that is not there
    private List<byte @Nullable []> getAtOnce(Family family, List<byte[]> keys) throws RocksDBException {
        if (keys.isEmpty()) return List.of();
        if (keys.size() == 1) return Collections.singletonList(get(family, keys.get(0)));
        return (List) db.multiGetAsList(reading, Collections.nCopies(keys.size(), handle(family)), keys);
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

    /**
     * Makes a folder, which is not there yet, with what there is now, all that was committed in it: files that no longer change are linked. Either
     * the folder is whole, or it is not there.
     */
    void checkpoint(Path folder) throws RocksDBException {
        try (Checkpoint checkpoint = Checkpoint.create(db)) {
            checkpoint.createCheckpoint(folder.toString());
        }
    }

    /** Reads all files, and compares each block with its checksum. */
    void verify() throws RocksDBException {
        db.verifyChecksum();
    }

    /** Rewrites all files, without what was overwritten or removed. */
    void compact() throws RocksDBException {
        flush();
        try (CompactRangeOptions whole = new CompactRangeOptions()
                .setBottommostLevelCompaction(CompactRangeOptions.BottommostLevelCompaction.kForce)) {
            for (ColumnFamilyHandle handle : handles) db.compactRange(handle, null, null, whole);
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

    static CannotOpen cannotOpen(Path folder, Exception e) {
        return new CannotOpen(sentence(folder, e), e);
    }

    private static String sentence(Path folder, Exception e) {
        String cause = String.valueOf(e.getMessage());
        if (cause.contains("LOCK") || cause.contains("lock hold")) return Exclusive.inUse(folder);
        if (cause.contains("No space left")) {
            return "The disk that holds the store in " + folder + " is full; make room on it and start again.";
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
