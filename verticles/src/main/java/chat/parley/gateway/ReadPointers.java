package chat.parley.gateway;

import chat.parley.bus.Answer;
import chat.parley.bus.Loop;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Draft;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Read pointers that own sends move, on their way to the store: the furthest of each, written once a second. What is lost in a crash is a second
 * of them. Nobody is told: whoever sees the message knows.
 */
final class ReadPointers {
    private static final Logger LOG = LoggerFactory.getLogger(ReadPointers.class);
    private static final long WRITE_MILLIS = 1_000;
    private static final int WAITING_MAX = 20_000;

    private final Loop loop;
    private final Directory directory;
    private Map<Key, Directory.ReadPointer> waiting = new LinkedHashMap<>();
    private boolean isPlanned;

    ReadPointers(Loop loop, Directory directory) {
        this.loop = loop;
        this.directory = directory;
    }

    /** Who sends has read what stands before. A retry says nothing new. */
    void sent(Draft draft, Answer.Placed placed) {
        if (placed.duplicate() || !(draft.contents().getFirst() instanceof Content.Message)) return;
        move(new Directory.ReadPointer(
                draft.conversationId(), draft.senderId(), placed.sequence(), placed.countable(), placed.sequence()));
    }

    /** Past the bound what waits is written at once; nothing is dropped but what the store cannot take. */
    private void move(Directory.ReadPointer pointer) {
        waiting.merge(new Key(pointer.conversationId(), pointer.userId()), pointer, Directory.ReadPointer::with);
        if (waiting.size() >= WAITING_MAX) write();
        else if (!isPlanned) {
            isPlanned = true;
            loop.after(WRITE_MILLIS, () -> {
                isPlanned = false;
                write();
            });
        }
    }

    /** Writes now. Completes when it is done, or was not to be. */
    Future<Void> write() {
        if (waiting.isEmpty()) return Future.succeededFuture();
        Map<Key, Directory.ReadPointer> writing = waiting;
        waiting = new LinkedHashMap<>();
        return directory
                .moveReadPointers(List.copyOf(writing.values()))
                .onFailure(broken -> {
                    LOG.warn("{} read pointers were not written", writing.size(), broken);
                    if (waiting.size() + writing.size() < WAITING_MAX)
                        writing.values().forEach(this::move);
                })
                .otherwiseEmpty();
    }

    private record Key(ConversationId conversationId, UserId userId) {}
}
