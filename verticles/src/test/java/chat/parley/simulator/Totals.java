package chat.parley.simulator;

import chat.parley.checker.Counter;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What many runs did, summed. For several threads. */
final class Totals {
    private final long started = System.nanoTime();
    private final Map<Counter, Long> counters = new EnumMap<>(Counter.class);
    private final Map<Nemesis.Harm, Integer> harms = new EnumMap<>(Nemesis.Harm.class);
    private final Map<String, Long> refusals = new TreeMap<>();
    private long seeds;
    private long events;
    private long fewestEvents = Long.MAX_VALUE;
    private int fewestFaults = Integer.MAX_VALUE;
    private long faults;
    private long takeOvers;
    private long holes;
    private long resyncs;
    private long dropped;
    private long failed;

    synchronized void add(Outcome outcome) {
        seeds++;
        if (!outcome.holds()) failed++;
        events += outcome.events();
        fewestEvents = Math.min(fewestEvents, outcome.events());
        faults += outcome.faults();
        fewestFaults = Math.min(fewestFaults, outcome.faults());
        takeOvers += outcome.takeOvers();
        holes += outcome.holes();
        resyncs += outcome.resyncs();
        dropped += outcome.dropped();
        outcome.verdict().counters().forEach((counter, count) -> counters.merge(counter, count, Long::sum));
        outcome.harms().forEach((harm, times) -> harms.merge(harm, times, Integer::sum));
        outcome.refusals().forEach((code, times) -> refusals.merge(code, times, Long::sum));
    }

    synchronized long count(Counter counter) {
        return counters.getOrDefault(counter, 0L);
    }

    synchronized long fewestEvents() {
        return fewestEvents;
    }

    synchronized int fewestFaults() {
        return fewestFaults;
    }

    synchronized long failed() {
        return failed;
    }

    synchronized long takeOvers() {
        return takeOvers;
    }

    synchronized long dropped() {
        return dropped;
    }

    synchronized Map<Nemesis.Harm, Integer> harms() {
        return Map.copyOf(harms);
    }

    @Override
    public synchronized String toString() {
        double seconds = (System.nanoTime() - started) / 1e9;
        return String.format(
                "simulator: %d seeds, %d failed, %d events (at least %d a seed), %d faults (at least %d), %d shards"
                    + " moved, %d resyncs, %d holes found, %d messages dropped, %.1f s%n  %s%n  faults %s%n  refusals"
                    + " %s",
                seeds,
                failed,
                events,
                fewestEvents,
                faults,
                fewestFaults,
                takeOvers,
                resyncs,
                holes,
                dropped,
                seconds,
                counters,
                harms,
                refusals);
    }
}
