package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.auth.DevTokens;
import chat.parley.node.Caller;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraProcess;
import chat.parley.store.cassandra.CassandraSchema;
import chat.parley.store.cassandra.CassandraStore;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A node dies with all the sockets that it has; their devices come to another one, all at once, while messages go on: each has all of its
 * history in the end, and nothing is lost of what those say who were there before. Prints what these notice of it.
 */
@Isolated
@Tag("real")
class StormTest {
    private static final int SOCKETS = Integer.getInteger("storm.sockets", 1_000);

    /** Of every node, over what it is told anyway: NAME=VALUE, with commas between them. */
    private static final String SETTINGS = System.getProperty("storm.settings", "");

    private static final int GROUP = 50;
    private static final int PAIRS = 20;
    private static final int MISSED = 5;
    private static final int WRITERS = 12;
    private static final int CALM_SECONDS = 5;
    private static final int CONNECTED_SECONDS_MAX = 120;

    /** Far more than the goal, which is 30 s for 5,000 sockets: on a machine that does much else. */
    private static final int STORM_SECONDS_MAX = 120;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    @TempDir
    private Path folder;

    private final List<String> groups = Collections.synchronizedList(new ArrayList<>());

    @Test
    @Timeout(600)
    void whenANodeDiesAllItsSessionsAreResumedElsewhereWithAllTheirHistory() throws Exception {
        try (CassandraProcess cassandra = CassandraProcess.startAlone(folder)) {
            Vertx vertx = Vertx.vertx();
            CassandraOptions options = NodesOfCluster.options(cassandra.address());
            CassandraSchema.apply(vertx, options);
            try (CassandraStore store = CassandraStore.open(vertx, options);
                    NodesOfCluster nodes = new NodesOfCluster(
                            new Roomy(new Loopback(NodesOfCluster.NAMES)),
                            cassandra.address(),
                            folder,
                            store.stores().log(),
                            "")) {
                if (!SETTINGS.isEmpty()) nodes.tell(List.of(SETTINGS.split(",")));
                nodes.startAll();
                nodes.awaitAllServe();
                storm(nodes);
            } finally {
                vertx.close();
            }
        }
    }

    /** Thousands of sessions want more room than the few of other tests. */
    private record Roomy(Hosts hosts) implements Hosts {
        @Override
        public String address(String node) {
            return hosts.address(node);
        }

        @Override
        public InetSocketAddress door(String node) {
            return hosts.door(node);
        }

        @Override
        public List<String> command(String node) {
            return List.of("env", "_JAVA_OPTIONS=-Xmx768m");
        }
    }

    private void storm(NodesOfCluster nodes) throws Exception {
        DevTokens tokens = DevTokens.read(folder.resolve("secrets"));
        int refuge = nodes.door("n2").getPort();
        AtomicInteger port = new AtomicInteger(nodes.door("n1").getPort());
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
                Bystanders bystanders = new Bystanders(refuge);
                Storm storm = new Storm(tokens, port)) {
            found(tokens, refuge, writers, storm, bystanders);
            storm.connectAll(CONNECTED_SECONDS_MAX);
            bystanders.start();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            bystanders.figures();
            pause(CALM_SECONDS);
            String calm = bystanders.figures();

            CompletableFuture<Void> allWelcome = storm.begin();
            port.set(refuge);
            nodes.get("n1").kill();
            long killed = System.nanoTime();
            List<Future<?>> writing = new ArrayList<>();
            for (int i = 0; i < groups.size(); i++) {
                int group = i;
                writing.add(writers.submit(() -> write(tokens, refuge, group, storm)));
            }
            allWelcome.get(STORM_SECONDS_MAX, TimeUnit.SECONDS);
            double welcome = (System.nanoTime() - killed) / 1e9;
            for (Future<?> each : writing) each.get(STORM_SECONDS_MAX, TimeUnit.SECONDS);
            double written = (System.nanoTime() - killed) / 1e9;
            for (int behind = storm.behind(); behind > 0; behind = storm.behind()) {
                assertThat(System.nanoTime() - killed)
                        .as("%d sessions are behind", behind)
                        .isLessThan(TimeUnit.SECONDS.toNanos(STORM_SECONDS_MAX));
                LockSupport.parkNanos(LOOK_NANOS);
            }
            double complete = (System.nanoTime() - killed) / 1e9;
            String during = bystanders.figures();
            assertThat(bystanders.lost()).as("of what others said meanwhile").isZero();
            int[] perSecond = storm.perSecond();
            double mean = storm.perSecondWhileTheyCame();
            int most = Arrays.stream(perSecond).max().orElseThrow();
            System.out.printf(
                    Locale.ROOT,
                    "storm: %d sessions; all welcome elsewhere %.1f s after the kill; %d messages that they missed or"
                        + " heard were written by %.1f s, and all had all of them at %.1f s%n  welcome in each second"
                        + " %s: %d at most, %.1f times the mean; %s%n  others, before: %s%n  others, meanwhile: %s%n",
                    storm.size(),
                    welcome,
                    MISSED * groups.size(),
                    written,
                    complete,
                    Arrays.toString(perSecond),
                    most,
                    most / mean,
                    storm.counts().encode(),
                    calm,
                    during);
            assertThat(storm.holes()).isZero();
            assertThat((double) most).as("of %s", Arrays.toString(perSecond)).isLessThanOrEqualTo(2 * mean);
        }
    }

    private static void pause(int seconds) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < until) LockSupport.parkNanos(LOOK_NANOS);
    }

    /** Groups for the storm, each with one who writes, and pairs that stand by. */
    private void found(DevTokens tokens, int port, ExecutorService writers, Storm storm, Bystanders bystanders)
            throws Exception {
        int size = GROUP - 1;
        List<Future<String>> founded = new ArrayList<>();
        for (int group = 0; group * size < SOCKETS; group++) {
            int number = group;
            founded.add(writers.submit(() -> group(
                    new Caller(port, Storm.token(tokens, writer(number))),
                    IntStream.range(number * size, Math.min(SOCKETS, (number + 1) * size))
                            .mapToObj(StormTest::user)
                            .toList())));
        }
        for (int user = 0; user < SOCKETS; user++)
            storm.add(user(user), founded.get(user / size).get());
        for (Future<String> group : founded) groups.add(group.get());
        for (int pair = 0; pair < PAIRS; pair++) {
            String sender = "says" + pair;
            String hearer = "hears" + pair;
            String token = Storm.token(tokens, sender);
            String conversation = group(new Caller(port, token), List.of(hearer));
            bystanders.add(sender, token, hearer, Storm.token(tokens, hearer), conversation);
        }
    }

    private static String group(Caller founder, List<String> others) {
        JsonObject wanted = new JsonObject()
                .put("type", "group")
                .put("clientRequestId", "g")
                .put("memberIds", new JsonArray(others));
        return untilDone(founder, "/v1/conversations", wanted).getString("conversationId");
    }

    private void write(DevTokens tokens, int port, int group, Storm storm) {
        Caller writer = new Caller(port, Storm.token(tokens, writer(group)));
        String conversation = groups.get(group);
        for (int i = 0; i < MISSED; i++) {
            JsonObject message =
                    new JsonObject().put("clientMessageId", "m" + i).put("body", "while they were away");
            long sequence = untilDone(writer, "/v1/conversations/" + conversation + "/messages", message)
                    .getLong("sequence");
            storm.head(conversation, sequence);
        }
    }

    /** Asks until it has been done, which is done once. */
    private static JsonObject untilDone(Caller caller, String path, JsonObject body) {
        while (true) {
            Caller.Answer answer = caller.post(path, body.encode());
            if (answer.status() < 400) return answer.json();
            if (answer.status() < 500) throw new AssertionError(answer.brief());
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static String user(int number) {
        return "u" + number;
    }

    private static String writer(int group) {
        return "w" + group;
    }
}
