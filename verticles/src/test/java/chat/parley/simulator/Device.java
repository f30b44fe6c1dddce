package chat.parley.simulator;

import chat.parley.checker.How;
import chat.parley.contract.Contract;
import chat.parley.model.UserId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A device with a client library as it ought to be: it connects to some node, goes on from its cursors, keeps what is unacknowledged,
 * finds holes, and comes back whenever it loses the connection. What it does and sees goes to the history.
 */
final class Device {
    private static final long HEARTBEAT_MICROS = 25_000_000;
    private static final long SILENCE_MICROS = 55_000_000;
    private static final long WELCOME_MICROS = 8_000_000;
    private static final long BACK_OFF_MICROS = 400_000;
    private static final int REPLACED = 4409;

    final Simulation world;
    final String user;
    final String id;
    final String name;
    final RandomGenerator random;
    final Shelf shelf;
    final Sends sends;
    final Receipts receipts;
    private @Nullable Link link;
    private String session = "";
    private int sessions;
    private boolean isWelcome;
    private boolean isWanted;
    private long lastHeard;

    Device(Simulation world, String user, String id, RandomGenerator random) {
        this.world = world;
        this.user = user;
        this.id = id;
        this.name = user + "/" + id;
        this.random = random;
        this.shelf = new Shelf(this);
        this.sends = new Sends(this);
        this.receipts = new Receipts(this);
    }

    UserId userId() {
        return new UserId(user);
    }

    /** Is online from now on, as far as it can. */
    void comeOnline() {
        isWanted = true;
        connect();
    }

    void goOffline() {
        isWanted = false;
        hangUp();
    }

    /** The network under it breaks, if it has one. */
    void loseConnection() {
        if (link != null) link.breakOff();
    }

    /** A node has died: whoever was connected there hears of it, soon. */
    void died(Process node) {
        if (link != null && link.isTo(node)) link.breakOff();
    }

    void stopReading(long micros) {
        if (link != null) link.stick(micros);
    }

    /** It is installed anew: all it had is gone, but for what it still has to send. */
    void forget() {
        hangUp();
        shelf.forget();
    }

    boolean isWelcome() {
        return isWelcome;
    }

    boolean isWanted() {
        return isWanted;
    }

    String session() {
        return session;
    }

    private void connect() {
        if (link != null || !isWanted) return;
        Link made = world.cluster.connect(this);
        if (made == null) {
            world.after(BACK_OFF_MICROS + random.nextLong(BACK_OFF_MICROS), this::connect);
            return;
        }
        link = made;
        isWelcome = false;
        session = name + "#" + ++sessions;
        lastHeard = world.nowMicros();
        world.history.sessionOpen(world.now(), name, session);
        say(shelf.hello()
                .put("type", "hello")
                .put("token", user)
                .put("deviceId", id)
                .put("ref", "hello"));
        world.after(WELCOME_MICROS, () -> {
            if (link == made && !isWelcome) hangUp();
        });
        world.after(random.nextLong(HEARTBEAT_MICROS), () -> beat(made));
    }

    private void beat(Link on) {
        if (link != on) return;
        if (world.nowMicros() - lastHeard > SILENCE_MICROS) {
            hangUp();
            return;
        }
        if (isWelcome) say(new JsonObject().put("type", "heartbeat"));
        world.after(HEARTBEAT_MICROS, () -> beat(on));
    }

    /** Ends the connection, and comes back. */
    void hangUp() {
        Link had = link;
        if (had == null) return;
        had.hangUp();
        disconnected(had, 0);
    }

    /** The link is no more. */
    void disconnected(Link from, int code) {
        if (link != from) return;
        world.trace.event("closed", name, code, () -> session + " with " + code);
        link = null;
        isWelcome = false;
        world.history.sessionClose(world.now(), name, session);
        sends.disconnected();
        shelf.disconnected();
        long wait = BACK_OFF_MICROS + random.nextLong(BACK_OFF_MICROS);
        world.after(code == REPLACED ? wait * 10 : wait, this::connect);
    }

    void say(JsonObject frame) {
        if (link == null) return;
        String text = frame.encode();
        world.trace.event("says", name, text.hashCode(), () -> text);
        link.send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A text came on the link: a frame or an array of frames. */
    void onFrame(Link from, byte[] text) {
        if (link != from) return;
        lastHeard = world.nowMicros();
        Object decoded = Json.decodeValue(Buffer.buffer(text));
        world.trace.event("hears", name, decoded.hashCode(), () -> new String(text, StandardCharsets.UTF_8));
        if (decoded instanceof JsonArray all) {
            for (int i = 0; i < all.size() && link == from; i++) take(all.getJsonObject(i));
        } else {
            take((JsonObject) decoded);
        }
    }

    private void take(JsonObject frame) {
        Contract.serverShape(frame);
        switch (frame.getString("type")) {
            case "welcome" -> {
                isWelcome = true;
                sends.flush();
            }
            case "message_event" -> {
                shelf.onEvent(frame, session);
                receipts.onEvent(frame.getString("conversationId"));
            }
            case "receipt_event" -> receipts.onReceipt(frame, session);
            case "message_ack" -> sends.onAck(frame, session);
            case "gap" -> shelf.onGap(frame);
            case "synced" -> shelf.onSynced(frame);
            case "heartbeat", "heads" -> shelf.onHeads(frame.getJsonObject("heads"));
            case "resync" -> shelf.onResync(frame);
            case "error" -> onError(frame);
            case "goaway" -> hangUp();
            default -> {}
        }
    }

    private void onError(JsonObject error) {
        if (error.getString("clientMessageId") != null) sends.onError(error);
        else if ("hello".equals(error.getString("ref"))) hangUp();
        else if (Receipts.REF.equals(error.getString("ref"))) world.refused(error);
        else shelf.onError(error);
    }

    void received(How how, JsonObject event, @Nullable String on) {
        world.history.recv(world.now(), name, on, how, Entries.seen(event));
    }

    @Override
    public String toString() {
        return name;
    }
}
