package chat.parley.crash;

import chat.parley.checker.EntryKind;
import chat.parley.checker.History;
import chat.parley.checker.Sent;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Writes to one conversation over HTTP, each thing again under its id until it has an answer. */
final class HttpWriter {
    private static final long AGAIN_NANOS = 50_000_000;

    private final Api api;
    private final Recorder recorder;
    private final Town town;
    private final String conversation;
    private final String name;
    private final AtomicInteger count = new AtomicInteger();

    /** @param name of the program that writes */
    HttpWriter(Api api, Recorder recorder, Town town, String conversation, String name) {
        this.api = api;
        this.recorder = recorder;
        this.town = town;
        this.conversation = conversation;
        this.name = name;
    }

    /** @param actor who does it @param path behind that of the conversation */
    record Write(String actor, String method, String path, EntryKind kind, JsonObject body) {}

    String device(String actor) {
        return actor + "/" + name;
    }

    /** The answer, if an entry was written; null: there was nothing to write, or it was refused. */
    @Nullable
    JsonObject carryOut(Write write) throws InterruptedException {
        String id = write.actor + "-" + name + "-" + conversation.substring(0, 6) + "-" + count.incrementAndGet();
        String device = device(write.actor);
        Sent sent = new Sent(conversation, id, 1, write.kind, History.digest(write.body.getString("body")), 0);
        while (true) {
            long invokedNanos = System.nanoTime();
            recorder.invoke(device, null, sent);
            try {
                String path = "/v1/conversations/" + conversation + write.path;
                JsonObject body = write.method.equals("DELETE") ? null : write.body;
                JsonObject answer = api.call(write.method, path, town.token(write.actor), id, body);
                if (answer.containsKey("sequence")) {
                    recorder.ok(device, null, sent, invokedNanos, answer);
                    return answer;
                }
                recorder.refused(device, null, sent, "unchanged");
                return null;
            } catch (Api.Refused refused) {
                boolean isKnown = !List.of("outcome_unknown", "internal").contains(refused.code);
                if (isKnown) recorder.refused(device, null, sent, refused.code);
                else recorder.unknown(device, null, sent, refused.code);
                if (!refused.retryable) {
                    if (!refused.code.equals("not_found")) recorder.odd(device + ": " + refused.getMessage());
                    return null;
                }
            } catch (IOException e) {
                recorder.unknown(device, null, sent, "no answer");
            }
            sent = sent.attempt(sent.attempt() + 1);
            LockSupport.parkNanos(AGAIN_NANOS);
        }
    }
}
