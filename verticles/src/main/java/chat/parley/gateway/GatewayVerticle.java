package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Traces;
import chat.parley.wire.Limits;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** One gateway instance on one event loop: first it can be reached on the bus, then by clients. */
public final class GatewayVerticle extends VerticleBase {
    /** After which connections of an instance that leaves are cut. */
    private static final long LEAVE_MILLIS_MAX = 40_000;

    /** Others that are told too late of a gateway that is gone forget it with its node. */
    private static final long SETTLE_MILLIS = 5_000;

    /** They would not: longer than they can be away before they count as gone. */
    private static final long SETTLE_ALONE_MILLIS = 15_000;

    /** From the outcome of a send to the end of its answer. */
    private static final long ANSWER_MILLIS = 1_000;

    private final Gateway gateway;
    private final HttpEdge edge;

    /** @param routes mounts the HTTP API for this instance; for the others see {@link HttpEdge} */
    public GatewayVerticle(
            Gateway gateway,
            HttpConfig config,
            Limits limits,
            Entrance entrance,
            Sources sources,
            AtomicInteger connected,
            Fallback fallback,
            BiConsumer<Router, HttpEdge> routes) {
        this.gateway = gateway;
        this.edge = new HttpEdge(config, limits, entrance, sources, connected, gateway::open, fallback, routes);
    }

    @Override
    public Future<?> start() {
        return gateway.start()
                .compose(reachable -> edge.start(vertx, context))
                .recover(broken -> gateway.end(SETTLE_MILLIS).transform(ended -> Future.failedFuture(broken)));
    }

    @Override
    public Future<?> stop() {
        return edge.stop(gateway.config.submitMillis() + ANSWER_MILLIS);
    }

    /** Sends all sessions elsewhere, and writes down who was here; see {@link Gateway#drain}. From any thread. */
    public Future<Void> drain(long windowMillisMax) {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(onLoop -> gateway.drain(windowMillisMax)
                .compose(gone -> gateway.writeDown())
                .onComplete(drained));
        return drained.future();
    }

    /**
     * Takes no new connections, which go to the other instances of this port, sends all sessions elsewhere and tells the others that nobody is
     * here any more; then it can be undeployed. From any thread.
     */
    public Future<Void> leave(long windowMillisMax) {
        Promise<Void> left = Promise.promise();
        context.runOnContext(onLoop -> {
            edge.leave(LEAVE_MILLIS_MAX);
            gateway.drain(windowMillisMax)
                    .compose(drained -> gateway.end(SETTLE_ALONE_MILLIS))
                    .onComplete(left);
        });
        return left.future();
    }

    /** How the sessions of the user here stand to the conversation. From any thread. */
    public Future<List<Whereabouts>> whereabouts(UserId user, ConversationId conversation) {
        Promise<List<Whereabouts>> found = Promise.promise();
        context.runOnContext(onLoop -> found.complete(gateway.whereabouts(user, conversation)));
        return found.future();
    }

    /** See {@link Gateway#share}. From any thread. */
    public void share(WatchConfig watch) {
        context.runOnContext(onLoop -> gateway.share(watch));
    }

    /** See {@link Gateway#compareHeads}. From any thread. */
    public void compareHeads() {
        context.runOnContext(onLoop -> gateway.compareHeads());
    }

    /** See {@link Gateway#traces}. */
    public void traces(Traces traces) {
        gateway.traces(traces);
    }

    /** What the instance counts. */
    public Figures figures() {
        return gateway.figures().with(edge.figures());
    }

    /** The port that clients connect to, once started. */
    public int port() {
        return edge.port();
    }
}
