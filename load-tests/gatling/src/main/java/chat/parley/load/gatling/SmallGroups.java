package chat.parley.load.gatling;

import chat.parley.load.gatling.Figures.Latency;
import io.gatling.javaapi.core.Simulation;
import java.util.List;

/** What do small groups cost, where each message is delivered to all other members at once? Everybody is online and talks. */
public final class SmallGroups extends Simulation {
    static final Listed LISTED = new Listed(
            "small-groups",
            "how long a message takes to all members of a small group, while all of them talk",
            SmallGroups.class,
            List.of(Listed.USERS, Listed.rate(100), new Setting("size", 10, 3, 100, "members of a group")));

    public SmallGroups() throws Exception {
        Run run = Run.begin(LISTED);
        setUp(Groups.talking(run, run.value("size"), Transport.WEBSOCKET))
                .protocols(Life.protocol(run))
                .maxDuration(Life.most(run))
                .assertions(Life.assertions(Latency.ACK, Latency.DELIVERY));
    }
}
