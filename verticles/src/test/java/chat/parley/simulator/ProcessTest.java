package chat.parley.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessTest {
    private final Scheduler scheduler = new Scheduler();
    private final List<String> done = new ArrayList<>();
    private final Process process = new Process(scheduler, "n1", thrown -> done.add(thrown.getMessage()));

    @Test
    void whatComesInAFreezeKeepsItsOrderThoughTheFreezeGetsLonger() {
        process.freeze(2);
        process.plan(1_000, () -> done.add("first"));
        scheduler.runUntil(1_500);
        process.freeze(10);
        process.plan(1_000, () -> done.add("second"));
        scheduler.runUntil(11_499);
        assertThat(done).isEmpty();
        process.plan(1, () -> done.add("third"));
        scheduler.runUntil(11_500);

        assertThat(done).containsExactly("first", "second", "third");
    }

    @Test
    void whoIsKilledInAFreezeDoesNothingMore() {
        process.freeze(2);
        process.plan(1_000, () -> done.add("never"));
        scheduler.runUntil(1_500);
        process.kill();
        scheduler.runUntil(5_000);

        assertThat(done).isEmpty();
    }
}
