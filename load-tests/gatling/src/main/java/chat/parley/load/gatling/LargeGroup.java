package chat.parley.load.gatling;

import chat.parley.load.gatling.Figures.Latency;
import io.gatling.javaapi.core.Simulation;
import java.util.List;

/**
 * How soon has everybody in one large group a message, and does everybody have all of them in the same order? Past 100 members a node fans
 * out in another way than for small groups.
 */
public final class LargeGroup extends Simulation {
    static final Listed LISTED = new Listed(
            "large-group",
            "how soon everybody in one large group has a message",
            LargeGroup.class,
            List.of(new Setting("users", 500, 2, 10_000, "members, all of them online"), Listed.rate(10)));

    public LargeGroup() throws Exception {
        Run run = Run.begin(LISTED);
        setUp(Groups.talking(run, run.users(), Transport.WEBSOCKET))
                .protocols(Life.protocol(run))
                .maxDuration(Life.most(run))
                .assertions(Life.assertions(Latency.ACK, Latency.DELIVERY));
    }
}
