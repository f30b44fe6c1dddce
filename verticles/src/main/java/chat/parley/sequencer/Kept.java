package chat.parley.sequencer;

import chat.parley.model.Entry;
import chat.parley.store.History;
import org.jspecify.annotations.Nullable;

/**
 * An entry in a line's memory.
 *
 * @param key the name of its draft; null for the second entry of a draft
 * @param size about how many bytes it takes
 */
record Kept(Conversation conversation, History.@Nullable IdKey key, Entry entry, int size) {
    long position() {
        return entry.position();
    }
}
