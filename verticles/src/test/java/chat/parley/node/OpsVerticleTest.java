package chat.parley.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class OpsVerticleTest {
    @Test
    void whatOnlyGrowsIsACounterAndTheRestIsAGauge() throws Exception {
        Map<String, LongSupplier> counters = new TreeMap<>(Map.of("parley_a_total", () -> 3, "parley_b", () -> 4));
        Vertx vertx = Vertx.vertx();
        OpsVerticle ops =
                new OpsVerticle(new NodeConfig.Ops("127.0.0.1", 0, null), new Health(), counters, router -> {});
        vertx.deployVerticle(ops).await(20, SECONDS);
        try (RawClient client = RawClient.connect(ops.port())) {
            client.raw("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.response().body())
                    .isEqualTo("# TYPE parley_a_total counter\nparley_a_total 3\n# TYPE parley_b gauge\nparley_b 4\n");
        }
        vertx.close().await(20, SECONDS);
    }
}
