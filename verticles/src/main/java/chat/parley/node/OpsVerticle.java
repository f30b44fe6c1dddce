package chat.parley.node;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The operators' port: says whether the node lives and whether it is to be given work, and counts what it does ({@code /metrics}). */
final class OpsVerticle extends VerticleBase {
    private static final int IDLE_SECONDS = 30;

    private final NodeConfig.Ops config;
    private final Health health;
    private final Map<String, LongSupplier> counters;
    private final Consumer<Router> routes;
    private int port;

    /**
     * @param counters by name: what ends in {@code _total} only grows, the others say how it is. Read on this verticle's loop
     * @param routes mounts what else there is
     */
    OpsVerticle(NodeConfig.Ops config, Health health, Map<String, LongSupplier> counters, Consumer<Router> routes) {
        this.config = config;
        this.health = health;
        this.counters = counters;
        this.routes = routes;
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        router.get("/health/live").handler(asked -> say(asked, 200, "live"));
        router.get("/health/ready")
                .handler(asked -> say(asked, health.isReady() ? 200 : 503, health.isReady() ? "ready" : "not ready"));
        router.get("/metrics").handler(this::count);
        routes.accept(router);
        router.route().handler(asked -> say(asked, 404, "not found"));
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setIdleTimeout(IDLE_SECONDS)
                .setHttp2ClearTextEnabled(false);
        return vertx.createHttpServer(options)
                .requestHandler(router)
                .listen()
                .onSuccess(server -> port = server.actualPort());
    }

    int port() {
        return port;
    }

    /** In the text format of Prometheus. */
    private void count(RoutingContext asked) {
        StringBuilder text = new StringBuilder();
        counters.forEach((name, value) -> text.append("# TYPE ")
                .append(name)
                .append(name.endsWith("_total") ? " counter\n" : " gauge\n")
                .append(name)
                .append(' ')
                .append(value.getAsLong())
                .append('\n'));
        asked.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                .end(text.toString());
    }

    private static void say(RoutingContext asked, int status, String word) {
        asked.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end("{\"status\":\"" + word + "\"}");
    }
}
