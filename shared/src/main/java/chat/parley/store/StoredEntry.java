package chat.parley.store;

import chat.parley.model.Entry;
import org.jspecify.annotations.Nullable;

/**
 * An entry as a page shows it.
 *
 * @param entry a message's with its present body: amended or, if {@code deletedAt} is there, erased (empty). An edit entry of a deleted
 *     message has an empty body too.
 * @param editedAt Unix milliseconds of the last edit
 * @param deletedAt Unix milliseconds of the deletion; the message is a tombstone
 * @param edits the sequences of the edits of this message so far
 */
public record StoredEntry(
        Entry entry, @Nullable Long editedAt, @Nullable Long deletedAt, java.util.List<Long> edits) {
    public static StoredEntry plain(Entry entry) {
        return new StoredEntry(entry, null, null, java.util.List.of());
    }

    public boolean isDeleted() {
        return deletedAt != null;
    }
}
