package chat.parley.store;

import chat.parley.telemetry.Figures;

/** A store that is open, until it is closed. */
public interface OpenStore extends AutoCloseable {
    Stores stores();

    /** What it counts. */
    Figures figures();

    /** Blocks until nothing is under way any more. */
    @Override
    void close();
}
