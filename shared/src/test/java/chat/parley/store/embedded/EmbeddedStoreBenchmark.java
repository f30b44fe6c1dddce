package chat.parley.store.embedded;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import chat.parley.store.Batch;
import chat.parley.store.BatchId;
import chat.parley.store.History.IdKey;
import chat.parley.store.ShardHead;
import chat.parley.store.Stores;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * What the store costs: one event loop, which has one append in flight for each of 128 shards, as sequencers have; before each the ids of
 * its entries are looked up. Prints a line a second, and the sums. Arguments: seconds, conversations, entries a batch, shards.
 */
public final class EmbeddedStoreBenchmark {
    private static final int BODY_BYTES = 200;

    private final Vertx vertx;
    private final Stores stores;
    private final int batchEntries;
    private final List<List<ConversationId>> byShard = new ArrayList<>();
    private final long[] sequences;
    private final LongAdder entries = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private final Random random = new Random(1);
    private final List<String> bodies = new ArrayList<>();
    private volatile boolean stopping;

    private EmbeddedStoreBenchmark(Vertx vertx, Stores stores, int conversations, int batchEntries, int shards) {
        this.vertx = vertx;
        this.stores = stores;
        this.batchEntries = batchEntries;
        for (int i = 0; i < ConversationId.SHARDS; i++) byShard.add(new ArrayList<>());
        int made = 0;
        while (made < conversations) {
            byte[] id = new byte[16];
            random.nextBytes(id);
            var conversation = new ConversationId(
                    java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(id));
            if (conversation.shard() >= shards) continue;
            byShard.get(conversation.shard()).add(conversation);
            made++;
        }
        sequences = new long[ConversationId.SHARDS * 4096];
        for (int i = 0; i < 64; i++) {
            var body = new StringBuilder();
            while (body.length() < BODY_BYTES)
                body.append(Integer.toString(random.nextInt(1 << 20), 36)).append(' ');
            bodies.add(body.substring(0, BODY_BYTES));
        }
    }

    public static void main(String[] arguments) throws Exception {
        int seconds = argument(arguments, 0, 20);
        int conversations = argument(arguments, 1, 4_000);
        int batchEntries = argument(arguments, 2, 8);
        int shards = argument(arguments, 3, ConversationId.SHARDS);
        Path folder = Path.of(System.getProperty("folder", "target/bench-store"));
        remove(folder);
        Vertx vertx = Vertx.vertx();
        EmbeddedStore store = EmbeddedStore.open(vertx, folder, EmbeddedOptions.defaults());
        var benchmark = new EmbeddedStoreBenchmark(vertx, store.stores(), conversations, batchEntries, shards);
        benchmark.run(store, seconds, shards);
        long began = System.nanoTime();
        store.close();
        System.out.printf(Locale.ROOT, "closed in %d ms%n", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        vertx.close().await();
        remove(folder);
    }

    private void run(EmbeddedStore store, int seconds, int shards) throws Exception {
        Context loop = vertx.getOrCreateContext();
        loop.runOnContext(nothing -> {
            for (int shard = 0; shard < shards; shard++) start(shard);
        });
        Sample first = null;
        Sample before = sample(store);
        int warm = seconds / 4;
        for (int second = 1; second <= seconds; second++) {
            Thread.sleep(1_000);
            Sample now = sample(store);
            print("second " + second, before, now);
            if (second == warm) first = now;
            before = now;
        }
        print("after the first " + warm, first == null ? before : first, before);
        stopping = true;
        Thread.sleep(200);
    }

    private void start(int shard) {
        if (byShard.get(shard).isEmpty()) return;
        stores.log()
                .head(shard)
                .compose(head -> stores.log().takeOver(head, "bench"))
                .onSuccess(done -> stores.log().head(shard).onSuccess(this::append));
    }

    private void append(ShardHead head) {
        if (stopping) return;
        List<Entry> placed = new ArrayList<>(batchEntries);
        List<IdKey> ids = new ArrayList<>(batchEntries);
        List<ConversationId> all = byShard.get(head.shard());
        long position = head.position();
        for (int i = 0; i < batchEntries; i++) {
            int n = random.nextInt(all.size());
            ConversationId conversation = all.get(n);
            long sequence = ++sequences[head.shard() * 4096 + n];
            position++;
            var user = new UserId("user-" + head.shard() + "-" + n);
            String clientMessageId = "##" + Long.toString(random.nextLong() >>> 4, 36) + position;
            placed.add(new Entry(
                    conversation,
                    sequence,
                    position,
                    System.currentTimeMillis(),
                    user,
                    clientMessageId,
                    new Digest(1, random.nextLong(), random.nextLong()),
                    "0123456789abcdef",
                    sequence,
                    sequence,
                    Content.Message.of(bodies.get(random.nextInt(bodies.size())))));
            ids.add(new IdKey(conversation, user, clientMessageId));
        }
        var batch = new Batch(
                head.shard(), head.position(), head.epoch(), head.owner(), new BatchId(1, random.nextLong()), placed);
        stores.history()
                .ids(ids)
                .compose(known -> {
                    if (!known.isEmpty()) throw new IllegalStateException("no id was used twice");
                    return stores.log().append(batch);
                })
                .onSuccess(done -> {
                    entries.add(batchEntries);
                    batches.increment();
                    append(new ShardHead(head.shard(), batch.lastPosition(), head.epoch(), head.owner(), batch.id()));
                })
                .onFailure(Throwable::printStackTrace);
    }

    private record Sample(long nanos, long cpuNanos, long entries, long batches, long commits, long syncs) {}

    private Sample sample(EmbeddedStore store) {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Sample(
                System.nanoTime(),
                system.getProcessCpuTime(),
                entries.sum(),
                batches.sum(),
                store.commits(),
                store.syncs());
    }

    private static void print(String name, Sample from, Sample to) {
        double seconds = (to.nanos - from.nanos) / 1e9;
        long count = to.entries - from.entries;
        System.out.printf(
                Locale.ROOT,
                "%s: %,.0f entries/s, %,.0f batches/s, %,.0f commits/s, %,.0f syncs/s, %.2f cores, %.2f us of CPU an"
                        + " entry%n",
                name,
                count / seconds,
                (to.batches - from.batches) / seconds,
                (to.commits - from.commits) / seconds,
                (to.syncs - from.syncs) / seconds,
                (to.cpuNanos - from.cpuNanos) / 1e9 / seconds,
                (to.cpuNanos - from.cpuNanos) / 1e3 / Math.max(1, count));
    }

    private static int argument(String[] arguments, int at, int otherwise) {
        return arguments.length > at ? Integer.parseInt(arguments[at]) : otherwise;
    }

    private static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(each);
        }
    }
}
