package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.send;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.GatewayStage.Device;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A session rests on a token, and goes with it. */
class ExpiryTest {
    private final GatewayStage stage = new GatewayStage();

    @Test
    void whenTheTokenExpiresTheSessionEnds() {
        Device anna = stage.connect();
        anna.says(new JsonObject()
                .put("type", "hello")
                .put("token", "anna@" + (stage.loop.millis() + 3_000))
                .put("deviceId", "phone"));
        stage.loop.advance(2_900);
        assertThat(anna.closedWith()).isZero();
        stage.loop.advance(1_200);

        assertThat(anna.closedWith()).isEqualTo(4401);
    }

    @Test
    void nothingIsTakenOnceTheTokenHasExpired() {
        stage.group(ANNA, BEN);
        Device anna = expiringIn(500);
        stage.loop.advance(600);
        anna.says(send("m1", "late"));

        assertThat(anna.heard()).containsExactly("error unauthenticated #m1");
        assertThat(anna.closedWith()).isEqualTo(4401);
    }

    @Test
    void aNewTokenOfTheSameUserKeepsTheSession() {
        Device anna = expiringIn(3_000);
        anna.says(reauth("anna"));
        stage.loop.advance(10_000);

        assertThat(anna.heard()).containsExactly("welcome");
        assertThat(anna.closedWith()).isZero();
    }

    @Test
    void aTokenOfAnotherUserChangesNothing() {
        Device anna = expiringIn(3_000);
        anna.says(reauth("ben"));
        anna.says(reauth("bad"));
        assertThat(anna.heard()).containsExactly("error unauthenticated ref r", "error unauthenticated ref r");
        stage.loop.advance(5_000);

        assertThat(anna.closedWith()).isEqualTo(4401);
    }

    @Test
    void aKeyThatIsNoLongerTrustedEndsWhatRestedOnIt() {
        Device anna = stage.device(ANNA, "phone");
        stage.untrustedKeys.add("key-1");
        stage.loop.advance(1_100);

        assertThat(anna.closedWith()).isEqualTo(4401);
    }

    @Test
    void aThousandSessionsEndEachWithItsToken() {
        int count = 1_000;
        List<Device> devices = new ArrayList<>();
        for (int i = 0; i < count; i++) devices.add(expiring("user" + i, 60_000 + 50L * i));
        long begun = stage.loop.millis();
        for (int second = 0; second <= 120; second++) {
            long passed = stage.loop.millis() - begun;
            for (int i = 0; i < count; i++) {
                long left = 60_000 + 50L * i - passed;
                int closedWith = devices.get(i).closedWith();
                if (left > 0) assertThat(closedWith).as("%d ms before", left).isZero();
                if (left < -1_000)
                    assertThat(closedWith).as("%d ms behind", -left).isEqualTo(4401);
            }
            stage.loop.advance(1_000);
        }
    }

    @Test
    void aNewTokenIsTakenThoughTheStoreDoesNotAnswer() {
        stage.group(ANNA, BEN);
        stage.say(BEN, "unread");
        stage.loop.advance(1_001);
        Device anna = expiring("anna", 3_000);
        stage.isStoreDown = true;
        anna.says(reauth("anna"));
        stage.loop.advance(10_000);

        JsonObject welcome = anna.transport().take("welcome").getFirst();
        assertThat(welcome.getString("ref")).isEqualTo("r");
        assertThat(welcome.getLong("unreadTotal"))
                .as("as the first welcome said")
                .isEqualTo(1);
        assertThat(anna.closedWith()).isZero();
    }

    private Device expiringIn(long millis) {
        return expiring("anna", millis);
    }

    private Device expiring(String user, long millis) {
        Device device = stage.connect();
        device.says(new JsonObject()
                .put("type", "hello")
                .put("token", user + "@" + (stage.loop.millis() + millis))
                .put("deviceId", "phone"));
        stage.loop.settle();
        assertThat(device.heard()).startsWith("welcome");
        return device;
    }

    private static JsonObject reauth(String token) {
        return new JsonObject().put("type", "reauth").put("token", token).put("ref", "r");
    }
}
