package chat.parley.wire;

/** A client's input is against a rule. Checked, so that whoever reads input turns it into an answer; without a stack trace, so that it costs little. */
public final class BadInput extends Exception {
    private static final long serialVersionUID = 1;

    private final ErrorCode code;

    public BadInput(ErrorCode code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    public static BadInput badFrame(String message) {
        return new BadInput(ErrorCode.BAD_FRAME, message);
    }

    public static BadInput tooLarge(String message) {
        return new BadInput(ErrorCode.TOO_LARGE, message);
    }

    public ErrorCode code() {
        return code;
    }

    /** For developers: names the field and the rule, never repeats what the client sent. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
