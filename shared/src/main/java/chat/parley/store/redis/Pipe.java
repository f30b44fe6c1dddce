package chat.parley.store.redis;

import static java.util.Objects.requireNonNull;

import chat.parley.store.Unavailable;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Histogram;
import chat.parley.telemetry.Metric;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisCluster;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to Redis, for all loops of a node: commands go out in batches, without waiting for the answers to those before, over one
 * connection (of a Redis Cluster: one to each node). While Redis is not there everything fails at once, so nobody waits for it longer than a
 * request may take; the connection is tried again and again, with pauses that grow. A Redis that is slow counts as gone: what it owes is
 * given up with the connection.
 */
final class Pipe {
    private static final Logger log = LoggerFactory.getLogger(Pipe.class);
    private static final long CONNECT_MILLIS = 2_000;
    private static final long PAUSE_MILLIS_MIN = 100;
    private static final long PAUSE_MILLIS_MAX = 5_000;

    /** Commands of one write. */
    private static final int BATCH_MAX = 500;

    /** What a command is answered that is wrong itself; all else is trouble with the server, or a reason to ask another. */
    private static final Pattern OWN_FAULT = Pattern.compile("WRONGTYPE|NOPERM|user_script|running script");

    private final Vertx vertx;
    private final ContextInternal context;
    private final RedisOptions options;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong failures = new AtomicLong();
    private final Histogram seconds = Histogram.ofSeconds();

    // Of the context.
    private @Nullable Life life;
    private long pauseMillis = PAUSE_MILLIS_MIN;
    private int tries;
    private boolean isSaidToBeGone;
    private boolean isClosed;

    /** One connection, for as long as it does. */
    private record Life(Redis client, RedisConnection connection) {}

    Pipe(Vertx vertx, RedisOptions options) {
        this.vertx = vertx;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.options = options;
        context.runOnContext(begun -> connect());
    }

    /**
     * Sends the commands, each with one key; in that order among those of a key. The answers, in the same order, come on the context of the
     * caller. Fails as a whole, though some may have been carried out.
     */
    Future<List<Response>> send(List<Request> commands) {
        if (commands.isEmpty()) return Future.succeededFuture(List.of());
        Promise<List<Response>> answer = ((ContextInternal) vertx.getOrCreateContext()).promise();
        int count = commands.size();
        if (waiting.addAndGet(count) > options.waitingMax()) {
            waiting.addAndGet(-count);
            failures.incrementAndGet();
            return Future.failedFuture(new Unavailable("too many commands wait for Redis"));
        }
        answer.future().onComplete(done -> {
            waiting.addAndGet(-count);
            if (done.failed()) failures.incrementAndGet();
        });
        context.runOnContext(onIt -> sendNow(commands).onComplete(answer));
        return answer.future();
    }

    Figures figures() {
        return new Figures()
                .spread(Metric.REDIS_SECONDS, seconds)
                .count(Metric.REDIS_FAILURES, failures::get)
                .level(Metric.REDIS_WAITING, waiting::get);
    }

    private Future<List<Response>> sendNow(List<Request> commands) {
        Life its = life;
        if (its == null) return Future.failedFuture(new Unavailable("Redis is not there"));
        long began = System.nanoTime();
        return write(its.connection, commands)
                .timeout(options.requestMillis(), TimeUnit.MILLISECONDS)
                .onComplete(answered -> seconds.recordSince(began))
                .onFailure(broken -> failed(its, broken))
                .recover(broken -> Future.failedFuture(exception(broken)));
    }

    /** What Redis answers is no exception to Java, and would pass those who catch them. */
    private static Throwable exception(Throwable broken) {
        return broken instanceof ErrorType ? new IllegalStateException("Redis: " + broken.getMessage()) : broken;
    }

    private Future<List<Response>> write(RedisConnection connection, List<Request> commands) {
        Map<Request, Integer> places = new IdentityHashMap<>(commands.size());
        for (int i = 0; i < commands.size(); i++) places.put(commands.get(i), i);
        Response[] answers = new Response[commands.size()];
        Future<Collection<List<Request>>> grouped = options.isCluster()
                ? RedisCluster.create(connection).groupByNodes(commands).map(groups -> groups.getKeyed())
                : Future.succeededFuture(List.of(commands));
        return grouped.compose(groups -> {
                    List<Future<?>> written = new ArrayList<>();
                    for (List<Request> group : groups) {
                        for (int from = 0; from < group.size(); from += BATCH_MAX) {
                            List<Request> batch = group.subList(from, Math.min(group.size(), from + BATCH_MAX));
                            written.add(connection.batch(batch).onSuccess(some -> {
                                for (int i = 0; i < some.size(); i++)
                                    answers[requireNonNull(places.get(batch.get(i)))] = some.get(i);
                            }));
                        }
                    }
                    return Future.all(written);
                })
                .map(done -> Arrays.asList(answers));
    }

    private void failed(Life its, Throwable broken) {
        boolean isOwnFault = broken instanceof ErrorType error
                && OWN_FAULT.matcher(String.valueOf(error.getMessage())).find();
        if (isOwnFault) log.warn("Redis did not carry out a command: {}", broken.getMessage());
        else lost(its, broken);
    }

    // The connection.

    private void connect() {
        if (isClosed) return;
        Redis client;
        try {
            client = Redis.createClient(vertx, clientOptions());
        } catch (RuntimeException impossible) {
            again(impossible);
            return;
        }
        client.connect()
                .timeout(CONNECT_MILLIS, TimeUnit.MILLISECONDS)
                .onSuccess(connection -> connected(new Life(client, connection)))
                .onFailure(broken -> {
                    client.close();
                    again(broken);
                });
    }

    private io.vertx.redis.client.RedisOptions clientOptions() {
        NetClientOptions net = new NetClientOptions()
                .setTcpKeepAlive(true)
                .setTcpNoDelay(true)
                .setConnectTimeout((int) CONNECT_MILLIS);
        if (options.tls()) {
            net.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
            if (options.caFile() != null)
                net.setTrustOptions(
                        new PemTrustOptions().addCertPath(options.caFile().toString()));
        }
        List<String> endpoints = new ArrayList<>();
        for (String each : options.endpoints()) endpoints.add((options.tls() ? "rediss://" : "redis://") + each);
        Collections.rotate(endpoints, tries++); // the first may be the one that does not answer
        return new io.vertx.redis.client.RedisOptions()
                .setType(options.isCluster() ? RedisClientType.CLUSTER : RedisClientType.STANDALONE)
                .setEndpoints(endpoints)
                .setNetClientOptions(net)
                .setUser(options.username())
                .setPassword(options.password())
                .setMaxWaitingHandlers(options.waitingMax() + BATCH_MAX);
    }

    private void connected(Life its) {
        if (isClosed) {
            its.client.close();
            return;
        }
        life = its;
        pauseMillis = PAUSE_MILLIS_MIN;
        its.connection
                .exceptionHandler(broken -> context.runOnContext(onIt -> lost(its, broken)))
                .endHandler(end -> context.runOnContext(onIt -> lost(its, new Unavailable("the connection ended"))));
        log.info("{} is there", options);
        isSaidToBeGone = false;
    }

    private void lost(Life its, Throwable broken) {
        if (life != its) return;
        life = null;
        its.client.close();
        again(broken);
    }

    private void again(Throwable broken) {
        if (isClosed) return;
        if (!isSaidToBeGone) log.warn("{} is not there ({}); going on without", options, broken.getMessage());
        isSaidToBeGone = true;
        long pause = pauseMillis;
        pauseMillis = Math.min(PAUSE_MILLIS_MAX, 2 * pauseMillis);
        context.setTimer(pause, timer -> connect());
    }

    /** What is under way fails. */
    void close() {
        context.runOnContext(onIt -> {
            isClosed = true;
            Life its = life;
            life = null;
            if (its != null) its.client.close();
        });
    }
}
