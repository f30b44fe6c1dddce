package chat.parley.load;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** W4: sessions that say nothing, or heartbeats only: how fast they come in, and what each costs the server's processes. */
final class Idle implements Workload {
    private static final String HEARTBEAT = "{\"type\":\"heartbeat\"}";
    private static final int HEARTBEAT_TICK_MILLIS = 20;

    private final Settings settings;
    private final Proc proc;
    private final int[] points;
    private final List<Accounts.Account> accounts;

    Idle(Settings settings, Accounts accounts, Proc proc) throws Exception {
        this.settings = settings;
        this.proc = proc;
        points = settings.numbers("points", "5000,19000");
        int most = points[points.length - 1];
        int conversations = settings.number("conversations", 0);
        this.accounts = conversations == 0 ? accounts.alone(most) : accounts.apart(most, conversations);
    }

    @Override
    public void run(Fleet fleet, Consumer<Map<String, Object>> lines) throws Exception {
        accounts.forEach(fleet::add);
        long baseKilobytes = proc.serverPssKilobytes();
        long basePages = Proc.socketPages();
        long baseSlab = Proc.slabKilobytes();
        int before = 0;
        for (int count : points) {
            int opened = count - before;
            double serverSince = proc.serverCpuSeconds();
            double driverSince = proc.driverCpuSeconds();
            double seconds = fleet.connect(before, count, settings.number("connecting", 100));
            double server = proc.serverCpuSeconds() - serverSince;
            Map<String, Object> line = Workload.connectLine(fleet, "idle@" + count, opened, seconds);
            line.put("sessions", count);
            line.put("srv_cpu_ms_per_login", Json.round(server * 1e3 / opened, 3));
            line.put("cli_cpu", Json.round((proc.driverCpuSeconds() - driverSince) / seconds, 2));
            TimeUnit.SECONDS.sleep(settings.number("settle", 6));
            long kilobytes = proc.serverPssKilobytes();
            line.put("srv_pss_mb", kilobytes / 1024);
            line.put("base_pss_mb", baseKilobytes / 1024);
            line.put("kb_per_conn", Json.round((double) (kilobytes - baseKilobytes) / count, 2));
            line.put("tcp_mem_pages_both_ends", Proc.socketPages() - basePages);
            line.put("slab_kb_per_conn_both_ends", Json.round((double) (Proc.slabKilobytes() - baseSlab) / count, 2));
            line.put("idle_srv_cpu", Json.round(idle(fleet, count), 3));
            fleet.window().putChecks(line);
            lines.accept(line);
            before = count;
        }
    }

    /** How many cores the server uses meanwhile. */
    private double idle(Fleet fleet, int count) throws Exception {
        int seconds = settings.number("idle", 5);
        int heartbeatSeconds = settings.number("heartbeat", 0);
        ScheduledFuture<?> heartbeats = heartbeatSeconds == 0 ? null : heartbeats(fleet, count, heartbeatSeconds);
        double since = proc.serverCpuSeconds();
        TimeUnit.SECONDS.sleep(seconds);
        double cores = (proc.serverCpuSeconds() - since) / seconds;
        if (heartbeats != null) heartbeats.cancel(false);
        return cores;
    }

    /** From each in turn, spread evenly. */
    private static ScheduledFuture<?> heartbeats(Fleet fleet, int count, int everySeconds) {
        long began = System.nanoTime();
        long[] said = new long[1];
        return fleet.loop()
                .scheduleAtFixedRate(
                        () -> {
                            long due = (long) ((System.nanoTime() - began) / 1e9 * count / everySeconds);
                            while (said[0] < due)
                                fleet.session((int) (said[0]++ % count)).say(HEARTBEAT);
                        },
                        HEARTBEAT_TICK_MILLIS,
                        HEARTBEAT_TICK_MILLIS,
                        TimeUnit.MILLISECONDS);
    }
}
