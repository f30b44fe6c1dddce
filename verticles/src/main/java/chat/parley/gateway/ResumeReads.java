package chat.parley.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads of the store for sessions that come back: so many are under way at a time, so that what is live, which does not wait here, never
 * stands behind thousands of them. The others wait, first come first served within their kind; what a session needs to be welcome goes before
 * pages of history, of which every fourth turn is one all the same. When too many wait to be welcome, further ones are to be sent away; of
 * the others a session has one question at a time, and the pages of one step.
 */
final class ResumeReads {
    /** In the order in which they have their turns. */
    enum Kind {
        /** The heads of what a session that is welcome asks for. */
        HEADS_HERE,
        /** The heads of a session that says hello. */
        HEADS,
        HISTORY
    }

    private static final int HISTORY_EVERY = 4;

    private final int underWayMax;
    private final int headsWaitingMax;
    private final Map<Kind, ArrayDeque<Runnable>> waiting = new EnumMap<>(Kind.class);
    private int underWay;
    private int turns;
    private boolean isBeginning;

    ResumeReads(int underWayMax, int headsWaitingMax) {
        this.underWayMax = underWayMax;
        this.headsWaitingMax = headsWaitingMax;
        for (Kind kind : Kind.values()) waiting.put(kind, new ArrayDeque<>());
    }

    /** Whether so many wait to be welcome that one more had better come again later. */
    boolean isFull() {
        return of(Kind.HEADS).size() >= headsWaitingMax;
    }

    <T> Future<T> take(Kind kind, Supplier<Future<T>> read) {
        Promise<T> done = Promise.promise();
        of(kind).add(() -> read.get().onComplete(done).onComplete(any -> {
            underWay--;
            begin();
        }));
        begin();
        return done.future();
    }

    private void begin() {
        if (isBeginning) return; // of a read that was answered at once: the loop below goes on
        isBeginning = true;
        while (underWay < underWayMax) {
            Runnable next = next();
            if (next == null) break;
            underWay++;
            turns++;
            next.run();
        }
        isBeginning = false;
    }

    private @Nullable Runnable next() {
        boolean isForHistory = turns % HISTORY_EVERY == HISTORY_EVERY - 1;
        if (isForHistory && !of(Kind.HISTORY).isEmpty()) return of(Kind.HISTORY).remove();
        for (ArrayDeque<Runnable> each : waiting.values()) if (!each.isEmpty()) return each.remove();
        return null;
    }

    private ArrayDeque<Runnable> of(Kind kind) {
        return Objects.requireNonNull(waiting.get(kind));
    }
}
