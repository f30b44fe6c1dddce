package chat.parley.store.redis;

import chat.parley.model.UserId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real Redis for the tests of a class, alone or a cluster of three, and clients of it. */
final class RealRedis implements BeforeAllCallback, AfterAllCallback {
    private static final long WAIT_NANOS = Duration.ofSeconds(60).toNanos();

    private final boolean isCluster;
    private final Vertx vertx = Vertx.vertx();
    private final List<RedisStore> open = new ArrayList<>();
    private List<RedisProcess> processes = List.of();

    RealRedis(boolean isCluster) {
        this.isCluster = isCluster;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Path folder = Path.of("target");
        processes = isCluster ? RedisProcess.startCluster(folder) : List.of(RedisProcess.startAlone(folder));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        open.forEach(RedisStore::close);
        vertx.close();
        processes.forEach(RedisProcess::close);
    }

    Vertx vertx() {
        return vertx;
    }

    /** The one; of a cluster the first. */
    RedisProcess process() {
        return processes.getFirst();
    }

    RedisOptions options() {
        return new RedisOptions(
                processes.stream().map(RedisProcess::endpoint).toList(),
                isCluster,
                null,
                null,
                false,
                null,
                "test",
                20_000,
                20_000);
    }

    /** A client that has found it. */
    RedisStore open(long lifetimeMillis) {
        return open(options(), lifetimeMillis);
    }

    RedisStore open(RedisOptions options, long lifetimeMillis) {
        RedisStore store = new RedisStore(vertx, options, lifetimeMillis, lifetimeMillis);
        open.add(store);
        await(() -> isThere(store));
        return store;
    }

    /** Whether it answers the client. */
    static boolean isThere(RedisStore store) {
        Future<?> found = store.ephemeral().presence().find(List.of(new UserId("anybody")));
        try {
            found.await(60, TimeUnit.SECONDS);
            return true;
        } catch (Exception gone) { // await throws what the future failed with
            return false;
        }
    }

    static void await(BooleanSupplier holds) {
        long until = System.nanoTime() + WAIT_NANOS;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > until) throw new AssertionError("it did not come to that within a minute");
            LockSupport.parkNanos(10_000_000);
        }
    }
}
