package chat.parley.gateway;

import io.vertx.core.Future;
import io.vertx.ext.web.Router;

/** How clients that cannot have a WebSocket get a session at one edge; on its loop. */
public interface Fallback {
    /** There is none: a WebSocket or nothing. */
    Fallback NONE = new Fallback() {
        @Override
        public void mount(Router router, HttpEdge edge) {}

        @Override
        public void tick() {}

        @Override
        public Future<Void> drained() {
            return Future.succeededFuture();
        }
    };

    /** Once, when the edge starts; bodies are not read yet. */
    void mount(Router router, HttpEdge edge);

    /** Once a second. */
    void tick();

    /** Completes when all sessions that were closed have been told, or had the time for it. */
    Future<Void> drained();
}
