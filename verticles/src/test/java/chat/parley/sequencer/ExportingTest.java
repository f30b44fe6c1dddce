package chat.parley.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Content;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.store.EventRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExportingTest {
    private long now = 1_000;

    @Test
    void whatIsLeftFromBeforeIsReadFromTheCursorOn() {
        Exporting exporting = new Exporting(900, 700);
        assertThat(exporting.next(now)).isEqualTo(new Exporting.Step.Read(700));
        assertThat(exporting.next(now)).as("one at a time").isNull();
        exporting.added(800);
        assertThat(exporting.next(now)).isEqualTo(new Exporting.Step.Read(800));
        exporting.added(900);
        assertThat(exporting.next(now)).isNull();
        assertThat(exporting.exported()).isEqualTo(900);
    }

    @Test
    void whoKeepsUpReadsNothing() {
        Exporting exporting = new Exporting(10, 10);
        for (int position = 11; position < 2_000; position += 3) {
            List<Entry> appended = List.of(entry(position), entry(position + 1), entry(position + 2));
            appended.forEach(exporting::durable);
            assertThat(exporting.next(now)).isEqualTo(new Exporting.Step.Add(appended));
            exporting.added(position + 2);
        }
        assertThat(exporting.waiting()).isZero();
    }

    @Test
    void whatIsAppendedMeanwhileGoesNext() {
        Exporting exporting = new Exporting(0, 0);
        exporting.durable(entry(1));
        assertThat(exporting.next(now)).isEqualTo(new Exporting.Step.Add(List.of(entry(1))));
        exporting.durable(entry(2));
        exporting.durable(entry(3));
        assertThat(exporting.next(now)).isNull();
        exporting.added(1);
        assertThat(exporting.next(now)).isEqualTo(new Exporting.Step.Add(List.of(entry(2), entry(3))));
    }

    @Test
    void whatDoesNotFitIntoMemoryIsReadAgain() {
        Exporting exporting = new Exporting(0, 0);
        for (int position = 1; position <= 10_000; position++) exporting.durable(entry(position));
        assertThat(exporting.next(now)).isEqualTo(new Exporting.Step.Read(0));
        exporting.added(9_999);
        assertThat(exporting.next(now)).isEqualTo(new Exporting.Step.Add(List.of(entry(10_000))));
    }

    @Test
    void fewLargeEntriesFillMemoryToo() {
        Exporting exporting = new Exporting(0, 0);
        for (int position = 1; position <= 100; position++) exporting.durable(entry(position, 16 << 10));
        assertThat(exporting.next(now)).isEqualTo(new Exporting.Step.Read(0));
        exporting.added(95);
        List<Entry> kept = ((Exporting.Step.Add) exporting.next(now)).entries();
        assertThat(kept).hasSize(5).last().isEqualTo(entry(100, 16 << 10));
        assertThat(kept.getFirst().position()).isEqualTo(96);
    }

    @Test
    void theCursorMayBeFurtherThanWhatIsKnownOfTheLog() {
        Exporting exporting = new Exporting(5, 7);
        for (int position = 6; position <= 7; position++) exporting.durable(entry(position));
        assertThat(exporting.next(now)).isNull();
        exporting.durable(entry(8));
        assertThat(exporting.next(now)).isEqualTo(new Exporting.Step.Add(List.of(entry(8))));
    }

    @Test
    void aFailureIsTriedAgainEverLaterAndSuccessForgetsIt() {
        Exporting exporting = new Exporting(0, 0);
        exporting.durable(entry(1));
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            assertThat(exporting.next(now)).isNotNull();
            exporting.failed(now);
            pauses.add(exporting.dueAt() - now);
            assertThat(exporting.next(exporting.dueAt() - 1)).isNull();
            now = exporting.dueAt();
        }
        assertThat(pauses).containsExactly(100L, 200L, 400L, 800L, 1_600L, 3_200L, 5_000L, 5_000L);
        assertThat(exporting.isFailing()).isTrue();
        exporting.next(now);
        exporting.added(1);
        assertThat(exporting.isFailing()).isFalse();
        assertThat(exporting.dueAt()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aBatchOfWhatWasReadHasItsBoundsAndEndsWithTheLog() {
        Exporting exporting = new Exporting(50, 0);
        List<EventRecord> read = new ArrayList<>();
        for (int position = 1; position <= 60; position++) read.add(EventRecord.of(7, entry(position)));
        assertThat(exporting.cut(read)).isEqualTo(read.subList(0, 50));
        List<EventRecord> large = new ArrayList<>();
        for (int position = 1; position <= 40; position++) large.add(EventRecord.of(7, entry(position, 16 << 10)));
        assertThat(exporting.cut(large)).hasSize(7);
        List<EventRecord> huge = List.of(EventRecord.of(7, entry(1, 1 << 20)), EventRecord.of(7, entry(2, 1 << 20)));
        assertThat(exporting.cut(huge)).as("at least one").hasSize(1);
    }

    private static Entry entry(long position) {
        return entry(position, 10);
    }

    private static Entry entry(long position, int bytes) {
        return new Entry(
                Stage.GROUP,
                position,
                position,
                position,
                Stage.ANNA,
                "",
                new Digest(1, 2, 3),
                "",
                position,
                position,
                Content.Message.of("x".repeat(bytes)));
    }
}
