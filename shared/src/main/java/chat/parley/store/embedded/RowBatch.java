package chat.parley.store.embedded;

import chat.parley.model.ByteWriter;

/**
 * What one commit writes, built in the form in which RocksDB keeps a WriteBatch (and its log): a sequence number of 8 bytes and a count
 * of 4, low byte first; then for each row a tag, the column family, key, and value or end, with variable-length numbers. One
 * call into native code instead of one a row.
 */
final class RowBatch {
    private static final int HEADER = 12;
    private static final int COUNT_AT = 8;
    private static final int DELETION = 0x4;
    private static final int VALUE = 0x5;
    private static final int RANGE_DELETION = 0xe;
    private static final byte[] EMPTY_HEADER = new byte[HEADER];

    private final ByteWriter out;
    private int count;

    RowBatch(int expectedBytes) {
        out = new ByteWriter(expectedBytes);
        clear();
    }

    void clear() {
        out.clear().putRaw(EMPTY_HEADER);
        count = 0;
    }

    void put(Family family, ByteWriter key, ByteWriter value) {
        begin(VALUE, family);
        out.putVar(key.size()).putRaw(key).putVar(value.size()).putRaw(value);
    }

    void put(Family family, byte[] key, byte[] value) {
        begin(VALUE, family);
        out.putBytes(key).putBytes(value);
    }

    void delete(Family family, byte[] key) {
        begin(DELETION, family);
        out.putBytes(key);
    }

    /** Removes all keys from {@code from} on and before {@code to}. */
    void deleteRange(Family family, byte[] from, byte[] to) {
        begin(RANGE_DELETION, family);
        out.putBytes(from).putBytes(to);
    }

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    int size() {
        return out.size();
    }

    /** The batch as RocksDB reads it. */
    byte[] serialized() {
        byte[] bytes = out.toBytes();
        for (int i = 0; i < Integer.BYTES; i++) bytes[COUNT_AT + i] = (byte) (count >>> 8 * i);
        return bytes;
    }

    private void begin(int tag, Family family) {
        out.putByte(tag).putVar(family.ordinal());
        count++;
    }
}
