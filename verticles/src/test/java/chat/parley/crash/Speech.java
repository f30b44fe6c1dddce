package chat.parley.crash;

import chat.parley.checker.History;
import chat.parley.checker.Sent;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What a device says: messages, and now and then an edit or the end of one of its own. */
final class Speech {
    private static final int OWN_MAX = 64;

    private final String name;
    private final List<String> conversations;
    private final SplittableRandom random;
    private final List<Own> own = new ArrayList<>();
    private int count;

    /** A message of the device, to be edited or deleted. */
    private record Own(String conversation, long sequence) {}

    Speech(String name, List<String> conversations, SplittableRandom random) {
        this.name = name;
        this.conversations = conversations;
        this.random = random;
    }

    Draft next() {
        int what = own.isEmpty() ? 100 : random.nextInt(100);
        if (what < 4) {
            String id = nextId();
            Own target = own.remove(random.nextInt(own.size()));
            JsonObject frame = frame("delete_message", id, target.conversation).put("sequence", target.sequence);
            return new Draft(frame, Sent.delete(target.conversation, id, target.sequence));
        }
        if (what < 10) {
            String id = nextId();
            String body = body(id);
            Own target = own.get(random.nextInt(own.size()));
            JsonObject frame = frame("edit_message", id, target.conversation)
                    .put("sequence", target.sequence)
                    .put("body", body);
            return new Draft(frame, Sent.edit(target.conversation, id, target.sequence, History.digest(body)));
        }
        return message(conversations.get(random.nextInt(conversations.size())));
    }

    Draft message(String conversation) {
        String id = nextId();
        String body = body(id);
        JsonObject frame = frame("send_message", id, conversation).put("body", body);
        return new Draft(frame, Sent.message(conversation, id, History.digest(body)));
    }

    /** A message of the device is acknowledged. */
    void said(String conversation, long sequence) {
        if (own.size() < OWN_MAX && random.nextInt(4) == 0) own.add(new Own(conversation, sequence));
    }

    private String nextId() {
        return name.replace('/', '-') + "-" + ++count;
    }

    private String body(String id) {
        return id + " says ".repeat(1 + random.nextInt(30));
    }

    private static JsonObject frame(String type, String id, String conversation) {
        return new JsonObject().put("type", type).put("clientMessageId", id).put("conversationId", conversation);
    }
}
