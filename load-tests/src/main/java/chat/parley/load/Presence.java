package chat.parley.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Sessions that all watch their group while every second one hangs up and comes back, again and again; beside them pairs who talk at
 * a steady rate, with and without anybody watching: what presence costs messages. At the end nobody hangs up any more, and everybody has to
 * be shown to everybody.
 */
final class Presence implements Workload {
    /** From a cold node to one that has compiled what is hot. */
    private static final int COLD_SECONDS = 15;

    private static final int WARM_SECONDS = 3;
    private static final int TRUE_SECONDS_MAX = 90;
    private static final double RATIO_MAX = 1.2;

    private final Settings settings;
    private final int size;
    private final int watchers;
    private final int talkers;
    private final int awaySeconds;
    private final List<Accounts.Account> watching;
    private final List<Accounts.Account> talking;

    /** By group, the users' names in a JSON list. */
    private final List<String> names;

    private boolean isWatching;
    private boolean isFlapping = true;

    Presence(Settings settings, Accounts accounts) throws Exception {
        this.settings = settings;
        int groups = settings.number("groups", 10);
        size = settings.number("size", 100);
        watchers = groups * size;
        talkers = settings.number("talkers", 200);
        awaySeconds = settings.number("away", 4);
        watching = accounts.groups(groups, size, 0);
        accounts.showThemselves(watching);
        talking = accounts.others().pairs(talkers);
        names = IntStream.range(0, groups)
                .mapToObj(group -> IntStream.range(group * size, (group + 1) * size)
                        .mapToObj(user -> Json.quote(accounts.name(user)))
                        .collect(Collectors.joining(",", "[", "]")))
                .toList();
    }

    @Override
    public void run(Fleet fleet, Consumer<Map<String, Object>> lines) throws Exception {
        watching.forEach(fleet::add);
        talking.forEach(fleet::add);
        int all = watchers + talkers;
        double seconds = fleet.connect(0, all, settings.number("connecting", 100));
        lines.accept(Workload.connectLine(fleet, "connect", all, seconds));
        fleet.onLoop(() -> {
            fleet.onReady(session -> {
                if (isWatching) watch(session);
            });
            for (int user = 0; user < watchers; user += 2) flapLater(fleet, fleet.session(user), user);
            return all;
        });
        ScheduledFuture<?> talk = Steady.start(
                fleet, settings.real("rate", 1000), 1, number -> watchers + (int) (number * 7919L % talkers));
        List<Double> without = new ArrayList<>();
        List<Double> with = new ArrayList<>();
        double most = 0;
        for (int round = 0; round < settings.number("rounds", 5); round++) {
            setWatching(fleet, false);
            Map<String, Object> before = measure(fleet, "without", round == 0 ? COLD_SECONDS : WARM_SECONDS);
            lines.accept(before);
            without.add(Json.number(before, "del_p99_ms"));
            setWatching(fleet, true);
            Map<String, Object> after = measure(fleet, "watching", settings.number("warm", 10));
            with.add(Json.number(after, "del_p99_ms"));
            most = Math.max(most, Json.number(after, "presence_s_max"));
            lines.accept(after);
        }
        double trueAfter = untilTrue(fleet);
        talk.cancel(false);
        fleet.drain();
        lines.accept(verdict(median(without), median(with), most, trueAfter, fleet));
    }

    /** One bad phase on a machine with other work is no verdict. */
    private static double median(List<Double> each) {
        return each.stream().sorted().toList().get(each.size() / 2);
    }

    /** Half of the time away, half of the time there; each begins at a time of its own. */
    private void flapLater(Fleet fleet, Session session, int number) {
        long cycle = TimeUnit.SECONDS.toMillis(2L * awaySeconds);
        fleet.loop()
                .scheduleAtFixedRate(
                        () -> {
                            if (!isFlapping || !session.isConnected()) return;
                            session.drop();
                            fleet.loop().schedule(() -> fleet.reopen(session), awaySeconds, TimeUnit.SECONDS);
                        },
                        number * cycle / watchers,
                        cycle,
                        TimeUnit.MILLISECONDS);
    }

    private void setWatching(Fleet fleet, boolean watching) throws Exception {
        fleet.onLoop(() -> {
            isWatching = watching;
            for (int user = 0; user < watchers; user++) {
                if (watching) watch(fleet.session(user));
                else fleet.session(user).say("{\"type\":\"unwatch\",\"userIds\":" + names.get(user / size) + "}");
            }
            return watchers;
        });
    }

    private void watch(Session session) {
        if (session.user < watchers)
            session.say("{\"type\":\"watch\",\"userIds\":" + names.get(session.user / size) + "}");
    }

    private Map<String, Object> measure(Fleet fleet, String phase, int warmSeconds) throws Exception {
        TimeUnit.SECONDS.sleep(warmSeconds);
        fleet.onLoop(() -> {
            fleet.window().begin();
            return phase;
        });
        TimeUnit.SECONDS.sleep(settings.number("measure", 15));
        return fleet.onLoop(() -> {
            Map<String, Object> line = fleet.window().end(phase);
            fleet.window().putPresences(line, Json.number(line, "sec"));
            return line;
        });
    }

    /** Seconds from when nobody hangs up any more until everybody is shown to everybody; -1: not in time. */
    private double untilTrue(Fleet fleet) throws Exception {
        long start = System.nanoTime();
        fleet.onLoop(() -> isFlapping = false);
        while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(TRUE_SECONDS_MAX)) {
            TimeUnit.MILLISECONDS.sleep(250);
            boolean isTrue = fleet.onLoop(() -> IntStream.range(0, watchers)
                    .allMatch(user -> fleet.session(user).online() == size));
            if (isTrue) return Json.round((System.nanoTime() - start) / 1e9, 2);
        }
        return -1;
    }

    private Map<String, Object> verdict(
            double withoutMillis, double withMillis, double most, double trueAfter, Fleet fleet) {
        double ratio = Json.round(withMillis / withoutMillis, 2);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("phase", "verdict");
        line.put("p99_ratio", ratio);
        line.put("presence_s_max", (long) most);
        line.put("true_after_sec", trueAfter);
        line.put("ok", ratio <= RATIO_MAX && most <= settings.number("budget", 5000) && trueAfter >= 0);
        fleet.window().putChecks(line);
        return line;
    }
}
