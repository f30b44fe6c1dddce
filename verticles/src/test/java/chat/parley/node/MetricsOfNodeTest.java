package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.telemetry.Metric;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node says at /metrics is what conf/metrics.md says of it. */
@Timeout(60)
class MetricsOfNodeTest {
    @TempDir
    private static Path folder;

    private static TestNode node;

    @BeforeAll
    static void start() {
        node = TestNode.start(folder, "instances.gateway=2");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void theDocumentHasEveryNameOfOursAsItIs() {
        Map<String, MetricsPage.Row> documented = MetricsPage.documented();
        for (Metric metric : Metric.all()) {
            MetricsPage.Row row = documented.get(metric.shownAs());
            assertThat(row).as(metric.shownAs()).isNotNull();
            assertThat(row.type())
                    .as(metric.shownAs())
                    .isEqualTo(metric.type().name().toLowerCase(Locale.ROOT));
            assertThat(row.labels())
                    .as(metric.shownAs())
                    .isEqualTo(metric.label() == null ? Set.of() : Set.of(metric.label()));
            assertThat(row.meaning()).as(metric.shownAs()).isEqualTo(metric.help());
        }
        assertThat(documented.keySet().stream().filter(name -> name.startsWith("parley_")))
                .containsExactlyInAnyOrderElementsOf(
                        Metric.all().stream().map(Metric::shownAs).toList());
    }

    @Test
    void whatANodeShowsIsWhatTheDocumentSays() {
        System.gc(); // or there may have been none yet
        MetricsPage.assertShows(node.ops("/metrics").body(), Set.of("Cassandra", "Redis", "Kafka"));
    }

    @Test
    void itCountsWhatWasDoneAndNamesNobody() {
        MetricsPage.Scrape before = MetricsPage.read(node.ops("/metrics").body());
        String conversation = node.caller("anna-of-metrics")
                .post(
                        "/v1/conversations",
                        new JsonObject()
                                .put("type", "direct")
                                .put("memberIds", new JsonArray().add("ben-of-metrics"))
                                .encode())
                .json()
                .getString("conversationId");
        try (Device ben = Device.welcome(node.port(), node.token("ben-of-metrics"), "phone-of-metrics");
                Device anna = Device.welcome(node.port(), node.token("anna-of-metrics"), "phone-of-metrics")) {
            for (int i = 0; i < 3; i++) anna.asks(Device.send("m" + i, conversation, "secret-of-metrics"));
            for (int i = 0; i < 3; i++) ben.next("message_event");
            assertThat(ben.asks(Device.send("x", "nowhere-of-metrics", "to nobody"))
                            .getString("code"))
                    .isEqualTo("not_found");
            AtomicReference<String> text = new AtomicReference<>("");
            ClusterOfNodes.await(() -> {
                text.set(node.ops("/metrics").body());
                MetricsPage.Scrape shown = MetricsPage.read(text.get());
                return grown(before, shown, "parley_fanout_inline_entries_total") >= 5
                        && shown.value("parley_sequencer_shards") == 128;
            });
            MetricsPage.Scrape now = MetricsPage.read(text.get());

            assertThat(grown(before, now, "parley_logins_total")).isEqualTo(2);
            assertThat(now.value("parley_connections{transport=\"websocket\"}")).isEqualTo(2);
            assertThat(now.value("parley_users")).isEqualTo(2);
            assertThat(grown(before, now, "parley_sends_total"))
                    .as("three, one to nobody, and what made the conversation")
                    .isEqualTo(5);
            assertThat(grown(before, now, "parley_acks_total")).isEqualTo(4);
            assertThat(grown(before, now, "parley_ack_seconds_count")).isEqualTo(4);
            assertThat(grown(before, now, "parley_refusals_total{code=\"not_found\"}"))
                    .isEqualTo(1);
            for (String code : Set.of("busy", "unavailable", "outcome_unknown", "internal"))
                assertThat(grown(before, now, "parley_sends_failed_total{code=\"" + code + "\"}"))
                        .as(code)
                        .isZero();
            assertThat(grown(before, now, "parley_deliveries_total")).isEqualTo(3);
            assertThat(grown(before, now, "parley_append_seconds_count")).isPositive();
            assertThat(grown(before, now, "parley_batch_entries_sum")).isEqualTo(5);
            assertThat(grown(before, now, "parley_store_syncs_total")).isPositive();
            assertThat(now.value("parley_submit_waiting")).isZero();
            assertThat(now.value("parley_ready")).isEqualTo(1);
            assertThat(text.get()).doesNotContain("of-metrics", conversation);
        }
    }

    private static double grown(MetricsPage.Scrape before, MetricsPage.Scrape now, String name) {
        return now.value(name) - before.value(name);
    }
}
