package chat.parley.crash;

import chat.parley.checker.EntryKind;
import chat.parley.checker.History;
import chat.parley.checker.Seen;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import chat.parley.store.LogRow;
import chat.parley.store.ShardLog;
import chat.parley.store.embedded.EmbeddedOptions;
import chat.parley.store.embedded.EmbeddedStore;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Reads the logs themselves once the node is gone: what is there, beside what the node says is there. */
final class StoreReader {
    private static final int ROWS = 1_000;

    private StoreReader() {}

    static void read(Path data, boolean deferred, Recorder recorder) throws Exception {
        EmbeddedOptions options = EmbeddedOptions.defaults();
        Vertx vertx = Vertx.vertx();
        try (EmbeddedStore store =
                EmbeddedStore.open(vertx, data, deferred ? options.withDeferredProjections(() -> {}) : options)) {
            read(store.stores().log(), recorder);
        } finally {
            vertx.close();
        }
    }

    static void read(ShardLog log, Recorder recorder) throws Exception {
        read(log, recorder, entry -> {});
    }

    /** @param also is told of each entry, those of a conversation in their order */
    static void read(ShardLog log, Recorder recorder, Consumer<Entry> also) throws Exception {
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) read(log, shard, recorder, also);
    }

    private static void read(ShardLog log, int shard, Recorder recorder, Consumer<Entry> also) throws Exception {
        long after = 0;
        while (true) {
            List<LogRow> rows = log.read(shard, after, ROWS).await(60, TimeUnit.SECONDS);
            if (rows.isEmpty()) return;
            for (LogRow row : rows) {
                recorder.finalLog(seen(row.entry()));
                also.accept(row.entry());
            }
            after = rows.getLast().entry().position();
        }
    }

    private static Seen seen(Entry entry) {
        return new Seen(
                entry.conversationId().value(),
                entry.sequence(),
                entry.messageId(),
                EntryKind.of(entry.kind().wireName()),
                entry.senderId().value(),
                entry.clientMessageId().isEmpty() ? null : entry.clientMessageId(),
                entry.sentAt(),
                body(entry.content()),
                target(entry.content()),
                users(entry.content()).stream().map(UserId::value).toList());
    }

    /** An erased body is an empty one. */
    private static long body(Content content) {
        String body = switch (content) {
            case Content.Message message -> message.body();
            case Content.Edit edit -> edit.body();
            default -> "";
        };
        return body.isEmpty() ? 0 : History.digest(body);
    }

    private static long target(Content content) {
        return switch (content) {
            case Content.Edit edit -> edit.target();
            case Content.Delete delete -> delete.target();
            default -> 0;
        };
    }

    private static List<UserId> users(Content content) {
        return switch (content) {
            case Content.MembersAdded added -> added.userIds();
            case Content.MembersRemoved removed ->
                removed.departures().stream().map(Content.Departure::userId).toList();
            case Content.MemberLeft left -> List.of(left.departure().userId());
            case Content.RoleChanged changed -> List.of(changed.userId());
            default -> List.of();
        };
    }
}
