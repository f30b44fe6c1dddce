package chat.parley.load.gatling;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.load.gatling.Held.Kind;
import org.junit.jupiter.api.Test;

class HeldTest {
    private final Held held = new Held(3);

    @Test
    void eachEntryIsFreshOnce() {
        assertThat(held.event(4, 0)).isEqualTo(Kind.FRESH);
        assertThat(held.event(4, 0)).isEqualTo(Kind.REPEATED);
        assertThat(held.event(3, 0)).isEqualTo(Kind.REPEATED);
        assertThat(held.through()).isEqualTo(4);
    }

    @Test
    void anAcknowledgementMayOvertakeEvents() {
        assertThat(held.acknowledged(6, 0)).isEqualTo(Kind.FRESH);
        assertThat(held.event(4, 0)).isEqualTo(Kind.FRESH);
        assertThat(held.event(5, 0)).isEqualTo(Kind.FRESH);
        assertThat(held.through()).isEqualTo(6);
        assertThat(held.event(6, 0)).isEqualTo(Kind.REPEATED);
    }

    @Test
    void anEventMayNotOvertakeAnother() {
        held.event(5, 0);
        assertThat(held.event(4, 0)).isEqualTo(Kind.DISORDERED);
    }

    @Test
    void aHoleIsOneAfterAWhile() {
        held.event(5, 100);
        assertThat(held.hasHoleOlderThan(1_000, 1_100)).isFalse();
        assertThat(held.hasHoleOlderThan(1_000, 1_101)).isTrue();
        held.event(4, 2_000);
        assertThat(held.hasHoleOlderThan(1_000, 9_000)).isFalse();
    }

    @Test
    void whatIsMissingAfterTheAnswerIsMissing() {
        held.event(5, 0);
        assertThat(held.ask()).isEqualTo(3);
        assertThat(held.event(5, 0)).isEqualTo(Kind.KNOWN);
        assertThat(held.event(7, 0)).isEqualTo(Kind.FRESH);
        assertThat(held.answered(7)).as("4 and 6").isEqualTo(2);
        assertThat(held.event(7, 0)).isEqualTo(Kind.REPEATED);
    }

    @Test
    void aNewSocketBringsAllBehindTheCursorOnce() {
        held.acknowledged(6, 0);
        assertThat(held.resume()).isEqualTo(3);
        for (long sequence = 4; sequence <= 6; sequence++)
            assertThat(held.event(sequence, 0)).isEqualTo(Kind.FRESH);
        assertThat(held.event(6, 0)).isEqualTo(Kind.REPEATED);
        assertThat(held.answered(6)).isZero();
    }

    @Test
    void whatAnEventLeftOutIsKnownToHaveComeOnlyAsItWasAskedFor() {
        held.event(6, 0);
        held.ask();
        assertThat(held.event(4, 0)).isEqualTo(Kind.LEFT_OUT);
        assertThat(held.acknowledged(5, 0)).as("its own").isEqualTo(Kind.FRESH);
        held.answered(6);
        held.acknowledged(9, 0); // which may overtake events
        held.ask();
        assertThat(held.event(7, 0)).isEqualTo(Kind.FRESH);
        assertThat(held.missing(10)).as("8 and 10").isEqualTo(2);
    }

    @Test
    void whatWillNeverComeIsNoHole() {
        held.event(9, 0);
        held.gap(8, 0);
        assertThat(held.through()).isEqualTo(9);
    }
}
