package chat.parley.bus;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much each other node has been sent that it has not acknowledged, over all loops of this node. Past the bound what is sent is dropped and
 * counted: heads find it (P6).
 */
public final class Windows {
    private static final Logger LOG = LoggerFactory.getLogger(Windows.class);
    private static final long BYTES_MAX = 8 << 20;

    private final Map<String, Window> byNode = new ConcurrentHashMap<>();
    private final AtomicLong dropped = new AtomicLong();
    private final long bytesMax;

    public Windows() {
        this(BYTES_MAX);
    }

    public Windows(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Messages that were dropped since the start. */
    public long dropped() {
        return dropped.get();
    }

    /** Of the bytes on their way to that node. Kept for each name that was ever met: a few bytes. */
    Window of(String node) {
        return byNode.computeIfAbsent(node, Window::new);
    }

    final class Window {
        private final String node;
        private final AtomicLong bytes = new AtomicLong();
        private final AtomicInteger droppedInARow = new AtomicInteger();

        private Window(String node) {
            this.node = node;
        }

        /** Whether so much may be sent; if so it counts until it is freed. */
        boolean take(int size) {
            if (bytes.addAndGet(size) <= bytesMax) return true;
            bytes.addAndGet(-size);
            dropped.incrementAndGet();
            if (droppedInARow.getAndIncrement() == 0)
                LOG.warn(
                        "{} does not acknowledge: what would be beyond {} bytes on their way to it is dropped, and"
                                + " found by heads",
                        node,
                        bytesMax);
            return false;
        }

        void free(int size, boolean isAcknowledged) {
            bytes.addAndGet(-size);
            int lost = isAcknowledged ? droppedInARow.getAndSet(0) : 0;
            if (lost > 0) LOG.info("{} acknowledges again; {} messages to it were dropped", node, lost);
        }
    }
}
