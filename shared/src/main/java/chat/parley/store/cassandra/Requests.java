package chat.parley.store.cassandra;

import chat.parley.store.Unavailable;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Histogram;
import chat.parley.telemetry.Metric;
import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.NodeUnavailableException;
import com.datastax.oss.driver.api.core.connection.BusyConnectionException;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.servererrors.UnavailableException;
import io.vertx.cassandra.CassandraClient;
import io.vertx.cassandra.ResultSet;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way to Cassandra: so many requests are out at once, so many wait for their turn, and one more fails with {@link Unavailable}. Its
 * futures complete on the context of the caller.
 */
final class Requests {
    /** Of one call that has many. */
    private static final int EACH_AT_ONCE = 64;

    private final Vertx vertx;
    private final CassandraClient client;
    private final int outMax;
    private final int waitingMax;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int out;

    private final Histogram seconds = Histogram.ofSeconds();
    private final LongAdder failures = new LongAdder();

    private record Waiting(Statement<?> statement, Promise<ResultSet> answer) {}

    Requests(Vertx vertx, CassandraClient client, int outMax, int waitingMax) {
        this.vertx = vertx;
        this.client = client;
        this.outMax = outMax;
        this.waitingMax = waitingMax;
    }

    Figures figures() {
        return new Figures()
                .spread(Metric.CASSANDRA_SECONDS, seconds)
                .count(Metric.CASSANDRA_FAILURES, failures::sum)
                .level(Metric.CASSANDRA_WAITING, this::waiting);
    }

    private synchronized int waiting() {
        return waiting.size();
    }

    Future<ResultSet> send(Statement<?> statement) {
        Promise<ResultSet> answer = ((ContextInternal) vertx.getOrCreateContext()).promise();
        var request = new Waiting(statement, answer);
        synchronized (this) {
            if (out == outMax) {
                if (waiting.size() == waitingMax) {
                    failures.increment();
                    return Future.failedFuture(new Unavailable("too many requests wait for Cassandra"));
                }
                waiting.add(request);
                return answer.future();
            }
            out++;
        }
        run(request);
        return answer.future();
    }

    private void run(Waiting request) {
        long began = System.nanoTime();
        Future<ResultSet> sent;
        try {
            sent = client.execute(request.statement);
        } catch (RuntimeException e) { // nothing went out
            sent = Future.failedFuture(new Unavailable("Cassandra could not be asked", e));
        }
        sent.onComplete(answer -> {
            next();
            seconds.recordSince(began);
            if (answer.failed()) failures.increment();
            if (answer.succeeded()) request.answer.complete(answer.result());
            else request.answer.fail(failure(answer.cause()));
        });
    }

    private void next() {
        Waiting next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                out--;
                return;
            }
        }
        run(next);
    }

    /**
     * {@link Unavailable} where it is certain that nothing was written: the request did not leave, or its coordinator refused it because
     * too few replicas are there. (With {@code paxos_variant: v2} a conditional write that may have been proposed ends in other ways.)
     */
    private static Throwable failure(Throwable cause) {
        boolean unsent = cause instanceof AllNodesFailedException all
                && all.getAllErrors().values().stream()
                        .flatMap(List::stream)
                        .allMatch(error ->
                                error instanceof BusyConnectionException || error instanceof NodeUnavailableException);
        if (unsent) return new Unavailable("no node of Cassandra can be asked", cause);
        return cause instanceof UnavailableException
                ? new Unavailable("too few nodes of Cassandra are there", cause)
                : cause;
    }

    /** The row, or none. */
    Future<Optional<Row>> row(Statement<?> statement) {
        return send(statement).map(found -> Optional.ofNullable(found.one()));
    }

    /** The rows, page by page; no further page once it is {@code enough}. */
    Future<List<Row>> rows(Statement<?> statement, Predicate<List<Row>> enough) {
        return rows(statement, enough, new ArrayList<>());
    }

    Future<List<Row>> rows(Statement<?> statement) {
        return rows(statement, rows -> false);
    }

    private Future<List<Row>> rows(Statement<?> statement, Predicate<List<Row>> enough, List<Row> rows) {
        return send(statement).compose(page -> {
            page.currentPage().forEach(rows::add);
            ByteBuffer next = page.getExecutionInfo().getPagingState();
            if (next == null || enough.test(rows)) return Future.succeededFuture(rows);
            return rows(statement.setPagingState(next), enough, rows);
        });
    }

    /** Asks for each of the keys; those without an answer are not among the answers. */
    <K, V> Future<Map<K, V>> each(Collection<K> keys, Function<K, Future<Optional<V>>> question) {
        Map<K, V> found = new ConcurrentHashMap<>();
        Function<K, Future<?>> ask =
                key -> question.apply(key).onSuccess(answer -> answer.ifPresent(value -> found.put(key, value)));
        return all(keys, ask).map(done -> found);
    }

    /** Sends them all, in no order. */
    Future<Void> all(Collection<? extends Statement<?>> statements) {
        return all(statements, this::send);
    }

    /** Does something with each, in no order, with several at once; the others do not wait in the queue, which one call could fill. */
    <K> Future<Void> all(Collection<K> keys, Function<? super K, Future<?>> action) {
        return new Each<K>(keys, action).run();
    }

    private static final class Each<K> {
        private final Iterator<K> left;
        private final Function<? super K, Future<?>> action;
        private final Promise<Void> done = Promise.promise();
        private int out;
        private boolean isOver;

        Each(Collection<K> keys, Function<? super K, Future<?>> action) {
            this.left = List.copyOf(keys).iterator();
            this.action = action;
        }

        Future<Void> run() {
            for (int i = 0; i < EACH_AT_ONCE && next(); i++) continue;
            return done.future();
        }

        /** Begins with the next one, if there is one. */
        private boolean next() {
            K key;
            synchronized (this) {
                if (isOver) return false;
                if (!left.hasNext()) {
                    isOver = out == 0;
                    if (isOver) done.complete();
                    return false;
                }
                key = left.next();
                out++;
            }
            action.apply(key).onComplete(answer -> ended(answer.cause()));
            return true;
        }

        private void ended(@Nullable Throwable cause) {
            synchronized (this) {
                out--;
                if (cause != null && !isOver) {
                    isOver = true;
                    done.fail(cause);
                }
            }
            next();
        }
    }
}
