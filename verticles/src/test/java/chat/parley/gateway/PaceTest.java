package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private final Pace<String, Integer> pace = new Pace<>(1_000, 3, Math::max);

    @Test
    void theFirstGoesAtOnceAndTheGreatestOfTheRestWhenTheIntervalIsOver() {
        pace.offer("a", 1, 0);
        assertThat(pace.due(0, 10)).containsExactly(1);
        pace.offer("a", 3, 10);
        pace.offer("a", 2, 20);
        assertThat(pace.due(999, 10)).isEmpty();
        assertThat(pace.isWaiting()).isTrue();
        assertThat(pace.due(1_000, 10)).containsExactly(3);
        assertThat(pace.isWaiting()).isFalse();
        assertThat(pace.due(2_000, 10)).isEmpty();
    }

    @Test
    void whatComesAfterAQuietIntervalGoesAtOnce() {
        pace.offer("a", 1, 0);
        pace.due(0, 10);
        pace.due(1_000, 10);
        pace.offer("a", 2, 1_001);
        assertThat(pace.due(1_001, 10)).containsExactly(2);
    }

    @Test
    void keysDoNotHoldEachOtherUp() {
        pace.offer("a", 1, 0);
        pace.due(0, 10);
        pace.offer("a", 2, 1);
        pace.offer("b", 7, 1);
        assertThat(pace.due(1, 10)).containsExactly(7);
    }

    @Test
    void whatIsDueAndNotTakenWaits() {
        pace.offer("a", 1, 0);
        pace.offer("b", 2, 0);
        assertThat(pace.due(0, 1)).containsExactly(1);
        assertThat(pace.isWaiting()).isTrue();
        assertThat(pace.due(0, 1)).containsExactly(2);
    }

    @Test
    void pastTheBoundNewKeysAreNotTakenUntilOldOnesHaveRested() {
        for (String key : new String[] {"a", "b", "c"})
            assertThat(pace.offer(key, 1, 0)).isTrue();
        assertThat(pace.offer("d", 1, 0)).isFalse();
        assertThat(pace.offer("a", 2, 0)).isTrue();
        assertThat(pace.due(0, 10)).containsExactly(2, 1, 1);
        assertThat(pace.offer("d", 1, 999)).isFalse();
        assertThat(pace.offer("d", 1, 1_000)).isTrue();
    }

    @Test
    void whoeverHurriesWaitsForNothing() {
        pace.offer("a", 1, 0);
        pace.due(0, 10);
        pace.offer("a", 2, 1);
        pace.hurry();
        assertThat(pace.due(1, 10)).containsExactly(2);
    }
}
