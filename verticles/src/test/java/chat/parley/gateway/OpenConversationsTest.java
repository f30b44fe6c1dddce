package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.ConversationId;
import org.junit.jupiter.api.Test;

class OpenConversationsTest {
    private final OpenConversations open = new OpenConversations();

    @Test
    void whatWasOpenedIsOpenUntilItIsClosed() {
        open.open(conversation(1));
        assertThat(open.has(conversation(1))).isTrue();
        open.close(conversation(1));
        open.close(conversation(2));
        assertThat(open.has(conversation(1))).isFalse();
    }

    @Test
    void pastTheBoundTheOneOpenedLongestAgoIsClosed() {
        for (int i = 0; i < OpenConversations.OPEN_MAX; i++) open.open(conversation(i));
        open.open(conversation(0));
        open.open(conversation(1_000));
        assertThat(open.has(conversation(0))).isTrue();
        assertThat(open.has(conversation(1))).isFalse();
        assertThat(open.has(conversation(2))).isTrue();
        assertThat(open.has(conversation(1_000))).isTrue();
    }

    private static ConversationId conversation(int number) {
        return new ConversationId("c" + number);
    }
}
