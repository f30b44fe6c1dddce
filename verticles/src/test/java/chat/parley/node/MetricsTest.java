package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Histogram;
import chat.parley.telemetry.Metric;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    /** A part as an instance of a gateway is one. */
    private static final class Part {
        final LongAdder sends = new LongAdder();
        final Histogram seconds = Histogram.ofSeconds();
        double open;
        final Figures figures = new Figures()
                .count(Metric.SENDS, sends::sum)
                .level(Metric.CONNECTIONS, "websocket", () -> open)
                .spread(Metric.ACK_SECONDS, seconds);
    }

    @AfterEach
    void end() {
        metrics.close();
    }

    @Test
    void whatPartsShowIsAddedUp() {
        Part one = added(3, 2);
        Part other = added(4, 5);
        one.seconds.record(TimeUnit.MILLISECONDS.toNanos(2));
        other.seconds.record(TimeUnit.SECONDS.toNanos(60));

        assertThat(metrics.read().totals()).containsEntry(Metric.SENDS, 7L);
        assertThat(metrics.read().now()).containsEntry(Metric.CONNECTIONS, 7.0);
        assertThat(metrics.text())
                .contains("# TYPE parley_sends_total counter\nparley_sends_total 7.0\n")
                .contains("# TYPE parley_connections gauge\nparley_connections{transport=\"websocket\"} 7.0\n")
                .contains("parley_ack_seconds_bucket{le=\"0.001\"} 0\n")
                .contains("parley_ack_seconds_bucket{le=\"0.0025\"} 1\n")
                .contains("parley_ack_seconds_bucket{le=\"10.0\"} 1\n")
                .contains("parley_ack_seconds_bucket{le=\"+Inf\"} 2\n")
                .contains("parley_ack_seconds_count 2\nparley_ack_seconds_sum 60.002\n");
    }

    @Test
    void ofAPartThatHasGoneStaysWhatItCountedAndNotHowItWas() {
        Part goes = added(3, 2);
        Part stays = added(4, 5);
        goes.seconds.record(1);
        metrics.remove(goes.figures);
        metrics.remove(goes.figures);

        assertThat(metrics.read().totals()).containsEntry(Metric.SENDS, 7L);
        assertThat(metrics.read().now()).containsEntry(Metric.CONNECTIONS, 5.0);
        assertThat(metrics.text()).contains("parley_ack_seconds_count 1\n");

        metrics.remove(stays.figures);
        assertThat(metrics.text())
                .contains("parley_sends_total 7.0\n")
                .doesNotContain("parley_connections")
                .contains("parley_ack_seconds_count 1\n");
        added(1, 1);
        assertThat(metrics.read().totals()).containsEntry(Metric.SENDS, 8L);
        assertThat(metrics.read().now()).containsEntry(Metric.CONNECTIONS, 1.0);
    }

    private Part added(int sends, int open) {
        Part part = new Part();
        part.sends.add(sends);
        part.open = open;
        metrics.add(part.figures);
        return part;
    }
}
