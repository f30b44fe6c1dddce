package chat.parley.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.load.FrameScanner.Type;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FrameScannerTest {
    private final FrameScanner scanner = new FrameScanner();

    @Test
    void aFrameSaysItsFieldsInAnyOrder() {
        byte[] text = begin("{ \"body\" : \"a\\\"}b\", \"ext\": {\"sequence\": [1, {\"type\": \"]\"}]}, \"sequence\":"
                + " 17,\"type\":\"message_event\"}");
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.type()).isEqualTo(Type.MESSAGE_EVENT);
        assertThat(scanner.sequence()).isEqualTo(17);
        assertThat(text[scanner.body()]).isEqualTo((byte) 'a');
        assertThat(scanner.next()).isFalse();
    }

    @Test
    void anArrayIsItsFramesInTurn() {
        begin(
                "[{\"type\":\"message_ack\",\"clientMessageId\":\"x\",\"sequence\":4},{\"type\":\"synced\",\"heads\":{}},{\"type\":\"new\"}]");
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.type()).isEqualTo(Type.MESSAGE_ACK);
        assertThat(scanner.clientMessageId()).isPositive();
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.type()).isEqualTo(Type.SYNCED);
        assertThat(scanner.clientMessageId()).isNegative();
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.type()).isEqualTo(Type.OTHER);
        assertThat(scanner.next()).isFalse();
    }

    @Test
    void aPresenceEventSaysOfWhomAndWhetherTheyAreThere() {
        begin("{\"type\":\"presence_event\",\"userId\":\"load1x2-47\",\"status\":\"online\"}"
                + "{\"type\":\"presence_event\",\"userId\":\"load1x2-8\",\"status\":\"offline\",\"lastSeenAt\":1}");
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.type()).isEqualTo(Type.PRESENCE_EVENT);
        assertThat(scanner.user()).isEqualTo(47);
        assertThat(scanner.isOnline()).isTrue();
        assertThat(scanner.next()).isTrue();
        assertThat(scanner.user()).isEqualTo(8);
        assertThat(scanner.isOnline()).isFalse();
    }

    @Test
    void aTornFrameIsAnError() {
        begin("{\"type\":\"message_ack\"");
        assertThatThrownBy(scanner::next).isInstanceOf(IllegalStateException.class);
    }

    private byte[] begin(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        scanner.begin(bytes, bytes.length);
        return bytes;
    }
}
