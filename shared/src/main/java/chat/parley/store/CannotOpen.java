package chat.parley.store;

/** A store cannot be opened. The message is one sentence for the operator: what is wrong, where, and what to do. */
public final class CannotOpen extends Exception {
    private static final long serialVersionUID = 1;

    public CannotOpen(String message) {
        super(message);
    }

    public CannotOpen(String message, Throwable cause) {
        super(message, cause);
    }
}
