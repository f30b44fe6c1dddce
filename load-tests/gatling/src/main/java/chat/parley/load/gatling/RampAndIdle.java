package chat.parley.load.gatling;

import chat.parley.load.gatling.Figures.Latency;
import io.gatling.javaapi.core.Simulation;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How long does a login take while many come, and do connections stay that say nothing but that they are there? What they cost a node in
 * memory says {@code ./parley bench w4}.
 */
public final class RampAndIdle extends Simulation {
    static final Listed LISTED = new Listed(
            "ramp-and-idle",
            "how long a login takes while many come, and whether idle connections stay",
            RampAndIdle.class,
            List.of(Listed.users(2_000, "users, each alone")));

    /** Nothing comes that has to be looked at soon, but the answer to a login, whose time is known. */
    private static final int TICK_MILLIS = 500;

    public RampAndIdle() throws Exception {
        Run run = Run.begin(LISTED);
        List<Device> devices = run.devices();
        List<Visit> visits = IntStream.range(0, run.users())
                .mapToObj(user -> new Visit(run, user, devices.get(user), (visit, nowMillis) -> run.endMillis()))
                .toList();
        setUp(Life.of(run, LISTED.name(), Transport.WEBSOCKET, visits, TICK_MILLIS))
                .protocols(Life.protocol(run))
                .maxDuration(Life.most(run))
                .assertions(Life.assertions(Latency.LOGIN));
    }
}
