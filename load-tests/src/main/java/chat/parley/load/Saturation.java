package chat.parley.load;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * As much as the node bears (closed loop: each lane sends its next when the last is done), then shares of that at a steady
 * rate (open loop: latency counts from when a send was due).
 */
final class Saturation implements Workload {
    private static final int STEADY_WARM_SECONDS = 3;

    /** Who sends next, on a lane of the closed loop, and of the open loop. */
    private interface Turn {
        int sender(int number);
    }

    private final Settings settings;
    private final List<Accounts.Account> accounts;
    private final int lanes;
    private final int readers;
    private final Turn closed;
    private final Turn open;

    private Saturation(
            Settings settings, List<Accounts.Account> accounts, int lanes, int readers, Turn closed, Turn open) {
        this.settings = settings;
        this.accounts = accounts;
        this.lanes = lanes;
        this.readers = readers;
        this.closed = closed;
        this.open = open;
    }

    /** W1: users in pairs, each with one send outstanding. */
    static Saturation ofPairs(Settings settings, Accounts accounts) throws Exception {
        int users = settings.number("users", 1000);
        return new Saturation(
                settings, accounts.pairs(users), users, 1, lane -> lane, number -> (int) (number * 7919L % users));
    }

    /** W3: one large group, with sends outstanding by members in turn. */
    static Saturation ofOneGroup(Settings settings, Accounts accounts) throws Exception {
        return ofGroups(settings.or("groups", "1").or("size", "1000").or("window", "8"), accounts);
    }

    /** W2: groups with a few sends outstanding each, by members in turn. */
    static Saturation ofGroups(Settings settings, Accounts accounts) throws Exception {
        int groups = settings.number("groups", 100);
        int size = settings.number("size", 50);
        int[] turns = new int[groups];
        Turn member = number -> {
            int group = number % groups;
            turns[group] = (turns[group] + 7) % size;
            return group * size + turns[group];
        };
        List<Accounts.Account> users = accounts.groups(groups, size, 0);
        return new Saturation(settings, users, groups * settings.number("window", 2), size - 1, member, member);
    }

    @Override
    public void run(Fleet fleet, Consumer<Map<String, Object>> lines) throws Exception {
        accounts.forEach(fleet::add);
        double seconds = fleet.connect(0, accounts.size(), settings.number("connecting", 100));
        lines.accept(Workload.connectLine(fleet, "connect", accounts.size(), seconds));
        if (Ways.Way.CHANNEL.toString().equals(settings.text("way"))) fleet.openConversations(0, accounts.size());
        double rate = saturate(fleet, lines);
        for (double share : settings.reals("at", "0.7")) hold(fleet, rate * share, share, lines);
    }

    private double saturate(Fleet fleet, Consumer<Map<String, Object>> lines) throws Exception {
        Sends sends = fleet.sends();
        Sends.Lane lane = each -> sends.send(fleet.session(closed.sender(each)), each, readers, System.nanoTime());
        ScheduledFuture<?> givingUp = fleet.loop().scheduleAtFixedRate(sends::giveUpOld, 3, 3, TimeUnit.SECONDS);
        fleet.onLoop(() -> {
            sends.after(lane);
            for (int each = 0; each < lanes; each++) lane.next(each);
            return lanes;
        });
        Map<String, Object> line = measure(fleet, "closed", settings.number("warm", 8));
        fleet.onLoop(() -> {
            sends.after(each -> {});
            return lanes;
        });
        fleet.drain();
        givingUp.cancel(false);
        fleet.window().putChecks(line);
        lines.accept(line);
        return Json.number(line, "done_s");
    }

    private void hold(Fleet fleet, double rate, double share, Consumer<Map<String, Object>> lines) throws Exception {
        if (rate < 1) return;
        ScheduledFuture<?> ticks = Steady.start(fleet, rate, readers, open::sender);
        Map<String, Object> line = measure(fleet, "open", STEADY_WARM_SECONDS);
        ticks.cancel(false);
        fleet.drain();
        line.put("at", share);
        line.put("target_s", Json.round(rate, 1));
        line.put("ok", Json.number(line, "done_s") > 0.97 * rate);
        fleet.window().putChecks(line);
        lines.accept(line);
    }

    private Map<String, Object> measure(Fleet fleet, String phase, int warmSeconds) throws Exception {
        TimeUnit.SECONDS.sleep(warmSeconds);
        fleet.onLoop(() -> {
            fleet.window().begin();
            return phase;
        });
        TimeUnit.SECONDS.sleep(settings.number("measure", 10));
        return fleet.onLoop(() -> fleet.window().end(phase));
    }
}
