package chat.parley.store.embedded;

import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.store.Batch;
import chat.parley.store.BatchId;
import chat.parley.store.History.EntryKey;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of the log: one a batch. Where the entries are in the history by the same commit a row only names them; else it
 * holds them.
 */
final class LogRows {
    private static final int WITH_ENTRIES = 1;
    private static final int WITH_NAMES = 2;

    private LogRows() {}

    /**
     * A row, read.
     *
     * @param storedAt Unix milliseconds
     * @param names of the entries in their order; empty if the row holds the entries themselves
     */
    record Row(BatchId batchId, long storedAt, List<Entry> entries, List<EntryKey> names) {
        int count() {
            return entries.size() + names.size();
        }
    }

    static void write(Batch batch, long storedAt, boolean withEntries, ByteWriter out) {
        out.putByte(withEntries ? WITH_ENTRIES : WITH_NAMES);
        out.putLong(batch.id().high()).putLong(batch.id().low()).putVar(storedAt);
        out.putVar(batch.entries().size());
        for (Entry entry : batch.entries()) {
            if (withEntries) EntryCodec.write(entry, out);
            else out.putString(entry.conversationId().value()).putVar(entry.sequence());
        }
    }

    static Row read(byte[] row) {
        var in = new ByteReader(row);
        int form = in.getByte();
        if (form != WITH_ENTRIES && form != WITH_NAMES) throw new IllegalArgumentException("log row of form " + form);
        var batchId = new BatchId(in.getLong(), in.getLong());
        long storedAt = in.getVar();
        int count = in.getCount();
        List<Entry> entries = new ArrayList<>();
        List<EntryKey> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (form == WITH_ENTRIES) entries.add(EntryCodec.read(in));
            else names.add(new EntryKey(new ConversationId(in.getString()), in.getVar()));
        }
        return new Row(batchId, storedAt, entries, names);
    }
}
