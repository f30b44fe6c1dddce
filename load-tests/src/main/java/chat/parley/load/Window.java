package chat.parley.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The figures of one stretch of time. Errors, and what breaks the order, count for the whole run. */
final class Window {
    private static final long SLOWEST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final double NANOS = 1e9;

    private final Proc proc;
    private final Histogram ackNanos = new Histogram(SLOWEST_NANOS, 3);
    private final Histogram deliveryNanos = new Histogram(SLOWEST_NANOS, 3);
    private final Histogram lastDeliveryNanos = new Histogram(SLOWEST_NANOS, 3);
    private long since = System.nanoTime();
    private double serverSince;
    private double driverSince;

    long sends;
    long done;
    private long late;
    private long lost;
    private long duplicates;
    private long acks;
    private long deliveries;

    private long presences;
    private long presenceSecond;
    private long presencesOfSecond;
    private long presencesOfSecondMax;

    long acksOfRun;
    long lostOfRun;
    long duplicatesOfRun;
    long lateOfRun;
    long outOfOrder;
    long holes;
    long errors;
    long closes;
    String lastError = "";

    Window(Proc proc) {
        this.proc = proc;
    }

    void begin() {
        ackNanos.reset();
        deliveryNanos.reset();
        lastDeliveryNanos.reset();
        sends = done = lost = late = duplicates = acks = deliveries = 0;
        presences = presencesOfSecond = presencesOfSecondMax = 0;
        serverSince = proc.serverCpuSeconds();
        driverSince = proc.driverCpuSeconds();
        since = System.nanoTime();
    }

    void ack(long nanos) {
        acks++;
        acksOfRun++;
        ackNanos.recordValue(Math.min(nanos, SLOWEST_NANOS));
    }

    void delivery(long nanos) {
        deliveries++;
        deliveryNanos.recordValue(Math.min(nanos, SLOWEST_NANOS));
    }

    /** To a session that will not be read from: its time is nobody's. */
    void deliveryToStraggler() {
        deliveries++;
    }

    void lastDelivery(long nanos) {
        lastDeliveryNanos.recordValue(Math.min(nanos, SLOWEST_NANOS));
    }

    /** A presence event came; they are counted by the second. */
    void presence() {
        presences++;
        long second = (System.nanoTime() - since) / TimeUnit.SECONDS.toNanos(1);
        if (second != presenceSecond) presencesOfSecond = 0;
        presenceSecond = second;
        presencesOfSecondMax = Math.max(presencesOfSecondMax, ++presencesOfSecond);
    }

    /** Presence events: in a second of the window, and in the one that had most. */
    void putPresences(Map<String, Object> line, double seconds) {
        line.put("presence_s", Json.round(presences / seconds, 1));
        line.put("presence_s_max", presencesOfSecondMax);
    }

    void lost() {
        lost(1);
    }

    void lost(long count) {
        lost += count;
        lostOfRun += count;
    }

    /** For nothing that is under way: it came again after all of it had come, or that was given up as lost. */
    void late() {
        late++;
        lateOfRun++;
    }

    /** Whether nothing was wrong in the whole run. */
    boolean holds() {
        return lostOfRun + duplicatesOfRun + lateOfRun + outOfOrder + holes + errors + closes == 0;
    }

    void duplicate() {
        duplicates++;
        duplicatesOfRun++;
    }

    void error(String what) {
        errors++;
        lastError = what;
    }

    Map<String, Object> end(String phase) {
        double seconds = (System.nanoTime() - since) / NANOS;
        double server = proc.serverCpuSeconds() - serverSince;
        double driver = proc.driverCpuSeconds() - driverSince;
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("phase", phase);
        line.put("sec", Json.round(seconds, 2));
        line.put("sent_s", Json.round(sends / seconds, 1));
        line.put("acked_s", Json.round(acks / seconds, 1));
        line.put("deliv_s", Json.round(deliveries / seconds, 1));
        line.put("done_s", Json.round(done / seconds, 1));
        line.put("srv_cpu", Json.round(server / seconds, 2));
        line.put("cli_cpu", Json.round(driver / seconds, 2));
        if (acks > 0) line.put("srv_us_per_msg", Json.round(server * 1e6 / acks, 2));
        if (deliveries > 0) line.put("srv_us_per_deliv", Json.round(server * 1e6 / deliveries, 2));
        percentiles(line, "ack", ackNanos);
        percentiles(line, "del", deliveryNanos);
        percentiles(line, "last", lastDeliveryNanos);
        line.put("srv_pss_mb", proc.serverPssKilobytes() / 1024);
        putChecks(line);
        return line;
    }

    void putChecks(Map<String, Object> line) {
        line.put("lost", lost);
        line.put("dup", duplicates);
        line.put("late", late);
        line.put("out_of_order", outOfOrder);
        line.put("holes", holes);
        line.put("errors", errors);
        line.put("closes", closes);
        if (!lastError.isEmpty()) line.put("last_error", lastError);
    }

    static void percentiles(Map<String, Object> line, String of, Histogram nanos) {
        if (nanos.getTotalCount() == 0) return;
        line.put(of + "_p50_ms", Json.round(nanos.getValueAtPercentile(50) / 1e6, 3));
        line.put(of + "_p99_ms", Json.round(nanos.getValueAtPercentile(99) / 1e6, 3));
        line.put(of + "_p999_ms", Json.round(nanos.getValueAtPercentile(99.9) / 1e6, 3));
        line.put(of + "_max_ms", Json.round(nanos.getMaxValue() / 1e6, 3));
    }
}
