package chat.parley.node;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.function.LongSupplier;

/** The operators' port: says whether the node lives and whether it is to be given work, and counts what it does ({@code /metrics}). */
final class OpsVerticle extends VerticleBase {
    private static final int IDLE_SECONDS = 30;

    private final NodeConfig.Ops config;
    private final Health health;
    private final Map<String, LongSupplier> counters;
    private int port;

    /** @param counters by name: what ends in {@code _total} only grows, the others say how it is. Read on this verticle's loop */
    OpsVerticle(NodeConfig.Ops config, Health health, Map<String, LongSupplier> counters) {
        this.config = config;
        this.health = health;
        this.counters = counters;
    }

    @Override
    public Future<?> start() {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setIdleTimeout(IDLE_SECONDS)
                .setHttp2ClearTextEnabled(false);
        return vertx.createHttpServer(options)
                .requestHandler(this::answer)
                .listen()
                .onSuccess(server -> port = server.actualPort());
    }

    int port() {
        return port;
    }

    private void answer(HttpServerRequest request) {
        String path = request.method() == HttpMethod.GET ? request.path() : null;
        switch (path) {
            case "/health/live" -> say(request, 200, "live");
            case "/health/ready" ->
                say(request, health.isReady() ? 200 : 503, health.isReady() ? "ready" : "not ready");
            case "/metrics" -> count(request);
            case null, default -> say(request, 404, "not found");
        }
    }

    /** In the text format of Prometheus. */
    private void count(HttpServerRequest request) {
        StringBuilder text = new StringBuilder();
        counters.forEach((name, value) -> text.append("# TYPE ")
                .append(name)
                .append(name.endsWith("_total") ? " counter\n" : " gauge\n")
                .append(name)
                .append(' ')
                .append(value.getAsLong())
                .append('\n'));
        request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                .end(text.toString());
    }

    private static void say(HttpServerRequest request, int status, String word) {
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end("{\"status\":\"" + word + "\"}");
    }
}
