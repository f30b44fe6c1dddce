package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.GatewayStage.Device;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What users may ask for when others count along. A share is 50 of a burst of 2,500; a session may ask for 500 at once. */
class AllowanceTest {
    private final GatewayStage stage = new GatewayStage();

    @Test
    void whatIsSpentIsToldAShareAtATime() {
        Device anna = stage.device(ANNA, "phone");
        asks(anna, 49);
        stage.loop.advance(1_000);
        assertThat(stage.buckets.told).isEmpty();
        asks(anna, 3);
        stage.loop.advance(100);
        assertThat(stage.buckets.told).containsExactly(Map.of(ANNA, 52));
        asks(anna, 49);
        stage.loop.advance(1_000);
        assertThat(stage.buckets.told).hasSize(1);
    }

    @Test
    void whatIsAskedForByHttpCountsWithIt() {
        Device anna = stage.device(ANNA, "phone");
        asks(anna, 30);
        assertThat(stage.gateway.admit(ANNA, 25)).isZero();
        stage.loop.advance(100);
        assertThat(stage.buckets.told).containsExactly(Map.of(ANNA, 55));
    }

    @Test
    void whoWasTooFastElsewhereIsTakenAgainWhenNothingIsOwed() {
        Device anna = stage.device(ANNA, "phone");
        stage.buckets.owing.put(ANNA, 700L);
        asks(anna, 50);
        stage.loop.advance(20);
        anna.heard();

        asks(anna, 1);
        JsonObject error = anna.transport().take("error").getFirst();
        assertThat(error.getString("code")).isEqualTo("rate_limited");
        long wait = error.getLong("retryAfterMillis");
        assertThat(wait).isBetween(600L, 700L);
        assertThat(stage.gateway.admit(ANNA, 1)).isEqualTo(wait);
        stage.loop.advance(wait);
        asks(anna, 1);
        assertThat(anna.heard()).containsExactly("heartbeat");
    }

    @Test
    void nobodyWaitsForTheOthers() {
        stage.buckets.isHeld = true;
        Device anna = stage.device(ANNA, "phone");
        asks(anna, 200);
        stage.loop.advance(5_000);
        asks(anna, 200);
        stage.loop.advance(5_000);
        assertThat(anna.heard()).filteredOn("heartbeat"::equals).hasSize(400);
        assertThat(stage.buckets.told).as("one question at a time").containsExactly(Map.of(ANNA, 200));

        stage.buckets.goOn();
        stage.loop.advance(100);
        assertThat(stage.buckets.told).containsExactly(Map.of(ANNA, 200), Map.of(ANNA, 200));
    }

    @Test
    void withoutTheOthersTheLimitsOfTheGatewayAreAllThereIs() {
        stage.buckets.isGone = true;
        stage.buckets.owing.put(ANNA, 60_000L);
        Device anna = stage.device(ANNA, "phone");
        for (int i = 0; i < 10; i++) {
            asks(anna, 100);
            stage.loop.advance(1_000);
        }
        assertThat(anna.heard()).filteredOn("heartbeat"::equals).hasSize(1_000);
        asks(anna, 501);
        assertThat(anna.heard()).contains("error rate_limited");
    }

    private void asks(Device device, int times) {
        for (int i = 0; i < times; i++) device.says(new JsonObject().put("type", "heartbeat"));
    }
}
