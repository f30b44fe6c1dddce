package chat.parley.gateway;

import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Histogram;
import chat.parley.telemetry.Metric;
import chat.parley.wire.CloseCode;
import chat.parley.wire.ErrorCode;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** What one gateway instance counts. Counted on its loop, read from any thread. */
final class Tally {
    final LongAdder logins = new LongAdder();
    final LongAdder resumes = new LongAdder();
    final LongAdder resumedEntries = new LongAdder();
    final LongAdder sends = new LongAdder();
    final LongAdder acks = new LongAdder();
    final LongAdder deliveries = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final Histogram ackSeconds = Histogram.ofSeconds();
    final Histogram welcomeSeconds = Histogram.ofSeconds();

    /** As of a moment ago. */
    volatile long outboxBytes;

    private final LongAdder[] opened = adders(Transport.Kind.values().length);
    private final LongAdder[] ended = adders(Transport.Kind.values().length);
    private final LongAdder[] failed = adders(ErrorCode.values().length);
    private final LongAdder[] refusals = adders(ErrorCode.values().length);
    private final LongAdder[] closed = adders(CloseCode.values().length);

    private static LongAdder[] adders(int count) {
        return Stream.generate(LongAdder::new).limit(count).toArray(LongAdder[]::new);
    }

    void opened(Transport.Kind kind) {
        opened[kind.ordinal()].increment();
    }

    void ended(Transport.Kind kind) {
        ended[kind.ordinal()].increment();
    }

    /** A send was answered with that. */
    void sendRefused(ErrorCode code) {
        if (code.isFailure()) failed[code.ordinal()].increment();
    }

    long failedUntilNow(ErrorCode code) {
        return failed[code.ordinal()].sum();
    }

    /** A session was told so, of a send or of anything else. */
    void refused(ErrorCode code) {
        refusals[code.ordinal()].increment();
    }

    void closed(CloseCode code) {
        closed[code.ordinal()].increment();
    }

    Figures figures() {
        Figures figures = new Figures()
                .count(Metric.LOGINS, logins::sum)
                .count(Metric.RESUMES, resumes::sum)
                .count(Metric.RESUMED_ENTRIES, resumedEntries::sum)
                .count(Metric.SENDS, sends::sum)
                .count(Metric.ACKS, acks::sum)
                .count(Metric.DELIVERIES, deliveries::sum)
                .count(Metric.OUTBOX_DROPPED, dropped::sum)
                .level(Metric.OUTBOX_BYTES, () -> outboxBytes)
                .spread(Metric.ACK_SECONDS, ackSeconds)
                .spread(Metric.WELCOME_SECONDS, welcomeSeconds);
        for (Transport.Kind kind : Transport.Kind.values()) {
            LongAdder came = opened[kind.ordinal()];
            LongAdder went = ended[kind.ordinal()];
            String label = kind.name().toLowerCase(Locale.ROOT);
            figures.count(Metric.CONNECTIONS_OPENED, label, came::sum)
                    .level(Metric.CONNECTIONS, label, () -> Math.max(0, came.sum() - went.sum()));
        }
        for (ErrorCode code : ErrorCode.values()) {
            figures.count(Metric.REFUSALS, code.wireName(), refusals[code.ordinal()]::sum);
            if (code.isFailure()) figures.count(Metric.SENDS_FAILED, code.wireName(), () -> failedUntilNow(code));
        }
        for (CloseCode code : CloseCode.values())
            figures.count(Metric.CONNECTIONS_CLOSED, String.valueOf(code.number()), closed[code.ordinal()]::sum);
        return figures;
    }
}
