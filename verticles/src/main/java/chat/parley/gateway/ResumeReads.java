package chat.parley.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads of the store for sessions that come back: so many are under way at a time, so that what is live, which does not wait here, never
 * stands behind thousands of them. The others wait, first come first served within their kind; what a session needs to be welcome goes before
 * pages of history, of which every fourth turn is one all the same. When too many wait to be welcome, further ones are to be sent away; of
 * the others a session has one question at a time, and the pages of one step. What nobody waits for any more is never begun, and dropped
 * whenever what waits has doubled: so twice as much waits at most as those who are here may ask for.
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

    private static final Logger LOG = LoggerFactory.getLogger(ResumeReads.class);
    private static final int SENT_AWAY_A_LOOK = 64;
    private static final int HISTORY_EVERY = 4;
    private static final int DROP_AT_MIN = 1_000;

    private final int underWayMax;
    private final int headsWaitingMax;
    private final Map<Kind, ArrayDeque<Waiting<?>>> waiting = new EnumMap<>(Kind.class);
    private int underWay;
    private int turns;
    private int dropAt = DROP_AT_MIN;
    private int sentAway;
    private boolean isBeginning;

    ResumeReads(int underWayMax, int headsWaitingMax) {
        this.underWayMax = underWayMax;
        this.headsWaitingMax = headsWaitingMax;
        for (Kind kind : Kind.values()) waiting.put(kind, new ArrayDeque<>());
    }

    /** Whether so many wait to be welcome that one more had better come again later. */
    boolean isFull() {
        if (of(Kind.HEADS).size() < headsWaitingMax) return false;
        if (sentAway++ % SENT_AWAY_A_LOOK == 0) dropUnwanted(); // those who went may be many, where nothing is answered
        return of(Kind.HEADS).size() >= headsWaitingMax;
    }

    /** Reads that wait for their turn. */
    int waiting() {
        int waits = 0;
        for (ArrayDeque<Waiting<?>> each : waiting.values()) waits += each.size();
        return waits;
    }

    /** @param isWanted whether somebody still waits for it; if nobody does it fails */
    <T> Future<T> take(Kind kind, BooleanSupplier isWanted, Supplier<Future<T>> read) {
        Waiting<T> one = new Waiting<>(isWanted, read, Promise.promise());
        of(kind).add(one);
        if (waiting() >= dropAt) dropUnwanted();
        begin();
        return one.done.future();
    }

    private void dropUnwanted() {
        List<Waiting<?>> unwanted = new ArrayList<>();
        for (ArrayDeque<Waiting<?>> each : waiting.values())
            each.removeIf(one -> !one.isWanted.getAsBoolean() && unwanted.add(one));
        dropAt = Math.max(DROP_AT_MIN, 2 * waiting());
        for (Waiting<?> each : unwanted) each.drop();
    }

    private void begin() {
        if (isBeginning) return; // of a read that was answered at once: the loop below goes on
        isBeginning = true;
        try {
            while (underWay < underWayMax) {
                Waiting<?> next = next();
                if (next == null) break;
                beginOrDrop(next);
            }
        } finally {
            isBeginning = false;
        }
    }

    private void beginOrDrop(Waiting<?> one) {
        try {
            if (one.isWanted.getAsBoolean()) begin(one);
            else one.drop();
        } catch (RuntimeException e) { // of whoever was answered at once: the others have their turns
            LOG.error("what was read for a session was not taken", e);
        }
    }

    private <T> void begin(Waiting<T> one) {
        underWay++;
        turns++;
        Future.succeededFuture().compose(now -> one.read.get()).onComplete(answer -> {
            underWay--;
            try {
                one.done.handle(answer);
            } finally {
                begin();
            }
        });
    }

    private @Nullable Waiting<?> next() {
        boolean isForHistory = turns % HISTORY_EVERY == HISTORY_EVERY - 1;
        if (isForHistory && !of(Kind.HISTORY).isEmpty()) return of(Kind.HISTORY).remove();
        for (ArrayDeque<Waiting<?>> each : waiting.values()) if (!each.isEmpty()) return each.remove();
        return null;
    }

    private ArrayDeque<Waiting<?>> of(Kind kind) {
        return Objects.requireNonNull(waiting.get(kind));
    }

    private record Waiting<T>(BooleanSupplier isWanted, Supplier<Future<T>> read, Promise<T> done) {
        void drop() {
            done.fail("nobody waits for it");
        }
    }
}
