package chat.parley.store.backup;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads what {@link RowsWriter} wrote, row by row. */
public final class RowsReader implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int VALUE_BYTES_MAX = 64 << 20;

    private final DataInputStream in;
    private final List<String> columns = new ArrayList<>();
    private long count;

    public RowsReader(InputStream file) throws IOException {
        in = new DataInputStream(new GZIPInputStream(file, BUFFER_BYTES));
        for (int left = in.readInt(); left > 0; left--) columns.add(in.readUTF());
    }

    public List<String> columns() {
        return columns;
    }

    /** The values of the next row; null: there is none. @throws IOException if the file ends before its end */
    public @Nullable List<@Nullable ByteBuffer> next() throws IOException {
        if (in.readByte() == 0) {
            if (in.readLong() != count) throw new IOException("not as many rows as were written");
            return null;
        }
        count++;
        List<@Nullable ByteBuffer> values = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            int length = in.readInt();
            if (length > VALUE_BYTES_MAX) throw new IOException("a value that nobody wrote");
            values.add(length < 0 ? null : ByteBuffer.wrap(in.readNBytes(length)));
        }
        return values;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
