package chat.parley.sequencer;

import chat.parley.bus.Loop;
import chat.parley.model.Entry;
import chat.parley.store.EventExport;
import chat.parley.store.EventRecord;
import chat.parley.store.EventRows;
import chat.parley.store.ShardLog;
import chat.parley.store.Unavailable;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the log of a shard to the event log as long as its owner has it: carries out what {@link Exporting} decides. No append ever waits
 * for it. Two at once, of owners who do not know of each other, repeat what the other brings.
 */
final class Exporter {
    private static final Logger LOG = LoggerFactory.getLogger(Exporter.class);

    private final int shard;
    private final ShardLog log;
    private final EventRows rows;
    private final EventExport export;
    private final Loop loop;
    private final Exporting exporting;
    private long planned = Long.MAX_VALUE;
    private boolean isEnded;

    Exporter(int shard, ShardLog log, EventExport export, Loop loop, Exporting exporting) {
        this.shard = shard;
        this.log = log;
        this.rows = new EventRows(log);
        this.export = export;
        this.loop = loop;
        this.exporting = exporting;
    }

    /** Begins what is to be done now, if there is anything. */
    void go() {
        if (isEnded) return;
        switch (exporting.next(loop.monotonicMillis())) {
            case Exporting.Step.Add(List<Entry> entries) -> add(recordsOf(entries));
            case Exporting.Step.Read(long after) ->
                rows.read(shard, after, Exporting.ENTRIES_MAX).onComplete(read -> {
                    if (read.failed()) failed(read.cause());
                    else if (!isEnded) addOf(read.result());
                });
            case null -> goLater();
        }
    }

    /** Nothing more is begun; what is under way may still come to pass. */
    void end() {
        isEnded = true;
    }

    private List<EventRecord> recordsOf(List<Entry> entries) {
        List<EventRecord> records = new ArrayList<>(entries.size());
        for (Entry entry : entries) records.add(EventRecord.of(log.incarnation(), entry));
        return records;
    }

    private void addOf(List<EventRecord> read) {
        List<EventRecord> batch = exporting.cut(read);
        if (batch.isEmpty()) failed(new IllegalStateException("its log cannot be read to its end"));
        else add(batch);
    }

    private void add(List<EventRecord> records) {
        Future<Void> added = export.add(shard, records);
        added.onComplete(answer -> {
            if (answer.failed()) {
                failed(answer.cause());
                return;
            }
            exporting.added(records.getLast().position());
            go();
        });
    }

    private void failed(Throwable cause) {
        // Of what is merely unavailable its adapter has spoken, once for all shards.
        boolean isTold = cause instanceof Unavailable || exporting.isFailing();
        if (!isTold) LOG.warn("shard {} is not exported for a while", shard, cause);
        exporting.failed(loop.monotonicMillis());
        goLater();
    }

    private void goLater() {
        long due = exporting.dueAt();
        if (due >= planned || isEnded) return;
        planned = due;
        loop.after(Math.max(1, due - loop.monotonicMillis()), () -> {
            planned = Long.MAX_VALUE;
            go();
        });
    }
}
