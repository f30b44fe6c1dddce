package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Signals;
import chat.parley.model.UserId;
import chat.parley.wire.ReceiptType;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeardTest {
    private static final Signals.Typing TYPING = new Signals.Typing(GROUP, BEN, true, List.of());

    private final Heard heard = new Heard();

    @Test
    void aReceiptThatSaysLessThanOneBeforeIsNoNews() {
        assertThat(heard.isNews(receipt(BEN, ReceiptType.READ, 5))).isTrue();
        assertThat(heard.isNews(receipt(BEN, ReceiptType.READ, 4))).isFalse();
        assertThat(heard.isNews(receipt(BEN, ReceiptType.DELIVERED, 4))).isTrue();
        assertThat(heard.isNews(receipt(new UserId("eve"), ReceiptType.READ, 4)))
                .isTrue();
        assertThat(heard.isNews(receipt(BEN, ReceiptType.READ, 6))).isTrue();
    }

    @Test
    void whatHadToWaitIsOvertakenByWhatSaysMore() {
        Signals.Receipt early = receipt(BEN, ReceiptType.READ, 5);
        assertThat(heard.isNews(early)).isTrue();
        assertThat(heard.isLast(early)).isTrue();
        assertThat(heard.isNews(receipt(BEN, ReceiptType.READ, 6))).isTrue();
        assertThat(heard.isLast(early)).isFalse();
    }

    @Test
    void thePartsOfOneReceiptMayComeSeveralWays() {
        assertThat(heard.isNews(receipt(BEN, ReceiptType.READ, 5))).isTrue();
        assertThat(heard.isNews(receipt(BEN, ReceiptType.READ, 5))).isTrue();
    }

    @Test
    void typingThatIsOlderThanFiveSecondsIsOver() {
        assertThat(heard.isNews(signals("n1.0", 1, 1, 10_000), TYPING, 15_000)).isTrue();
        assertThat(heard.isNews(signals("n1.0", 1, 2, 10_000), TYPING, 15_001)).isFalse();
    }

    @Test
    void typingThatTheSameGatewaySaidBeforeIsNoNews() {
        assertThat(heard.isNews(signals("n1.0", 7, 5, 0), TYPING, 0)).isTrue();
        assertThat(heard.isNews(signals("n1.0", 7, 5, 0), TYPING, 0)).isFalse();
        assertThat(heard.isNews(signals("n1.0", 7, 4, 0), TYPING, 0)).isFalse();
        assertThat(heard.isNews(signals("n1.0", 6, 9, 0), TYPING, 0)).isFalse();
        assertThat(heard.isNews(signals("n2.0", 1, 1, 0), TYPING, 0)).isTrue();
        assertThat(heard.isNews(signals("n1.0", 8, 1, 0), TYPING, 0)).isTrue();
    }

    private static Signals.Receipt receipt(UserId user, ReceiptType type, long sequence) {
        return new Signals.Receipt(GROUP, user, type, sequence, "", List.of());
    }

    private static Signals signals(String gateway, long boot, long counter, long sentAt) {
        return new Signals(7, gateway, boot, counter, sentAt, List.of(), List.of(TYPING));
    }
}
