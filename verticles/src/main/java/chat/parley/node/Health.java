package chat.parley.node;

/** Whether the node is to be given work. Set by the node, read by the operators' port. */
final class Health {
    private volatile boolean isReady;

    boolean isReady() {
        return isReady;
    }

    void setReady(boolean ready) {
        isReady = ready;
    }
}
