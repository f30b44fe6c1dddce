package chat.parley.crash;

import chat.parley.checker.EntryKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A program of a group's owner: writes over HTTP, lets guests in and puts them out, changes roles and names; and of the guests, who leave. One thing
 * after another.
 */
final class Clerk implements Runnable {
    private static final int READ_ONE_OF = 20;

    private final Api api;
    private final Recorder recorder;
    private final SplittableRandom random;
    private final String owner;
    private final String conversation;
    private final Town town;
    private final HttpWriter writer;
    private final long pauseNanos;
    private volatile boolean ended;

    Clerk(Api api, Recorder recorder, Town town, String conversation, Scale scale, SplittableRandom random) {
        this.api = api;
        this.recorder = recorder;
        this.random = random;
        this.town = town;
        this.conversation = conversation;
        this.pauseNanos = scale.clerkPauseNanos;
        this.owner = town.members(conversation).getFirst();
        this.writer = new HttpWriter(api, recorder, town, conversation, "clerk");
    }

    /** Finish what is begun and begin nothing more. */
    void end() {
        ended = true;
    }

    @Override
    public void run() {
        try {
            for (int count = 1; !ended; count++) {
                JsonObject written = writer.carryOut(next());
                if (written != null && count % READ_ONE_OF == 0) read(written);
                LockSupport.parkNanos(pauseNanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpWriter.Write next() {
        String guest = town.guests().get(random.nextInt(town.guests().size()));
        List<String> members = town.members(conversation);
        String member = members.get(1 + random.nextInt(members.size() - 1));
        JsonObject body = new JsonObject();
        return switch (random.nextInt(10)) {
            case 0, 1 ->
                owns("POST", "/members", EntryKind.MEMBER_ADDED, body.put("userIds", new JsonArray().add(guest)));
            case 2 -> owns("DELETE", "/members/" + guest, EntryKind.MEMBER_REMOVED, body);
            case 3 ->
                owns(
                        "PATCH",
                        "/members/" + member,
                        EntryKind.ROLE_CHANGED,
                        body.put("role", random.nextBoolean() ? "admin" : "member"));
            case 4 ->
                owns("PATCH", "", EntryKind.CONVERSATION_UPDATED, body.put("name", "name " + random.nextInt(1000)));
            case 5 -> new HttpWriter.Write(guest, "DELETE", "/members/" + guest, EntryKind.MEMBER_LEFT, body);
            default ->
                owns("POST", "/messages", EntryKind.MESSAGE, body.put("body", "by the clerk, " + random.nextInt()));
        };
    }

    private HttpWriter.Write owns(String method, String path, EntryKind kind, JsonObject body) {
        return new HttpWriter.Write(owner, method, path, kind, body);
    }

    /** Says that the owner has read it; what is answered is written. */
    private void read(JsonObject placed) throws InterruptedException {
        JsonObject receipt = new JsonObject()
                .put("messageId", placed.getString("messageId"))
                .put("receiptType", "read")
                .put("deviceId", "clerk");
        try {
            api.call("POST", "/v1/receipts", town.token(owner), null, receipt);
            recorder.receiptTaken(writer.device(owner), owner, conversation, placed.getLong("sequence"));
        } catch (Api.Refused | IOException notTaken) {
            // nothing was promised
        }
    }
}
