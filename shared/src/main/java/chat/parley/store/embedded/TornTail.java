package chat.parley.store.embedded;

import chat.parley.store.CannotOpen;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what a power cut left at the end of a write-ahead log from damage, before RocksDB opens it.
 *
 * <p>The last commit before a power cut may be there in part: cut off, or with sectors of zeros where data had not been
 * written yet. It was never acknowledged, and goes. RocksDB sees that in a file that is cut off, and takes a wrong length in the last block for
 * the same thing, with all that stands behind it; zeros it takes for damage. So each file is read here first: what cannot be the
 * rest of a write is refused, and a last commit with zeros in it is cut off.
 *
 * <p>The format is that of RocksDB's logs and manifests: blocks of 32 KiB, in them fragments with a checksum, a length and a type, low byte
 * first; a fragment that begins a record says so.
 */
final class TornTail {
    private static final Logger log = LoggerFactory.getLogger(TornTail.class);
    private static final int BLOCK = 32 << 10;
    private static final int HEADER = 7;
    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int MIDDLE = 3;
    private static final int SECTOR = 512;
    private static final int CRC_DELTA = 0xa282ead8;

    private final Path file;
    private final ByteBuffer bytes;

    private TornTail(Path file, ByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Looks at all logs and manifests in the folder of a database that is closed. */
    static void check(Path folder) throws IOException, CannotOpen {
        List<Path> logs = named(folder, ".*/[0-9]+\\.log");
        for (Path each : named(folder, ".*/MANIFEST-[0-9]+")) check(each, false);
        for (Path each : logs) check(each, each.equals(logs.getLast()));
    }

    private static List<Path> named(Path folder, String pattern) throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().matches(pattern))
                    .sorted(Comparator.comparing((Path file) -> file.toString().length())
                            .thenComparing(Path::toString))
                    .toList();
        }
    }

    private static void check(Path file, boolean isLastLog) throws IOException, CannotOpen {
        Long torn;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            torn = new TornTail(file, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())).torn(isLastLog);
        }
        if (torn == null) return;
        log.warn("the last commit in {} was never finished, and is cut off at byte {}", file, torn);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(torn);
            channel.force(true);
        }
    }

    /** Where the file has to be cut; null: it can stay. */
    private @Nullable Long torn(boolean isLastLog) throws CannotOpen {
        int end = bytes.limit();
        int record = 0; // where the present record begins
        for (int at = 0; at < end; ) {
            int left = BLOCK - at % BLOCK;
            if (left < HEADER) {
                at += left;
                continue;
            }
            if (!isWhole(at)) return rest(record, at, isLastLog);
            int type = type(at);
            at += HEADER + length(at);
            if (type != FIRST && type != MIDDLE) record = at;
        }
        return null;
    }

    /** What to do with a file whose fragment at {@code at}, of the record that begins at {@code record}, is not as it was written. */
    private @Nullable Long rest(int record, int at, boolean isLastLog) throws CannotOpen {
        int end = bytes.limit();
        if (isFollowed(at)) throw damaged(at);
        boolean isCutOff = end - at < HEADER || at + HEADER + length(at) > end;
        if (isCutOff && !isComplete(at) && !hasZeros(record, end)) return null; // RocksDB does the same
        if (isLastLog && hasZeros(record, end)) return (long) record;
        throw damaged(at);
    }

    /** Whether the fragment is there in full but for its length, which is wrong. */
    private boolean isComplete(int at) {
        int rest = Math.min(bytes.limit(), at - at % BLOCK + BLOCK) - at - HEADER;
        return rest > 0 && crc(at, rest) == bytes.getInt(at);
    }

    /** Whether a later record begins behind this place: then the one here was finished, and on the disk, before. */
    private boolean isFollowed(int at) {
        int end = bytes.limit();
        for (int i = at + 1; i <= end - HEADER; i++) {
            int type = type(i);
            if ((type == FULL || type == FIRST) && length(i) > 0 && isWhole(i)) return true;
        }
        return false;
    }

    /** Whether a fragment with the right checksum stands here. */
    private boolean isWhole(int at) {
        int length = at + HEADER <= bytes.limit() ? length(at) : BLOCK;
        boolean fits = at % BLOCK + HEADER + length <= BLOCK && at + HEADER + length <= bytes.limit();
        return fits && crc(at, length) == bytes.getInt(at);
    }

    /** Whether a sector is empty, whole or for the most part of what there is of it; no commit of ours has one. */
    private boolean hasZeros(int from, int end) {
        for (int sector = (from + SECTOR - 1) / SECTOR * SECTOR; sector < end - SECTOR / 8; sector += SECTOR) {
            if (isZero(sector, Math.min(end, sector + SECTOR))) return true;
        }
        return false;
    }

    private boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) if (bytes.get(i) != 0) return false;
        return true;
    }

    private int length(int at) {
        return bytes.getShort(at + Integer.BYTES) & 0xffff;
    }

    private int type(int at) {
        return bytes.get(at + HEADER - 1) & 0xff;
    }

    /** The checksum over type and content, as it is stored. */
    private int crc(int at, int length) {
        var crc = new CRC32C();
        crc.update(bytes.slice(at + HEADER - 1, 1 + length));
        return Integer.rotateRight((int) crc.getValue(), 15) + CRC_DELTA;
    }

    private CannotOpen damaged(int at) {
        return new CannotOpen("The store in " + file.getParent() + " is damaged and was left as it is ("
                + file.getFileName() + " at byte " + at + "); restore it from a backup.");
    }
}
