package chat.parley.gateway;

import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Metric;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.Limits;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.impl.SocketAddressImpl;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.InetAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where clients arrive at one gateway instance: an HTTP server on its event loop, which shares its port with those of the other
 * instances. What it lets in becomes a {@link WebSocketTransport} with a session, or meets the routes.
 */
public final class HttpEdge {
    private static final Logger log = LoggerFactory.getLogger(HttpEdge.class);
    private static final int ACCEPT_BACKLOG = 4096;
    private static final int TICK_MILLIS = 1000;

    private static final CharSequence FORWARDED_FOR = HttpHeaders.createOptimized("X-Forwarded-For");

    /** A free one, the same for all instances. */
    private static final int ANY_PORT = -1;

    private static final int STATUS_CLASSES = 6;

    private static final String TOO_MANY = "too many connections from there, or too many at once";

    private final HttpConfig config;
    private final Limits limits;
    private final Framing plain;
    private final Entrance entrance;
    private final Sources sources;
    private final AtomicInteger connected;
    private final Function<Transport, Inbound> sessions;
    private final Fallback fallback;
    private final BiConsumer<Router, HttpEdge> routes;
    private final HttpConnections connections;

    /** By the first figure of their status. */
    private final LongAdder[] answers =
            Stream.generate(LongAdder::new).limit(STATUS_CLASSES).toArray(LongAdder[]::new);

    private @Nullable Vertx vertx;
    private @Nullable Sockets sockets;
    private @Nullable HttpServer server;
    private @Nullable Future<Void> left;

    /**
     * @param entrance of the node, as sources and connected
     * @param sessions makes the session of a new socket
     * @param fallback of clients that cannot have a WebSocket
     * @param routes mounts the HTTP API, below /v1, with bodies read and bounded, and the web client
     */
    HttpEdge(
            HttpConfig config,
            Limits limits,
            Entrance entrance,
            Sources sources,
            AtomicInteger connected,
            Function<Transport, Inbound> sessions,
            Fallback fallback,
            BiConsumer<Router, HttpEdge> routes) {
        this.config = config;
        this.limits = limits;
        this.plain = new PlainFraming(limits.messageBytesMax());
        this.entrance = entrance;
        this.sources = sources;
        this.connected = connected;
        this.sessions = sessions;
        this.fallback = fallback;
        this.routes = routes;
        this.connections =
                new HttpConnections(config.headSecondsMax(), config.requestSecondsMax(), config.keepAliveSeconds());
    }

    /** Listens, on the calling context. */
    Future<Void> start(Vertx vertx, Context context) {
        this.vertx = vertx;
        sockets = new Sockets((ContextInternal) context, config.pingSeconds());
        vertx.setPeriodic(TICK_MILLIS, timer -> tick());
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(config.host())
                        .setPort(config.port() == 0 ? ANY_PORT : config.port())
                        .setTcpNoDelay(true)
                        .setAcceptBacklog(ACCEPT_BACKLOG)
                        .setMaxHeaderSize(config.headBytesMax())
                        .setMaxInitialLineLength(config.headBytesMax())
                        .setHttp2ClearTextEnabled(false)
                        // Beside that we agree to no extension: nothing of Vert.x may do so for us.
                        .setPerMessageWebSocketCompressionSupported(false)
                        .setPerFrameWebSocketCompressionSupported(false))
                .connectionHandler(this::connected)
                .requestHandler(router(vertx))
                .invalidRequestHandler(HttpEdge::invalid);
        return server.listen().mapEmpty();
    }

    /**
     * Takes no new connections; those without a request under way are closed, but for sessions. Completes when all are, or after that time,
     * when the rest is cut.
     */
    Future<Void> leave(long millisMax) {
        if (server == null) return Future.succeededFuture();
        if (left == null) left = server.shutdown(millisMax, TimeUnit.MILLISECONDS);
        return left;
    }

    /** Closes every connection; sessions that end have the time to hear so, and requests that are under way that time to end. */
    Future<Void> stop(long millisMax) {
        if (server == null) return Future.succeededFuture();
        return Future.join(sockets().drained(), fallback.drained()).compose(gone -> leave(millisMax));
    }

    /** What it counts. */
    Figures figures() {
        Figures figures = new Figures();
        for (int first = 1; first < STATUS_CLASSES; first++)
            figures.count(Metric.HTTP_REQUESTS, first + "xx", answers[first]::sum);
        return figures;
    }

    /** The port it listens on, once started. */
    int port() {
        return Objects.requireNonNull(server).actualPort();
    }

    private void tick() {
        sockets().tick();
        connections.tick();
        fallback.tick();
    }

    // What the routes need.

    /** Of WebSockets without a protocol of their own. */
    public Framing plainFraming() {
        return plain;
    }

    /** Of this instance: its sessions are used on it only. */
    public ContextInternal context() {
        return sockets().context;
    }

    /** The session of a new transport; on the context. */
    public Inbound open(Transport transport) {
        return sessions.apply(transport);
    }

    /** The answer of this request may take as long as it takes: its session sees to that. */
    public void takesItsTime(HttpServerRequest request) {
        connections.takesItsTime(request.connection());
    }

    /** Who sent this request has proved who it is. */
    public void isAuthenticated(HttpServerRequest request) {
        Source source = sourceOf(request);
        entrance.proved(source);
        if (!source.isBehindProxy())
            connections.isAuthenticated(request.connection()); // else the next may be another's
    }

    /** Where the request comes from. */
    public Source sourceOf(HttpServerRequest request) {
        return entrance.proxies()
                .of(addressOf(request.connection()), request.headers().getAll(FORWARDED_FOR));
    }

    /** The address on the other side; null if it has none. */
    private static @Nullable InetAddress addressOf(HttpConnection connection) {
        return connection.remoteAddress() instanceof SocketAddressImpl address ? address.ipAddress() : null;
    }

    private void connected(HttpConnection connection) {
        long now = System.nanoTime();
        boolean isOneTooMany = connected.incrementAndGet() > config.connectionsMax();
        Source source = entrance.proxies().of(addressOf(connection));
        boolean isTaken = !isOneTooMany && entrance.takesConnection(now);
        Sources.Place place = isTaken && entrance.takesConnectionOf(source, now) ? sources.take(source) : null;
        boolean isHeard = connections.connected(connection, place);
        connection.closeHandler(closed -> {
            if (connections.gone(connection)) connected.decrementAndGet();
        });
        if (!isTaken || !isHeard) connection.close();
    }

    // Requests, in the order they meet this.

    private Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        router.route().handler(this::begin);
        router.get("/v1/ws").handler(asked -> webSocket(asked, plain));
        router.route("/v1/ws").handler(asked -> asked.fail(405));
        fallback.mount(router, this);
        router.route("/v1/*").handler(BodyHandler.create(false).setBodyLimit(limits.httpBodyBytesMax()));
        routes.accept(router, this);
        router.get("/").handler(HttpEdge::frontPage);
        answerErrors(router);
        return router;
    }

    private void begin(RoutingContext asked) {
        HttpConnection connection = asked.request().connection();
        asked.response().putHeader("X-Content-Type-Options", "nosniff");
        asked.addEndHandler(ended -> {
            connections.requestEnded(connection);
            if (ended.failed()) return; // the client went away
            answers[Math.clamp(asked.response().getStatusCode() / 100, 1, STATUS_CLASSES - 1)].increment();
        });
        Problem problem = connections.requestBegan(connection, asked.response())
                ? refusal(asked.request())
                : entrance.tooMany(TOO_MANY);
        if (problem != null) problem.send(asked.response());
        else if (!isDecodable(asked.request())) asked.fail(400);
        else asked.next();
    }

    /** Who guesses tokens, or only asks what needs none, is answered so often and no more. Null: it is answered. */
    private @Nullable Problem refusal(HttpServerRequest request) {
        Source source = sourceOf(request);
        Problem problem = entrance.takeRequest(source, System.nanoTime());
        if (problem == null || !connections.spendsTrust(request.connection())) return problem;
        entrance.takeTrusted(source);
        return null;
    }

    /** What is wrong with a query is not passed on: the failure would name it, in the log, with a token that does not belong there. */
    private static boolean isDecodable(HttpServerRequest request) {
        try {
            request.params();
            return true;
        } catch (IllegalArgumentException undecodable) {
            return false;
        }
    }

    /** Answers a handshake. */
    public void webSocket(RoutingContext asked, Framing framing) {
        HttpServerRequest request = asked.request();
        switch (Handshake.asked(request)) {
            case WEB_SOCKET -> askEntrance(asked, request, framing);
            case OTHER_VERSION -> {
                asked.response().putHeader("Sec-WebSocket-Version", Handshake.VERSION);
                new Problem(426, ErrorCode.BAD_FRAME, "of WebSocket version 13 is understood").send(asked.response());
            }
            case BROKEN ->
                new Problem(ErrorCode.BAD_FRAME, "not a WebSocket handshake as it has to be").send(asked.response());
            case NONE -> {
                asked.response().putHeader(HttpHeaders.UPGRADE, "websocket");
                new Problem(426, ErrorCode.BAD_FRAME, "this is for WebSocket handshakes").send(asked.response());
            }
        }
    }

    private void askEntrance(RoutingContext asked, HttpServerRequest request, Framing framing) {
        switch (entrance.ask(
                sourceOf(request),
                request.headers().getAll("Origin"),
                request.params().names(),
                System.nanoTime())) {
            case Entrance.Answer.Refused(Problem problem) -> problem.send(asked.response());
            case Entrance.Answer.Welcome(long waitMillis) when waitMillis == 0 -> open(request, framing);
            case Entrance.Answer.Welcome(long waitMillis) ->
                Objects.requireNonNull(vertx).setTimer(waitMillis, timer -> open(request, framing));
        }
    }

    private void open(HttpServerRequest request, Framing framing) {
        HttpConnection connection = request.connection();
        Source source = sourceOf(request);
        Sources.Place place = source.isBehindProxy() ? sources.take(source) : null;
        if (source.isBehindProxy() && place == null) {
            entrance.tooMany(TOO_MANY).send(request.response());
            return;
        }
        Sources.Place its = connections.upgraded(connection);
        if (its == null) { // it went while it waited
            if (place != null) place.giveBack();
            return;
        }
        if (place == null) place = its;
        WebSocketTransport transport = new WebSocketTransport(sockets(), framing, place, connected::decrementAndGet);
        Handshake.accept(request, transport)
                .onSuccess(done -> transport.open(open(transport)))
                .onFailure(broken -> connection.close());
    }

    private static void frontPage(RoutingContext asked) {
        asked.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                .end("Parley, a chat server. WebSockets at /v1/ws, SockJS at /v1/sockjs, the HTTP API below /v1.\n");
    }

    private static void answerErrors(Router router) {
        on(router, new Problem(ErrorCode.BAD_FRAME, "not a request that is understood"));
        on(router, new Problem(ErrorCode.NOT_FOUND, "there is no such path"));
        on(router, new Problem(405, ErrorCode.BAD_FRAME, "not with this method"));
        on(router, new Problem(ErrorCode.TOO_LARGE, "the body is too large"));
        on(router, new Problem(415, ErrorCode.BAD_FRAME, "not with this type of content"));
        router.errorHandler(500, asked -> {
            log.error("{} {} was not answered", asked.request().method(), route(asked), asked.failure());
            new Problem(ErrorCode.INTERNAL, "the server failed").send(asked.response());
        });
    }

    /** The pattern of the path, which names nobody. */
    public static String route(RoutingContext asked) {
        return asked.currentRoute() == null
                ? "?"
                : String.valueOf(asked.currentRoute().getPath());
    }

    private static void on(Router router, Problem problem) {
        router.errorHandler(problem.status(), asked -> problem.send(asked.response()));
    }

    /** What is not HTTP, or too long to be; the connection ends with the answer. */
    private static void invalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        Problem problem = switch (cause) {
            case TooLongHttpLineException tooLong -> new Problem(414, ErrorCode.TOO_LARGE, "the address is too long");
            case TooLongHttpHeaderException tooLong -> new Problem(431, ErrorCode.TOO_LARGE, "the head is too long");
            case null, default -> new Problem(ErrorCode.BAD_FRAME, "not a request that is understood");
        };
        problem.send(request.response());
    }

    private Sockets sockets() {
        return Objects.requireNonNull(sockets);
    }
}
