package chat.parley.store.backup;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes rows to a compressed file: first the names of their columns, then for each a 1 and its values, a length and bytes, −1 for none; at the end a 0 and their count. */
public final class RowsWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final DataOutputStream out;
    private final int columns;
    private long count;

    public RowsWriter(OutputStream file, List<String> columns) throws IOException {
        out = new DataOutputStream(new GZIPOutputStream(file, BUFFER_BYTES));
        this.columns = columns.size();
        out.writeInt(this.columns);
        for (String column : columns) out.writeUTF(column);
    }

    /** As many values as there are columns; null: none. */
    public void add(List<? extends @Nullable ByteBuffer> values) throws IOException {
        if (values.size() != columns) throw new IllegalArgumentException("not a row of these columns");
        out.writeByte(1);
        for (ByteBuffer value : values) {
            out.writeInt(value == null ? -1 : value.remaining());
            if (value == null) continue;
            byte[] bytes = new byte[value.remaining()];
            value.duplicate().get(bytes);
            out.write(bytes);
        }
        count++;
    }

    public long count() {
        return count;
    }

    @Override
    public void close() throws IOException {
        out.writeByte(0);
        out.writeLong(count);
        out.close();
    }
}
