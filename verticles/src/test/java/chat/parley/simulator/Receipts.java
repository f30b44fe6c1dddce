package chat.parley.simulator;

import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What a device says of how far it has come, and what it sees of others. Of what it sees it keeps the furthest, as clients should; what a session
 * was told goes to the history as it came. Its randomness is its own.
 */
final class Receipts {
    static final String REF = "receipt";

    private static final long READ_MICROS = 3_000_000;

    private final Device device;
    private final Simulation world;
    private final SplittableRandom random;
    private final Map<String, Map<String, Long>> furthest = new TreeMap<>(); // conversation, user

    Receipts(Device device) {
        this.device = device;
        this.world = device.world;
        this.random = new SplittableRandom(world.seed ^ device.name.hashCode());
    }

    /** Something has come: often it is read, sooner or later. */
    void onEvent(String conversation) {
        if (random.nextInt(3) == 0) world.after(random.nextLong(READ_MICROS), () -> say(conversation));
    }

    /** Mostly what is true; else what is long over, or will be. */
    private void say(String conversation) {
        Holding holding = device.shelf.holding(conversation);
        if (!device.isWelcome() || holding == null || holding.through() == 0) return;
        long sequence = switch (random.nextInt(10)) {
            case 0 -> 1 + random.nextLong(holding.through());
            case 1 -> holding.through() + 1_000;
            default -> holding.through();
        };
        device.say(new JsonObject()
                .put("type", "receipt")
                .put("ref", REF)
                .put("conversationId", conversation)
                .put("receiptType", random.nextInt(4) == 0 ? "delivered" : "read")
                .put("sequence", sequence));
    }

    void onReceipt(JsonObject event, String session) {
        if (!event.getString("receiptType").equals("read")) return;
        String conversation = event.getString("conversationId");
        String user = event.getString("userId");
        long sequence = event.getLong("sequence");
        world.history.readPointer(world.now(), session, user, conversation, sequence);
        Long before =
                furthest.computeIfAbsent(conversation, any -> new TreeMap<>()).get(user);
        if (before == null || before < sequence) see(user, conversation, sequence);
        Long unread = event.getLong("unread");
        if (unread != null)
            world.history.unread(world.now(), user, conversation, sequence, event.getLong("head"), unread);
    }

    private void see(String user, String conversation, long sequence) {
        furthest.get(conversation).put(user, sequence);
        world.history.readPointer(world.now(), device.name, user, conversation, sequence);
    }

    /** At the end it reads anew of all what it was told of. */
    void readAgain(Directory directory) {
        furthest.forEach((conversation, byUser) -> {
            List<UserId> users = byUser.keySet().stream().map(UserId::new).toList();
            Map<UserId, Directory.ReadPointer> pointers = directory
                    .readPointers(new ConversationId(conversation), users)
                    .result();
            for (UserId user : users) {
                Directory.ReadPointer pointer = pointers.get(user);
                see(user.value(), conversation, pointer == null ? 0 : pointer.sequence());
            }
        });
    }
}
