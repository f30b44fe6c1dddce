package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.CARLA;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForgottenTest {
    private static final ConversationId ONE = new ConversationId("one");
    private static final ConversationId OTHER = new ConversationId("other");

    private final Forgotten forgotten = new Forgotten(3);

    @Test
    void whoIsKnownIsNamedOnce() {
        forgotten.add(ONE, List.of(ANNA, BEN));
        forgotten.add(ONE, List.of(BEN, CARLA));
        assertThat(forgotten.take(ONE)).containsExactly(ANNA, BEN, CARLA);
        assertThat(forgotten.take(ONE)).isEmpty();
    }

    @Test
    void pastTheBoundTheConversationOfLongestAgoGoes() {
        forgotten.add(ONE, List.of(ANNA, BEN));
        forgotten.add(OTHER, List.of(ANNA));
        forgotten.add(OTHER, List.of(BEN));
        assertThat(forgotten.take(ONE)).isEmpty();
        assertThat(forgotten.take(OTHER)).containsExactly(ANNA, BEN);
        forgotten.add(ONE, List.of(ANNA, BEN, CARLA));
        assertThat(forgotten.take(ONE)).as("what was taken does not count").hasSize(3);
    }

    @Test
    void whatIsGivenUpOfSmallConversationsPushesNoLargeOneOut() {
        GatewayStage stage = GatewayStage.ofWays(2, 100, 1);
        stage.group(ANNA, BEN, CARLA);
        Device ben = stage.device(BEN, "phone");
        LocalUser other = new LocalUser(new UserId("other"), new Allowance(BEN, 1, 1, 0, due -> {}));
        for (int i = 0; i <= 100_000; i++) stage.gateway.gates.attach(other, new ConversationId("small-" + i), 1, 1);
        stage.say(ANNA, "hello");
        assertThat(ben.heard()).singleElement().asString().startsWith("resync");
    }
}
