package chat.parley.load.gatling;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.load.Cores;
import chat.parley.load.NodeProcess;
import chat.parley.load.gatling.Installed.Ended;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every simulation for ten seconds with a hundred users, each in a process of its own as {@code ./parley load} runs it: against one node that all
 * share, some at a time, as none of them is there to be fast; then one against a cluster of three that it starts itself.
 */
class SimulationsTest {
    private static final int AT_ONCE = 4;
    private static final List<String> SHORT = List.of("--users", "100", "--seconds", "10", "--warm", "0");

    /** What they are told besides: what fits into ten seconds, and a group that is large. */
    private static final Map<String, List<String>> BESIDES = Map.of(
            "large-group", List.of("--users", "120"),
            "reconnect-storm", List.of("--storms", "1", "--away", "3", "--size", "20"),
            "presence-churn", List.of("--away", "5"),
            "day-in-a-chat", List.of("--messages", "10", "--visits", "2"),
            "slow-readers", List.of("--stall", "6", "--body", "4000"));

    private static final Map<FaultyProxy.Fault, String> SEEN_AS = Map.of(
            FaultyProxy.Fault.LOSES, "hole",
            FaultyProxy.Fault.DOUBLES, "duplicate",
            FaultyProxy.Fault.SWAPS, "disorder",
            FaultyProxy.Fault.KEEPS_ACKS, "not acknowledged");

    @TempDir
    private static Path home;

    private static ExecutorService runs;
    private static NodeProcess node;
    private static final List<FaultyProxy> proxies = new ArrayList<>();
    private static final Map<String, Future<Ended>> simulations = new LinkedHashMap<>();
    private static final Map<FaultyProxy.Fault, Future<Ended>> broken = new LinkedHashMap<>();
    private static Future<Ended> cluster;

    @BeforeAll
    static void start() throws Exception {
        Installed parley = new Installed(home);
        runs = Executors.newFixedThreadPool(AT_ONCE);
        node = NodeProcess.start(home, Cores.shared(), List.of());
        String url = "http://127.0.0.1:" + node.address().getPort();
        for (Listed each : Listed.all()) {
            List<String> arguments = new ArrayList<>(with(SHORT, each.name(), "--url", url));
            arguments.addAll(BESIDES.getOrDefault(each.name(), List.of()));
            simulations.put(each.name(), runs.submit(() -> parley.load(each.name(), arguments)));
        }
        for (FaultyProxy.Fault fault : FaultyProxy.Fault.values()) {
            FaultyProxy proxy = new FaultyProxy(node.address().getPort(), fault);
            proxies.add(proxy);
            List<String> arguments = with(
                    List.of("--users", "10", "--rate", "50", "--seconds", "3", "--warm", "0"),
                    "one-to-one",
                    "--url",
                    "http://127.0.0.1:" + proxy.port());
            broken.put(fault, runs.submit(() -> parley.load("fault-" + fault, arguments)));
        }
        // By itself: three nodes and what they stand on leave little of two cores, and a cluster that is too busy says
        // so.
        cluster = runs.submit(() -> {
            for (Future<Ended> each : simulations.values()) each.get();
            for (Future<Ended> each : broken.values()) each.get();
            return parley.load("cluster", with(SHORT, "small-groups", "--nodes", "3", "--rate", "20"));
        });
    }

    @AfterAll
    static void stop() throws Exception {
        for (Future<Ended> each : simulations.values()) each.get();
        for (Future<Ended> each : broken.values()) each.get();
        cluster.get();
        runs.close();
        for (FaultyProxy each : proxies) each.close();
        node.close();
    }

    private static List<String> with(List<String> others, String... first) {
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    @TestFactory
    Stream<DynamicTest> everybodyHasAllInOrder() {
        return simulations.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(
                        each.getKey(),
                        () -> holds(each.getKey(), each.getValue().get())));
    }

    @Test
    void everybodyHasAllInOrderOnThreeNodes() throws Exception {
        JsonNode summary = holds("small-groups", cluster.get());
        assertThat(summary.path("servers")).hasSize(3);
    }

    @Test
    void whoStopsReadingIsTooSlowForTheServer() throws Exception {
        JsonNode counts = summary(simulations.get("slow-readers").get()).path("counts");
        assertThat(counts.path("resyncs").asLong() + counts.path("resumes").asLong())
                .isPositive();
    }

    @TestFactory
    Stream<DynamicTest> aServerThatIsWrongIsSeen() {
        return SEEN_AS.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey() + " is a " + each.getValue(), () -> {
                    Ended ended = broken.get(each.getKey()).get();
                    assertThat(ended.code()).as(ended.said()).isEqualTo(1);
                    JsonNode summary = summary(ended);
                    assertThat(summary.path("holds").asBoolean()).isFalse();
                    assertThat(summary.path("problems").path(each.getValue()).asLong())
                            .as(ended.said())
                            .isPositive();
                    assertThat(ended.said()).contains("BROKEN");
                }));
    }

    @Test
    void whatStandsBetweenIsNotWhatIsSeen() throws Exception {
        holds("one-to-one", broken.get(FaultyProxy.Fault.NONE).get());
    }

    private static JsonNode holds(String name, Ended ended) throws Exception {
        assertThat(ended.code()).as(ended.said()).isZero();
        JsonNode summary = summary(ended);
        assertThat(summary.path("holds").asBoolean()).isTrue();
        assertThat(summary.path("problems")).isEmpty();
        JsonNode counts = summary.path("counts");
        int users = summary.path("settings").path("users").asInt();
        assertThat(counts.path("logins").asInt()).isEqualTo(users);
        assertThat(counts.path("acknowledged").asLong())
                .isEqualTo(counts.path("sent").asLong());
        if (!name.equals("ramp-and-idle"))
            assertThat(counts.path("delivered").asLong())
                    .isGreaterThanOrEqualTo(counts.path("sent").asLong())
                    .isPositive();
        String page = Files.readString(ended.report().resolve("summary.html"));
        assertThat(page.split("<svg", -1)).as("a page with two plots").hasSize(3);
        assertThat(page).doesNotContain("<script", "src=").contains("gatling/");
        return summary;
    }

    private static JsonNode summary(Ended ended) throws Exception {
        assertThat(ended.report().resolve("summary.json")).as(ended.said()).exists();
        return new ObjectMapper().readTree(Files.readString(ended.report().resolve("summary.json")));
    }
}
