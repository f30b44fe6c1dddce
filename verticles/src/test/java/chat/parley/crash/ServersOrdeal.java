package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Topology;
import chat.parley.bus.VertxLoop;
import chat.parley.checker.Checker;
import chat.parley.checker.Counter;
import chat.parley.checker.Expectations;
import chat.parley.checker.FaultStep;
import chat.parley.checker.Verdict;
import chat.parley.consumers.ConsumerVerticle;
import chat.parley.node.Caller;
import chat.parley.store.EventRecord;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraProcess;
import chat.parley.store.cassandra.CassandraSchema;
import chat.parley.store.cassandra.CassandraStore;
import chat.parley.store.kafka.KafkaEventLog;
import chat.parley.store.kafka.KafkaProcess;
import chat.parley.store.kafka.RealKafka;
import chat.parley.store.redis.RedisProcess;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One run: under load the servers that nodes stand on stop or die, one at a time, and come back; then all is read, through each node, from the
 * logs and from Kafka, and judged. Nobody is to wait for a server that is gone.
 */
final class ServersOrdeal {
    /** How long nothing is done to anything, between faults. */
    private static final int USUAL_SECONDS = 4;

    private static final long SERVED_MILLIS_MAX = 20_000;
    private static final long OUTAGE_SECONDS_MAX = 20;

    private final Path folder;
    private final Victims victims;
    private final SplittableRandom random;
    private final Recorder recorder = new Recorder(true);
    private final Door door = new Door();
    private final Exported exported = new Exported(recorder);
    private final Set<String> known = new HashSet<>(); // users whose presence is known while nothing is down
    private int faults;

    /** Which servers are gone, one after the other. */
    enum Victims {
        REDIS_AND_KAFKA(1, Scale.CITY),

        /** In a smaller town, as three of them leave little of two cores. */
        ONE_CASSANDRA_OF_THREE(3, Scale.TOWN);

        final int copies;
        final Scale scale;

        Victims(int copies, Scale scale) {
            this.copies = copies;
            this.scale = scale;
        }
    }

    private interface Act {
        void perform() throws Exception;
    }

    /** What happens to a server, and how it is brought back. @param felt what is so meanwhile, by which nodes show that they lack it */
    private record Outage(String name, Act begin, BooleanSupplier isRunning, Act end, BooleanSupplier felt) {}

    ServersOrdeal(Path folder, Victims victims, long seed) {
        this.folder = folder;
        this.victims = victims;
        this.random = new SplittableRandom(seed);
    }

    /** The verdict on such a run; prints the figures. @param seconds for which each is gone */
    Verdict run(int seconds) throws Exception {
        long began = System.nanoTime();
        Vertx vertx = Vertx.vertx();
        int devices;
        try (ServersOfCluster servers = ServersOfCluster.start(folder, victims.copies)) {
            CassandraOptions options = NodesOfCluster.options(servers.contactPoints());
            CassandraSchema.apply(vertx, options);
            try (CassandraStore store = CassandraStore.open(vertx, options)) {
                devices = run(seconds, vertx, servers, store.stores().log());
            }
        } finally {
            vertx.close();
        }
        Verdict verdict = Checker.check(recorder.history(), expectations(devices));
        System.out.printf("servers: %s; %.1f s%n", recorder, (System.nanoTime() - began) / 1e9);
        System.out.println("  " + (verdict.holds() ? verdict : "found: " + verdict.counts()));
        return verdict;
    }

    private int run(int seconds, Vertx vertx, ServersOfCluster servers, ShardLog log) throws Exception {
        try (NodesOfCluster nodes = new NodesOfCluster(servers.contactPoints(), folder, log)) {
            try {
                nodes.tell(servers.settings());
                nodes.startAll();
                nodes.awaitAllServe();
                nodes.doors().values().forEach(door::open);
                Crowd crowd = new Crowd(door, recorder, victims.scale, random);
                crowd.burst();
                crowd.load(crowd.conversations().size());
                try (KafkaEventLog events = KafkaEventLog.open(vertx, servers.events(), log)) {
                    follow(vertx, events, log);
                    presence(nodes).forEach((user, status) -> {
                        if (status.equals("online")) known.add(user);
                    });
                    assertThat(known).as("users whose presence is known").isNotEmpty();
                    for (Outage outage : outages(servers, nodes)) strike(outage, seconds, nodes, crowd);
                    awaitExport(nodes, crowd);
                    awaitPresence(servers.redis(), nodes);
                    crowd.quiet(nodes::tails);
                    crowd.finalReads(nodes.doors());
                    awaitExport(nodes, crowd);
                    readTopic(events);
                }
                recorder.end();
                StoreReader.read(log, recorder);
                return crowd.devices().size();
            } catch (AssertionError broken) {
                throw new AssertionError(broken.getMessage() + "\n" + nodes.tails(), broken);
            } finally {
                door.end();
            }
        }
    }

    // The faults.

    private List<Outage> outages(ServersOfCluster servers, NodesOfCluster nodes) {
        if (victims == Victims.ONE_CASSANDRA_OF_THREE) {
            CassandraProcess cassandra = servers.cassandra();
            return List.of(new Outage(
                    "one Cassandra of three, kill -9",
                    cassandra::kill,
                    cassandra::isRunning,
                    cassandra::startAgain,
                    () -> true));
        }
        RedisProcess redis = servers.redis();
        KafkaProcess kafka = servers.kafka();
        BooleanSupplier failing = () -> nodes.counted("parley_redis_failures_total") > 0;
        return List.of(
                new Outage("Redis, SIGSTOP", redis::stop, redis::isRunning, redis::goOn, failing),
                new Outage("Redis, kill -9", redis::kill, redis::isRunning, redis::startAgain, failing),
                new Outage(
                        "Kafka, kill -9",
                        kafka::kill,
                        kafka::isRunning,
                        kafka::start,
                        () -> nodes.counted("parley_export_waiting") > 0));
    }

    private void strike(Outage outage, int seconds, NodesOfCluster nodes, Crowd crowd) throws Exception {
        double before = acksPerSecond(USUAL_SECONDS);
        recorder.fault(outage.name, FaultStep.PLANNED);
        faults++;
        assertThat(outage.isRunning.getAsBoolean())
                .as("%s: it runs before", outage.name)
                .isTrue();
        outage.begin.perform();
        long gone = System.nanoTime();
        long servedWithout = millisUntilAllAreServed(crowd);
        double meanwhile =
                acksPerSecond((int) Math.max(1, seconds - TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - gone)));
        Map<String, String> statuses = presence(nodes);
        statuses.keySet().retainAll(known);
        assertThat(statuses.values()).as("%s: presence", outage.name).isSubsetOf("online", "unknown");
        assertThat(outage.isRunning.getAsBoolean())
                .as("%s: it ran all the while", outage.name)
                .isFalse();
        Crowd.await("nodes that lack it, at " + outage.name, outage.felt);
        recorder.fault(outage.name, FaultStep.EFFECTIVE);
        double wasGone = (System.nanoTime() - gone) / 1e9;
        outage.end.perform();
        assertThat(outage.isRunning.getAsBoolean())
                .as("%s: it is back", outage.name)
                .isTrue();
        long servedAgain = millisUntilAllAreServed(crowd);
        recorder.fault(outage.name, FaultStep.HEALED);
        double after = acksPerSecond(USUAL_SECONDS);
        System.out.printf(
                Locale.ROOT,
                "  %s, for %.1f s: acks a second %.0f before, %.0f meanwhile, %.0f afterwards; every conversation"
                        + " acknowledged after %d ms without it, %d ms with it again;"
                        + " presence unknown of %d of %d%n",
                outage.name,
                wasGone,
                before,
                meanwhile,
                after,
                servedWithout,
                servedAgain,
                statuses.values().stream().filter("unknown"::equals).count(),
                known.size());
        assertThat(servedWithout)
                .as("%s: millis until all are served", outage.name)
                .isLessThan(SERVED_MILLIS_MAX);
        assertThat(meanwhile)
                .as("%s: acks a second, and %s before", outage.name, before)
                .isGreaterThan(before / 4);
        assertThat(after)
                .as("%s: acks a second afterwards, and %s before", outage.name, before)
                .isGreaterThan(before / 4);
    }

    /** From now on, until something that is said now in each conversation is acknowledged. */
    private long millisUntilAllAreServed(Crowd crowd) {
        long from = System.nanoTime();
        recorder.awaitFirstAcks(from);
        crowd.burst();
        crowd.awaitServed(crowd.conversations().size());
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
    }

    private double acksPerSecond(int seconds) {
        long before = recorder.acks();
        long from = System.nanoTime();
        Crowd.pauseUntil(from + TimeUnit.SECONDS.toNanos(seconds));
        return (recorder.acks() - before) * 1e9 / (System.nanoTime() - from);
    }

    // What is looked at beside.

    /** A consumer, as nodes run theirs. */
    private void follow(Vertx vertx, KafkaEventLog events, ShardLog log) throws Exception {
        ConsumerVerticle consumer = new ConsumerVerticle(
                "ordeal", "here", events, log, Topology.single("here"), new VertxLoop(vertx), exported);
        vertx.deployVerticle(consumer).await(60, TimeUnit.SECONDS);
    }

    /** Until the consumer has all that is in the logs now. */
    private void awaitExport(NodesOfCluster nodes, Crowd crowd) {
        long from = System.nanoTime();
        long all = entries(nodes);
        Crowd.await("the consumer to have all entries", () -> exported.entries() >= all);
        assertThat(exported.conversations()).hasSize(crowd.conversations().size());
        assertThat(exported.missing()).isEmpty();
        System.out.printf(
                Locale.ROOT,
                "  a consumer of Kafka has all %d entries of the logs after %d ms%n",
                all,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from));
    }

    /** In all logs; asked until Cassandra says it, of whose serial reads some are late on a machine that does much else. */
    private static long entries(NodesOfCluster nodes) {
        AtomicLong all = new AtomicLong();
        Crowd.await("the heads of all logs", () -> {
            try {
                all.set(nodes.heads().stream().mapToLong(ShardHead::position).sum());
                return true;
            } catch (CompletionException late) {
                return false;
            }
        });
        return all.get();
    }

    /** All that Kafka has, as it has it. */
    private void readTopic(KafkaEventLog events) throws Exception {
        List<EventRecord> records = RealKafka.all(events);
        for (EventRecord each : records) exported.record("topic", each);
        System.out.printf("  the topic has %d records, of %d entries%n", records.size(), exported.entries());
    }

    /** Of those whom the first member may see, as a node has it: how they stand. */
    private Map<String, String> presence(NodesOfCluster nodes) {
        int port = nodes.door(NodesOfCluster.NAMES.getFirst()).getPort();
        String token = answered(() -> new Caller(port, null).post("/v1/dev/tokens", "{\"userId\":\"m0\"}"))
                .getString("token");
        String others = IntStream.range(1, victims.scale.members)
                .mapToObj(number -> "m" + number)
                .collect(Collectors.joining(","));
        Map<String, String> statuses = new TreeMap<>();
        for (Object each : answered(() -> new Caller(port, token).get("/v1/presence?userIds=" + others))
                .getJsonArray("presence")) {
            JsonObject status = (JsonObject) each;
            statuses.put(status.getString("userId"), status.getString("status"));
        }
        return statuses;
    }

    /** What is asked until the answer is no refusal: a machine may be slow. */
    private static JsonObject answered(Supplier<Caller.Answer> question) {
        AtomicReference<JsonObject> answer = new AtomicReference<>();
        Crowd.await("an answer to a reader of presence", () -> {
            Caller.Answer its = question.get();
            if (its.status() == 200) answer.set(its.json());
            return its.status() == 200;
        });
        return answer.get();
    }

    /** Everybody is there again, and Redis, which forgot them, knows it too. */
    private void awaitPresence(RedisProcess redis, NodesOfCluster nodes) {
        Crowd.await(
                "presence of all whose presence was known",
                () -> presence(nodes).entrySet().stream()
                        .filter(each -> known.contains(each.getKey()))
                        .allMatch(each -> each.getValue().equals("online")));
        Crowd.await("Redis to know them", () -> known.stream().allMatch(user -> isTold(redis, user)));
    }

    private static boolean isTold(RedisProcess redis, String user) {
        try {
            return redis.cli("exists", "parley:presence:" + user).contains("1");
        } catch (IOException | InterruptedException broken) {
            throw new AssertionError(broken);
        }
    }

    private Expectations expectations(int devices) {
        return Expectations.oneNode()
                .atLeast(Counter.RECEPTIONS, 1)
                .atLeast(Counter.RESUMES, devices)
                .atLeast(Counter.POINTERS, 1)
                .atLeast(Counter.UNREADS, 1)
                .atLeast(Counter.STREAMS, devices)
                .atLeast(Counter.EXPORTS, recorder.sends())
                .atLeast(Counter.FAULTS_EFFECTIVE, faults)
                .faultsEffective(1)
                .outageAtMost(TimeUnit.SECONDS.toNanos(OUTAGE_SECONDS_MAX));
    }

    /** What a client never sees of a cluster that works. */
    List<String> odd() {
        return recorder.odd();
    }
}
