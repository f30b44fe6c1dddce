package chat.parley.gateway;

import chat.parley.bus.Event;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.wire.EventJson;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last entries of active conversations as they were encoded, for those who come back. Of each conversation one run without a hole;
 * what an edit or a deletion has made stale is forgotten, with all before it. Bounded in bytes: the conversation longest not used goes first.
 */
final class Recent {
    private static final int ITEM_BYTES = 64;
    private static final int RUN_BYTES = 256;

    private final int bytesMax;
    private final int entriesMax;
    private final LinkedHashMap<ConversationId, Run> runs = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    Recent(int bytesMax, int entriesMax) {
        this.bytesMax = bytesMax;
        this.entriesMax = entriesMax;
    }

    /** Entries that have just passed, ascending. */
    void add(ConversationId conversation, List<Event> events) {
        Run run = runs.get(conversation);
        if (run == null) {
            run = new Run();
            runs.put(conversation, run);
            bytes += RUN_BYTES;
        }
        for (int i = 0; i < events.size(); i++) add(run, events.get(i));
        if (bytes > bytesMax) shrink();
    }

    private void add(Run run, Event event) {
        Entry entry = event.entry();
        if (run.count > 0 && entry.sequence() <= run.last()) return;
        if (run.count > 0 && entry.sequence() != run.last() + 1) bytes -= run.dropThrough(run.last());
        if (entry.content() instanceof Content.Edit edit) bytes -= run.dropThrough(edit.target());
        if (entry.content() instanceof Content.Delete delete) bytes -= run.dropThrough(lastOf(delete));
        if (run.count == entriesMax) bytes -= run.dropThrough(run.first + entriesMax / 8);
        bytes += run.append(Item.of(entry, event.json()));
    }

    private static long lastOf(Content.Delete delete) {
        long last = delete.target();
        for (long edit : delete.edits()) last = Math.max(last, edit);
        return last;
    }

    /** The entries behind {@code after}, up to {@code upTo} (counted) or at most so many; null: they are not all here. */
    @Nullable
    List<Item> range(ConversationId conversation, long after, long upTo, int entriesMost) {
        Run run = runs.get(conversation);
        if (run == null || run.count == 0 || run.first > after + 1) return null;
        long last = Math.min(upTo, after + entriesMost);
        if (run.last() < last) return null;
        List<Item> items = new ArrayList<>((int) Math.max(0, last - after));
        for (long sequence = after + 1; sequence <= last; sequence++) items.add(run.get(sequence));
        return items;
    }

    long bytes() {
        return bytes;
    }

    private void shrink() {
        Iterator<Map.Entry<ConversationId, Run>> eldest = runs.entrySet().iterator();
        while (bytes > bytesMax && eldest.hasNext()) {
            Run run = eldest.next().getValue();
            if (run.count > 0) bytes -= run.dropThrough(run.last());
            bytes -= RUN_BYTES;
            eldest.remove();
        }
    }

    /**
     * @param json a {@code message_event} without {@code clientMessageId}, as everybody gets it
     * @param whole of an entry of which some are told more; else null
     */
    @SuppressWarnings("ArrayRecordComponent") // shared by reference, never changed
    record Item(
            long sequence,
            byte[] json,
            UserId senderId,
            String clientMessageId,
            @Nullable Entry whole) {
        static Item of(Entry entry, byte[] json) {
            boolean isForSome = EventJson.isForSome(entry);
            return new Item(
                    entry.sequence(),
                    isForSome ? EventJson.encodeCounted(entry) : json,
                    entry.senderId(),
                    entry.clientMessageId(),
                    isForSome ? entry : null);
        }

        /** As this member gets it. */
        byte[] json(UserId reader, Role role) {
            byte[] event = whole != null && Entries.isToldWho(whole, reader, role) ? EventJson.encode(whole) : json;
            boolean isOwn = senderId.equals(reader) && !clientMessageId.isEmpty();
            return isOwn ? EventJson.withClientMessageId(event, clientMessageId) : event;
        }

        int size() {
            return json.length + ITEM_BYTES + (whole == null ? 0 : EntryCodec.sizeOf(whole));
        }
    }

    private static final class Run {
        private static final Item[] NONE = {};

        long first;
        int count;
        private int at; // of the first
        private Item[] ring = NONE;

        long last() {
            return first + count - 1;
        }

        Item get(long sequence) {
            return ring[(at + (int) (sequence - first)) & (ring.length - 1)];
        }

        int append(Item item) {
            if (count == 0) first = item.sequence();
            if (count == ring.length) grow();
            ring[(at + count++) & (ring.length - 1)] = item;
            return item.size();
        }

        @SuppressWarnings("NullAway") // what has left is not held on to
        int dropThrough(long sequence) {
            int dropped = 0;
            while (count > 0 && first <= sequence) {
                dropped += ring[at].size();
                ring[at] = null;
                at = (at + 1) & (ring.length - 1);
                first++;
                count--;
            }
            return dropped;
        }

        private void grow() {
            Item[] larger = new Item[Math.max(4, ring.length * 2)];
            for (int i = 0; i < count; i++) larger[i] = ring[(at + i) & (ring.length - 1)];
            ring = larger;
            at = 0;
        }
    }
}
