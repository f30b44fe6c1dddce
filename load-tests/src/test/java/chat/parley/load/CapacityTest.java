package chat.parley.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.load.Capacity.Kind;
import chat.parley.load.Capacity.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapacityTest {
    private static Settings settings(String... arguments) {
        return new Settings(arguments);
    }

    @Test
    void everySizeAndEachWayIsAStepWithItsOwnSettings() {
        List<Step> steps = Capacity.steps(settings("sizes=10,300", "at=0.5"));
        assertThat(steps)
                .extracting(Step::name)
                .containsExactly(
                        "size 10",
                        "size 300",
                        "inline, groups of 50",
                        "worker, groups of 1000",
                        "channel, groups of 1000",
                        "idle");
        assertThat(steps)
                .filteredOn(step -> step.kind() != Kind.CONNECTIONS)
                .extracting(step ->
                        step.settings().number("groups", 0) * step.settings().number("size", 0))
                .containsExactly(1_000, 900, 1_000, 1_000, 1_000);
        assertThat(steps.getFirst().settings().reals("at", "0.7"))
                .as("only saturated")
                .containsExactly(0);
        assertThat(steps.get(2).settings().reals("at", "0.7")).containsExactly(0.5);
        assertThat(steps.get(4).ofNode()).isEqualTo(Ways.Way.CHANNEL.settings());
    }

    @Test
    void threePicturesShowWhatTheStepsFound(@TempDir Path folder) throws Exception {
        List<Map<String, Object>> lines = new ArrayList<>();
        lines.add(Map.of("shows", Kind.SIZE, "step", "size 10", "phase", "connect", "deliv_s", 1.0));
        lines.add(Map.of("shows", Kind.SIZE, "step", "size 10", "phase", "closed", "size", 10, "deliv_s", 100_000.0));
        lines.add(Map.of("shows", Kind.SIZE, "step", "size 30", "phase", "closed", "size", 30, "deliv_s", 200_000.0));
        lines.add(Map.of("shows", Kind.LOAD, "step", "inline", "phase", "open", "deliv_s", 20_000.0, "del_p99_ms", 9));
        lines.add(Map.of("shows", Kind.LOAD, "step", "worker", "phase", "open", "deliv_s", 20_000.0, "del_p99_ms", 8));
        lines.add(
                Map.of("shows", Kind.CONNECTIONS, "step", "idle", "phase", "idle@9", "sessions", 9, "kb_per_conn", 9));
        Capacity.draw(folder, settings(), lines);
        assertThat(circles(folder.resolve("deliveries.svg"))).isEqualTo(2);
        assertThat(circles(folder.resolve("latency.svg"))).isEqualTo(2);
        assertThat(Files.readString(folder.resolve("latency.svg"))).contains("inline", "worker");
        assertThat(circles(folder.resolve("memory.svg"))).isEqualTo(1);
    }

    @Test
    void sharesAreNumbers() {
        assertThat(settings("at=0.3, 0.7").reals("at", "1")).containsExactly(0.3, 0.7);
        assertThatThrownBy(() -> settings("at=0.3,much").reals("at", "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("much");
    }

    private static int circles(Path svg) throws Exception {
        return Files.readString(svg).split("<circle", -1).length - 1;
    }
}
