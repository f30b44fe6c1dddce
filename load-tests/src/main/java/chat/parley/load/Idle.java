package chat.parley.load;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** W4: sessions that say nothing: how fast they come in, and what each costs the server's processes in memory. */
final class Idle implements Workload {
    private static final int IDLE_SECONDS = 5;

    private final Settings settings;
    private final Proc proc;
    private final int[] points;
    private final List<Accounts.Account> accounts;

    Idle(Settings settings, Accounts accounts, Proc proc) throws Exception {
        this.settings = settings;
        this.proc = proc;
        points = settings.numbers("points", "5000,19000");
        this.accounts = accounts.alone(points[points.length - 1]);
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
            double idleSince = proc.serverCpuSeconds();
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            line.put("idle_srv_cpu", Json.round((proc.serverCpuSeconds() - idleSince) / IDLE_SECONDS, 3));
            fleet.window().putChecks(line);
            lines.accept(line);
            before = count;
        }
    }
}
