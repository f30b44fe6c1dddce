package chat.parley.crash;

/** Where the node is to be found, while there is one. */
final class Door {
    private static final int SHUT = 0;
    private static final int GONE = -1;

    private int port = SHUT;

    synchronized void open(int at) {
        port = at;
        notifyAll();
    }

    synchronized void shut() {
        port = SHUT;
    }

    /** There will be no node any more. */
    synchronized void end() {
        port = GONE;
        notifyAll();
    }

    /** The node's port as soon as it has one; negative if there will be none. */
    synchronized int await() throws InterruptedException {
        while (port == SHUT) wait();
        return port;
    }
}
