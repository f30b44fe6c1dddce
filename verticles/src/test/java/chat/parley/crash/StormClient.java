package chat.parley.crash;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One device in one conversation, of which there can be thousands: keeps its cursor, comes back by itself with full-jitter back-off, and no sooner
 * than the server said, as the JavaScript client does. Lives on the loop of its {@link Reach}.
 */
final class StormClient {
    private static final int BACKOFF_MILLIS = 500;
    private static final int BACKOFF_MILLIS_MAX = 30_000;
    private static final int BACKOFF_MILLIS_LEAST = 50;
    private static final int OPEN_MILLIS = 10_000;
    private static final int DOUBLINGS_MAX = 10;

    /** One loop, and where those on it connect. */
    record Reach(Vertx vertx, WebSocketClient sockets, IntSupplier port) {
        static Reach to(IntSupplier port) {
            Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
            WebSocketClientOptions many =
                    new WebSocketClientOptions().setMaxConnections(100_000).setConnectTimeout(OPEN_MILLIS);
            return new Reach(vertx, vertx.createWebSocketClient(many), port);
        }

        void onLoop(Runnable action) {
            vertx.runOnContext(onLoop -> action.run());
        }

        void close(List<StormClient> clients) throws Exception {
            onLoop(() -> clients.forEach(StormClient::end));
            vertx.close().await(60, TimeUnit.SECONDS);
        }
    }

    /** Hears on the loop. */
    interface Listener {
        /** It is about to connect. */
        default void connects() {}

        /** It was told to come later. */
        default void sentAway() {}

        /** It was let in; entries may be missing yet. */
        default void welcome(StormClient client) {}

        /** It holds all up to there. */
        default void holds(StormClient client, JsonObject frame) {}

        default void acknowledged(StormClient client, JsonObject ack) {}
    }

    final String user;
    final String conversation;
    private final String token;
    private final Reach reach;
    private final Listener listener;
    private @Nullable WebSocket socket;
    private long held = -1; // nothing is known yet
    private long holes;
    private int attempt;
    private long againAfterMillis;
    private boolean isOver;

    StormClient(Reach reach, Listener listener, String user, String token, String conversation) {
        this.reach = reach;
        this.listener = listener;
        this.user = user;
        this.token = token;
        this.conversation = conversation;
    }

    /** The last sequence that it has, all before it as well; -1: none yet. */
    long held() {
        return held;
    }

    /** Entries that came out of order, twice, or never. */
    long holes() {
        return holes;
    }

    void connect() {
        if (isOver) return;
        listener.connects();
        long[] timer = {-1};
        reach.sockets
                .connect(reach.port.getAsInt(), "127.0.0.1", "/v1/ws")
                .onSuccess(open -> opened(open, timer))
                .onFailure(refused -> {
                    if (refused instanceof UpgradeRejectedException rejected && rejected.getBody() != null) {
                        listener.sentAway();
                        againAfterMillis = rejected.getBody().toJsonObject().getLong("retryAfterMillis", 0L);
                    }
                    again();
                });
    }

    private void opened(WebSocket open, long[] timer) {
        socket = open;
        timer[0] = reach.vertx.setTimer(OPEN_MILLIS, late -> open.close());
        open.textMessageHandler(text -> {
            Object told = Json.decodeValue(text);
            JsonArray frames = told instanceof JsonArray array ? array : new JsonArray().add(told);
            for (int i = 0; i < frames.size(); i++) on(frames.getJsonObject(i), timer);
        });
        open.exceptionHandler(broken -> {}); // the close follows
        open.closeHandler(closed -> {
            reach.vertx.cancelTimer(timer[0]);
            socket = null;
            again();
        });
        JsonObject hello = new JsonObject()
                .put("type", "hello")
                .put("ref", "hello")
                .put("token", token)
                .put("deviceId", "phone");
        if (held >= 0) hello.put("cursors", new JsonObject().put(conversation, held));
        open.writeTextMessage(hello.encode());
    }

    private void on(JsonObject frame, long[] timer) {
        switch (frame.getString("type")) {
            case "welcome" -> {
                reach.vertx.cancelTimer(timer[0]);
                attempt = 0;
                listener.welcome(this);
            }
            case "synced" -> {
                JsonObject head = frame.getJsonObject("heads").getJsonObject(conversation);
                if (head == null) return;
                if (held < 0) held = head.getLong("head");
                else if (held < head.getLong("head")) holes++;
                listener.holds(this, frame);
            }
            case "message_event" -> {
                if (frame.getLong("sequence") == held + 1) held++;
                else if (held >= 0) holes++;
                listener.holds(this, frame);
            }
            case "message_ack" -> {
                held = Math.max(held, frame.getLong("sequence"));
                listener.acknowledged(this, frame);
            }
            case "error" -> {
                if ("hello".equals(frame.getString("ref"))) listener.sentAway();
                againAfterMillis = frame.getLong("retryAfterMillis", 0L);
            }
            case "goaway" -> {
                listener.sentAway();
                againAfterMillis = frame.getLong("retryAfterMillis", 0L);
                hangUp();
            }
            default -> {}
        }
    }

    private void again() {
        if (isOver) return;
        long range = Math.min(BACKOFF_MILLIS_MAX, (long) BACKOFF_MILLIS << Math.min(DOUBLINGS_MAX, attempt++));
        long jitter = ThreadLocalRandom.current().nextLong(range);
        reach.vertx.setTimer(againAfterMillis + Math.max(BACKOFF_MILLIS_LEAST, jitter), due -> connect());
        againAfterMillis = 0;
    }

    /** False: it is not connected. */
    boolean send(String clientMessageId, String body) {
        WebSocket open = socket;
        if (open == null) return false;
        open.writeTextMessage(new JsonObject()
                .put("type", "send_message")
                .put("clientMessageId", clientMessageId)
                .put("conversationId", conversation)
                .put("body", body)
                .encode());
        return true;
    }

    private void hangUp() {
        WebSocket open = socket;
        if (open != null) open.close();
    }

    /** It does not come back. */
    void end() {
        isOver = true;
        hangUp();
    }
}
