package chat.parley.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What a delivery costs a node by one way of its fan-out, against the size of the group: about a thousand users in groups of one size after the
 * other, and so many messages that the same number of deliveries a second comes of them.
 */
final class Ways implements Workload {
    private static final String SIZES = "10,30,100,300,1000,3000";
    private static final int USERS_LEAST = 1_000;
    private static final int ROUND = 5;

    /** A way, by the settings that make a node take it for groups of every size. */
    enum Way {
        INLINE(1_000, 10_000),
        WORKER(1, 100_000),
        /** All have the channel open. */
        CHANNEL(1, 1),
        /** Nobody has it open: what counts as a delivery is that a member will hear of it. */
        HEADS(1, 1);

        private final int inlineMax;
        private final int workerMax;

        Way(int inlineMax, int workerMax) {
            this.inlineMax = inlineMax;
            this.workerMax = workerMax;
        }

        List<String> settings() {
            return List.of("fanout.inlineMembersMax=" + inlineMax, "fanout.workerMembersMax=" + workerMax);
        }

        private boolean takes(int size) {
            return this != INLINE || size <= inlineMax;
        }

        private boolean isLive() {
            return this != HEADS;
        }

        static Way of(String name) {
            for (Way way : values()) if (way.toString().equals(name)) return way;
            throw new IllegalArgumentException(
                    "'way' is one of " + Arrays.toString(values()) + ", not '" + name + "'.");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Groups of one size. */
    private record Section(int size, List<Accounts.Account> accounts) {}

    private final Settings settings;
    private final Way way;
    private final List<Section> sections = new ArrayList<>();

    Ways(Settings settings, Accounts accounts, Way way) throws Exception {
        this.settings = settings;
        this.way = way;
        for (int size : sizes(settings)) {
            int groups = Math.max(1, USERS_LEAST / size);
            if (way.takes(size))
                sections.add(new Section(size, accounts.others().groups(groups, size, 0)));
        }
    }

    static int[] sizes(Settings settings) {
        return settings.numbers("sizes", SIZES);
    }

    @Override
    public void run(Fleet fleet, Consumer<Map<String, Object>> lines) throws Exception {
        for (Section section : sections) section.accounts.forEach(fleet::add);
        int warm = settings.number("warm", 15);
        int from = 0;
        for (Section section : sections) {
            lines.accept(measure(fleet, section, from, warm));
            from += section.accounts.size();
            warm = ROUND; // the next finds compiled what all have in common
        }
    }

    private Map<String, Object> measure(Fleet fleet, Section section, int from, int warmSeconds) throws Exception {
        int users = section.accounts.size();
        int size = section.size;
        int groups = users / size;
        int until = from + users;
        fleet.connect(from, until, settings.number("connecting", 100));
        if (way == Way.CHANNEL) fleet.openConversations(from, until);
        double rate = settings.real("rate", 40_000) / (size - 1);
        int[] turns = new int[groups];
        ScheduledFuture<?> ticks = Steady.start(fleet, rate, way.isLive() ? size - 1 : 0, number -> {
            int group = number % groups;
            turns[group] = (turns[group] + 7) % size;
            return from + group * size + turns[group];
        });
        TimeUnit.SECONDS.sleep(warmSeconds);
        fleet.onLoop(() -> {
            fleet.window().begin();
            return users;
        });
        TimeUnit.SECONDS.sleep(settings.number("measure", 10));
        Map<String, Object> line = fleet.onLoop(() -> fleet.window().end("steady"));
        ticks.cancel(false);
        fleet.drain();
        if (!way.isLive()) fleet.window().holes = 0; // a sender has its own messages, and is owed no others
        fleet.window().putChecks(line);
        fleet.onLoop(() -> {
            for (int user = from; user < until; user++) fleet.session(user).drop();
            return users;
        });
        line.put("way", way);
        line.put("size", size);
        line.put("us_per_member", Json.round(Json.number(line, "srv_us_per_msg") / (size - 1), 3));
        return line;
    }

    /** The cost of a delivery against the size of the group, of all ways. */
    static Plot plot(Settings settings, List<Map<String, Object>> lines) {
        Plot plot = new Plot(
                "What a delivery costs a node, by way and size of the group",
                "members of the group",
                "processor time for each member and message, µs",
                Arrays.stream(sizes(settings)).asDoubleStream().toArray());
        for (Way way : Way.values()) {
            plot.curve(
                    way == Way.CHANNEL ? "channel, open" : way == Way.HEADS ? "channel, not open" : way.toString(),
                    lines.stream()
                            .filter(line -> way.equals(line.get("way")))
                            .map(line -> new double[] {Json.number(line, "size"), Json.number(line, "us_per_member")})
                            .toList());
        }
        return plot;
    }
}
