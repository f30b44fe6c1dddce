package chat.parley.load.gatling;

import static io.gatling.javaapi.core.CoreDsl.asLongAs;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.exitHereIfFailed;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.rampUsers;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;

import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import java.time.Duration;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Virtual users of Gatling, each of which lives a {@link Visit}. */
final class Life {
    /** What comes is looked at so often; when it came is known exactly. */
    static final int TICK_MILLIS = 100;

    private static final String VISIT = "visit";

    /** Between two looks; more is lost, and would be seen as holes. */
    private static final int UNREAD_MAX = 100_000;

    private static final Duration GRACE = Duration.ofSeconds(60);

    private Life() {}

    /**
     * @param name in Gatling's report
     * @param tickMillis what comes is looked at so often
     */
    static PopulationBuilder of(Run run, String name, Transport transport, Collection<Visit> visits, int tickMillis) {
        return of(run, name, transport.life(run, tickMillis), visits);
    }

    /** @param life what each does, whose visit is known */
    static PopulationBuilder of(Run run, String name, ChainBuilder life, Collection<Visit> visits) {
        Queue<Visit> waiting = new ConcurrentLinkedQueue<>(visits);
        return scenario(name)
                .exec(session -> session.set(VISIT, waiting.remove()))
                .exec(life)
                .injectOpen(rampUsers(visits.size()).during(Duration.ofSeconds(run.arrivalSeconds())));
    }

    static Visit visit(Session session) {
        Visit visit = session.get(VISIT);
        if (visit == null) throw new IllegalStateException("a user without a visit");
        return visit;
    }

    /** Comes, is there, goes; until the end. */
    static ChainBuilder of(
            ChainBuilder connect, ChainBuilder receive, ChainBuilder send, ChainBuilder close, int tickMillis) {
        ChainBuilder there = exec(
                pause(session -> Duration.ofMillis(visit(session).pauseMillis(Run.nowMillis(), tickMillis))),
                receive,
                exec(session -> {
                    visit(session).act(Run.nowMillis());
                    return session;
                }),
                exec(new Measured()),
                // What comes between two sends would be lost, as Gatling forgets it with a send; nothing comes between
                // these two steps.
                asLongAs(session -> visit(session).device.hasToSay()).on(receive, send));
        return asLongAs(session -> !visit(session).isDone())
                .on(
                        connect,
                        exitHereIfFailed(),
                        exec(session -> {
                            visit(session).connected(Run.nowMillis());
                            return session;
                        }),
                        asLongAs(session -> visit(session).isThere()).on(there),
                        exec(session -> {
                            visit(session).device.disconnected(Run.nowMillis());
                            return session;
                        }),
                        exec(new Measured()),
                        close,
                        pause(session -> Duration.ofMillis(visit(session).awayMillis(Run.nowMillis()))));
    }

    static HttpProtocolBuilder protocol(Run run) {
        return http.baseUrl(run.servers().getFirst())
                .disableCaching()
                .disableFollowRedirect()
                .disableAutoOrigin() // which is for pages
                .wsUnmatchedInboundMessageBufferSize(UNREAD_MAX)
                .sseUnmatchedInboundMessageBufferSize(UNREAD_MAX);
    }

    /** After which it ends, whoever waits for an answer. */
    static Duration most(Run run) {
        return Duration.ofSeconds(run.seconds()).plus(GRACE);
    }

    /** On errors and order, never on time. */
    static Assertion[] assertions(Figures.Latency... measured) {
        Assertion[] all = new Assertion[1 + measured.length];
        all[0] = global().failedRequests().count().is(0L);
        for (int i = 0; i < measured.length; i++)
            all[i + 1] = details(measured[i].says).successfulRequests().count().gt(0L);
        return all;
    }
}
