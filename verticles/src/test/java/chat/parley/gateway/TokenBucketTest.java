package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private final TokenBucket bucket = new TokenBucket(100, 500, 0);

    @Test
    void aBurstFitsAndNothingMore() {
        for (int i = 0; i < 500; i++) assertThat(bucket.take(1, 0)).isZero();

        assertThat(bucket.take(1, 0)).isEqualTo(10);
    }

    @Test
    void itRefillsWithTime() {
        assertThat(bucket.take(500, 0)).isZero();
        assertThat(bucket.take(1, 9)).isEqualTo(1);
        assertThat(bucket.take(1, 10)).isZero();
        assertThat(bucket.take(1, 10)).isEqualTo(10);
    }

    @Test
    void itNeverHoldsMoreThanABurst() {
        assertThat(bucket.take(500, 1_000_000_000)).isZero();
        assertThat(bucket.take(1, 1_000_000_000)).isPositive();
    }

    @Test
    void aRefusalTakesNothing() {
        assertThat(bucket.take(499, 0)).isZero();
        assertThat(bucket.take(5, 0)).isEqualTo(40);
        assertThat(bucket.take(1, 0)).isZero();
    }

    @Test
    void aCostBeyondTheBurstIsTheBurst() {
        assertThat(bucket.take(9_999, 0)).isZero();
    }

    @Test
    void threeSecondsOfFloodWithinAMinuteAreOneTooMany() {
        Flood flood = new Flood();
        boolean isOver = false;
        for (int i = 0; i < 2_999; i++) isOver |= flood.refused(i);
        assertThat(isOver).isTrue();
    }

    @Test
    void whoIsALittleFastIsNoFlood() {
        Flood flood = new Flood();
        boolean isOver = false;
        for (int second = 0; second < 3_600; second++) {
            for (int i = 0; i < 50; i++) isOver |= flood.refused(second * 1_000L);
        }
        assertThat(isOver).isFalse();
    }

    @Test
    void strikesAreForgottenAfterAMinute() {
        Flood flood = new Flood();
        boolean isOver = false;
        for (int hour = 0; hour < 10; hour++) for (int i = 0; i < 600; i++) isOver |= flood.refused(hour * 3_600_000L);
        assertThat(isOver).isFalse();
    }
}
