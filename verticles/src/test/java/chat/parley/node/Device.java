package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.contract.Contract;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;

/** A device of a user on its WebSocket, which speaks in frames. One thread. */
public final class Device implements AutoCloseable {
    private final RawClient socket;
    private final Deque<JsonObject> heard = new ArrayDeque<>();
    private int refs;

    private Device(RawClient socket) {
        this.socket = socket;
    }

    /** It has said nothing yet. */
    public static Device connect(int port) {
        return new Device(RawClient.open(port));
    }

    /** It has said hello, and was told all that it missed. */
    public static Device welcome(int port, String token, String deviceId) {
        Device device = connect(port).says(hello(token, deviceId));
        assertThat(device.next().getString("type")).isEqualTo("welcome");
        device.next("synced");
        return device;
    }

    public static JsonObject hello(String token, String deviceId) {
        return frame("hello").put("token", token).put("deviceId", deviceId);
    }

    public static JsonObject frame(String type) {
        return new JsonObject().put("type", type);
    }

    public static JsonObject send(String clientMessageId, String conversation, String body) {
        return frame("send_message")
                .put("clientMessageId", clientMessageId)
                .put("conversationId", conversation)
                .put("body", body);
    }

    /** A frame as the contract has it. */
    public Device says(JsonObject frame) {
        Contract.clientText(frame.encode());
        return says(frame.encode());
    }

    /** Anything. */
    public Device says(String text) {
        socket.text(text);
        return this;
    }

    /** Says it, and waits for what answers it. */
    public JsonObject asks(JsonObject frame) {
        String ref = "r" + ++refs;
        says(frame.copy().put("ref", ref));
        return next(answerTo(frame, ref));
    }

    static Predicate<JsonObject> answerTo(JsonObject frame, String ref) {
        return answer -> ref.equals(answer.getString("ref"))
                || answer.containsKey("clientMessageId")
                        && answer.getString("clientMessageId").equals(frame.getString("clientMessageId"));
    }

    /** The next frame. */
    public JsonObject next() {
        if (heard.isEmpty()) {
            String text = socket.nextText();
            Contract.serverText(text);
            if (text.startsWith("[")) for (Object each : new JsonArray(text)) heard.add((JsonObject) each);
            else heard.add(new JsonObject(text));
        }
        return heard.remove();
    }

    /** The next frame of this type; others before it are passed over. */
    public JsonObject next(String type) {
        return next(frame -> frame.getString("type").equals(type));
    }

    public JsonObject next(Predicate<JsonObject> wanted) {
        JsonObject frame = next();
        while (!wanted.test(frame)) frame = next();
        return frame;
    }

    /** Reads until the server closes: with which code. */
    public int closeCode() {
        return socket.closeCode();
    }

    public RawClient socket() {
        return socket;
    }

    @Override
    public void close() {
        socket.close();
    }
}
