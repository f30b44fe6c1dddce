package chat.parley.load.gatling;

import static io.gatling.javaapi.core.CoreDsl.asLongAs;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.pause;

import chat.parley.load.gatling.Figures.Count;
import chat.parley.load.gatling.Figures.Latency;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Do others wait for those who do not read, and have these all of it once they read again? In groups in which all are sent much, some
 * stop reading from their sockets for a while (on a client of the JDK, as Gatling's reads always).
 */
public final class SlowReaders extends Simulation {
    static final Listed LISTED = new Listed(
            "slow-readers",
            "whether others wait for those who stop reading, and whether these have all of it once they read again",
            SlowReaders.class,
            List.of(
                    Listed.users(100, "users in groups"),
                    new Setting("rate", 100, 1, 20_000, "messages of all who read a second"),
                    new Setting("size", 50, 4, 1_000, "members of a group"),
                    new Setting("slow", 30, 1, 90, "of 100 users, how many stop reading"),
                    new Setting("stall", 20, 1, 600, "seconds that they do not read"),
                    Listed.body(1_000)),
            SlowReaders::check);

    private static void check(Listed listed) {
        int stall = listed.value("stall");
        int seconds = listed.value("seconds");
        if (stall >= seconds)
            throw new IllegalArgumentException(
                    "stall has to be less than seconds (" + seconds + "), not " + stall + ".");
        int users = listed.value("users");
        int slow = listed.value("slow");
        if (IntStream.range(0, users).allMatch(user -> isSlow(user, slow)))
            throw new IllegalArgumentException("of " + users + " users all would be slow with slow " + slow
                    + "; take more users, or a smaller slow.");
    }

    private final Run run;

    public SlowReaders() throws Exception {
        run = Run.begin(LISTED);
        int slowOf100 = run.value("slow");
        List<Device> devices = run.devices();
        run.converse(devices, run.groupsOf(run.value("size")));
        List<Visit> readers = Groups.visits(run, devices, user -> !isSlow(user, slowOf100));
        List<Visit> slow = IntStream.range(0, run.users())
                .filter(user -> isSlow(user, slowOf100))
                .mapToObj(user -> new Visit(run, user, devices.get(user), (self, nowMillis) -> run.endMillis()))
                .toList();
        slow.forEach(visit -> visit.device.readsSlowly());
        setUp(
                        Life.of(run, "readers", Transport.WEBSOCKET, readers, Life.TICK_MILLIS),
                        Life.of(run, "slow readers", stalling(run), slow))
                .protocols(Life.protocol(run))
                .maxDuration(Life.most(run))
                .assertions(Life.assertions(Latency.ACK, Latency.DELIVERY));
    }

    private static boolean isSlow(int user, int slowOf100) {
        return user * 37 % 100 < slowOf100; // spread evenly over groups
    }

    /** Once all have gone. */
    @Override
    public void after() {
        Figures figures = run.figures();
        if (figures.total(Count.RESYNCS) == 0 && figures.total(Count.RESUMES) == 0)
            figures.note(
                    "Nobody was too slow for the server: what came while they did not read fitted into buffers. For"
                            + " more, raise rate, body, size or stall.");
    }

    private static ChainBuilder stalling(Run run) {
        Map<Visit, StallingSocket> sockets = new ConcurrentHashMap<>();
        return asLongAs(session -> !Life.visit(session).isDone())
                .on(
                        exec(session -> {
                            Visit visit = Life.visit(session);
                            sockets.computeIfAbsent(visit, key -> new StallingSocket(run, key))
                                    .step(Run.nowMillis());
                            return session;
                        }),
                        exec(new Measured()),
                        pause(Duration.ofMillis(Life.TICK_MILLIS)))
                .exec(session -> {
                    StallingSocket socket = sockets.remove(Life.visit(session));
                    if (socket != null) socket.close();
                    return session;
                });
    }
}
