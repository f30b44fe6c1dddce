package chat.parley.load.gatling;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A user's part in a run: comes, does what its behaviour says until the end, asks for what it lacks, and goes. It may hang up before and come
 * back. Decides only; {@link Life} carries it out.
 */
final class Visit {
    private static final long LOGIN_MILLIS_MAX = 20_000;
    private static final long LAST_ANSWER_MILLIS_MAX = 20_000;
    private static final long HEARTBEAT_MILLIS = 20_000;

    /** More than one answer to a heartbeat is missing. */
    private static final long SILENT_MILLIS_MAX = 2 * HEARTBEAT_MILLIS;

    /** After the last send, until all is asked for once more: a server repeats heads after 2 s, so that what got lost at the end is found. */
    private static final long SETTLE_MILLIS = 3_000;

    final int user;
    final Device device;
    private final Run run;
    private final Behaviour behaviour;
    private volatile String address = "";
    private long backMillis = -1; // while it is away
    private long nextMillis;
    private long heartbeatMillis;
    private long askedLastMillis;
    private @Nullable Map<String, Long> due;
    private boolean isDone;

    Visit(Run run, int user, Device device, Behaviour behaviour) {
        this.run = run;
        this.user = user;
        this.device = device;
        this.behaviour = behaviour;
    }

    /** Where a transport of SockJS has its session; a new one each time that the user comes. */
    void comesTo(String address) {
        this.address = address;
    }

    String address() {
        return address;
    }

    /** Its socket is open. */
    synchronized void connected(long nowMillis) {
        run.came(nowMillis);
        backMillis = -1;
        heartbeatMillis = nowMillis + HEARTBEAT_MILLIS;
        nextMillis = 0;
        device.connected(nowMillis);
    }

    /** Hangs up until then, or until the end if that is before. */
    synchronized void leave(long backMillis) {
        this.backMillis = Math.min(backMillis, run.endMillis());
    }

    /** It has come once. */
    synchronized boolean hasCome() {
        return device.helloMillis() > 0;
    }

    synchronized boolean isDone() {
        return isDone;
    }

    synchronized boolean isThere() {
        return !isDone && backMillis < 0;
    }

    /** How long it stays away. */
    synchronized long awayMillis(long nowMillis) {
        return Math.max(0, backMillis - nowMillis);
    }

    /** How long it waits before it is told what has come, and asked. */
    synchronized long pauseMillis(long nowMillis, long most) {
        return Math.clamp(nextMillis - nowMillis, 1, most);
    }

    /** What came was told to the device. */
    synchronized void act(long nowMillis) {
        if (!isThere()) return;
        nextMillis = Long.MAX_VALUE;
        if (!device.isReady()) {
            if (nowMillis - device.helloMillis() > LOGIN_MILLIS_MAX) {
                device.problem("login", 1, "not answered in " + LOGIN_MILLIS_MAX + " ms", nowMillis);
                isDone = true;
            }
        } else if (device.hearsNothing(SILENT_MILLIS_MAX, nowMillis)) {
            device.problem(
                    "silent",
                    1,
                    "nothing came for " + TimeUnit.MILLISECONDS.toSeconds(SILENT_MILLIS_MAX) + " s",
                    nowMillis);
            isDone = true;
        } else if (nowMillis < run.endMillis()) {
            heartbeat(nowMillis);
            device.lookForHoles(nowMillis);
            nextMillis = behaviour.act(this, nowMillis);
        } else {
            end(nowMillis);
        }
    }

    private void heartbeat(long nowMillis) {
        if (nowMillis < heartbeatMillis) return;
        device.heartbeat();
        heartbeatMillis = nowMillis + HEARTBEAT_MILLIS;
    }

    private void end(long nowMillis) {
        long settledMillis = run.endMillis() + SETTLE_MILLIS;
        if (nowMillis < settledMillis) return;
        if (due == null) {
            if (run.ledger().isWaiting() && nowMillis - settledMillis <= LAST_ANSWER_MILLIS_MAX) {
                heartbeat(nowMillis);
                return; // what will be acknowledged, to whomever, is due then
            }
            device.giveUp(nowMillis);
            due = device.due();
            askedLastMillis = nowMillis;
            device.askForTheRest(due, nowMillis);
        } else if (device.isQuiet() || nowMillis - askedLastMillis > LAST_ANSWER_MILLIS_MAX) {
            if (!device.isQuiet())
                device.problem(
                        "not answered",
                        1,
                        "the last sync, in " + TimeUnit.MILLISECONDS.toSeconds(LAST_ANSWER_MILLIS_MAX) + " s",
                        nowMillis);
            device.finish(due, nowMillis);
            isDone = true;
        }
    }
}
