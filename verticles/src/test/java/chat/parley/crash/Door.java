package chat.parley.crash;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Where nodes are to be found, while there are some. */
final class Door {
    private final List<InetSocketAddress> nodes = new ArrayList<>();
    private boolean hasEnded;

    Door(InetSocketAddress... nodes) {
        this.nodes.addAll(List.of(nodes));
    }

    synchronized void open(InetSocketAddress node) {
        nodes.add(node);
        notifyAll();
    }

    synchronized void shut(InetSocketAddress node) {
        nodes.remove(node);
    }

    /** There will be no node any more. */
    synchronized void end() {
        hasEnded = true;
        notifyAll();
    }

    /** Any node as soon as there is one; null if there will be none. */
    synchronized @Nullable InetSocketAddress await() throws InterruptedException {
        while (nodes.isEmpty() && !hasEnded) wait();
        return hasEnded ? null : nodes.get(ThreadLocalRandom.current().nextInt(nodes.size()));
    }
}
