package chat.parley.node;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

/** The operators' port: says whether the node lives and whether it is to be given work, and nothing else about it. */
final class OpsVerticle extends VerticleBase {
    private static final int IDLE_SECONDS = 30;

    private final NodeConfig.Ops config;
    private final Health health;
    private int port;

    OpsVerticle(NodeConfig.Ops config, Health health) {
        this.config = config;
        this.health = health;
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
            case null, default -> say(request, 404, "not found");
        }
    }

    private static void say(HttpServerRequest request, int status, String word) {
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end("{\"status\":\"" + word + "\"}");
    }
}
