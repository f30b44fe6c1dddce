package chat.parley.gateway;

import chat.parley.wire.ErrorCode;
import chat.parley.wire.Limits;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.InetAddress;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One instance of the gateway's edge: an HTTP server on its event loop, which shares its port with the other instances. */
public final class GatewayVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(GatewayVerticle.class);
    private static final int ACCEPT_BACKLOG = 4096;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final HttpConfig config;
    private final Limits limits;
    private final Entrance entrance;
    private final Sources sources;
    private final Function<Transport, Inbound> sessions;
    private final Consumer<Router> routes;
    private final HttpConnections connections;
    private @Nullable Sockets sockets;
    private @Nullable HttpServer server;

    public GatewayVerticle(
            HttpConfig config,
            Limits limits,
            Entrance entrance,
            Sources sources,
            Function<Transport, Inbound> sessions,
            Consumer<Router> routes) {
        this.config = config;
        this.limits = limits;
        this.entrance = entrance;
        this.sources = sources;
        this.sessions = sessions;
        this.routes = routes;
        this.connections =
                new HttpConnections(config.headSecondsMax(), config.requestSecondsMax(), config.keepAliveSeconds());
    }

    @Override
    public Future<?> start() {
        sockets = new Sockets((ContextInternal) context, limits.messageBytesMax(), config.pingSeconds());
        vertx.setPeriodic(1000, timer -> tick());
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(config.host())
                        .setPort(config.port())
                        .setTcpNoDelay(true)
                        .setAcceptBacklog(ACCEPT_BACKLOG)
                        .setMaxHeaderSize(config.headBytesMax())
                        .setMaxInitialLineLength(config.headBytesMax())
                        .setPerMessageWebSocketCompressionSupported(false)
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setHttp2ClearTextEnabled(false))
                .connectionHandler(this::connected)
                .requestHandler(router())
                .invalidRequestHandler(this::invalid);
        return server.listen();
    }

    /** The port it listens on, once started. */
    public int port() {
        return Objects.requireNonNull(server).actualPort();
    }

    private void tick() {
        Objects.requireNonNull(sockets).tick();
        for (HttpConnection late : connections.tick()) late.close();
    }

    private void connected(HttpConnection connection) {
        connections.connected(connection, sources.take(addressOf(connection)));
        connection.closeHandler(closed -> connections.gone(connection));
    }

    private static @Nullable InetAddress addressOf(HttpConnection connection) {
        return connection.remoteAddress() instanceof io.vertx.core.net.impl.SocketAddressImpl address
                ? address.ipAddress()
                : null;
    }

    private Router router() {
        Router router = Router.router(vertx);
        router.route().handler(this::begin);
        router.route("/v1/ws").handler(this::webSocket);
        router.route("/v1/*").handler(BodyHandler.create(false).setBodyLimit(limits.httpBodyBytesMax()));
        routes.accept(router);
        router.errorHandler(404, asked -> problem(asked, 404, ErrorCode.NOT_FOUND, "there is no such thing here"));
        router.errorHandler(405, asked -> problem(asked, 405, ErrorCode.BAD_FRAME, "not with this method"));
        router.errorHandler(413, asked -> problem(asked, 413, ErrorCode.TOO_LARGE, "the body is too large"));
        router.errorHandler(400, asked -> problem(asked, 400, ErrorCode.BAD_FRAME, "not a request that is understood"));
        router.errorHandler(500, asked -> {
            log.error(
                    "{} {} was not handled",
                    asked.request().method(),
                    asked.request().path(),
                    asked.failure());
            problem(asked, 500, ErrorCode.INTERNAL, "internal error");
        });
        return router;
    }

    private void begin(RoutingContext asked) {
        HttpConnection connection = asked.request().connection();
        if (!connections.requestBegan(connection)) {
            problem(asked, 429, ErrorCode.RATE_LIMITED, "too many unauthenticated connections from there");
            return;
        }
        asked.addEndHandler(ended -> connections.requestEnded(connection));
        asked.response().putHeader("X-Content-Type-Options", "nosniff");
        asked.next();
    }

    private void webSocket(RoutingContext asked) {
        HttpServerRequest request = asked.request();
        switch (Handshake.asked(request)) {
            case WEB_SOCKET -> {}
            case OTHER_VERSION -> {
                asked.response().putHeader("Sec-WebSocket-Version", "13");
                problem(asked, 426, ErrorCode.BAD_FRAME, "WebSocket version 13, please");
                return;
            }
            case SOMETHING_ELSE -> {
                problem(asked, 400, ErrorCode.BAD_FRAME, "this is for WebSocket handshakes");
                return;
            }
        }
        switch (entrance.ask(
                request.headers().getAll("Origin"), request.params().names(), System.nanoTime())) {
            case Entrance.Answer.Refused refused -> refuse(asked, refused);
            case Entrance.Answer.Welcome(long waitMillis) when waitMillis == 0 -> open(request);
            case Entrance.Answer.Welcome(long waitMillis) -> vertx.setTimer(waitMillis, timer -> open(request));
        }
    }

    private void open(HttpServerRequest request) {
        Sockets all = Objects.requireNonNull(sockets);
        Sources.Place place = connections.upgraded(request.connection());
        if (place == null) return; // gone while it waited
        WebSocketTransport transport = new WebSocketTransport(all, place::giveBack);
        Handshake.accept(request, transport)
                .onSuccess(done -> transport.open(sessions.apply(transport)))
                .onFailure(broken -> {
                    place.giveBack();
                    request.connection().close();
                });
    }

    private static void refuse(RoutingContext asked, Entrance.Answer.Refused refused) {
        if (refused.retryAfterSeconds() > 0)
            asked.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(refused.retryAfterSeconds()));
        problem(asked, refused.status(), refused.code(), refused.message());
    }

    private void invalid(HttpServerRequest request) {
        HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER.handle(request);
    }

    private static void problem(RoutingContext asked, int status, ErrorCode code, String message) {
        new Problem(status, code, message).send(asked.response());
    }
}
