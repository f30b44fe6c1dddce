package chat.parley.load;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

/** The open loop: sends at a steady rate, whatever comes back; latency counts from when a send was due. */
final class Steady {
    private static final long TICK_NANOS = 500_000;
    private static final int DUE_AT_ONCE_MAX = 20_000;

    private Steady() {}

    /** Begins; whoever cancels it ends it. @param sender of the send of that number, which so many others read */
    static ScheduledFuture<?> start(Fleet fleet, double rate, int readers, IntUnaryOperator sender) {
        long start = System.nanoTime();
        int[] number = {0};
        Runnable sendDue = () -> {
            long now = System.nanoTime();
            for (int i = 0; i < DUE_AT_ONCE_MAX; i++) {
                long due = start + (long) (number[0] * 1e9 / rate);
                if (due > now) return;
                fleet.sends().send(fleet.session(sender.applyAsInt(number[0]++)), Sends.NO_LANE, readers, due);
            }
        };
        return fleet.loop().scheduleAtFixedRate(sendDue, TICK_NANOS, TICK_NANOS, TimeUnit.NANOSECONDS);
    }
}
