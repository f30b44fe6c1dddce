package chat.parley.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final List<Promise<String>> begun = new ArrayList<>();
    private final Turns turns = new Turns(2, 3);

    @Test
    void soManyAreUnderWayAndTheOthersFollowInTheirOrder() {
        List<Future<String>> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) all.add(turns.take(this::task));
        assertThat(begun).hasSize(2);
        begun.get(1).complete("first");
        assertThat(begun).hasSize(3);
        begun.get(2).fail("broken");
        begun.get(0).complete("last");

        assertThat(begun).hasSize(5);
        assertThat(all.get(0).result()).isEqualTo("last");
        assertThat(all.get(1).result()).isEqualTo("first");
        assertThat(all.get(2).cause()).hasMessage("broken");
        assertThat(all.get(3).isComplete()).isFalse();
    }

    @Test
    void whoFindsTooManyWaitingIsNotTaken() {
        for (int i = 0; i < 5; i++) assertThat(turns.take(this::task)).isNotNull();
        assertThat(turns.take(this::task)).isNull();
        begun.get(0).complete("done");
        assertThat(turns.take(this::task)).isNotNull();
        assertThat(turns.take(this::task)).isNull();
    }

    @Test
    void aTaskThatThrowsFailsAndGivesItsPlaceBack() {
        for (int i = 0; i < 3; i++) {
            Future<String> broken = turns.take(() -> {
                throw new IllegalStateException("broken");
            });
            assertThat(broken.cause()).hasMessage("broken");
        }
        turns.take(this::task);
        assertThat(begun).hasSize(1);
    }

    @Test
    void manyThatAreDoneAtOnceBeginOneBehindTheOther() {
        Turns many = new Turns(1, 100_000);
        Promise<String> first = Promise.promise();
        many.take(first::future);
        List<Future<String>> all = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) all.add(many.take(() -> Future.succeededFuture("done")));

        first.complete("done");

        assertThat(all).allMatch(Future::succeeded);
    }

    private Future<String> task() {
        Promise<String> promise = Promise.promise();
        begun.add(promise);
        return promise.future();
    }
}
