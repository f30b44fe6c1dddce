package chat.parley.crash;

import chat.parley.checker.FaultStep;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How long after their hello sessions were in step: those that began and were so between faults, and the others. */
final class Hellos {
    private final List<Long> calm = new ArrayList<>(); // milliseconds
    private final List<Long> disturbed = new ArrayList<>();
    private int refused;
    private boolean isFaultOn;
    private long healedNanos = System.nanoTime();

    synchronized void fault(FaultStep step, long nowNanos) {
        isFaultOn = step != FaultStep.HEALED;
        healedNanos = nowNanos;
    }

    /** Nothing is wrong, nor was when this was said. */
    private boolean isCalm(long saidNanos) {
        return !isFaultOn && saidNanos - healedNanos >= 0;
    }

    synchronized void add(long saidNanos, long inStepNanos) {
        (isCalm(saidNanos) ? calm : disturbed).add(TimeUnit.NANOSECONDS.toMillis(inStepNanos - saidNanos));
    }

    /** A node took no hello now; it may be said again. False: there is no reason for it. */
    synchronized boolean refused(long saidNanos) {
        refused++;
        return !isCalm(saidNanos);
    }

    @Override
    public synchronized String toString() {
        return figures(calm) + " in step after their hello, and " + figures(disturbed) + " while something was wrong; "
                + refused + " told to come again";
    }

    private static String figures(List<Long> millis) {
        String sessions = millis.size() + " sessions";
        return millis.isEmpty() ? sessions : sessions + " " + Recovery.figures(millis);
    }
}
