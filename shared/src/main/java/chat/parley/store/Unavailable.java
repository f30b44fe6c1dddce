package chat.parley.store;

/** The store cannot serve now: its queue is full, or it is being reopened. Nothing was written; try again later. */
public final class Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Without a stack trace: under overload there are many of them. */
    public Unavailable(String message) {
        super(message, null, false, false);
    }

    public Unavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
