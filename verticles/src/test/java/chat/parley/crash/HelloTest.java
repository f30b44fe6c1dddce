package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HelloTest {
    private static final long SAID = TimeUnit.DAYS.toNanos(1);
    private static final long MUCH_LATER = SAID + TimeUnit.MINUTES.toNanos(5);

    private final Hello hello = new Hello(SAID);

    @Test
    void aSessionThatIsNotInStepAfterThirtySecondsIsLateAndThatIsSaidOnce() {
        assertThat(hello.isLate(SAID + TimeUnit.SECONDS.toNanos(30))).isFalse();
        assertThat(hello.isLate(SAID + TimeUnit.SECONDS.toNanos(30) + 1)).isTrue();
        assertThat(hello.isLate(MUCH_LATER)).isFalse();
    }

    @Test
    void aSessionThatWasInStepIsNotLateWhateverBecomesOfIt() {
        assertThat(hello.answered()).isTrue();
        assertThat(hello.isLate(MUCH_LATER)).isFalse();
    }

    @Test
    void whatIsAskedForLaterIsNoAnswerToAHello() {
        hello.answered();
        assertThat(hello.answered()).isFalse();
    }
}
