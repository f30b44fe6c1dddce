package chat.parley.store.embedded;

import chat.parley.store.embedded.Writer.Committing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.AbstractEventListener.EnabledEventCallback;
import org.rocksdb.DBOptions;
import org.rocksdb.FileOperationInfo;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;

/**
 * Writes down up to where each file of a database is on the disk, told by RocksDB itself after each of its syncs and before
 * anybody else hears of them. A killed process leaves its writes in the kernel, so by the journal the files can be cut back to
 * what would have survived if the power had failed at that moment: every file that was written is as long as it was at its last
 * sync, or a part of the rest longer.
 */
final class SyncJournal implements Committing {
    private final Committing committing;
    private final FileChannel journal;
    private final Map<String, Long> written = new LinkedHashMap<>();
    private final List<AbstractEventListener> listeners = new ArrayList<>(); // RocksDB only knows their addresses

    SyncJournal(Path file, Committing committing) throws IOException {
        this.committing = committing;
        journal = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void commit(Rocks rocks, boolean sync, WriteBatch batch) throws RocksDBException {
        committing.commit(rocks, sync, batch);
    }

    @Override
    public void opening(DBOptions options) {
        var listener =
                new AbstractEventListener(
                        EnabledEventCallback.SHOULD_BE_NOTIFIED_ON_FILE_IO,
                        EnabledEventCallback.ON_FILE_WRITE_FINISH,
                        EnabledEventCallback.ON_FILE_SYNC_FINISH) {
                    @Override
                    public boolean shouldBeNotifiedOnFileIO() {
                        return true;
                    }

                    @Override
                    public void onFileWriteFinish(FileOperationInfo write) {
                        if (isDone(write)) wrote(write.getPath(), write.getLength());
                    }

                    @Override
                    public void onFileSyncFinish(FileOperationInfo sync) {
                        if (isDone(sync)) synced(sync.getPath());
                    }
                };
        listeners.add(listener);
        options.setListeners(List.of(listener));
    }

    private static boolean isDone(FileOperationInfo operation) {
        return operation.getStatus().getCode() == Status.Code.Ok;
    }

    /** Files are only added to. (The offset that comes along is 0 for most.) */
    private synchronized void wrote(String path, long length) {
        if (written.merge(path, length, Long::sum) == length) note(path, 0);
    }

    private synchronized void synced(String path) {
        Long length = written.get(path);
        if (length != null) note(path, length);
    }

    private void note(String path, long synced) {
        try {
            journal.write(ByteBuffer.wrap((synced + " " + path + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Cuts the files of the database, or of a copy of it, back to what is on the disk for certain, and so much of the rest: a disk may have
     * got that far. Answers how many bytes were lost.
     */
    static long cutPower(Path file, Path database, LongUnaryOperator kept) throws IOException {
        Map<String, Long> synced = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            int space = line.indexOf(' ');
            synced.put(line.substring(space + 1), Long.parseLong(line.substring(0, space)));
        }
        long lost = 0;
        for (Map.Entry<String, Long> each : synced.entrySet()) {
            Path path = database.resolve(Path.of(each.getKey()).getFileName());
            if (!Files.exists(path)) continue;
            try (FileChannel cut = FileChannel.open(path, StandardOpenOption.WRITE)) {
                long rest = cut.size() - each.getValue();
                if (rest <= 0) continue;
                long more = kept.applyAsLong(rest);
                cut.truncate(each.getValue() + more);
                lost += rest - more;
            }
        }
        return lost;
    }
}
