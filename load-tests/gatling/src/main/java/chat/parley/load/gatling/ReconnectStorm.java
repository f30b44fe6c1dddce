package chat.parley.load.gatling;

import chat.parley.load.gatling.Figures.Latency;
import io.gatling.javaapi.core.Simulation;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * How long until everybody has what they missed, when all hang up at once and come back at the same moment, while others go on talking?
 * Each comes back with its cursors, and the time is from its {@code hello} to the end of what it missed.
 */
public final class ReconnectStorm extends Simulation {
    static final Listed LISTED = new Listed(
            "reconnect-storm",
            "how long until all have what they missed, when all come back at the same moment",
            ReconnectStorm.class,
            List.of(
                    Listed.users(500, "users in groups, of each of which one stays and talks"),
                    Listed.rate(50),
                    new Setting("size", 50, 3, 1_000, "members of a group"),
                    new Setting("storms", 2, 1, 100, "how often they hang up, evenly over the time"),
                    new Setting("away", 5, 1, 600, "seconds until they come back")),
            ReconnectStorm::check);

    private static void check(Listed listed) {
        int storms = listed.value("storms");
        int away = listed.value("away");
        int seconds = listed.value("seconds");
        if ((long) (storms + 1) * (away + 1) > seconds)
            throw new IllegalArgumentException(String.format(
                    "seconds has to be %,d at least, for %,d times of %,d seconds away with time between them, not"
                            + " %,d.",
                    (storms + 1) * (away + 1), storms, away, seconds));
    }

    public ReconnectStorm() throws Exception {
        Run run = Run.begin(LISTED);
        List<Device> devices = run.devices();
        List<int[]> groups = run.groupsOf(run.value("size"));
        run.converse(devices, groups);
        double perTalker = (double) run.value("rate") / groups.size();
        List<Visit> visits = groups.stream()
                .flatMap(group -> IntStream.of(group)
                        .mapToObj(user -> new Visit(
                                run,
                                user,
                                devices.get(user),
                                user == group[0] ? new Steady(run, user, perTalker) : new Storms(run))))
                .toList();
        setUp(Life.of(run, LISTED.name(), Transport.WEBSOCKET, visits, Life.TICK_MILLIS))
                .protocols(Life.protocol(run))
                .maxDuration(Life.most(run))
                .assertions(Life.assertions(Latency.ACK, Latency.DELIVERY, Latency.RESUME));
    }

    /** Hangs up with all others, and comes back with them. */
    private static final class Storms implements Behaviour {
        private final Run run;
        private int passed;

        Storms(Run run) {
            this.run = run;
        }

        @Override
        public long act(Visit visit, long nowMillis) {
            if (passed == run.value("storms")) return run.endMillis();
            long apart = TimeUnit.SECONDS.toMillis(run.value("seconds")) / (run.value("storms") + 1);
            long at = run.measureMillis() + apart * (passed + 1);
            if (nowMillis < at) return at;
            passed++;
            visit.leave(at + TimeUnit.SECONDS.toMillis(run.value("away")));
            return at;
        }
    }
}
