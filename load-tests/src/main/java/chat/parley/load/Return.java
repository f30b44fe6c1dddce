package chat.parley.load;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * W5: groups whose members all drop, miss the messages of one sender each, and all come back at once with their cursors:
 * the time until each has what it missed. Beside them, if asked for, pairs who talk at a steady rate, before and meanwhile.
 */
final class Return implements Workload {
    private final Settings settings;
    private final int groups;
    private final int size;
    private final int messages;
    private final int members;
    private final int talkers;
    private final List<Accounts.Account> accounts;
    private final List<Accounts.Account> talking;
    private final Histogram caughtUpNanos = new Histogram(TimeUnit.SECONDS.toNanos(120), 3);

    Return(Settings settings, Accounts accounts) throws Exception {
        this.settings = settings;
        groups = settings.number("groups", 10);
        size = settings.number("size", 99);
        messages = settings.number("messages", 100);
        members = groups * size;
        talkers = settings.number("talkers", 0);
        this.accounts = accounts.groups(groups, size, 1);
        talking = talkers == 0 ? List.of() : accounts.others().pairs(talkers);
    }

    @Override
    public void run(Fleet fleet, Consumer<Map<String, Object>> lines) throws Exception {
        accounts.forEach(fleet::add);
        talking.forEach(fleet::add);
        int all = members + groups + talkers;
        double seconds = fleet.connect(0, all, settings.number("connecting", 100));
        lines.accept(Workload.connectLine(fleet, "connect", all, seconds));
        // one live message a group, so that each has somewhere to come back to
        send(fleet, 1, size);
        fleet.onLoop(() -> {
            for (int user = 0; user < members; user++) fleet.session(user).drop();
            return members;
        });
        TimeUnit.SECONDS.sleep(3);
        send(fleet, messages, 0);
        TimeUnit.SECONDS.sleep(2);
        ScheduledFuture<?> talk = talkers == 0 ? null : talk(fleet, lines);
        Map<String, Object> line = comeBack(fleet);
        if (talk != null) talk.cancel(false);
        fleet.drain();
        fleet.window().putChecks(line);
        lines.accept(line);
    }

    /** Begins, and measures what it is like while nobody comes back. */
    private ScheduledFuture<?> talk(Fleet fleet, Consumer<Map<String, Object>> lines) throws Exception {
        ScheduledFuture<?> talk = Steady.start(
                fleet, settings.real("rate", 1000), 1, number -> members + groups + (int) (number * 7919L % talkers));
        TimeUnit.SECONDS.sleep(settings.number("warm", 15));
        fleet.onLoop(() -> {
            fleet.window().begin();
            return talk;
        });
        TimeUnit.SECONDS.sleep(settings.number("measure", 10));
        lines.accept(fleet.onLoop(() -> fleet.window().end("calm")));
        return talk;
    }

    /** Each group's sender sends so many, one after another. */
    private void send(Fleet fleet, int count, int readers) throws Exception {
        Sends sends = fleet.sends();
        int[] left = new int[groups];
        Arrays.fill(left, count);
        Sends.Lane lane = group -> {
            if (left[group]-- > 0) sends.send(fleet.session(members + group), group, readers, System.nanoTime());
        };
        fleet.onLoop(() -> {
            sends.after(lane);
            for (int group = 0; group < groups; group++) lane.next(group);
            return groups;
        });
        fleet.drain();
    }

    /** Those who have not all that they missed once the time is over have lost it. */
    Map<String, Object> comeBack(Fleet fleet) throws Exception {
        CompletableFuture<Integer> allBack = new CompletableFuture<>();
        int[] back = {0};
        long start = System.nanoTime();
        fleet.onLoop(() -> {
            fleet.window().begin();
            fleet.startReturning(session -> {
                if (session.held() != messages) return;
                caughtUpNanos.recordValue(Math.min(System.nanoTime() - start, TimeUnit.SECONDS.toNanos(120)));
                if (++back[0] == members) allBack.complete(back[0]);
            });
            return back;
        });
        fleet.startConnecting(0, members, settings.number("returning", 1000));
        boolean complete = true;
        try {
            allBack.get(settings.number("timeout", 120), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            complete = false;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, Object> line = fleet.onLoop(() -> {
            fleet.window().lost(lacking(fleet));
            return fleet.window().end("resume");
        });
        line.put("srv_cpu_ms_per_resume", Json.round(Json.number(line, "srv_cpu") * seconds * 1e3 / members, 3));
        if (talkers == 0) line.keySet().removeAll(List.of("sent_s", "acked_s", "deliv_s", "done_s"));
        line.put("k", members);
        line.put("missed_each", messages);
        line.put("caught_up", back[0]);
        Window.percentiles(line, "caught", caughtUpNanos);
        Window.percentiles(line, "login", fleet.loginNanos());
        line.put("total_sec", Json.round(seconds, 3));
        line.put("complete", complete);
        line.put("clients_s", Json.round(members / seconds, 1));
        line.put("history_msgs_s", Json.round((double) members * messages / seconds, 1));
        return line;
    }

    private long lacking(Fleet fleet) {
        return IntStream.range(0, members)
                .filter(user -> fleet.session(user).held() < messages)
                .count();
    }
}
