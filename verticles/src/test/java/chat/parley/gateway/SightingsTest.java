package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.CARLA;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Presences;
import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.Audience;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Presence.Seen;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is shown how while the owner of the users does not know; Ben has said something in the group of Anna, Ben and Carla. */
class SightingsTest {
    private final GatewayStage stage = new GatewayStage();

    /** How long is waited for an answer: longer than for that of an owner. */
    private long patienceMillis = 3_000;

    SightingsTest() {
        stage.group(ANNA, BEN, CARLA);
        stage.say(BEN, "hello");
    }

    @Test
    void whoWasSeenAMomentAgoIsOnlineThoughTheOwnerDoesNotAnswer() {
        settle();
        stage.device(BEN, "phone");
        stage.loop.advance(1_000);
        stage.bus.lose(message -> message instanceof Presences);
        Device anna = watching(BEN, CARLA);
        assertThat(look(BEN, CARLA)).containsExactly("ben online", "carla unknown");
        stage.loop.advance(60_000);
        assertThat(anna.heard()).containsExactly("ben online", "carla unknown");
    }

    @Test
    void whoWasSeenIsUnknownWhenPresenceDoesNotAnswerEitherAndOnlineOnceItDoes() {
        settle();
        stage.device(BEN, "phone");
        stage.loop.advance(1_000);
        stage.bus.lose(message -> message instanceof Presences);
        stage.seen.isGone = true;
        Device anna = watching(BEN);
        assertThat(look(BEN)).containsExactly("ben unknown");
        stage.loop.advance(10_000);
        assertThat(anna.heard()).containsExactly("ben unknown");

        stage.seen.isGone = false;
        stage.loop.advance(40_000);
        assertThat(anna.heard()).containsExactly("ben online");
        stage.seen.isGone = true;
        stage.loop.advance(10_000);
        assertThat(anna.heard()).as("for as long as it can be asked").containsExactly("ben unknown");
    }

    @Test
    void whatTheOwnerSaysGoesBeforeWhatWasSeen() {
        settle();
        saw(BEN, "n1.7", stage.loop.millis());
        assertThat(look(BEN)).as("was never here").containsExactly("ben unknown");
        Device ben = stage.device(BEN, "phone");
        stage.seen.forgetAll();
        assertThat(look(BEN)).containsExactly("ben online");
        ben.leaves();
        saw(BEN, "n1.7", stage.loop.millis());
        stage.loop.advance(5_000);
        assertThat(look(BEN)).containsExactly("ben offline seen");
    }

    @Test
    void untilTheOwnerKnowsWhoWasSeenAtANodeThatLivesIsOnline() {
        stage.loop.advance(2_000); // that Ben has taken part is stored, but who is nowhere is not known yet
        patienceMillis = 500;
        saw(BEN, "n1.7", stage.loop.millis());
        saw(CARLA, "n9.0", stage.loop.millis());
        Device anna = watching(BEN, CARLA);
        assertThat(anna.heard()).containsExactly("ben online", "carla unknown");
        assertThat(look(BEN, CARLA)).containsExactly("ben online", "carla unknown");
        settle();
        assertThat(anna.heard()).as("it knows").containsExactly("ben unknown");
    }

    @Test
    void whenSomebodyWhoWentWithTheirNodeWasActiveIsWrittenDownOnceTheyAreLookedUp() {
        settle();
        saw(BEN, "n9.0", 1_234_567);
        saw(CARLA, "n9.0", 1_234_567);
        set(CARLA, true);
        assertThat(look(BEN, CARLA)).containsExactly("ben unknown", "carla unknown");
        stage.loop.advance(2_000);
        assertThat(stage.stores.directory().lastSeen(List.of(BEN, CARLA)).result())
                .as("not of who is invisible")
                .containsOnlyKeys(BEN)
                .containsEntry(BEN, 1_234_567L);
        assertThat(look(BEN, CARLA)).containsExactly("ben offline seen", "carla unknown");
    }

    @Test
    void whoIsInvisibleIsNotSeen() {
        settle();
        set(BEN, true);
        stage.device(BEN, "phone");
        stage.loop.advance(1_000);
        stage.bus.lose(message -> message instanceof Presences);
        assertThat(look(BEN)).containsExactly("ben unknown");
    }

    /** The owner knows that who is not there is nowhere. */
    private void settle() {
        stage.loop.advance(10_000);
    }

    private void saw(UserId user, String gateway, long activeAt) {
        stage.seen.refresh(List.of(new Seen(user, new DeviceId("tablet"), gateway, activeAt)));
    }

    private void set(UserId user, boolean isInvisible) {
        UserSettings.Change change = new UserSettings.Change(Audience.EVERYONE, List.of(), isInvisible, null);
        stage.stores.directory().changeUserSettings(user, change);
        stage.loop.settle();
    }

    private Device watching(UserId... users) {
        Device anna = stage.device(ANNA, "phone");
        JsonArray ids = new JsonArray();
        for (UserId each : users) ids.add(each.value());
        anna.says(new JsonObject().put("type", "watch").put("userIds", ids));
        stage.loop.advance(patienceMillis);
        return anna;
    }

    private List<String> look(UserId... users) {
        Future<List<byte[]>> looked = stage.gateway.presence(ANNA, List.of(users));
        stage.loop.advance(patienceMillis);
        return looked.result().stream()
                .map(event -> TestTransport.brief(new JsonObject(Buffer.buffer(event))))
                .toList();
    }
}
