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
        assertThat(heard.isOver(signals("n1.0", 1, 1, 10_000), 15_000)).isFalse();
        assertThat(heard.isOver(signals("n1.0", 1, 2, 10_000), 15_001)).isTrue();
    }

    @Test
    void theClockOfAnotherNodeMayBeWrong() {
        for (long wrong : List.of(-3_600_000L, 3_600_000L)) {
            Heard here = new Heard();
            long now = 10_000_000;
            for (long until = now + Heard.LEARN_MILLIS; now < until; now += 1_000)
                here.isOver(signals("n2.0", 1, 1, now + wrong), now + 50);

            assertThat(here.isOver(signals("n2.0", 1, 1, now + wrong), now + 5_000))
                    .isFalse();
            assertThat(here.isOver(signals("n2.0", 1, 1, now + wrong), now + 5_051))
                    .isTrue();
            assertThat(here.isOver(signals("n1.0", 1, 1, now), now + 5_001))
                    .as("that of others is right")
                    .isTrue();
        }
    }

    @Test
    void theClockOfAnotherNodeMayBeSet() {
        long now = 0;
        for (; now < 2 * Heard.LEARN_MILLIS; now += 1_000) heard.isOver(signals("n2.0", 1, 1, now), now);
        long set = now - 3_600_000;
        for (long until = now + 2 * Heard.LEARN_MILLIS; now < until; now += 1_000)
            heard.isOver(signals("n2.0", 1, 1, now + set), now);

        assertThat(heard.isOver(signals("n2.0", 1, 1, now + set), now)).isFalse();
        assertThat(heard.isOver(signals("n2.0", 1, 1, now + set), now + 5_001)).isTrue();
    }

    @Test
    void whatABusThatStoodStillBringsAtOnceIsOver() {
        long now = 60_000;
        heard.isOver(signals("n2.0", 1, 1, 0), 0);
        for (long age = 53_000; age > 5_000; age -= 1_000) {
            assertThat(heard.isOver(signals("n2.0", 1, 1, now - age), now)).isTrue();
            assertThat(heard.isOver(signals("n3.0", 1, 1, now - age), now))
                    .as("of whom nothing was heard before")
                    .isTrue();
        }
    }

    @Test
    void typingThatTheSameGatewaySaidBeforeIsNoNews() {
        assertThat(heard.isNews(signals("n1.0", 7, 5, 0), TYPING)).isTrue();
        assertThat(heard.isNews(signals("n1.0", 7, 5, 0), TYPING)).isFalse();
        assertThat(heard.isNews(signals("n1.0", 7, 4, 0), TYPING)).isFalse();
        assertThat(heard.isNews(signals("n1.0", 6, 9, 0), TYPING)).isFalse();
        assertThat(heard.isNews(signals("n2.0", 1, 1, 0), TYPING)).isTrue();
        assertThat(heard.isNews(signals("n1.0", 8, 1, 0), TYPING)).isTrue();
    }

    private static Signals.Receipt receipt(UserId user, ReceiptType type, long sequence) {
        return new Signals.Receipt(GROUP, user, type, sequence, "", List.of());
    }

    private static Signals signals(String gateway, long boot, long counter, long sentAt) {
        return new Signals(7, gateway, boot, counter, sentAt, List.of(), List.of(TYPING));
    }
}
