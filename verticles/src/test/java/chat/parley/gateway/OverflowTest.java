package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.GROUP;
import static chat.parley.gateway.GatewayStage.send;
import static chat.parley.gateway.GatewayStage.sync;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.Altered;
import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Draft;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who does not read holds nobody up, and is told what was left out. */
class OverflowTest {
    private final GatewayStage stage = new GatewayStage();

    @Test
    void pastTheBoundEntriesAreDroppedAndOneResyncIsSentWhenThereIsRoom() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        ben.transport().stick();
        sayMany(600);
        List<String> heard = ben.heard();
        assertThat(heard).hasSize(513).doesNotContain("resync 1");

        ben.transport().drain();
        stage.loop.settle();
        stage.say(ANNA, "not yet");
        assertThat(ben.heard()).containsExactly("resync 1");

        ben.says(sync(GROUP, 515));
        stage.loop.settle();
        assertThat(ben.heard())
                .hasSize(600 - 513 + 2)
                .startsWith("event 516 m513")
                .endsWith("event 603 not yet", "synced 2/603/603");

        stage.say(ANNA, "live again");
        assertThat(ben.heard()).containsExactly("event 604 live again");
    }

    @Test
    void largeEntriesFillTheOutboxByTheirBytes() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        ben.transport().stick();
        for (int i = 0; i < 40; i++) stage.say(ANNA, "x".repeat(15_000));

        assertThat(ben.heard()).hasSizeBetween(17, 19);
    }

    @Test
    void whoDoesNotDrainInAMinuteIsClosed() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        ben.transport().stick();
        sayMany(600);
        stage.loop.advance(59_000);
        assertThat(ben.closedWith()).isZero();
        stage.loop.advance(3_000);

        assertThat(ben.closedWith()).isEqualTo(1013);
        assertThat(ben.transport().take("goaway"))
                .singleElement()
                .satisfies(
                        frame -> assertThat(frame.getLong("retryAfterMillis")).isPositive());
    }

    @Test
    void whoDoesNotDrainASmallOutboxIsClosedToo() {
        GatewayStage small = new GatewayStage(Altered.of(GatewayConfig.DEFAULT, "outboxBytesMax", 16 << 10), false);
        small.group(ANNA, BEN);
        Device ben = small.device(BEN, "phone");
        ben.transport().stick();
        for (int i = 0; i < 3; i++) small.say(ANNA, "x".repeat(15_000));
        assertThat(ben.heard())
                .as("the second finds it full enough, the third too full")
                .hasSize(2);
        small.loop.advance(62_000);

        assertThat(ben.closedWith()).isEqualTo(1013);
    }

    @Test
    void whoDrainsInTimeIsNotClosed() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        ben.transport().stick();
        sayMany(600);
        stage.loop.advance(50_000);
        ben.transport().drain();
        stage.loop.advance(50_000);

        assertThat(ben.closedWith()).isZero();
    }

    @Test
    void whoDoesNotTakeAnswersIsNotAskedForMoreQuestions() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        ben.transport().stick();
        for (int i = 0; i < 600; i++) {
            if (i == 480) stage.loop.advance(2_000);
            ben.says(new JsonObject().put("type", "heartbeat"));
        }
        assertThat(ben.transport().isPaused()).isTrue();
        ben.transport().drain();

        assertThat(ben.transport().isPaused()).isFalse();
    }

    @Test
    void theSlowHoldNobodyElseUp() {
        stage.group(ANNA, BEN);
        Device slow = stage.device(BEN, "phone");
        Device quick = stage.device(BEN, "laptop");
        slow.transport().stick();
        sayMany(600);

        assertThat(quick.heard()).hasSize(600);
    }

    @Test
    void acksAreNotDropped() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        anna.transport().stick();
        for (int i = 0; i < 600; i++) {
            stage.gateway.submitter().submit(stage.draft(BEN, Content.Message.of("m" + i)));
        }
        stage.loop.settle();
        anna.heard();
        anna.says(send("mine", "x"));
        stage.loop.settle();

        assertThat(anna.heard()).containsExactly("ack mine=603");
    }

    @Test
    void pastManyConversationsThereIsOneResyncOfAllAndItsSyncBringsAllHeads() {
        for (int i = 0; i < 300; i++) {
            stage.gateway.submitter().submit(inConversation(i, "create", GatewayStage.creation(BEN)));
        }
        stage.loop.settle();
        Device ben = stage.device(BEN, "phone");
        ben.transport().stick();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 300; i++) {
                stage.gateway
                        .submitter()
                        .submit(inConversation(i, "m" + round, List.of(Content.Message.of("x".repeat(2_000)))));
            }
            stage.loop.settle();
        }
        ben.transport().drain();
        stage.loop.settle();
        assertThat(ben.heard()).last().isEqualTo("resync all");

        ben.says(sync(new ConversationId("c0"), 3));
        stage.loop.settle();
        List<JsonObject> frames = ben.transport().take();
        assertThat(frames.getLast().getJsonObject("heads")).hasSize(300);
        stage.gateway.submitter().submit(inConversation(7, "again", List.of(Content.Message.of("live"))));
        stage.loop.settle();
        assertThat(ben.heard()).containsExactly("event 6 live");
    }

    private static Draft inConversation(int number, String id, List<Content> contents) {
        return new Draft(new ConversationId("c" + number), ANNA, id, "", contents);
    }

    private void sayMany(int count) {
        for (int i = 0; i < count; i++) {
            stage.gateway.submitter().submit(stage.draft(ANNA, Content.Message.of("m" + i)));
            stage.loop.settle();
        }
    }
}
