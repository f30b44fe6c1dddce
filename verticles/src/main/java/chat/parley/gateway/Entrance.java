package chat.parley.gateway;

import chat.parley.wire.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Whether a WebSocket may be opened on this node, asked before the upgrade. For all loops of a node. */
public final class Entrance {
    private static final int DRAINING_RETRY_SECONDS = 5;

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
    sealed interface Answer {
        /** @param waitMillis 0: at once */
        record Welcome(long waitMillis) implements Answer {}

        /** @param retryAfterSeconds 0: not said */
        record Refused(int status, ErrorCode code, String message, long retryAfterSeconds) implements Answer {}
    }

    Answer ask(List<String> originHeaders, Set<String> parameterNames, long nowNanos) {
        if (isDraining)
            return new Answer.Refused(
                    503, ErrorCode.UNAVAILABLE, "this node drains; connect again", DRAINING_RETRY_SECONDS);
        if (namesAToken(parameterNames))
            return new Answer.Refused(
                    400, ErrorCode.BAD_FRAME, "a token does not belong into an address; say it in hello", 0);
        if (!origins.allows(originHeaders))
            return new Answer.Refused(403, ErrorCode.FORBIDDEN, "this origin is not allowed here", 0);
        long waitMillis = rate.takeMillis(nowNanos);
        if (waitMillis < 0)
            return new Answer.Refused(
                    503, ErrorCode.BUSY, "too many connect at once", Math.ceilDiv(-waitMillis, 1000L));
        return new Answer.Welcome(waitMillis);
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
