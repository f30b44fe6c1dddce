package chat.parley.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Groups to which one sender each says something at a steady rate, while a part of the readers stops reading from its sockets: what that
 * costs the others, and the node's memory. Then they read again, or come back if their sockets were closed, and have to get everything.
 */
final class Slow implements Workload {
    private static final double RATIO_MAX = 1.5;
    private static final double HEAP_MB_MAX = 64;
    private static final int COLD_SECONDS = 20;

    private final Settings settings;
    private final Proc proc;
    private final int groups;
    private final int size;
    private final double share;
    private final List<Accounts.Account> accounts;
    private final List<Session> stragglers = new ArrayList<>();
    private double heapMb;
    private double kernelMb;
    private double heapGrowthMb;
    private double kernelGrowthMb;

    Slow(Settings settings, Accounts accounts, Proc proc) throws Exception {
        this.settings = settings;
        this.proc = proc;
        groups = settings.number("groups", 10);
        size = settings.number("size", 99);
        share = settings.real("stuck", 0.3);
        this.accounts = accounts.groups(groups, size, 1);
    }

    @Override
    public void run(Fleet fleet, Consumer<Map<String, Object>> lines) throws Exception {
        lines.accept(connect(fleet));
        int members = members();
        int readers = size - stragglers.size() / groups;
        double rate = settings.real("rate", Math.max(1, 20_000 / size));
        ScheduledFuture<?> talk = Steady.start(fleet, rate, readers, number -> members + number % groups);
        ScheduledFuture<?> givingUp =
                fleet.loop().scheduleAtFixedRate(fleet.sends()::giveUpOld, 3, 3, TimeUnit.SECONDS);

        List<Map<String, Object>> without = new ArrayList<>();
        without.add(measure(fleet, "all read", COLD_SECONDS, lines));
        without.add(measure(fleet, "all read", 1, lines));
        heapMb = proc.liveHeapMb();
        kernelMb = kernelMb();
        List<Map<String, Object>> with = stop(fleet, lines);
        int closed = count(fleet, Straggler::closes);
        double caughtUp = readAgain(fleet);
        without.add(measure(fleet, "all read", 1, lines));
        talk.cancel(false);
        fleet.drain();
        givingUp.cancel(false);
        lines.accept(verdict(fleet, without, with, Math.max(closed, count(fleet, Straggler::closes)), caughtUp));
    }

    /** All of them, and chooses those who will stop reading. */
    Map<String, Object> connect(Fleet fleet) throws Exception {
        accounts.forEach(fleet::add);
        for (int user = 0; user < members(); user++) {
            if (!stops(user % size)) continue;
            fleet.session(user).straggle();
            stragglers.add(fleet.session(user));
        }
        int all = members() + groups;
        double seconds = fleet.connect(0, all, settings.number("connecting", 100));
        return Workload.connectLine(fleet, "connect", all, seconds);
    }

    /** Spread evenly. */
    private boolean stops(int member) {
        return (int) ((member + 1) * share) > (int) (member * share);
    }

    private List<Map<String, Object>> stop(Fleet fleet, Consumer<Map<String, Object>> lines) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.number("stall", 120));
        fleet.onLoop(() -> {
            stragglers.forEach(Session::stopReading);
            return stragglers;
        });
        List<Map<String, Object>> all = new ArrayList<>();
        while (System.nanoTime() < end) {
            all.add(measure(fleet, "some stuck", settings.number("warm", 5), lines));
            heapGrowthMb = Math.max(heapGrowthMb, proc.liveHeapMb() - heapMb);
            kernelGrowthMb = Math.max(kernelGrowthMb, kernelMb() - kernelMb);
        }
        return all;
    }

    /** Seconds until all have everything that was said by then; -1: not in time. */
    private double readAgain(Fleet fleet) throws Exception {
        fleet.onLoop(() -> {
            stragglers.forEach(Session::readAgain);
            return stragglers;
        });
        return untilComplete(fleet);
    }

    private double untilComplete(Fleet fleet) throws Exception {
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(settings.number("timeout", 120));
        while (System.nanoTime() < end) {
            if (behind(fleet) == 0) return Json.round((System.nanoTime() - start) / 1e9, 2);
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return -1;
    }

    /** How many have not everything in time though nobody says anything any more; they have lost it. */
    long lacking(Fleet fleet) throws Exception {
        untilComplete(fleet);
        long lacking = behind(fleet);
        return fleet.onLoop(() -> {
            fleet.window().lost(lacking);
            return lacking;
        });
    }

    /** How many have not what others of their group have had for a moment. */
    private long behind(Fleet fleet) throws Exception {
        long[] heads = fleet.onLoop(() -> IntStream.range(0, groups)
                .mapToLong(group -> fleet.session(members() + group).highest())
                .toArray());
        TimeUnit.MILLISECONDS.sleep(100);
        return fleet.onLoop(() -> stragglers.stream()
                .filter(each -> each.straggler().through() < heads[each.user / size])
                .count());
    }

    private int members() {
        return groups * size;
    }

    private static double kernelMb() {
        return Proc.socketPages() * 4096 / 1e6;
    }

    private int count(Fleet fleet, ToIntFunction<Straggler> of) throws Exception {
        return fleet.onLoop(() -> stragglers.stream()
                .mapToInt(each -> of.applyAsInt(each.straggler()))
                .sum());
    }

    private Map<String, Object> measure(Fleet fleet, String phase, int warmSeconds, Consumer<Map<String, Object>> lines)
            throws Exception {
        TimeUnit.SECONDS.sleep(warmSeconds);
        fleet.onLoop(() -> {
            fleet.window().begin();
            return phase;
        });
        TimeUnit.SECONDS.sleep(settings.number("measure", 10));
        Map<String, Object> line = fleet.onLoop(() -> fleet.window().end(phase));
        lines.accept(line);
        return line;
    }

    private Map<String, Object> verdict(
            Fleet fleet, List<Map<String, Object>> without, List<Map<String, Object>> with, int closed, double caughtUp)
            throws Exception {
        double ratio = Json.round(median(with, "del_p99_ms") / median(without, "del_p99_ms"), 2);
        long behind = lacking(fleet);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("phase", "verdict");
        line.put("stuck", stragglers.size());
        line.put("p99_all_read_ms", median(without, "del_p99_ms"));
        line.put("p99_some_stuck_ms", median(with, "del_p99_ms"));
        line.put("p99_ratio", ratio);
        line.put("us_per_deliv_all_read", median(without, "srv_us_per_deliv"));
        line.put("us_per_deliv_some_stuck", median(with, "srv_us_per_deliv"));
        line.put("heap_mb", Json.round(heapMb, 1));
        line.put("heap_growth_mb", Json.round(heapGrowthMb, 1));
        line.put("kernel_growth_mb", Json.round(kernelGrowthMb, 1));
        line.put("resyncs", count(fleet, Straggler::resyncs));
        line.put("closed", closed);
        line.put("caught_up_sec", caughtUp);
        line.put("complete", stragglers.size() - behind);
        line.put("ok", ratio <= RATIO_MAX && heapMb > 0 && heapGrowthMb <= HEAP_MB_MAX && behind == 0 && caughtUp >= 0);
        fleet.window().putChecks(line);
        return line;
    }

    /** One bad phase on a machine with other work is no verdict. */
    private static double median(List<Map<String, Object>> phases, String figure) {
        List<Double> sorted =
                phases.stream().map(line -> Json.number(line, figure)).sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
