package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.store.Presence.Seen;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What presence hears of who is here. */
class AttendanceTest {
    private final GatewayStage stage = new GatewayStage();

    @Test
    void aDeviceIsSeenASecondAfterItsHelloAndForAsLongAsItIsThere() {
        stage.device(BEN, "phone");
        stage.loop.advance(1_000);
        for (int i = 0; i < 10; i++) {
            assertThat(seen(BEN)).extracting(Seen::gateway).containsExactly("n1.0");
            stage.loop.advance(45_000);
        }
    }

    @Test
    void itIsKnownWhenADeviceSaidSomethingLast() {
        Device ben = stage.device(BEN, "phone");
        stage.loop.advance(100_000);
        ben.says(new JsonObject().put("type", "heartbeat"));
        long said = stage.loop.millis();
        stage.loop.advance(40_000);
        assertThat(seen(BEN)).containsExactly(new Seen(BEN, new DeviceId("phone"), "n1.0", said));
    }

    @Test
    void whoLeavesIsNotSeenASecondLater() {
        Device phone = stage.device(BEN, "phone");
        stage.device(BEN, "laptop");
        Device anna = stage.device(ANNA, "phone");
        stage.loop.advance(1_000);
        phone.leaves();
        anna.leaves();
        stage.loop.advance(1_000);
        assertThat(seen(BEN)).extracting(Seen::deviceId).containsExactly(new DeviceId("laptop"));
        assertThat(seen(ANNA)).isEmpty();
    }

    @Test
    void aDeviceThatComesBackIsSeenThoughItsFormerSessionEnds() {
        stage.device(BEN, "phone");
        stage.loop.advance(1_000);
        stage.device(BEN, "phone");
        stage.loop.advance(1_000);
        Device third = stage.device(BEN, "phone");
        third.leaves();
        stage.device(BEN, "phone");
        for (int i = 0; i < 5; i++) {
            stage.loop.advance(1_000);
            assertThat(seen(BEN)).hasSize(1);
        }
    }

    @Test
    void thousandsWhoComeAndGoAtOnceAreSeenAndNotSeenASecondLater() {
        List<Device> many = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) many.add(stage.device(new UserId("user" + i), "phone"));
        stage.storeMillis = 1; // not within one another
        stage.loop.advance(1_100);
        for (int i = 0; i < 2_500; i++) assertThat(seen(new UserId("user" + i))).hasSize(1);
        many.forEach(Device::leaves);
        stage.loop.advance(1_100);
        for (int i = 0; i < 2_500; i++) assertThat(seen(new UserId("user" + i))).isEmpty();
    }

    @Test
    void aPresenceThatHasForgottenEverythingIsToldAgainWithinThirtySeconds() {
        stage.device(BEN, "phone");
        stage.loop.advance(10_000);
        stage.seen.forgetAll();
        stage.loop.advance(30_000);
        assertThat(seen(BEN)).hasSize(1);
    }

    @Test
    void aPresenceThatWasGoneIsToldAgainWithinThirtySeconds() {
        stage.seen.isGone = true;
        Device anna = stage.device(ANNA, "phone");
        stage.device(BEN, "phone");
        stage.loop.advance(100_000);
        anna.leaves();
        stage.loop.advance(100_000);
        stage.seen.isGone = false;
        stage.loop.advance(31_000);
        assertThat(seen(BEN)).hasSize(1);
        assertThat(seen(ANNA)).isEmpty();
    }

    private List<Seen> seen(UserId user) {
        return stage.seen.find(List.of(user)).result().getOrDefault(user, List.of());
    }
}
