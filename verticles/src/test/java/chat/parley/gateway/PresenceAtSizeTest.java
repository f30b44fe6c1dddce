package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Deliver;
import chat.parley.bus.Presences;
import chat.parley.bus.Signals;
import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Draft;
import chat.parley.model.UserId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What coming and going costs where many could be told: bus messages and frames are counted. */
class PresenceAtSizeTest {
    private static final int CONTACTS = 500;
    private static final int WATCHERS = 20;

    private final GatewayStage stage = new GatewayStage();
    private final Gateway second = stage.gateway("n1.1", GatewayConfig.DEFAULT);
    private final List<Device> contacts = new ArrayList<>();
    private int before;

    @Test
    void aUserWithFiveHundredContactsCostsThoseWhoHaveThemOnScreen() {
        for (int i = 0; i < CONTACTS; i++) {
            ConversationId conversation = new ConversationId("c" + i);
            say(conversation, "create", GatewayStage.creation(contact(i)));
            say(conversation, "hello", List.of(Content.Message.of("hello")));
        }
        stage.loop.advance(10_000);
        for (int i = 0; i < CONTACTS; i++) contacts.add(connect(i % 2 == 0 ? stage.gateway : second, contact(i)));
        for (int i = 0; i < WATCHERS; i++)
            contacts.get(i)
                    .says(new JsonObject().put("type", "watch").put("userIds", new JsonArray().add(ANNA.value())));
        stage.loop.advance(5_000);
        for (Device each : contacts) each.heard();

        Device anna = comes();
        stage.loop.advance(2_000);
        assertThat(toldOnTheBus())
                .as("one for each gateway where somebody watches")
                .hasSize(2);
        assertThat(heard("anna online")).isEqualTo(WATCHERS);

        before = stage.bus.delivered().size();
        anna.leaves();
        stage.loop.advance(5_000);
        assertThat(toldOnTheBus()).hasSize(2);
        assertThat(heard("anna offline seen")).isEqualTo(WATCHERS);
    }

    @Test
    void whoIsOnScreenNowhereCostsNobodyAnything() {
        UserId[] others =
                IntStream.range(0, 99).mapToObj(PresenceAtSizeTest::contact).toArray(UserId[]::new);
        stage.group(ANNA, others);
        stage.say(ANNA, "hello");
        stage.loop.advance(20_000);
        for (int i = 0; i < others.length; i++) {
            Device device = connect(i % 2 == 0 ? stage.gateway : second, others[i]);
            device.says(new JsonObject().put("type", "open").put("conversationId", GROUP.value()));
            contacts.add(device);
        }
        stage.loop.advance(5_000);
        for (Device each : contacts) each.heard();

        for (int i = 0; i < 5; i++) {
            Device anna = comes();
            stage.loop.advance(10_000);
            anna.leaves();
            stage.loop.advance(10_000);
            assertThat(toldOnTheBus()).isEmpty();
        }
        for (Device each : contacts) assertThat(each.heard()).isEmpty();
    }

    @Test
    void whoComesIntoAGroupCostsItTheEntryAndNothingElse() {
        UserId[] others =
                IntStream.range(0, 90).mapToObj(PresenceAtSizeTest::contact).toArray(UserId[]::new);
        stage.group(ANNA, others);
        for (int i = 0; i < others.length; i++) contacts.add(connect(i % 2 == 0 ? stage.gateway : second, others[i]));
        Device newcomer = connect(second, new UserId("newcomer"));
        stage.loop.advance(20_000);
        for (Device each : contacts) each.heard();
        before = stage.bus.delivered().size();

        stage.add(ANNA, new UserId("newcomer"));
        stage.loop.settle();
        assertThat(toldOnTheBus())
                .as("one for each gateway with members")
                .hasSize(2)
                .allMatch(Deliver.class::isInstance);
        stage.loop.advance(1_000);
        for (Device each : contacts) assertThat(each.heard()).hasSize(1);
        newcomer.leaves();
        stage.loop.advance(20_000);
        for (Device each : contacts) assertThat(each.heard()).isEmpty();
    }

    private Device comes() {
        before = stage.bus.delivered().size();
        return connect(stage.gateway, ANNA);
    }

    /** What came to gateways since: for each of these a session could have been told something. */
    private List<Object> toldOnTheBus() {
        return stage.bus.delivered().stream()
                .skip(before)
                .filter(message ->
                        message instanceof Presences || message instanceof Deliver || message instanceof Signals)
                .toList();
    }

    private int heard(String frame) {
        int frames = 0;
        for (Device each : contacts) {
            List<String> heard = each.heard();
            assertThat(heard).allMatch(frame::equals);
            frames += heard.size();
        }
        return frames;
    }

    private Device connect(Gateway gateway, UserId user) {
        Device device = stage.connect(gateway);
        device.says(GatewayStage.hello(user, "phone"));
        stage.loop.settle();
        assertThat(device.heard()).last().asString().startsWith("synced");
        return device;
    }

    private void say(ConversationId conversation, String id, List<Content> contents) {
        stage.gateway.submitter().submit(new Draft(conversation, ANNA, id, "", contents));
        stage.loop.settle();
    }

    private static UserId contact(int number) {
        return new UserId("u" + number);
    }
}
