package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Event;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RecentTest {
    private static final ConversationId GROUP = new ConversationId("group");
    private static final ConversationId OTHER = new ConversationId("other");

    private final Recent recent = new Recent(1 << 20, 8);

    @Test
    void whatPassedIsThere() {
        for (int i = 5; i <= 9; i++) pass(GROUP, i);

        assertThat(sequences(5, 9, 500)).containsExactly(6L, 7L, 8L, 9L);
        assertThat(sequences(4, 9, 2)).containsExactly(5L, 6L);
        assertThat(recent.range(GROUP, 9, 9, 500)).isEmpty();
    }

    @Test
    void whatIsNotAllThereIsNotGivenInPart() {
        for (int i = 5; i <= 9; i++) pass(GROUP, i);

        assertThat(recent.range(GROUP, 3, 9, 500)).isNull();
        assertThat(recent.range(GROUP, 5, 10, 500)).isNull();
        assertThat(recent.range(OTHER, 5, 9, 500)).isNull();
    }

    @Test
    void aHoleBeginsANewRun() {
        pass(GROUP, 5);
        pass(GROUP, 7);
        pass(GROUP, 8);

        assertThat(recent.range(GROUP, 4, 8, 500)).isNull();
        assertThat(sequences(6, 8, 500)).containsExactly(7L, 8L);
    }

    @Test
    void theOldestEntriesGoFirst() {
        for (int i = 1; i <= 100; i++) pass(GROUP, i);

        assertThat(recent.range(GROUP, 90, 100, 500)).isNull();
        assertThat(sequences(94, 100, 500)).hasSize(6);
    }

    @Test
    void whatIsEditedOrDeletedIsForgotten() {
        for (int i = 1; i <= 4; i++) pass(GROUP, i);
        recent.add(GROUP, List.of(event(GROUP, 5, new Content.Edit(2, "new", List.of()))));
        assertThat(recent.range(GROUP, 1, 5, 500)).isNull();
        assertThat(sequences(2, 5, 500)).containsExactly(3L, 4L, 5L);

        recent.add(GROUP, List.of(event(GROUP, 6, new Content.Delete(2, List.of(5L)))));
        assertThat(recent.range(GROUP, 4, 6, 500)).isNull();
        assertThat(sequences(5, 6, 500)).containsExactly(6L);
    }

    @Test
    void theConversationLongestNotUsedGoesFirst() {
        Recent small = new Recent(2_000, 8);
        for (int i = 0; i < 100; i++) {
            small.add(
                    new ConversationId("c" + i),
                    List.of(event(new ConversationId("c" + i), 1, Content.Message.of("x"))));
        }

        assertThat(small.bytes()).isLessThanOrEqualTo(2_000);
        assertThat(small.range(new ConversationId("c0"), 0, 1, 500)).isNull();
        assertThat(small.range(new ConversationId("c99"), 0, 1, 500)).hasSize(1);
    }

    private List<Long> sequences(long after, long upTo, int most) {
        return Objects.requireNonNull(recent.range(GROUP, after, upTo, most)).stream()
                .map(Recent.Item::sequence)
                .toList();
    }

    private void pass(ConversationId conversation, long sequence) {
        recent.add(conversation, List.of(event(conversation, sequence, Content.Message.of("x"))));
    }

    private static Event event(ConversationId conversation, long sequence, Content content) {
        Entry entry = new Entry(
                conversation, sequence, sequence, 9, new UserId("anna"), "m", new Digest(1, 0, 0), "", 1, 1, content);
        return new Event(entry, new byte[100]);
    }
}
