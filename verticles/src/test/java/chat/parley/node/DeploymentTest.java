package chat.parley.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Metric;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class DeploymentTest {
    private final List<String> happened = new ArrayList<>();
    private final Metrics metrics = new Metrics();
    private int failing = Integer.MAX_VALUE;
    private boolean isSharingFailing;

    private final class Part extends VerticleBase {
        private final int number;

        Part(int number) {
            this.number = number;
        }

        @Override
        public Future<?> start() {
            return number >= failing ? Future.failedFuture("no room") : Future.succeededFuture();
        }

        @Override
        public Future<?> stop() {
            happened.add("end " + number);
            return Future.succeededFuture();
        }
    }

    private Deployment<Part> deployment(Vertx vertx) {
        return new Deployment<>(
                vertx,
                metrics,
                part -> new Figures().count(Metric.SENDS, () -> 1),
                (number, instances) -> new Part(number),
                (all, instances) -> {
                    happened.add("share " + instances + " of " + all.size());
                    return isSharingFailing && instances == 3
                            ? Future.failedFuture("not shared")
                            : Future.succeededFuture();
                });
    }

    @Test
    void thoseWithTheHighestNumbersGoOnceTheOthersHaveWhatTheyDid(Vertx vertx) throws Exception {
        Deployment<Part> parts = deployment(vertx);
        parts.scale(3).await(10, SECONDS);
        assertThat(metrics.read().totals()).containsEntry(Metric.SENDS, 3L);
        happened.clear();
        parts.scale(1).await(10, SECONDS);
        assertThat(happened).containsExactly("share 1 of 3", "end 2", "end 1");
        assertThat(parts.count()).isEqualTo(1);
        assertThat(metrics.read().totals()).as("what was counted stays").containsEntry(Metric.SENDS, 3L);
    }

    @Test
    void ifTheFirstCannotBeginThereIsNobodyToShareWith(Vertx vertx) {
        Deployment<Part> parts = deployment(vertx);
        failing = 0;
        assertThatThrownBy(() -> parts.scale(2).await(10, SECONDS)).hasMessage("no room");
        assertThat(parts.count()).isZero();
        assertThat(happened).isEmpty();
    }

    @Test
    void whoEndsThemWaitsForAChange(Vertx vertx) throws Exception {
        Deployment<Part> parts = deployment(vertx);
        Future<Void> scaled = parts.scale(3);
        parts.end().await(10, SECONDS);
        assertThat(scaled.succeeded()).isTrue();
        assertThat(parts.count()).isZero();
        assertThat(happened).containsExactly("share 3 of 3", "end 2", "end 1", "end 0");
    }

    @Test
    void ifOneCannotBeginThereAreAsManyAsBefore(Vertx vertx) throws Exception {
        Deployment<Part> parts = deployment(vertx);
        parts.scale(1).await(10, SECONDS);
        failing = 2;
        assertThatThrownBy(() -> parts.scale(4).await(10, SECONDS)).hasMessage("no room");
        assertThat(parts.count()).isEqualTo(1);
        assertThat(happened).endsWith("share 1 of 2", "end 1");
    }

    @Test
    void ifWhatTheyDoCannotBeSharedOutThereAreAsManyAsBefore(Vertx vertx) throws Exception {
        Deployment<Part> parts = deployment(vertx);
        parts.scale(1).await(10, SECONDS);
        isSharingFailing = true;
        assertThatThrownBy(() -> parts.scale(3).await(10, SECONDS)).hasMessage("not shared");
        assertThat(parts.count()).isEqualTo(1);
        assertThat(happened).endsWith("share 1 of 3", "end 2", "end 1");
    }
}
