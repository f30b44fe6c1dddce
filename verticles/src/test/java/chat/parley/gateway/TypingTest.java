package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.CARLA;
import static chat.parley.gateway.GatewayStage.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Signals;
import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is typing, from the frame to the sessions of others. */
class TypingTest {
    private final GatewayStage stage = new GatewayStage();

    @Test
    void thoseWhoHaveTheConversationOpenAreTold() {
        stage.group(ANNA, BEN, CARLA);
        Device anna = open(ANNA, "phone");
        Device annasLaptop = stage.device(ANNA, "laptop");
        Device ben = open(BEN, "phone");
        Device bensLaptop = open(BEN, "laptop");
        Device carla = open(CARLA, "phone");
        carla.says(about("close"));

        ben.says(typing(true));
        stage.loop.advance(30);
        assertThat(anna.heard()).containsExactly("ben types");

        ben.says(typing(false));
        stage.loop.advance(1_000);
        assertThat(anna.heard()).containsExactly("ben stopped");
        for (Device other : List.of(annasLaptop, ben, bensLaptop, carla))
            assertThat(other.heard()).isEmpty();
    }

    @Test
    void atMostOnceASecondIsToldAndTheLastCounts() {
        stage.group(ANNA, BEN);
        Device anna = open(ANNA, "phone");
        Device ben = open(BEN, "phone");
        for (int i = 0; i < 9; i++) {
            ben.says(typing(true), typing(false));
            stage.loop.advance(100);
        }
        assertThat(anna.heard()).containsExactly("ben stopped");
        ben.says(typing(true));
        stage.loop.advance(1_000);
        assertThat(anna.heard()).containsExactly("ben types");
    }

    @Test
    void whoIsNoMemberIsToldThatThereIsNoSuchConversation() {
        stage.group(ANNA, BEN);
        Device anna = open(ANNA, "phone");
        Device carla = stage.device(CARLA, "phone");
        carla.says(
                typing(true).put("ref", "r1"),
                typing(true).put("conversationId", "none").put("ref", "r2"));
        stage.loop.advance(30);
        assertThat(carla.heard()).containsExactly("error not_found ref r1", "error not_found ref r2");
        assertThat(anna.heard()).isEmpty();
    }

    @Test
    void whoWasRemovedIsNotTold() {
        stage.group(ANNA, BEN, CARLA);
        Device carla = open(CARLA, "phone");
        Device ben = open(BEN, "phone");
        stage.remove(ANNA, CARLA);
        carla.transport().take();
        ben.says(typing(true));
        stage.loop.advance(30);
        assertThat(carla.heard()).isEmpty();
    }

    @Test
    void whoIsBlockedIsNotTold() {
        stage.group(ANNA, BEN, CARLA);
        Device anna = open(ANNA, "phone");
        Device carla = open(CARLA, "phone");
        Device ben = open(BEN, "phone");
        stage.stores.directory().changeUserSettings(BEN, UserSettings.Change.blocking(CARLA));
        stage.loop.settle();
        ben.says(typing(true));
        carla.says(typing(true));
        stage.loop.advance(30);
        assertThat(carla.heard()).isEmpty();
        assertThat(ben.heard()).containsExactly("carla types");
        assertThat(anna.heard()).containsExactlyInAnyOrder("ben types", "carla types");
    }

    @Test
    void typingThatTheBusDelayedIsNotTold() {
        stage.group(ANNA, BEN);
        Device anna = open(ANNA, "phone");
        Device ben = open(BEN, "phone");
        List<Signals> said = new ArrayList<>();
        stage.bus.lose(message -> {
            if (message instanceof Signals signals) said.add(signals);
            return message instanceof Signals;
        });
        ben.says(typing(true));
        stage.loop.advance(30);
        stage.loseNothing();

        stage.loop.advance(4_000);
        stage.bus.send("gateway.n1.0", said.getFirst());
        stage.bus.send("gateway.n1.0", said.getFirst());
        stage.loop.settle();
        assertThat(anna.heard()).containsExactly("ben types");

        stage.loop.advance(2_000);
        Signals old = said.getFirst();
        stage.bus.send(
                "gateway.n1.0",
                new Signals(7, "n1.0", old.boot(), old.counter() + 1, old.sentAt(), List.of(), old.typings()));
        stage.loop.settle();
        assertThat(anna.heard()).isEmpty();
    }

    @Test
    void nothingIsSaidToASocketThatIsNotTakenFrom() {
        stage.group(ANNA, BEN);
        Device anna = open(ANNA, "phone");
        Device ben = open(BEN, "phone");
        anna.transport().stick();
        for (int i = 0; i < 257; i++) stage.say(ANNA, "fills");
        anna.transport().take();
        ben.says(typing(true));
        stage.loop.advance(30);
        assertThat(anna.heard()).isEmpty();
    }

    private Device open(UserId user, String id) {
        Device device = stage.device(user, id);
        device.says(about("open"));
        stage.loop.settle();
        device.transport().take();
        return device;
    }

    private static JsonObject about(String type) {
        return new JsonObject().put("type", type).put("conversationId", GROUP.value());
    }

    private static JsonObject typing(boolean active) {
        return about("typing").put("active", active);
    }
}
