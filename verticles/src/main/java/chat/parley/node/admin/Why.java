package chat.parley.node.admin;

import chat.parley.bus.Command;
import chat.parley.bus.Commanded;
import chat.parley.model.ConversationId;
import chat.parley.model.Device;
import chat.parley.model.Entry;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where a message was for the devices of a user, from what the store has and what the gateways keep anyway: nothing is recorded for
 * it. So it says of each stage what shows that it was reached, or that it is not known, and why. Never a body.
 */
public final class Why {
    private static final long ANSWER_MILLIS = 2_000;

    private final Stores stores;
    private final int inlineMembersMax;
    private final int workerMembersMax;

    /** @param inlineMembersMax as the sequencer has it, likewise the other */
    public Why(Stores stores, int inlineMembersMax, int workerMembersMax) {
        this.stores = stores;
        this.inlineMembersMax = inlineMembersMax;
        this.workerMembersMax = workerMembersMax;
    }

    /** Of a message. */
    public record Place(ConversationId conversation, long sequence) {
        /** Null: that is no message id. */
        public static @Nullable Place of(String messageId) {
            int dot = messageId.lastIndexOf('.');
            String conversation = dot < 0 ? "" : messageId.substring(0, dot);
            String sequence = messageId.substring(dot + 1);
            boolean isPlace = ConversationId.isValid(conversation) && sequence.matches("[1-9][0-9]{0,15}");
            return isPlace ? new Place(new ConversationId(conversation), Long.parseLong(sequence)) : null;
        }
    }

    /** What the store has of it. */
    private record Stored(
            @Nullable StoredEntry entry,
            Directory.@Nullable Head head,
            @Nullable Membership membership,
            Directory.@Nullable ReadPointer pointer,
            List<Device> devices) {}

    Future<Commanded> find(Place place, UserId user, Nodes nodes) {
        return Future.join(stored(place, user), whereabouts(place, user, nodes)).transform(both -> {
            if (both.failed()) return Future.failedFuture(both.cause());
            return Future.succeededFuture(Answers.done(
                    told(place, user, both.result().resultAt(0), both.result().resultAt(1))));
        });
    }

    private Future<Stored> stored(Place place, UserId user) {
        History.EntryKey key = new History.EntryKey(place.conversation, place.sequence);
        Directory directory = stores.directory();
        List<ConversationId> conversation = List.of(place.conversation);
        Future<Map<History.EntryKey, StoredEntry>> entries = stores.history().entries(List.of(key));
        Future<Map<ConversationId, Directory.Head>> heads = directory.heads(conversation);
        Future<Map<ConversationId, Membership>> memberships = directory.memberships(user, conversation);
        Future<Map<ConversationId, Directory.ReadPointer>> pointers = directory.readPointers(user, conversation);
        Future<List<Device>> devices = directory.devices(user);
        return Future.all(entries, heads, memberships, pointers, devices)
                .map(all -> new Stored(
                        entries.result().get(key),
                        heads.result().get(place.conversation),
                        memberships.result().get(place.conversation),
                        pointers.result().get(place.conversation),
                        devices.result()));
    }

    /** What the gateways of each node say; null for a node: it did not answer. Answers come on threads of several loops. */
    private static Future<JsonObject> whereabouts(Place place, UserId user, Nodes nodes) {
        JsonObject question = new JsonObject()
                .put("conversationId", place.conversation.value())
                .put("userId", user.value());
        List<Future<JsonObject>> asked = new ArrayList<>();
        for (String node : nodes.names())
            asked.add(nodes.tell(node, new Command("whereabouts", question.encode()), ANSWER_MILLIS)
                    .timeout(ANSWER_MILLIS, TimeUnit.MILLISECONDS)
                    .transform(answer -> {
                        boolean isAnswered =
                                answer.succeeded() && answer.result().status() == 200;
                        JsonArray sessions =
                                isAnswered ? new JsonObject(answer.result().answer()).getJsonArray("sessions") : null;
                        return Future.succeededFuture(new JsonObject().put(node, sessions));
                    }));
        return Future.join(asked).map(all -> {
            JsonObject whereabouts = new JsonObject();
            for (Future<JsonObject> each : asked) whereabouts.mergeIn(each.result());
            return whereabouts;
        });
    }

    // What is said of it.

    private JsonObject told(Place place, UserId user, Stored stored, JsonObject whereabouts) {
        StoredEntry entry = stored.entry;
        JsonArray devices = new JsonArray();
        List<String> seen = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        for (String node : whereabouts.fieldNames()) {
            JsonArray sessions = whereabouts.getJsonArray(node);
            if (sessions == null) silent.add(node);
            else
                for (Object each : sessions) {
                    JsonObject session = (JsonObject) each;
                    seen.add(session.getString("deviceId"));
                    devices.add(connected(place, entry, stored.pointer, session, node));
                }
        }
        for (Device device : stored.devices)
            if (!seen.contains(device.deviceId().value())) devices.add(away(place, stored.pointer, device, silent));
        return new JsonObject()
                .put("messageId", place.conversation.value() + "." + place.sequence)
                .put("conversationId", place.conversation.value())
                .put("sequence", place.sequence)
                .put("userId", user.value())
                .put("sequenced", sequenced(place, stored))
                .put("stored", storedStage(entry))
                .put("member", member(place, stored.membership))
                .put("routed", routed(place, entry, whereabouts, silent))
                .put("acknowledged", acknowledged(place, stored.pointer))
                .put("devices", devices);
    }

    private static JsonObject sequenced(Place place, Stored stored) {
        StoredEntry found = stored.entry;
        if (found != null) {
            Entry entry = found.entry();
            return yes("entry " + entry.sequence() + " of the conversation, at position " + entry.position()
                            + " of shard "
                            + place.conversation.shard() + ", of kind "
                            + entry.content().kind().name().toLowerCase(java.util.Locale.ROOT))
                    .put("at", entry.sentAt())
                    .put("senderId", entry.senderId().value())
                    .put("clientMessageId", entry.clientMessageId())
                    .put("shard", place.conversation.shard())
                    .put("position", entry.position());
        }
        Directory.Head head = stored.head;
        if (head == null) return unknown("there is no such conversation");
        return head.sequence() < place.sequence
                ? unknown("the conversation has entries up to " + head.sequence()
                        + " in the tables; later ones may be in the log for a moment")
                : unknown("it should be there, as the conversation has entries up to " + head.sequence()
                        + ", but the history does not have it");
    }

    private static JsonObject storedStage(@Nullable StoredEntry found) {
        if (found == null) return unknown("it could not be read from the history");
        return yes(
                found.isDeleted()
                        ? "read from the history; its body is erased"
                        : "read from the history, body included");
    }

    private static JsonObject member(Place place, @Nullable Membership membership) {
        if (membership == null) return no("the user never was a member of the conversation");
        return membership.mayRead(place.sequence)
                ? yes("the user was a member then")
                : no("the user was no member then, so it is not sent to them");
    }

    private JsonObject routed(Place place, @Nullable StoredEntry found, JsonObject whereabouts, List<String> silent) {
        int members = found == null ? Entry.NOT_COUNTED : found.entry().memberCount();
        String way = members == Entry.NOT_COUNTED
                ? null
                : members <= inlineMembersMax ? "inline" : members <= workerMembersMax ? "worker" : "channel";
        List<String> passed = new ArrayList<>();
        List<String> behind = new ArrayList<>();
        for (String node : whereabouts.fieldNames()) {
            JsonArray sessions = whereabouts.getJsonArray(node);
            if (sessions == null) continue;
            for (Object each : sessions) {
                JsonObject session = (JsonObject) each;
                String gateway = session.getString("gateway");
                List<String> its = session.getLong("passed") >= place.sequence ? passed : behind;
                if (!its.contains(gateway)) its.add(gateway);
            }
        }
        JsonObject stage;
        if (!passed.isEmpty())
            stage = yes("entries up to it have passed gateway " + String.join(", ", passed)
                    + (behind.isEmpty() ? "" : ", and not yet gateway " + String.join(", ", behind)));
        else if (!behind.isEmpty())
            stage = no("gateway " + String.join(", ", behind) + " has the user, and not had entries up to it yet");
        else
            stage = unknown("no session of the user is at any gateway that answered"
                    + (silent.isEmpty() ? "" : "; no answer from " + String.join(", ", silent)));
        if (way != null) stage.put("way", way).put("members", members);
        return stage;
    }

    private static JsonObject acknowledged(Place place, Directory.@Nullable ReadPointer pointer) {
        if (pointer == null) return unknown("no receipt of the user has been stored in this conversation");
        if (pointer.sequence() >= place.sequence)
            return yes("the user has read up to " + pointer.sequence()).put("read", true);
        if (pointer.delivered() >= place.sequence)
            return yes("some device of the user has said that it holds entries up to " + pointer.delivered())
                    .put("read", false);
        return unknown("receipts of the user reach only up to " + pointer.delivered() + " (held) and "
                + pointer.sequence() + " (read); not every client says that it holds entries");
    }

    private static JsonObject connected(
            Place place,
            @Nullable StoredEntry found,
            Directory.@Nullable ReadPointer pointer,
            JsonObject session,
            String node) {
        return new JsonObject()
                .put("deviceId", session.getString("deviceId"))
                .put("connected", true)
                .put("node", node)
                .put("gateway", session.getString("gateway"))
                .put("since", session.getLong("helloAt"))
                .put("written", written(place, found, session))
                .put("acknowledged", acknowledged(place, pointer));
    }

    private static JsonObject written(Place place, @Nullable StoredEntry found, JsonObject session) {
        long passed = session.getLong("passed");
        long waiting = session.getLong("bytesWaiting");
        if (!session.getBoolean("isWelcome")) return no("its session has said hello and is not welcome yet");
        if (session.getBoolean("owesSync"))
            return no("entries of the conversation went past this session, as its socket was full: it is told to"
                    + " synchronise, and has not yet");
        if (passed < place.sequence)
            return no(
                    passed < 0
                            ? "no entry of the conversation has passed its gateway since it keeps count of it"
                            : "entries of the conversation have passed its gateway up to " + passed);
        if (!session.getBoolean("isSentLive"))
            return unknown("it has not the channel open, and so hears how far it goes; it reads entries itself");
        if (found != null && found.entry().sentAt() < session.getLong("helloAt"))
            return unknown(
                    "its session began after the message was sent: what it had missed was sent to it, as far as it"
                            + " asked and was not too much, or is its to read");
        JsonObject stage = yes("entries have passed to this session up to " + passed
                + (waiting == 0
                        ? ", and nothing waits in its socket"
                        : ", and " + waiting + " bytes, the last ones, wait in its socket"));
        if (passed == place.sequence && session.getLong("passedAt") > 0) stage.put("at", session.getLong("passedAt"));
        return stage;
    }

    private static JsonObject away(
            Place place, Directory.@Nullable ReadPointer pointer, Device device, List<String> silent) {
        return new JsonObject()
                .put("deviceId", device.deviceId().value())
                .put("connected", false)
                .put("lastSeenAt", device.lastSeenAt())
                .put(
                        "written",
                        unknown("it has no session now"
                                + (silent.isEmpty() ? "" : ", unless at " + String.join(", ", silent) + " (no answer)")
                                + ", and what was written to sessions that have ended is not kept"))
                .put("acknowledged", acknowledged(place, pointer));
    }

    private static JsonObject yes(String evidence) {
        return new JsonObject().put("known", "yes").put("evidence", evidence);
    }

    private static JsonObject no(String evidence) {
        return new JsonObject().put("known", "no").put("evidence", evidence);
    }

    private static JsonObject unknown(String because) {
        return new JsonObject().put("known", "not known").put("evidence", because);
    }
}
