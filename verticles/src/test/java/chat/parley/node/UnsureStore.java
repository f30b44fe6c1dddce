package chat.parley.node;

import chat.parley.simulator.PassingLog;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.OpenStore;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import chat.parley.store.Stores;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Metric;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A store of which some answers to writes of the log are lost: what was asked is done all the same, at once or seconds later, or is not. Others
 * come late. It counts each of these.
 */
public final class UnsureStore implements OpenStore {
    /** Of the answers to appends and take-overs; each of the kinds has as many. */
    public static final double SHARE = 0.08;

    public static final String APPLIED = "unsure_applied_total";
    public static final String LATE = "unsure_late_total";
    public static final String NEVER = "unsure_never_total";
    private static final long LATE_MILLIS_MAX = 3_000;

    private final OpenStore store;
    private final Log log;

    UnsureStore(Vertx vertx, OpenStore store, double share) {
        this.store = store;
        this.log = new Log(vertx, store.stores().log(), share);
    }

    @Override
    public Stores stores() {
        Stores its = store.stores();
        return new Stores(log, its.projections(), its.history(), its.directory());
    }

    @Override
    public Future<?> check() {
        return store.check();
    }

    @Override
    public Figures figures() {
        return new Figures()
                .with(store.figures())
                .count(counter(APPLIED), log.applied::get)
                .count(counter(LATE), log.late::get)
                .count(counter(NEVER), log.never::get);
    }

    private static Metric counter(String name) {
        return new Metric(name, Metric.Type.COUNTER, null, "Answers that were lost.");
    }

    @Override
    public void close() {
        store.close();
    }

    private static final class Log extends PassingLog {
        private final Vertx vertx;
        private final double share;
        private final AtomicLong applied = new AtomicLong();
        private final AtomicLong late = new AtomicLong();
        private final AtomicLong never = new AtomicLong();

        Log(Vertx vertx, ShardLog log, double share) {
            super(log);
            this.vertx = vertx;
            this.share = share;
        }

        @Override
        public Future<Appended> append(Batch batch) {
            return unsure(() -> log.append(batch));
        }

        @Override
        public Future<Appended> takeOver(ShardHead seen, String owner) {
            return unsure(() -> log.takeOver(seen, owner));
        }

        private Future<Appended> unsure(Supplier<Future<Appended>> write) {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            if (random.nextDouble() >= share) return write.get();
            long millis = random.nextLong(1, LATE_MILLIS_MAX);
            switch (random.nextInt(4)) {
                case 0 -> {
                    applied.incrementAndGet();
                    return write.get().transform(done -> lost());
                }
                case 1 -> {
                    late.incrementAndGet();
                    vertx.setTimer(millis, then -> write.get());
                    return lost();
                }
                case 2 -> {
                    never.incrementAndGet();
                    return lost();
                }
                default -> {
                    Promise<Appended> answer = Promise.promise();
                    write.get().onComplete(done -> vertx.setTimer(millis, then -> answer.handle(done)));
                    return answer.future();
                }
            }
        }

        private static Future<Appended> lost() {
            return Future.failedFuture(new TimeoutException("the answer was lost on purpose"));
        }
    }
}
