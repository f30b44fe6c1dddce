package chat.parley.gateway;

import static chat.parley.gateway.ResumeReads.Kind.HEADS;
import static chat.parley.gateway.ResumeReads.Kind.HEADS_HERE;
import static chat.parley.gateway.ResumeReads.Kind.HISTORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
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
    void thoseWhoWentDoNotCountAmongThemThoughNothingIsAnswered() {
        boolean[] isHere = {true};
        for (int i = 0; i < 2; i++) read(HISTORY, "page");
        for (int i = 0; i < 3; i++) reads.take(HEADS, () -> isHere[0], () -> Future.succeededFuture("hello"));
        assertThat(reads.isFull()).isTrue();
        isHere[0] = false;
        boolean isFull = true;
        for (int i = 0; i < 100 && isFull; i++) isFull = reads.isFull();
        assertThat(isFull).isFalse();
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
        for (int i = 0; i < 100_000; i++)
            answers.add(reads.take(HISTORY, () -> true, () -> Future.succeededFuture("at once")));
        finishAll();
        assertThat(answers).allMatch(Future::succeeded);
    }

    @Test
    void aReadThatThrowsEndsItsTurnAsWell() {
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) answers.add(reads.take(HISTORY, () -> true, ResumeReadsTest::broken));
        assertThat(answers).allMatch(Future::failed);
        read(HISTORY, "a");
        read(HISTORY, "b");
        assertThat(begun).containsExactly("a", "b");
    }

    @Test
    void whoBreaksOnAnAnswerKeepsNobodyFromATurn() {
        for (int i = 0; i < 2; i++) read(HEADS, "first").onComplete(answer -> broken());
        reads.take(HEADS, () -> true, () -> Future.succeededFuture("at once")).onComplete(answer -> broken());
        read(HEADS, "last");
        assertThatThrownBy(underWay.remove()::complete).hasMessage("broken");
        assertThat(begun).containsExactly("first", "first", "last");
        assertThatThrownBy(underWay.remove()::complete).hasMessage("broken");
        read(HEADS, "and on");
        assertThat(begun).endsWith("last", "and on");
    }

    @Test
    void whatNobodyWaitsForAnyMoreIsNeverRead() {
        Set<String> here = new HashSet<>(Set.of("a", "b", "c", "d"));
        List<Future<String>> answers = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d")) answers.add(read(HISTORY, name, () -> here.contains(name)));
        here.remove("c");
        finishAll();
        assertThat(begun).containsExactly("a", "b", "d");
        assertThat(answers.get(2).failed()).isTrue();
    }

    @Test
    void howeverManyComeAndGoWhatWaitsHasABound() {
        for (int i = 0; i < 2; i++) read(HEADS, "under way");
        List<Future<String>> gone = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            read(HISTORY, "of one who is here", () -> true);
            for (int j = 0; j < 10; j++) gone.add(read(HISTORY, "of one who went", () -> false));
            assertThat(reads.waiting()).isLessThan(1_000 + 2 * (i + 1));
        }
        assertThat(gone.getFirst().failed()).as("it is told so").isTrue();
        finishAll();
        assertThat(begun).hasSize(20_002).doesNotContain("of one who went");
    }

    private static Future<String> broken() {
        throw new IllegalStateException("broken");
    }

    private void finishAll() {
        while (!underWay.isEmpty()) underWay.remove().complete("");
    }

    private Future<String> read(ResumeReads.Kind kind, String name) {
        return read(kind, name, () -> true);
    }

    private Future<String> read(ResumeReads.Kind kind, String name, BooleanSupplier isWanted) {
        return reads.take(kind, isWanted, () -> {
            begun.add(name);
            Promise<String> answer = Promise.promise();
            underWay.add(answer);
            return answer.future();
        });
    }
}
