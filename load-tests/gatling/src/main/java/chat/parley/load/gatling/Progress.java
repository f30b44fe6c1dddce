package chat.parley.load.gatling;

import chat.parley.load.gatling.Figures.Count;
import chat.parley.load.gatling.Figures.Latency;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A line each few seconds that says how far a run is. */
final class Progress implements AutoCloseable {
    private static final int EVERY_SECONDS = 5;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "progress");
        daemon.setDaemon(true);
        return daemon;
    });

    Progress() {
        thread.scheduleAtFixedRate(Progress::say, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    private static void say() {
        Run run = Run.current();
        if (run == null || run.talkMillis() < TimeUnit.HOURS.toMillis(24)) return; // nobody has come yet
        Figures figures = run.figures();
        if (figures.finishedUsers() == run.users()) return; // Gatling writes its report
        long seconds = TimeUnit.MILLISECONDS.toSeconds(
                Run.nowMillis() - run.talkMillis() + TimeUnit.SECONDS.toMillis(run.arrivalSeconds()));
        System.out.printf(
                "%4d s of %d: %,d connected, %,d sent, %,d acknowledged (p99 %,d ms), %,d delivered (p99 %,d ms), %,d"
                        + " problems%n",
                Math.min(seconds, run.seconds()),
                run.seconds(),
                figures.connected(),
                figures.total(Count.SENT),
                figures.total(Count.ACKNOWLEDGED),
                figures.latency(Latency.ACK).getValueAtPercentile(99),
                figures.total(Count.DELIVERED),
                figures.latency(Latency.DELIVERY).getValueAtPercentile(99),
                figures.problems().values().stream().mapToLong(Long::longValue).sum());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
