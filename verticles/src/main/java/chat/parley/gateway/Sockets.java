package chat.parley.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All WebSockets of one gateway instance, and what they share so that an idle one costs little: the flush at the end of the turn, one
 * sweep for pings, one for sockets that do not answer a close. On the instance's event loop only.
 */
final class Sockets {
    /** The peer has so long to answer a close frame before the connection is cut. */
    private static final int CLOSE_ANSWER_SECONDS = 3;

    final ContextInternal context;

    private final List<List<WebSocketTransport>> bySecond = new ArrayList<>();

    /** Until which second each may take; the first one first. */
    private final Map<WebSocketTransport, Long> closing = new LinkedHashMap<>();

    private List<WebSocketTransport> dirty = new ArrayList<>();
    private List<WebSocketTransport> flushing = new ArrayList<>();
    private long second;
    private @Nullable Promise<Void> drained;
    private int open;

    /** @param pingSeconds between two pings of one socket */
    Sockets(ContextInternal context, int pingSeconds) {
        this.context = context;
        for (int i = 0; i < pingSeconds; i++) bySecond.add(new ArrayList<>());
    }

    /** How many are connected. */
    int open() {
        return open;
    }

    /** Once a second: pings a part of the sockets, so that each has its turn every so many seconds. */
    void tick() {
        second++;
        for (WebSocketTransport socket : List.copyOf(bySecond.get(turn()))) socket.ping();
        List<WebSocketTransport> late = new ArrayList<>();
        for (Map.Entry<WebSocketTransport, Long> each : closing.entrySet()) {
            if (each.getValue() > second) break;
            late.add(each.getKey());
        }
        for (WebSocketTransport socket : late) socket.cut();
    }

    void add(WebSocketTransport socket) {
        open++;
        List<WebSocketTransport> peers = bySecond.get(turn());
        socket.turn = turn();
        socket.index = peers.size();
        peers.add(socket);
    }

    void remove(WebSocketTransport socket) {
        open--;
        List<WebSocketTransport> peers = bySecond.get(socket.turn);
        WebSocketTransport last = peers.removeLast();
        if (last != socket) {
            peers.set(socket.index, last);
            last.index = socket.index;
        }
        closing.remove(socket);
        if (drained != null && closing.isEmpty()) drained.tryComplete();
    }

    /**
     * It has something to flush at the end of the turn: behind what the loop has been given by then, and behind what comes of that, since an
     * ack is one hop of the bus ahead of the event that goes to the same socket.
     */
    void flushLater(WebSocketTransport socket) {
        if (dirty.isEmpty())
            context.nettyEventLoop().execute(() -> context.nettyEventLoop().execute(this::flush));
        dirty.add(socket);
    }

    /** It sent its close frame and waits for the peer's. */
    void awaitClose(WebSocketTransport socket) {
        closing.put(socket, second + CLOSE_ANSWER_SECONDS);
    }

    /** Completes when those that sent their close frame have gone; the sweep sees to that. */
    Future<Void> drained() {
        if (closing.isEmpty()) return Future.succeededFuture();
        if (drained == null) drained = Promise.promise();
        return drained.future();
    }

    private void flush() {
        List<WebSocketTransport> now = dirty;
        dirty = flushing;
        flushing = now;
        for (WebSocketTransport socket : now) socket.flush();
        now.clear();
    }

    private int turn() {
        return (int) (second % bySecond.size());
    }
}
