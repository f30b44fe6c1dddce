package chat.parley.crash;

import chat.parley.checker.EntryKind;
import chat.parley.checker.History;
import chat.parley.checker.Sent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A program of a group's owner: writes over HTTP, lets guests in and puts them out, changes roles and names. One thing after
 * another, each repeated under its id until it has an answer.
 */
final class Clerk implements Runnable {
    private static final long AGAIN_NANOS = 50_000_000;
    private static final int READ_ONE_OF = 20;

    private final Api api;
    private final Recorder recorder;
    private final SplittableRandom random;
    private final String owner;
    private final String conversation;
    private final Town town;
    private final long pauseNanos;
    private volatile boolean ended;
    private int count;

    Clerk(Api api, Recorder recorder, Town town, String conversation, Scale scale, SplittableRandom random) {
        this.api = api;
        this.recorder = recorder;
        this.random = random;
        this.town = town;
        this.conversation = conversation;
        this.pauseNanos = scale.clerkPauseNanos;
        this.owner = town.members(conversation).getFirst();
    }

    private record Write(String method, String path, EntryKind kind, JsonObject body) {}

    /** Finish what is begun and begin nothing more. */
    void end() {
        ended = true;
    }

    @Override
    public void run() {
        try {
            while (!ended) {
                carryOut(next());
                LockSupport.parkNanos(pauseNanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Write next() {
        String guest = Town.GUESTS.get(random.nextInt(Town.GUESTS.size()));
        List<String> members = town.members(conversation);
        String member = members.get(1 + random.nextInt(members.size() - 1));
        JsonObject body = new JsonObject();
        return switch (random.nextInt(10)) {
            case 0, 1 ->
                new Write("POST", "/members", EntryKind.MEMBER_ADDED, body.put("userIds", new JsonArray().add(guest)));
            case 2 -> new Write("DELETE", "/members/" + guest, EntryKind.MEMBER_REMOVED, body);
            case 3 ->
                new Write(
                        "PATCH",
                        "/members/" + member,
                        EntryKind.ROLE_CHANGED,
                        body.put("role", random.nextBoolean() ? "admin" : "member"));
            case 4 ->
                new Write(
                        "PATCH", "", EntryKind.CONVERSATION_UPDATED, body.put("name", "name " + random.nextInt(1000)));
            default ->
                new Write(
                        "POST", "/messages", EntryKind.MESSAGE, body.put("body", "by the clerk, " + random.nextInt()));
        };
    }

    private void carryOut(Write write) throws InterruptedException {
        String id = owner + "-clerk-" + conversation.substring(0, 6) + "-" + ++count;
        String device = owner + "/clerk";
        Sent sent = new Sent(conversation, id, 1, write.kind, History.digest(write.body.getString("body")), 0);
        while (true) {
            long invokedNanos = System.nanoTime();
            recorder.invoke(device, null, sent);
            try {
                String path = "/v1/conversations/" + conversation + write.path;
                JsonObject body = write.method.equals("DELETE") ? null : write.body;
                JsonObject answer = api.call(write.method, path, town.token(owner), id, body);
                if (answer.containsKey("sequence")) {
                    recorder.ok(device, null, sent, invokedNanos, answer);
                    if (count % READ_ONE_OF == 0) read(device, answer);
                } else recorder.refused(device, null, sent, "unchanged");
                return;
            } catch (Api.Refused refused) {
                boolean isKnown = !List.of("outcome_unknown", "internal").contains(refused.code);
                if (isKnown) recorder.refused(device, null, sent, refused.code);
                else recorder.unknown(device, null, sent, refused.code);
                if (!refused.retryable) {
                    if (!refused.code.equals("not_found")) recorder.odd(device + ": " + refused.getMessage());
                    return;
                }
            } catch (IOException e) {
                recorder.unknown(device, null, sent, "no answer");
            }
            sent = sent.attempt(sent.attempt() + 1);
            LockSupport.parkNanos(AGAIN_NANOS);
        }
    }

    /** Says that the owner has read it; what is answered is written. */
    private void read(String device, JsonObject placed) throws InterruptedException {
        JsonObject receipt = new JsonObject()
                .put("messageId", placed.getString("messageId"))
                .put("receiptType", "read")
                .put("deviceId", "clerk");
        try {
            api.call("POST", "/v1/receipts", town.token(owner), null, receipt);
            recorder.receiptTaken(device, owner, conversation, placed.getLong("sequence"));
        } catch (Api.Refused | IOException notTaken) {
            // nothing was promised
        }
    }
}
