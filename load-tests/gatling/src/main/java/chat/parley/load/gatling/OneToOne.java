package chat.parley.load.gatling;

import chat.parley.load.gatling.Figures.Latency;
import io.gatling.javaapi.core.Simulation;
import java.util.List;

/**
 * How long does a message of two people take, at a rate that does not wait for the server? Users in pairs send at times that are
 * fixed beforehand (open model), so a server that stalls is charged for all that should have been sent meanwhile.
 */
public final class OneToOne extends Simulation {
    static final Listed LISTED = new Listed(
            "one-to-one",
            "how long a message of two people takes, at a rate that waits for nobody",
            OneToOne.class,
            List.of(Listed.USERS, Listed.rate(200)));

    public OneToOne() throws Exception {
        Run run = Run.begin(LISTED);
        setUp(Groups.talking(run, 2, Transport.WEBSOCKET))
                .protocols(Life.protocol(run))
                .maxDuration(Life.most(run))
                .assertions(Life.assertions(Latency.ACK, Latency.DELIVERY));
    }
}
