package chat.parley.node;

/** The node cannot do what it was asked at the command line; the message is one sentence for the operator. */
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    public Refusal(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
