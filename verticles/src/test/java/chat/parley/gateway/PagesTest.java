package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.CARLA;
import static chat.parley.gateway.GatewayStage.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Pulled;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages are the same wherever the entries are: in the tables, in the owner's memory, or in the log alone. */
class PagesTest {
    enum Place {
        TABLES,
        OWNER,
        LOG
    }

    @ParameterizedTest
    @EnumSource
    void aPageAscendsFromItsBeginning(Place place) {
        GatewayStage stage = stageWith(place);

        assertThat(after(stage, ANNA, 0, 50)).containsExactly("1", "2", "3 one", "4 two", "5 three", "1..5");
        assertThat(after(stage, ANNA, 2, 2)).containsExactly("3 one", "4 two", "1..5");
        assertThat(after(stage, ANNA, 5, 50)).containsExactly("1..5");
        assertThat(after(stage, ANNA, 99, 50)).containsExactly("1..5");
    }

    @ParameterizedTest
    @EnumSource
    void aPageDescendsFromItsEnd(Place place) {
        GatewayStage stage = stageWith(place);

        assertThat(before(stage, ANNA, Long.MAX_VALUE, 50))
                .containsExactly("5 three", "4 two", "3 one", "2", "1", "1..5");
        assertThat(before(stage, ANNA, Long.MAX_VALUE, 2)).containsExactly("5 three", "4 two", "1..5");
        assertThat(before(stage, ANNA, 4, 2)).startsWith("3 one", "2").hasSize(3);
        assertThat(before(stage, ANNA, 1, 2)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotTheReadersIsAGap(Place place) {
        GatewayStage stage = stageWith(place);

        assertThat(after(stage, BEN, 0, 50)).containsExactly("2", "3 one", "4 two", "5 three", "gap 1..1", "2..5");
        assertThat(before(stage, BEN, 3, 50)).startsWith("2", "gap 1..1").hasSize(3);
    }

    @ParameterizedTest
    @EnumSource
    void ownEntriesCarryTheirIds(Place place) {
        GatewayStage stage = stageWith(place);
        Pages.Page page = page(stage, stage.gateway.pages().after(ANNA, GROUP, 2, 1));
        Pages.Page bens = page(stage, stage.gateway.pages().after(BEN, GROUP, 2, 1));

        assertThat(json(page.entries().getFirst()).getString("clientMessageId")).isEqualTo("server-2");
        assertThat(json(bens.entries().getFirst()).getString("clientMessageId")).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void strangersAndConversationsThatAreNotFindNothing(Place place) {
        GatewayStage stage = stageWith(place);

        assertThat(stage.gateway.pages().after(CARLA, GROUP, 0, 50).result()).isNull();
        assertThat(stage.gateway.pages().before(CARLA, GROUP, 9, 50).result()).isNull();
        assertThat(stage.gateway
                        .pages()
                        .after(ANNA, new ConversationId("none"), 0, 50)
                        .result())
                .isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"TABLES", "LOG"}) // the owner tells nobody of an edit before it is projected
    void messagesAreShownAsAmended(Place place) {
        GatewayStage stage = stageWith(place);
        stage.gateway.submitter().submit(stage.draft(ANNA, new Content.Edit(3, "uno", List.of())));
        stage.gateway.submitter().submit(stage.draft(ANNA, new Content.Delete(5, List.of())));
        stage.loop.settle();

        assertThat(after(stage, BEN, 2, 50)).containsExactly("3 uno", "4 two", "5", "6 uno", "7", "2..7");
        List<byte[]> entries =
                page(stage, stage.gateway.pages().after(BEN, GROUP, 2, 50)).entries();
        assertThat(json(entries.get(0)).getLong("editedAt")).isNotNull();
        assertThat(json(entries.get(1)).getLong("editedAt")).isNull();
        assertThat(json(entries.get(2)).getBoolean("deleted")).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = "TABLES")
    void whoLeftSeesTheConversationEndThere(Place place) {
        GatewayStage stage = stageWith(place);
        stage.remove(ANNA, BEN);
        stage.say(ANNA, "behind his back");

        assertThat(after(stage, BEN, 3, 50)).containsExactly("4 two", "5 three", "6", "2..6");
        assertThat(before(stage, BEN, Long.MAX_VALUE, 2)).containsExactly("6", "5 three", "2..6");
    }

    @ParameterizedTest
    @EnumSource(names = "TABLES")
    void theTimeAwayIsAGapAndFillsNoPage(Place place) {
        GatewayStage stage = stageWith(place);
        stage.remove(ANNA, BEN);
        for (int i = 0; i < 100; i++) stage.say(ANNA, "behind his back");
        stage.add(ANNA, BEN);
        stage.say(ANNA, "welcome back");

        assertThat(after(stage, BEN, 4, 4))
                .containsExactly("5 three", "6", "107", "108 welcome back", "gap 7..106", "2..108");
        assertThat(before(stage, BEN, Long.MAX_VALUE, 4))
                .containsExactly("108 welcome back", "107", "6", "5 three", "gap 7..106", "2..108");
        assertThat(before(stage, BEN, 50, 1)).containsExactly("6", "gap 7..49", "2..108");
    }

    private static GatewayStage stageWith(Place place) {
        GatewayStage stage = new GatewayStage(GatewayConfig.DEFAULT, place != Place.TABLES);
        stage.group(ANNA, BEN);
        if (place != Place.TABLES) stage.stopProjecting();
        stage.say(ANNA, "one");
        stage.say(BEN, "two");
        stage.say(ANNA, "three");
        if (place == Place.LOG) stage.bus.lose(message -> message instanceof Pulled);
        return stage;
    }

    private static List<String> after(GatewayStage stage, UserId user, long after, int most) {
        return brief(page(stage, stage.gateway.pages().after(user, GROUP, after, most)));
    }

    private static List<String> before(GatewayStage stage, UserId user, long before, int most) {
        return brief(page(stage, stage.gateway.pages().before(user, GROUP, before, most)));
    }

    private static Pages.Page page(GatewayStage stage, Future<? extends Pages.Page> page) {
        stage.loop.advance(1_000);
        return Objects.requireNonNull(page.result());
    }

    private static List<String> brief(Pages.Page page) {
        List<String> brief = new ArrayList<>();
        for (byte[] entry : page.entries()) {
            JsonObject event = json(entry);
            String body = event.getString("body");
            brief.add(event.getLong("sequence") + (body == null || body.isEmpty() ? "" : " " + body));
        }
        page.gaps().forEach(gap -> brief.add("gap " + gap.from() + ".." + gap.to()));
        brief.add(page.first() + ".." + page.head());
        return brief;
    }

    private static JsonObject json(byte[] entry) {
        return new JsonObject(Buffer.buffer(entry));
    }
}
