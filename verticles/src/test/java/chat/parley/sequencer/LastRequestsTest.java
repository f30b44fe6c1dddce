package chat.parley.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LastRequestsTest {
    private final LastRequests requests = new LastRequests();

    @Test
    void aRepeatIsNotTheFirstOfItsName() {
        assertThat(requests.isFirst("a")).isTrue();
        assertThat(requests.isFirst("b")).isTrue();
        assertThat(requests.isFirst("a")).isFalse();
    }

    @Test
    void whatHasNoNameRepeatsNothing() {
        assertThat(requests.isFirst(null)).isTrue();
        assertThat(requests.isFirst(null)).isTrue();
    }

    @Test
    void pastTheBoundTheOldestIsForgotten() {
        for (int i = 0; i <= LastRequests.MAX; i++)
            assertThat(requests.isFirst("request " + i)).isTrue();
        assertThat(requests.isFirst("request 1")).isFalse();
        assertThat(requests.isFirst("request 0")).isTrue();
    }
}
