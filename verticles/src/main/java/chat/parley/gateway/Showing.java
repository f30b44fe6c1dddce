package chat.parley.gateway;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;

/**
 * Decides when which session is shown what: at most one batch a second for each, none to a socket that is behind, and never more events
 * than the budget has. What waits is not a queue of events but of views: whenever their turn comes they are shown as they are then.
 *
 * <p>When the budget does not do, it is pressed: a view that changes is set to unknown, once, and frozen, so that whoever comes and goes all
 * the time costs nothing more. What was not shown yet waits for its turn. Some seconds later the frozen ones are shown as they are.
 *
 * <p>Who may not be seen any more is hidden before anything else is shown to anybody.
 *
 * <p>Messages wait for the same loop: so little is written at a time, as many events in 20 ms as the budget has for them, and the batch of a
 * session whole.
 */
final class Showing {
    static final long BATCH_MILLIS = 1_000;
    static final long PRESSED_MILLIS = 5_000;

    /** Of the time in which so much may be written, and then no more. */
    static final long SLICE_MILLIS = 20;

    private static final long THAW_MILLIS = 100;

    private EventBudget budget;
    private int thawMax;
    private int sliceMax;

    /** Sessions that still show somebody whom they may not see. */
    private final LinkedHashSet<Watcher> urgent = new LinkedHashSet<>();

    private final LinkedHashSet<Watcher> queue = new LinkedHashSet<>();
    private final ArrayDeque<Watcher> thawing = new ArrayDeque<>();
    private long pressedUntil = Long.MIN_VALUE;
    private long thawAt = Long.MIN_VALUE;
    private long slice = Long.MIN_VALUE;
    private int sliceLeft;
    private long shown;

    /** @param eventsPerSecond in whatever second */
    Showing(int eventsPerSecond) {
        bound(eventsPerSecond);
    }

    /** So many events are written from now on in whatever second. */
    void bound(int eventsPerSecond) {
        budget = new EventBudget(eventsPerSecond);
        thawMax = Math.max(1, eventsPerSecond / 20);
        sliceMax = Math.max(1, (int) (eventsPerSecond * SLICE_MILLIS / 1_000));
    }

    /** What the view shows may be another than before. */
    void touch(View view) {
        if (view.isFrozen || !view.isStale()) return;
        Watcher watcher = view.watcher;
        if (view.isToHide()) {
            watcher.dirty.remove(view);
            watcher.hiding.add(view);
            urgent.add(watcher);
        } else if (!watcher.hiding.contains(view)) {
            watcher.dirty.add(view);
            queue.add(watcher);
        }
    }

    /** The view is no longer watched. */
    void drop(View view) {
        view.watcher.dirty.remove(view);
        view.watcher.hiding.remove(view);
        view.watcher.frozen.remove(view);
    }

    /** The session watches nothing any more. */
    void end(Watcher watcher) {
        watcher.dirty.clear();
        watcher.hiding.clear();
        watcher.frozen.clear();
    }

    /** Writes to whom it is time to write. */
    void show(long nowMillis) {
        if (nowMillis >= pressedUntil) thaw(nowMillis);
        long present = Math.floorDiv(nowMillis, SLICE_MILLIS);
        if (slice != present) sliceLeft = sliceMax;
        slice = present;
        if (show(urgent, watcher -> watcher.hiding, nowMillis)) show(queue, watcher -> watcher.dirty, nowMillis);
    }

    /** False: the budget or the slice is used up. */
    private boolean show(
            LinkedHashSet<Watcher> watchers, Function<Watcher, LinkedHashSet<View>> views, long nowMillis) {
        for (int left = watchers.size(); left > 0; left--) {
            if (sliceLeft <= 0) return false;
            Watcher watcher = watchers.removeFirst();
            LinkedHashSet<View> stale = views.apply(watcher);
            boolean isDue = nowMillis >= watcher.nextAt && watcher.sink.hasRoom();
            boolean isAffordable = !isDue || show(watcher, stale, nowMillis);
            if (!stale.isEmpty()) watchers.add(watcher);
            if (!isAffordable) return false;
        }
        return true;
    }

    /** Whether more can be written once the present slice is over. */
    boolean isSliceOver() {
        return sliceLeft <= 0 && isWaiting();
    }

    /** Whether anything waits to be shown. */
    boolean isWaiting() {
        return !urgent.isEmpty() || !queue.isEmpty() || !thawing.isEmpty();
    }

    /** Events written since the start. */
    long shown() {
        return shown;
    }

    /** False: the budget is used up. */
    private boolean show(Watcher watcher, LinkedHashSet<View> views, long nowMillis) {
        List<byte[]> frames = new ArrayList<>(views.size());
        boolean isAffordable = true;
        while (!views.isEmpty()) {
            View view = views.getFirst();
            boolean isPressed = nowMillis < pressedUntil;
            boolean isToFreeze = isPressed && view.wasShown();
            boolean costs = view.isStale() && !(isToFreeze && view.showsUnknown());
            if (costs && !budget.take(nowMillis)) {
                pressedUntil = nowMillis + PRESSED_MILLIS;
                isAffordable = false;
                break;
            }
            views.removeFirst();
            if (!view.isStale()) continue;
            if (costs) frames.add(isToFreeze ? view.hide() : view.show());
            if (isToFreeze) freeze(view);
        }
        if (!frames.isEmpty()) {
            watcher.nextAt = nowMillis + BATCH_MILLIS;
            shown += frames.size();
            sliceLeft -= frames.size();
            watcher.sink.write(frames);
        }
        return isAffordable;
    }

    private void freeze(View view) {
        Watcher watcher = view.watcher;
        view.isFrozen = true;
        watcher.frozen.add(view);
        if (watcher.isThawing) return;
        watcher.isThawing = true;
        thawing.add(watcher);
    }

    /** A few at a time: half of the budget stays for what happens now. */
    private void thaw(long nowMillis) {
        if (nowMillis < thawAt) return;
        thawAt = nowMillis + THAW_MILLIS;
        for (int left = thawMax; left > 0 && !thawing.isEmpty(); left--) {
            Watcher watcher = thawing.element();
            if (!watcher.frozen.isEmpty()) {
                View view = watcher.frozen.removeFirst();
                view.isFrozen = false;
                touch(view);
            }
            if (watcher.frozen.isEmpty()) {
                watcher.isThawing = false;
                thawing.remove();
            }
        }
    }
}
