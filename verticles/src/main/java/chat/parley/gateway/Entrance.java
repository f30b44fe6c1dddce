package chat.parley.gateway;

import chat.parley.wire.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a session may begin on this node, asked before the upgrade. For all loops of a node. */
public final class Entrance {
    private static final int DRAINING_RETRY_MILLIS = 5_000;

    private final Origins origins;
    private final ConnectRate rate;
    private volatile boolean isDraining;

    public Entrance(Origins origins, ConnectRate rate) {
        this.origins = origins;
        this.rate = rate;
    }

    /** From now on nobody is let in. */
    public void drain() {
        isDraining = true;
    }

    /** The answer to one who asks. */
    public sealed interface Answer {
        /** @param waitMillis 0: at once */
        record Welcome(long waitMillis) implements Answer {}

        record Refused(Problem problem) implements Answer {}
    }

    /** Whether a new session may begin. */
    Answer ask(List<String> originHeaders, Set<String> parameterNames, long nowNanos) {
        Problem offence = offence(originHeaders, parameterNames);
        return offence == null ? takePlace(nowNanos) : new Answer.Refused(offence);
    }

    /** What a request may not have, of a new session or an old one; null: nothing. */
    public @Nullable Problem offence(List<String> originHeaders, Set<String> parameterNames) {
        if (namesAToken(parameterNames))
            return new Problem(ErrorCode.BAD_FRAME, "a token does not belong into an address; say it in hello");
        if (!origins.allows(originHeaders)) return new Problem(ErrorCode.FORBIDDEN, "this origin is not allowed here");
        return null;
    }

    /** Whether one more may begin now. */
    public Answer takePlace(long nowNanos) {
        if (isDraining) return refused(ErrorCode.UNAVAILABLE, "this node drains; connect again", DRAINING_RETRY_MILLIS);
        long waitMillis = rate.takeMillis(nowNanos);
        if (waitMillis < 0) return refused(ErrorCode.BUSY, "too many connect at once", -waitMillis);
        return new Answer.Welcome(waitMillis);
    }

    private static Answer refused(ErrorCode code, String detail, long retryAfterMillis) {
        return new Answer.Refused(new Problem(code.status(), code, detail, retryAfterMillis));
    }

    /** Whether a parameter sounds like a credential: addresses end up in the logs of every proxy. */
    static boolean namesAToken(Set<String> parameterNames) {
        for (String parameter : parameterNames) {
            String name = parameter.toLowerCase(Locale.ROOT);
            if (name.contains("token") || name.contains("jwt") || name.startsWith("auth") || name.equals("bearer"))
                return true;
        }
        return false;
    }
}
