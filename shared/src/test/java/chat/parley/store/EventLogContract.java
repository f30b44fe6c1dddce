package chat.parley.store;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link EventLog} promises. */
public abstract class EventLogContract {
    private static final int SHARD = 5;
    private static final ConversationId ONE = conversation(SHARD, 0);
    private static final ConversationId OTHER = conversation(SHARD, 1);
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private Stores stores;
    private Scribe scribe;
    private EventLog events;
    private @Nullable EventExport export;
    private final Map<Integer, Long> exported = new HashMap<>();
    private final List<EventReader> open = new ArrayList<>();

    /** Stores without any data. */
    protected abstract Stores empty() throws Exception;

    /** The event log of these, without any records. */
    protected abstract EventLog events(Stores stores) throws Exception;

    /** The way into it; null: it is the log itself. */
    protected abstract @Nullable EventExport export();

    @BeforeEach
    void begin() throws Exception {
        stores = empty();
        events = events(stores);
        export = export();
        scribe = new Scribe(stores);
    }

    @AfterEach
    void end() {
        for (EventReader each : open) await(each.close());
    }

    @Test
    void everyEntryIsARecordInItsPlace() {
        List<Entry> entries = List.of(says(ONE, "a"), says(OTHER, "b"), says(ONE, "c"));
        scribe.append(entries);
        bring(SHARD);

        List<EventRecord> records = take(reader("c"), 3);

        long incarnation = stores.log().incarnation();
        assertThat(records)
                .isEqualTo(entries.stream()
                        .map(each -> EventRecord.of(incarnation, each))
                        .toList());
    }

    @Test
    void whatComesLaterIsReadLater() {
        EventReader reader = reader("c");
        assertThat(await(reader.next())).isEmpty();
        write(2);
        assertThat(positions(take(reader, 2))).containsExactly(1L, 2L);
        write(3);
        assertThat(positions(take(reader, 3))).containsExactly(3L, 4L, 5L);
    }

    @Test
    void aConsumerGoesOnBehindWhatItSaved() {
        EventReader reader = reader("c");
        assertThat(reader.saved()).isEmpty();
        write(3);
        take(reader, 3);
        Map<Integer, EventCursor> cursors =
                Map.of(SHARD, new EventCursor(stores.log().incarnation(), 3));
        await(reader.save(cursors));
        write(2);
        take(reader, 2);
        close(reader);

        EventReader next = reader("c");
        assertThat(next.saved()).isEqualTo(cursors);
        assertThat(positions(take(next, 2))).containsExactly(4L, 5L);
    }

    @Test
    void whatWasNotSavedComesAgain() {
        write(3);
        EventReader reader = reader("c");
        take(reader, 3);
        close(reader);
        assertThat(positions(take(reader("c"), 3))).containsExactly(1L, 2L, 3L);
    }

    @Test
    void consumersHaveCursorsOfTheirOwn() {
        write(3);
        EventReader reader = reader("c");
        take(reader, 3);
        await(reader.save(Map.of(SHARD, new EventCursor(stores.log().incarnation(), 3))));
        close(reader);
        EventReader other = reader("d");
        assertThat(other.saved()).isEmpty();
        assertThat(positions(take(other, 3))).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aShardIsWholeInOnePart() {
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            ConversationId its = conversation(shard, 0);
            scribe.append(List.of(says(its, "first"), says(its, "second")));
            bring(shard);
        }
        int part = events.partOf(SHARD);
        EventReader reader = reader("c", List.of(part));
        List<Integer> shards = IntStream.range(0, ConversationId.SHARDS)
                .filter(shard -> events.partOf(shard) == part)
                .boxed()
                .toList();
        Map<Integer, List<Long>> read = new TreeMap<>();
        for (EventRecord record : take(reader, 2 * shards.size()))
            read.computeIfAbsent(record.shard(), any -> new ArrayList<>()).add(record.position());
        assertThat(List.copyOf(read.keySet())).isEqualTo(shards);
        assertThat(read.values()).allMatch(positions -> positions.equals(List.of(1L, 2L)));
        assertThat(await(reader.next())).isEmpty();
    }

    @Test
    void aLongLogIsReadInItsOrder() {
        EventReader reader = reader("c");
        for (int i = 0; i < 30; i++) write(100);
        List<EventRecord> records = take(reader, 3_000);
        assertThat(positions(records)).isSorted().doesNotHaveDuplicates().hasSize(3_000);
    }

    @Test
    void theLagIsWhatWasNotGiven() {
        write(3);
        EventReader reader = reader("c");
        assertThat(await(reader.lag())).isEqualTo(3);
        take(reader, 3);
        assertThat(await(reader.lag())).isZero();
        write(4);
        assertThat(await(reader.lag())).isEqualTo(4);
    }

    private Entry says(ConversationId conversation, String body) {
        return scribe.place(conversation, ANN, Content.Message.of(body));
    }

    private void write(int count) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) entries.add(says(ONE, "message " + i));
        scribe.append(entries);
        bring(SHARD);
    }

    /** As the owner of the shard does. */
    private void bring(int shard) {
        if (export == null) return;
        EventRows rows = new EventRows(stores.log());
        while (true) {
            List<EventRecord> records = await(rows.read(shard, exported.getOrDefault(shard, 0L), 256));
            if (records.isEmpty()) return;
            await(export.add(shard, records));
            exported.put(shard, records.getLast().position());
        }
    }

    private EventReader reader(String consumer) {
        return reader(consumer, IntStream.range(0, events.parts()).boxed().toList());
    }

    private EventReader reader(String consumer, List<Integer> parts) {
        EventReader reader = await(events.read(consumer, parts));
        open.add(reader);
        return reader;
    }

    private void close(EventReader reader) {
        open.remove(reader);
        await(reader.close());
    }

    /** The next records, so many. */
    public static List<EventRecord> take(EventReader reader, int count) {
        List<EventRecord> records = new ArrayList<>();
        long until = System.nanoTime() + WAIT_NANOS;
        while (records.size() < count) {
            assertThat(System.nanoTime())
                    .as("%s of %s in a minute", records.size(), count)
                    .isLessThan(until);
            records.addAll(await(reader.next()));
        }
        assertThat(records).hasSize(count);
        return records;
    }

    private static List<Long> positions(List<EventRecord> records) {
        return records.stream().map(EventRecord::position).toList();
    }
}
