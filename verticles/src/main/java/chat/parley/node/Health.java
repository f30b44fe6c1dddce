package chat.parley.node;

/** Whether the node is to be given work. Set by the node, read by the operators' port. */
final class Health {
    private volatile boolean isReady;
    private volatile boolean isDraining;

    boolean isReady() {
        return isReady;
    }

    void setReady(boolean ready) {
        isReady = ready;
    }

    /** Whether it is on its way to its end. */
    boolean isDraining() {
        return isDraining;
    }

    /** From now on it takes no work, and never again. */
    void drain() {
        isDraining = true;
        isReady = false;
    }
}
