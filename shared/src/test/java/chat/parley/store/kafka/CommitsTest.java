package chat.parley.store.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.ConversationId;
import chat.parley.store.EventCursor;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommitsTest {
    /** What Kafka takes unless it is told otherwise. */
    private static final int BYTES_MAX = 4096;

    @Test
    void whatWasCommittedIsReadAgain() {
        Map<Integer, EventCursor> cursors = new TreeMap<>();
        for (int shard = 0; shard < ConversationId.SHARDS; shard++)
            cursors.put(shard, new EventCursor((1 << 23) - 1, (1L << 40) - 1));
        String text = Commits.text(cursors);
        assertThat(text.length()).isLessThan(BYTES_MAX);
        assertThat(Commits.cursors(text)).isEqualTo(cursors);
        assertThat(Commits.cursors(Commits.text(Map.of()))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "somebody else's", "1:2", "1:2:x", "1:2:3:4", "-1:2:3", "1234567890123456789012:1:1"})
    void whatOthersCommittedSaysNothing(String text) {
        assertThat(Commits.cursors(text)).isEmpty();
    }
}
