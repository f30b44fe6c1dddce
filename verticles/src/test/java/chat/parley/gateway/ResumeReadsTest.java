package chat.parley.gateway;

import static chat.parley.gateway.ResumeReads.Kind.HEADS;
import static chat.parley.gateway.ResumeReads.Kind.HEADS_HERE;
import static chat.parley.gateway.ResumeReads.Kind.HISTORY;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResumeReadsTest {
    private final ResumeReads reads = new ResumeReads(2, 3);
    private final List<String> begun = new ArrayList<>();
    private final ArrayDeque<Promise<String>> underWay = new ArrayDeque<>();

    @Test
    void soManyAreUnderWayAndTheOthersWaitForTheirTurn() {
        for (String name : List.of("a", "b", "c", "d")) read(HEADS, name);
        assertThat(begun).containsExactly("a", "b");
        underWay.remove().complete("");
        assertThat(begun).containsExactly("a", "b", "c");
        underWay.remove().fail("broken");
        assertThat(begun).as("a failure ends a turn as well").containsExactly("a", "b", "c", "d");
    }

    @Test
    void whenManyWaitToBeWelcomeFurtherOnesHadBetterComeLater() {
        for (int i = 0; i < 10; i++) read(HISTORY, "page");
        for (int i = 0; i < 2; i++) read(HEADS, "hello");
        assertThat(reads.isFull()).isFalse();
        read(HEADS, "hello");
        assertThat(reads.isFull()).isTrue();
        for (int i = 0; i < 2; i++) underWay.remove().complete("");
        assertThat(reads.isFull()).isFalse();
    }

    @Test
    void headsGoBeforeHistoryAndThoseWhoAreHereBeforeThoseWhoCome() {
        read(HEADS, "first");
        read(HEADS, "second");
        for (int i = 0; i < 2; i++) {
            read(HISTORY, "page " + i);
            read(HEADS, "hello " + i);
            read(HEADS_HERE, "open " + i);
        }
        finishAll();
        assertThat(begun)
                .containsExactly("first", "second", "open 0", "page 0", "open 1", "hello 0", "hello 1", "page 1");
    }

    @Test
    void historyHasItsTurnsHoweverManyCome() {
        for (int i = 0; i < 5; i++) read(HISTORY, "page");
        for (int i = 0; i < 400; i++) {
            read(HEADS, "hello");
            underWay.remove().complete("");
        }
        assertThat(begun.stream().filter("page"::equals)).hasSize(5);
    }

    @Test
    void readsThatAreAnsweredAtOnceDoNotNest() {
        read(HEADS, "first");
        read(HEADS, "second");
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) answers.add(reads.take(HISTORY, () -> Future.succeededFuture("at once")));
        finishAll();
        assertThat(answers).allMatch(Future::succeeded);
    }

    private void finishAll() {
        while (!underWay.isEmpty()) underWay.remove().complete("");
    }

    private void read(ResumeReads.Kind kind, String name) {
        reads.take(kind, () -> {
            begun.add(name);
            Promise<String> answer = Promise.promise();
            underWay.add(answer);
            return answer.future();
        });
    }
}
