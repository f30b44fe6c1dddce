package chat.parley.load.gatling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** What a run counts and measures. All of it may be told by any thread. */
final class Figures {
    /** What is measured, in milliseconds. */
    enum Latency {
        ACK("send to acknowledgement"),
        DELIVERY("send to recipient"),
        LOGIN("login"),
        RESUME("resume");

        /** In reports. */
        final String says;

        Latency(String says) {
            this.says = says;
        }
    }

    /** What is counted. */
    enum Count {
        SENT,
        ACKNOWLEDGED,
        DELIVERED,
        LOGINS,
        RESUMES,
        /** Holes that were asked for after a second. */
        ASKED,
        /** Lacking some seconds after the last send, when the server should have found what got lost. */
        LATE,
        /** Told to ask, as the server dropped what a socket did not take. */
        RESYNCS,
        PRESENCES,
        HEARTBEATS;

        String says() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A second of the run, or some. */
    static final class Slice {
        final long[] counts = new long[Count.values().length];
        int connected;
    }

    private static final long MILLIS_MAX = TimeUnit.MINUTES.toMillis(10);
    private static final int EXAMPLES_MAX = 20;

    private final List<Histogram> latencies = Stream.of(Latency.values())
            .map(each -> new Histogram(1, MILLIS_MAX, 3))
            .toList();
    private final List<Slice> slices = new ArrayList<>();
    private final int sliceMillis;
    private final Map<String, Long> problems = new TreeMap<>();
    private final List<String> examples = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final AtomicLong beganMillis = new AtomicLong();
    private final long[] totals = new long[Count.values().length];
    private int connected;
    private int finished;

    /** @param sliceMillis of {@link #slices} */
    Figures(int sliceMillis) {
        this.sliceMillis = sliceMillis;
    }

    /** The first user has come. */
    void begin(long nowMillis) {
        beganMillis.compareAndSet(0, nowMillis);
    }

    void count(Count what, long nowMillis) {
        count(what, 1, nowMillis);
    }

    synchronized void count(Count what, long more, long nowMillis) {
        totals[what.ordinal()] += more;
        slice(nowMillis).counts[what.ordinal()] += more;
    }

    synchronized void measured(Latency what, long millis) {
        latencies.get(what.ordinal()).recordValue(Math.clamp(millis, 0, MILLIS_MAX));
    }

    synchronized void connected(int change, long nowMillis) {
        connected += change;
        slice(nowMillis).connected = connected;
    }

    /** One that has seen the run through, and has all. */
    synchronized void finished() {
        finished++;
    }

    /** Something that must not be. */
    synchronized void problem(String kind, long count, String example) {
        problems.merge(kind, count, Long::sum);
        if (examples.size() < EXAMPLES_MAX) examples.add(kind + ": " + example);
    }

    /** A sentence for who reads what the run came to. */
    synchronized void note(String sentence) {
        notes.add(sentence);
    }

    synchronized List<String> notes() {
        return List.copyOf(notes);
    }

    synchronized long total(Count what) {
        return totals[what.ordinal()];
    }

    synchronized Histogram latency(Latency what) {
        return latencies.get(what.ordinal()).copy();
    }

    synchronized Map<String, Long> problems() {
        return new TreeMap<>(problems);
    }

    synchronized List<String> examples() {
        return List.copyOf(examples);
    }

    synchronized List<Slice> slices() {
        return List.copyOf(slices);
    }

    synchronized int connected() {
        return connected;
    }

    synchronized int finishedUsers() {
        return finished;
    }

    int sliceMillis() {
        return sliceMillis;
    }

    private Slice slice(long nowMillis) {
        int index = (int) Math.max(0, (nowMillis - beganMillis.get()) / sliceMillis);
        while (slices.size() <= index) {
            Slice fresh = new Slice();
            fresh.connected = connected;
            slices.add(fresh);
        }
        return slices.get(index);
    }
}
