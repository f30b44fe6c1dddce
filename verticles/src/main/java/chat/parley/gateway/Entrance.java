package chat.parley.gateway;

import chat.parley.wire.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection may stay, a request is answered, a session may begin on this node: by the rates of the node, and of each source. Asked in
 * that order, each before the work that it saves. For all loops of a node.
 */
public final class Entrance {
    private static final int DRAINING_RETRY_MILLIS = 2_500;
    private static final int REFUSED_RETRY_MILLIS = 1_000;

    /** Connections of all kinds, for each session that may begin: past that they are closed before anything is read. */
    private static final int CONNECTIONS_OF_SESSION = 4;

    private final Origins origins;
    private final Proxies proxies;
    private final RandomGenerator random;
    private final ConnectRate connections;
    private final ConnectRate sessions;
    private final SourceRate sourceConnects;
    private final SourceRate sourceRequests;
    private volatile boolean isDraining;

    public Entrance(Origins origins, Proxies proxies, HttpConfig http, RandomGenerator random, long nowNanos) {
        this.origins = origins;
        this.proxies = proxies;
        this.random = random;
        this.connections = new ConnectRate(
                CONNECTIONS_OF_SESSION * http.connectsPerSecond(),
                CONNECTIONS_OF_SESSION * http.connectsBurst(),
                0,
                nowNanos);
        this.sessions =
                new ConnectRate(http.connectsPerSecond(), http.connectsBurst(), http.connectWaitMillisMax(), nowNanos);
        this.sourceConnects = new SourceRate(http.sourceConnectsPerSecond(), http.sourceConnectsBurst());
        this.sourceRequests = new SourceRate(http.sourceRequestsPerSecond(), http.sourceRequestsBurst());
    }

    /** Of the connections that come in. */
    Proxies proxies() {
        return proxies;
    }

    /** Whether the node takes one more connection now. */
    boolean takesConnection(long nowNanos) {
        return connections.takeMillis(nowNanos) >= 0;
    }

    /** Whether its source may have one more connection now. Those behind a proxy are counted as their sessions begin. */
    boolean takesConnectionOf(Source source, long nowNanos) {
        return sourceConnects.takeMillis(source, nowNanos) == 0;
    }

    /** Null: the request may be answered, and counts until it is {@link #proved}. */
    @Nullable
    Problem takeRequest(Source source, long nowNanos) {
        long waitMillis = sourceRequests.takeMillis(source, nowNanos);
        return waitMillis == 0
                ? null
                : problem(ErrorCode.RATE_LIMITED, "too many requests without a valid token", waitMillis);
    }

    /** The request is answered though its source has asked for too much, and counts until it is {@link #proved}. */
    void takeTrusted(Source source) {
        sourceRequests.takeAllTheSame(source);
    }

    /** The request had a valid token: it does not count. */
    void proved(Source source) {
        sourceRequests.giveBack(source);
    }

    /** For those whose source has too many connections. */
    public Problem tooMany(String what) {
        return problem(ErrorCode.RATE_LIMITED, what, REFUSED_RETRY_MILLIS);
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
    Answer ask(Source source, List<String> originHeaders, Set<String> parameterNames, long nowNanos) {
        Problem offence = offence(originHeaders, parameterNames);
        return offence == null ? takePlace(source, nowNanos) : new Answer.Refused(offence);
    }

    /** What a request may not have, of a new session or an old one; null: nothing. */
    public @Nullable Problem offence(List<String> originHeaders, Set<String> parameterNames) {
        if (namesAToken(parameterNames))
            return new Problem(ErrorCode.BAD_FRAME, "a token does not belong into an address; say it in hello");
        if (!origins.allows(originHeaders)) return new Problem(ErrorCode.FORBIDDEN, "this origin is not allowed here");
        return null;
    }

    /** Whether one more session may begin now. */
    public Answer takePlace(Source source, long nowNanos) {
        if (isDraining) return refused(ErrorCode.UNAVAILABLE, "this node drains; connect again", DRAINING_RETRY_MILLIS);
        if (source.isBehindProxy()) {
            long ownWaitMillis = sourceConnects.takeMillis(source, nowNanos);
            if (ownWaitMillis > 0)
                return refused(ErrorCode.RATE_LIMITED, "too many connections from there at once", ownWaitMillis);
        }
        long waitMillis = sessions.takeMillis(nowNanos);
        if (waitMillis < 0) return refused(ErrorCode.BUSY, "too many connect at once", -waitMillis);
        return new Answer.Welcome(waitMillis);
    }

    private Answer refused(ErrorCode code, String detail, long leastMillis) {
        return new Answer.Refused(problem(code, detail, leastMillis));
    }

    /** Half as long again for some, and more for none, so that those who are refused together do not come back together. */
    private Problem problem(ErrorCode code, String detail, long leastMillis) {
        long jitterMillis = random.nextLong(Math.max(REFUSED_RETRY_MILLIS, leastMillis) / 2 + 1);
        return new Problem(code.status(), code, detail, leastMillis + jitterMillis);
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
