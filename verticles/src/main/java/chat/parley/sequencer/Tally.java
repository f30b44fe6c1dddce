package chat.parley.sequencer;

import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Histogram;
import chat.parley.telemetry.Metric;
import chat.parley.telemetry.Traces;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** What one sequencer instance counts, and how it was at its last tick. Written on its loop, read from any thread. */
final class Tally {
    final LongAdder takeOvers = new LongAdder();
    final LongAdder conflicts = new LongAdder();
    final LongAdder unknown = new LongAdder();
    final LongAdder projectionFailures = new LongAdder();
    final Histogram commitSeconds = Histogram.ofSeconds();
    final Histogram appendSeconds = Histogram.ofSeconds();
    final Histogram projectionSeconds = Histogram.ofSeconds();
    final Histogram batchEntries = Histogram.ofCounts();

    /** Where followed messages are told of. */
    volatile Traces traces = Traces.NONE;

    volatile long shards;
    volatile long waiting;
    volatile long toProject;
    volatile long toExport;
    volatile long conversations;

    private final LongAdder[] fannedOut =
            Stream.generate(LongAdder::new).limit(Way.values().length).toArray(LongAdder[]::new);

    void fannedOut(Way way) {
        fannedOut[way.ordinal()].increment();
    }

    long fannedOutUntilNow(Way way) {
        return fannedOut[way.ordinal()].sum();
    }

    /** @param isExporting whether the logs go anywhere */
    Figures figures(boolean isExporting) {
        Figures figures = new Figures()
                .count(Metric.TAKEOVERS, takeOvers::sum)
                .count(Metric.APPEND_CONFLICTS, conflicts::sum)
                .count(Metric.APPEND_UNKNOWN, unknown::sum)
                .count(Metric.PROJECTION_FAILURES, projectionFailures::sum)
                .spread(Metric.COMMIT_SECONDS, commitSeconds)
                .spread(Metric.APPEND_SECONDS, appendSeconds)
                .spread(Metric.PROJECTION_SECONDS, projectionSeconds)
                .spread(Metric.BATCH_ENTRIES, batchEntries)
                .level(Metric.SEQUENCER_SHARDS, () -> shards)
                .level(Metric.SEQUENCER_WAITING, () -> waiting)
                .level(Metric.SEQUENCER_CONVERSATIONS, () -> conversations)
                .level(Metric.PROJECTION_WAITING, () -> toProject)
                .count(Metric.FANOUT_INLINE, () -> fannedOutUntilNow(Way.INLINE))
                .count(Metric.FANOUT_WORKER, () -> fannedOutUntilNow(Way.WORKER))
                .count(Metric.FANOUT_CHANNEL, () -> fannedOutUntilNow(Way.CHANNEL));
        return isExporting ? figures.level(Metric.EXPORT_WAITING, () -> toExport) : figures;
    }
}
