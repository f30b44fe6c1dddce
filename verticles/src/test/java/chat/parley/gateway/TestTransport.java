package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.contract.Contract;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A socket that keeps what is written to it, and is as full as a test says. */
final class TestTransport implements Transport {
    private final List<JsonObject> frames = new ArrayList<>();
    private final List<Runnable> whenDrained = new ArrayList<>();
    private boolean isStuck;
    private long pendingBytes;
    private int pendingFrames;
    private boolean isPaused;
    private int closedWith;
    private int largest;

    @Override
    public void write(Packet packet) {
        if (closedWith != 0) return;
        for (byte[] text : packet.frames()) {
            largest = Math.max(largest, text.length);
            Contract.serverText(new String(text, StandardCharsets.UTF_8));
            Object json = Json.decodeValue(Buffer.buffer(text));
            if (json instanceof JsonArray array) for (Object each : array) frames.add((JsonObject) each);
            else frames.add((JsonObject) json);
        }
        if (!isStuck) return;
        pendingBytes += packet.size();
        pendingFrames++;
    }

    @Override
    public long pendingBytes() {
        return pendingBytes;
    }

    @Override
    public int pendingFrames() {
        return pendingFrames;
    }

    @Override
    public void whenDrained(int bytes, int frames, Runnable action) {
        if (pendingFrames < frames && pendingBytes < bytes) action.run();
        else whenDrained.add(action);
    }

    @Override
    public void pauseReading(boolean paused) {
        isPaused = paused;
    }

    @Override
    public void close(int code, String reason) {
        assertThat(closedWith).as("closed twice").isZero();
        closedWith = code;
    }

    @Override
    public String peer() {
        return "test";
    }

    /** From now on nothing leaves. */
    void stick() {
        isStuck = true;
    }

    /** What is pending leaves, and what comes too. */
    void drain() {
        isStuck = false;
        pendingBytes = 0;
        pendingFrames = 0;
        List<Runnable> actions = List.copyOf(whenDrained);
        whenDrained.clear();
        actions.forEach(Runnable::run);
    }

    int closedWith() {
        return closedWith;
    }

    boolean isPaused() {
        return isPaused;
    }

    /** Bytes of the largest text. */
    int largest() {
        return largest;
    }

    /** All frames since the last time. */
    List<JsonObject> take() {
        List<JsonObject> taken = List.copyOf(frames);
        frames.clear();
        return taken;
    }

    /** All frames since the last time, shortened to what matters: see {@link #brief}. */
    List<String> brief() {
        return take().stream().map(TestTransport::brief).toList();
    }

    /** The frames of this type since the last time; the others are forgotten. */
    List<JsonObject> take(String type) {
        return take().stream()
                .filter(frame -> type.equals(frame.getString("type")))
                .toList();
    }

    static String brief(JsonObject frame) {
        String type = frame.getString("type");
        return switch (type) {
            case "message_event" ->
                "event " + frame.getLong("sequence") + said(" ", frame.getString("body"))
                        + said(" #", frame.getString("clientMessageId"));
            case "message_ack" ->
                "ack " + frame.getString("clientMessageId") + "=" + frame.getLong("sequence")
                        + (frame.getBoolean("duplicate") ? " again" : "") + said(" ref ", frame.getString("ref"));
            case "gap" -> "gap " + frame.getLong("from") + ".." + frame.getLong("to") + " " + frame.getString("reason");
            case "error" ->
                "error " + frame.getString("code") + said(" #", frame.getString("clientMessageId"))
                        + said(" ref ", frame.getString("ref"));
            case "synced" -> "synced" + heads(frame.getJsonObject("heads")) + (isMore(frame) ? " more" : "");
            case "resync" ->
                "resync "
                        + (frame.getJsonArray("conversationIds") == null
                                ? "all"
                                : frame.getJsonArray("conversationIds").size());
            case "receipt_event" ->
                frame.getString("userId") + " " + frame.getString("receiptType") + " " + frame.getLong("sequence")
                        + (frame.containsKey("unread")
                                ? " unread " + frame.getLong("unread") + " at " + frame.getLong("head") + " of "
                                        + frame.getLong("unreadTotal")
                                : "");
            case "typing_event" -> frame.getString("userId") + (frame.getBoolean("active") ? " types" : " stopped");
            case "presence_event" ->
                frame.getString("userId") + " " + frame.getString("status")
                        + (frame.getLong("lastSeenAt") == null ? "" : " seen");
            case null -> frame.encode();
            default -> type;
        };
    }

    private static boolean isMore(JsonObject frame) {
        return Boolean.TRUE.equals(frame.getBoolean("more"));
    }

    private static String heads(JsonObject heads) {
        StringBuilder text = new StringBuilder();
        heads.forEach(each -> {
            JsonObject head = (JsonObject) each.getValue();
            text.append(' ')
                    .append(Stream.of("first", "sentThrough", "head")
                            .map(name -> head.getLong(name).toString())
                            .reduce((a, b) -> a + "/" + b)
                            .orElse(""));
        });
        return text.toString();
    }

    private static String said(String before, @Nullable String value) {
        return value == null ? "" : before + value;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
