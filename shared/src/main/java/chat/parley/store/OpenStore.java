package chat.parley.store;

import chat.parley.telemetry.Figures;
import io.vertx.core.Future;

/** A store that is open, until it is closed. */
public interface OpenStore extends AutoCloseable {
    Stores stores();

    /** Reads a row, and fails if that fails or if it is known that nothing can be written now. Writes nothing. */
    Future<?> check();

    /** What it counts. */
    Figures figures();

    /** Blocks until nothing is under way any more. */
    @Override
    void close();
}
