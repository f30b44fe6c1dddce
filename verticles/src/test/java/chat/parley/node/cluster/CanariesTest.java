package chat.parley.node.cluster;

import static chat.parley.node.cluster.Canaries.Due.NOTHING;
import static chat.parley.node.cluster.Canaries.Due.REGISTER;
import static chat.parley.node.cluster.Canaries.Due.RESTART;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.cluster.Canaries.Due;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CanariesTest {
    private static final List<String> OTHERS = List.of("n2", "n3");
    private static final long START = 1_000_000;

    private final Canaries canaries = new Canaries(START);

    @Test
    void whileOneComesHomeNothingIsDue() {
        for (long now = START + 5_000; now < START + 600_000; now += 5_000) {
            assertThat(canaries.due(OTHERS, now)).isEqualTo(NOTHING);
            if (now % 10_000 == 0) canaries.home(now);
        }
    }

    @Test
    void after15SecondsTheNodeRegistersAgainAndAfter60ItStartsAgain() {
        canaries.home(START);
        Map<Long, Due> due = new TreeMap<>();
        for (long second = 5; second <= 120; second += 5) {
            Due now = canaries.due(OTHERS, START + second * 1_000);
            if (now != NOTHING) due.put(second, now);
        }
        assertThat(due)
                .isEqualTo(Map.of(
                        15L, REGISTER, 30L, REGISTER, 45L, REGISTER, 60L, RESTART, 75L, REGISTER, 90L, REGISTER, 105L,
                        REGISTER, 120L, RESTART));
    }

    /** Else the third flight after the registry was lost would come a moment too early, and 5 s would be lost. */
    @Test
    void whatCountsIsWhenACanaryFlewNotWhenItCameHome() {
        canaries.home(START);
        canaries.home(START - 5_000); // late

        assertThat(canaries.due(OTHERS, START + 14_999)).isEqualTo(NOTHING);
        assertThat(canaries.due(OTHERS, START + 15_000)).isEqualTo(REGISTER);
    }

    @Test
    void aNodeAloneMissesNobody() {
        List<Due> due = new ArrayList<>();
        for (long now = START; now <= START + 300_000; now += 5_000) due.add(canaries.due(List.of(), now));
        assertThat(due).containsOnly(NOTHING);

        assertThat(canaries.due(OTHERS, START + 305_000)).isEqualTo(NOTHING);
        assertThat(canaries.due(OTHERS, START + 315_000)).isEqualTo(REGISTER);
    }

    @Test
    void whoIsFoundAgainAfterSoLongThatRepeatsAreLostTooIsToldOfOnce() {
        assertThat(canaries.found("n2", START)).as("it has just come").isFalse();
        assertThat(canaries.found("n2", START + 9_999)).isFalse();
        assertThat(canaries.found("n3", START + 9_999)).isFalse();
        assertThat(canaries.found("n2", START + 19_999)).isTrue();
        assertThat(canaries.found("n2", START + 20_000)).isFalse();
        assertThat(canaries.found("n3", START + 20_000)).isTrue();
    }

    @Test
    void whoWasNotFoundSinceItCameIsToldOfToo() {
        canaries.due(OTHERS, START);

        assertThat(canaries.found("n3", START + 9_999)).isFalse();
        assertThat(canaries.found("n2", START + 10_000)).isTrue();
    }

    @Test
    void whoWasGoneBetweenIsNew() {
        canaries.found("n2", START);
        canaries.due(List.of("n3"), START + 5_000);
        canaries.due(OTHERS, START + 60_000);

        assertThat(canaries.found("n2", START + 60_001)).isFalse();
    }
}
