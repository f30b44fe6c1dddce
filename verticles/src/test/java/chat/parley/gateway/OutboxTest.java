package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.ConversationId;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final ConversationId ONE = new ConversationId("one");
    private static final ConversationId TWO = new ConversationId("two");

    private final Outbox outbox = new Outbox();

    @Test
    void aConversationIsToldOnceHoweverManyOfItsEntriesAreDropped() {
        outbox.drop(ONE);
        outbox.drop(TWO);
        outbox.drop(ONE);

        assertThat(Objects.requireNonNull(outbox.tell()).conversationIds()).isEqualTo(List.of(ONE, TWO));
        assertThat(outbox.tell()).isNull();
    }

    @Test
    void aConversationIsPausedUntilItIsSynchronised() {
        outbox.drop(ONE);
        outbox.tell();
        assertThat(outbox.isPaused(ONE)).isTrue();
        assertThat(outbox.isPaused(TWO)).isFalse();

        outbox.synced(ONE);
        assertThat(outbox.isPaused(ONE)).isFalse();
        assertThat(outbox.isEmpty()).isTrue();
    }

    @Test
    void whatIsSynchronisedBeforeItIsToldNeedNotBe() {
        outbox.drop(ONE);
        outbox.synced(ONE);

        assertThat(outbox.tell()).isNull();
    }

    @Test
    void pastTheBoundEverythingIsPausedAndToldAtOnce() {
        for (int i = 0; i <= Outbox.PAUSED_MAX; i++) outbox.drop(new ConversationId("c" + i));

        assertThat(outbox.isAllTold()).isFalse();
        assertThat(Objects.requireNonNull(outbox.tell()).conversationIds()).isNull();
        assertThat(outbox.isAllTold()).isTrue();
        assertThat(outbox.isPaused(ONE)).isTrue();
    }

    @Test
    void whereAllIsPausedOneAloneDoesNotGoOn() {
        for (int i = 0; i <= Outbox.PAUSED_MAX; i++) outbox.drop(new ConversationId("c" + i));
        outbox.tell();
        outbox.synced(ONE);
        assertThat(outbox.isPaused(ONE)).isTrue();

        outbox.syncedAll();
        assertThat(outbox.isPaused(ONE)).isFalse();
        assertThat(outbox.isEmpty()).isTrue();
    }
}
