package chat.parley.load.gatling;

import chat.parley.load.gatling.Figures.Latency;
import io.gatling.javaapi.core.Simulation;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Do messages stay as fast while people come and go and everybody watches, and does everybody see in the end who is there? All watch their
 * group; every second one comes and goes, the others talk. Before the end all stay, and each looks once more.
 */
public final class PresenceChurn extends Simulation {
    /** Who is away so long is shown as gone, on a server that waits 3 s for who may come back, and tells of changes once a second. */
    private static final int SHOWN_SECONDS = 5;

    static final Listed LISTED = new Listed(
            "presence-churn",
            "how long messages take while half of all come and go and all are watched, and whether what is shown is"
                    + " true",
            PresenceChurn.class,
            List.of(
                    Listed.USERS,
                    Listed.rate(50),
                    new Setting("size", 20, 4, 100, "members of a group, who watch one another"),
                    new Setting(
                            "away",
                            6,
                            1,
                            600,
                            "seconds that one who goes is away, and then there; below " + SHOWN_SECONDS
                                    + " nobody has to be shown as gone")));

    /** Before the end, when nobody goes any more. */
    private static final long QUIET_MILLIS = 4_000;

    public PresenceChurn() throws Exception {
        Run run = Run.begin(LISTED);
        run.showThemselves();
        List<Device> devices = run.devices();
        List<int[]> groups = run.groupsOf(run.value("size"));
        run.converse(devices, groups);
        double perTalker = 2.0 * run.value("rate") / run.users();
        List<Visit> visits = groups.stream()
                .flatMap(group -> IntStream.of(group).mapToObj(user -> {
                    List<String> watched = IntStream.of(group)
                            .filter(other -> other != user)
                            .mapToObj(run::userId)
                            .toList();
                    if (user % 2 != 0)
                        return new Visit(
                                run,
                                user,
                                devices.get(user),
                                new Watching(run, watched, List.of(), new Churn(run, user)));
                    List<Churn> churning = IntStream.of(group)
                            .filter(other -> other % 2 != 0)
                            .mapToObj(other -> new Churn(run, other))
                            .toList();
                    return new Visit(
                            run,
                            user,
                            devices.get(user),
                            new Watching(run, watched, churning, new Steady(run, user, perTalker)));
                }))
                .toList();
        setUp(Life.of(run, LISTED.name(), Transport.WEBSOCKET, visits, Life.TICK_MILLIS))
                .protocols(Life.protocol(run))
                .maxDuration(Life.most(run))
                .assertions(Life.assertions(Latency.ACK, Latency.DELIVERY));
    }

    /** Goes and comes back, again and again; each at a time of its own. */
    private static final class Churn implements Behaviour {
        private final Run run;
        private final long offsetMillis;
        private long goesMillis = -1;

        Churn(Run run, int user) {
            this.run = run;
            offsetMillis = TimeUnit.SECONDS.toMillis(2L * run.value("away")) * user / run.users();
        }

        /** When it goes for the first time. */
        long firstMillis() {
            return run.talkMillis() + offsetMillis;
        }

        /** When it may go for the last time. */
        long lastMillis() {
            return run.endMillis() - QUIET_MILLIS - TimeUnit.SECONDS.toMillis(run.value("away"));
        }

        @Override
        public long act(Visit visit, long nowMillis) {
            long away = TimeUnit.SECONDS.toMillis(run.value("away"));
            if (goesMillis < 0) goesMillis = firstMillis();
            if (goesMillis > lastMillis()) return run.endMillis();
            if (nowMillis < goesMillis) return goesMillis;
            visit.leave(nowMillis + away);
            goesMillis = nowMillis + 2 * away;
            return goesMillis;
        }
    }

    /** Watches others all the while that it is there, and in the end compares what it is shown with what is. */
    private static final class Watching implements Behaviour {
        private static final long ANSWERED_MILLIS = 1_500;

        private final Run run;
        private final List<String> watched;
        private final List<Churn> churning;
        private final Behaviour does;
        private long watchingSince = -1;
        private long firstWatchMillis;
        private boolean hasLooked;
        private boolean hasCompared;

        /** @param churning of whom it has to be told that they go; copies, which never do */
        Watching(Run run, List<String> watched, List<Churn> churning, Behaviour does) {
            this.run = run;
            this.watched = watched;
            this.churning = churning;
            this.does = does;
        }

        @Override
        public long act(Visit visit, long nowMillis) {
            if (watchingSince != visit.device.helloMillis()) {
                watchingSince = visit.device.helloMillis();
                if (firstWatchMillis == 0) firstWatchMillis = nowMillis;
                visit.device.watch(watched);
            }
            long compareMillis = run.endMillis() - TimeUnit.SECONDS.toMillis(1);
            if (!hasLooked && nowMillis > compareMillis - ANSWERED_MILLIS) {
                hasLooked = true;
                visit.device.watch(watched);
            }
            if (!hasCompared && nowMillis > compareMillis) {
                hasCompared = true;
                compare(visit, nowMillis);
            }
            return does.act(visit, nowMillis);
        }

        /** Whether one of them went once it was certainly watching, for long enough. */
        private boolean isToBeTold() {
            return run.value("away") >= SHOWN_SECONDS
                    && churning.stream()
                            .anyMatch(each -> each.firstMillis() > firstWatchMillis + ANSWERED_MILLIS
                                    && each.firstMillis() <= each.lastMillis());
        }

        /** Past its budget a node says that it does not know, which is no lie. */
        private void compare(Visit visit, long nowMillis) {
            if (isToBeTold() && visit.device.leavesTold() == 0)
                visit.device.problem("presence", 1, "was never told that one of its group had gone", nowMillis);
            List<String> wrong = watched.stream()
                    .filter(user -> !List.of("online", "unknown")
                            .contains(visit.device.presences().getOrDefault(user, "never told")))
                    .toList();
            if (wrong.isEmpty()) return;
            visit.device.problem(
                    "presence",
                    wrong.size(),
                    wrong.stream()
                            .limit(3)
                            .map(user -> user + " is there, and shown as "
                                    + visit.device.presences().getOrDefault(user, "nothing"))
                            .collect(Collectors.joining(", ")),
                    nowMillis);
        }
    }
}
