package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import chat.parley.wire.EventJson;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Encoded entries of a conversation for those who come back: from memory, else from the store, in their turn, and read once for all who ask for the same. */
final class Ranges {
    private static final int PAGE_BYTES = 256 << 10;

    private final Recent recent;
    private final History history;
    private final Tail tail;
    private final ResumeReads reads;
    private final Map<Asked, Reading> reading = new HashMap<>();

    Ranges(Recent recent, History history, Tail tail, ResumeReads reads) {
        this.recent = recent;
        this.history = history;
        this.tail = tail;
        this.reads = reads;
    }

    /**
     * The entries behind {@code after} up to {@code upTo}, which exists: ascending, without a hole, at most so many; fewer if they are large,
     * at least one.
     *
     * @param isWanted whether who asks still waits for them
     */
    Future<List<Recent.Item>> read(
            ConversationId conversation, long after, long upTo, int entriesMax, BooleanSupplier isWanted) {
        List<Recent.Item> present = recent.range(conversation, after, upTo, entriesMax);
        if (present != null) return Future.succeededFuture(present);
        Asked asked = new Asked(conversation, after, upTo, entriesMax);
        Reading underWay = reading.get(asked);
        if (underWay != null) {
            underWay.wanted.add(isWanted);
            return underWay.items;
        }
        List<BooleanSupplier> wanted = new ArrayList<>(1);
        wanted.add(isWanted);
        Future<List<Recent.Item>> started = reads.take(
                ResumeReads.Kind.HISTORY,
                () -> wanted.stream().anyMatch(BooleanSupplier::getAsBoolean),
                () -> readStored(asked));
        if (started.isComplete()) return started;
        reading.put(asked, new Reading(started, wanted));
        return started.onComplete(done -> reading.remove(asked));
    }

    private Future<List<Recent.Item>> readStored(Asked asked) {
        int entriesMax = (int) Math.min(asked.entriesMax, asked.upTo - asked.after);
        return history.after(asked.conversation, asked.after, entriesMax, PAGE_BYTES)
                .compose(page -> {
                    List<Recent.Item> items = new ArrayList<>(page.size());
                    for (StoredEntry stored : page)
                        items.add(item(stored.entry(), stored.editedAt(), stored.deletedAt()));
                    if (!items.isEmpty()) return Future.succeededFuture(items);
                    return tail.read(asked.conversation, asked.after, entriesMax, List.of(), asked.upTo)
                            .compose(pulled -> {
                                for (Entry entry : pulled.entries()) items.add(item(entry, null, null));
                                return items.isEmpty()
                                        ? Future.failedFuture("entries of " + asked.conversation + " cannot be read")
                                        : Future.succeededFuture(items);
                            });
                });
    }

    private static Recent.Item item(Entry entry, @Nullable Long editedAt, @Nullable Long deletedAt) {
        return Recent.Item.of(entry, EventJson.encode(entry, editedAt, deletedAt));
    }

    private record Asked(ConversationId conversation, long after, long upTo, int entriesMax) {}

    /** @param wanted of each who asked */
    private record Reading(Future<List<Recent.Item>> items, List<BooleanSupplier> wanted) {}
}
