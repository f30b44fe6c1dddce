package chat.parley.gateway.auth;

/** Keys cannot be used as they are; the message is a sentence for the operator and holds no secret. */
public final class KeyTrouble extends Exception {
    private static final long serialVersionUID = 1;

    public KeyTrouble(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
