package chat.parley.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Where nodes are to be found, while there are some. */
final class Door {
    private static final int GONE = -1;

    private final List<Integer> ports = new ArrayList<>();
    private boolean hasEnded;

    Door(Integer... ports) {
        this.ports.addAll(List.of(ports));
    }

    synchronized void open(int port) {
        ports.add(port);
        notifyAll();
    }

    synchronized void shut(int port) {
        ports.remove((Integer) port);
    }

    /** There will be no node any more. */
    synchronized void end() {
        hasEnded = true;
        notifyAll();
    }

    /** The port of any node as soon as there is one; negative if there will be none. */
    synchronized int await() throws InterruptedException {
        while (ports.isEmpty() && !hasEnded) wait();
        return hasEnded ? GONE : ports.get(ThreadLocalRandom.current().nextInt(ports.size()));
    }
}
