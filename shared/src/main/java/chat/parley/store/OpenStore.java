package chat.parley.store;

import java.util.Map;
import java.util.function.LongSupplier;

/** A store that is open, until it is closed. */
public interface OpenStore extends AutoCloseable {
    Stores stores();

    /** What it counts since it was opened, by name. From any thread. */
    Map<String, LongSupplier> counters();

    /** Blocks until nothing is under way any more. */
    @Override
    void close();
}
