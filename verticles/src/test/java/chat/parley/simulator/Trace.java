package chat.parley.simulator;

import java.io.PrintWriter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What happened, as one number: two runs of a seed that differ in anything differ in it. With a writer also as text. */
final class Trace {
    private static final int LINE_MAX = 1_000;
    private static final long PRIME = 0x100000001b3L;

    private final Scheduler scheduler;
    private final @Nullable PrintWriter text;
    private long hash = 0xcbf29ce484222325L;
    private long events;

    Trace(Scheduler scheduler, @Nullable PrintWriter text) {
        this.scheduler = scheduler;
        this.text = text;
    }

    /** One event of the run. */
    void event(String kind, String where, long detail, Supplier<String> what) {
        events++;
        mix(scheduler.nowMicros());
        mix(kind.hashCode());
        mix(where.hashCode());
        mix(detail);
        write(kind, where, what);
    }

    /** Something to read, which is not an event and need not be the same in every run. */
    void remark(String where, Supplier<String> what) {
        write("#", where, what);
    }

    private void write(String kind, String where, Supplier<String> what) {
        if (text == null) return;
        String said = what.get();
        if (said.length() > LINE_MAX) said = said.substring(0, LINE_MAX) + "…";
        text.printf("%12.6f %-8s %-14s %s%n", scheduler.nowMicros() / 1e6, kind, where, said);
    }

    private void mix(long value) {
        hash = (hash ^ value) * PRIME;
        hash ^= hash >>> 29;
    }

    long hash() {
        return hash;
    }

    long events() {
        return events;
    }
}
