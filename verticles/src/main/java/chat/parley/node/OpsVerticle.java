package chat.parley.node;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;

/** The operators' port: says whether the node lives and whether it is to be given work, and counts what it does ({@code /metrics}). */
final class OpsVerticle extends VerticleBase {
    private static final int IDLE_SECONDS = 90; // a scaling may take as long as a drain

    private final NodeConfig.Ops config;
    private final Health health;
    private final Metrics metrics;
    private final Consumer<Router> routes;
    private int port;

    /**
     * @param routes mounts what else there is
     */
    OpsVerticle(NodeConfig.Ops config, Health health, Metrics metrics, Consumer<Router> routes) {
        this.config = config;
        this.health = health;
        this.metrics = metrics;
        this.routes = routes;
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        router.get("/health/live").handler(asked -> health.live(vertx).onComplete(found -> say(asked, found, "live")));
        router.get("/health/ready")
                .handler(asked -> health.ready(vertx).onComplete(found -> say(asked, found, "ready")));
        router.get("/metrics").handler(this::count);
        routes.accept(router);
        router.route().handler(asked -> say(asked, 404, new JsonObject().put("status", "not found")));
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

    /** What is asked of the system is read from files: not on a loop that sessions share. */
    private void count(RoutingContext asked) {
        vertx.executeBlocking(metrics::text)
                .onFailure(asked::fail)
                .onSuccess(text -> asked.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, Metrics.CONTENT_TYPE)
                        .end(text));
    }

    private static void say(RoutingContext asked, AsyncResult<Health.Report> found, String word) {
        boolean isGood = found.succeeded() && found.result().isGood();
        JsonObject body = new JsonObject().put("status", isGood ? word : "not " + word);
        if (found.succeeded()) body.put("checks", found.result().checks());
        say(asked, isGood ? 200 : 503, body);
    }

    private static void say(RoutingContext asked, int status, JsonObject body) {
        asked.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(body.toBuffer());
    }
}
