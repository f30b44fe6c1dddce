package chat.parley.store.embedded;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.Scribe;
import chat.parley.store.ShardHead;
import chat.parley.store.Stores;
import chat.parley.store.Unavailable;
import chat.parley.store.embedded.Writer.Committing;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** What the store does when a write fails, or takes long. */
class BrokenWritesTest {
    @RegisterExtension
    static final OpenStores OPEN = new OpenStores();

    private static final int SHARD = 5;
    private static final ConversationId ONE = conversation(SHARD, 0);

    @TempDir
    Path folder;

    private final Door door = new Door();

    @Test
    void ofAWriteThatFailedNothingIsKnown() throws Exception {
        Stores stores = open();
        var scribe = new Scribe(stores);
        Batch batch = scribe.batch(List.of(scribe.place(ONE, ANN, Content.Message.of("hello"))));
        door.fail = Failure.BEFORE;
        assertThatThrownBy(() -> await(stores.log().append(batch)))
                .isNotInstanceOf(Unavailable.class)
                .hasMessage("it is not known whether this was written");
    }

    @Test
    void aWriteThatWasNotAppliedCanBeRepeatedOnceTheStoreWasReopened() throws Exception {
        Stores stores = open();
        var scribe = new Scribe(stores);
        scribe.message(ONE, ANN, "before");
        ShardHead head = await(stores.log().head(SHARD));
        Batch batch = scribe.batch(List.of(scribe.place(ONE, ANN, Content.Message.of("hello"))));
        door.fail = Failure.BEFORE;
        stores.log().append(batch).otherwiseEmpty().await();

        assertThat(serving(stores)).isEqualTo(head);
        assertThat(await(stores.log().append(batch))).isEqualTo(new Appended.Done());
        assertThat(await(stores.history().after(ONE, 0, 10, 1_000))).hasSize(2);
    }

    @Test
    void aWriteThatWasAppliedIsRecognisedOnceTheStoreWasReopened() throws Exception {
        Stores stores = open();
        var scribe = new Scribe(stores);
        scribe.message(ONE, ANN, "before");
        Batch batch = scribe.batch(List.of(scribe.place(ONE, ANN, Content.Message.of("hello"))));
        door.fail = Failure.AFTER;
        stores.log().append(batch).otherwiseEmpty().await();

        ShardHead head = serving(stores);
        assertThat(head.position()).isEqualTo(2);
        assertThat(head.batchId()).isEqualTo(batch.id());
        assertThat(await(stores.log().append(batch))).isEqualTo(new Appended.Lost(head));
        assertThat(await(stores.history().after(ONE, 0, 10, 1_000))).hasSize(2);
    }

    @Test
    void whileNothingCanBeWrittenReadsGoOnAndWritesAreRefusedAtOnce() throws Exception {
        Stores stores = open();
        var scribe = new Scribe(stores);
        scribe.message(ONE, ANN, "before");
        Batch batch = scribe.batch(List.of(scribe.place(ONE, ANN, Content.Message.of("hello"))));
        Path obstacle = Files.createDirectory(folder.resolve("probe")); // in the place of the file that is tried
        door.fail = Failure.BEFORE;
        stores.log().append(batch).otherwiseEmpty().await();

        assertThatThrownBy(() -> await(stores.log().append(batch))).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> await(stores.log().head(SHARD))).isInstanceOf(Unavailable.class);
        assertThat(await(stores.history().after(ONE, 0, 10, 1_000))).hasSize(1);
        assertThat(await(stores.directory().heads(List.of(ONE)))).hasSize(1);

        Files.delete(obstacle);
        assertThat(serving(stores).position()).isEqualTo(1);
        assertThat(await(stores.log().append(batch))).isEqualTo(new Appended.Done());
    }

    @Test
    void aStoreThatCannotBeWrittenSaysSoWhenItIsAsked() throws Exception {
        EmbeddedStore store = OPEN.open(folder, OpenStores.OPTIONS, door);
        var scribe = new Scribe(store.stores());
        Batch first = scribe.batch(List.of(scribe.place(ONE, ANN, Content.Message.of("hello"))));
        await(store.check());
        door.hold();
        Future<Appended> hangs = store.stores().log().append(first);
        door.awaitHeld();
        await(store.check());
        assertThatThrownBy(() -> await(store.check(0)))
                .isInstanceOf(Unavailable.class)
                .hasMessage("a write hangs");
        door.release();
        assertThat(await(hangs)).isEqualTo(new Appended.Done());
        await(store.check(0));

        Path obstacle = Files.createDirectory(folder.resolve("probe"));
        door.fail = Failure.BEFORE;
        Batch next = scribe.batch(List.of(scribe.place(ONE, ANN, Content.Message.of("again"))));
        store.stores().log().append(next).otherwiseEmpty().await();
        assertThatThrownBy(() -> await(store.check())).isInstanceOf(Unavailable.class);
        Files.delete(obstacle);
        serving(store.stores());
        await(store.check());
    }

    @Test
    void theFailureOfOneCommitIsThatOfAllInIt() throws Exception {
        Stores stores = open();
        var scribe = new Scribe(stores);
        List<Batch> batches = new ArrayList<>();
        for (int shard = 0; shard < 8; shard++) {
            Entry entry = scribe.place(conversation(shard, 0), ANN, Content.Message.of("hello"));
            batches.add(scribe.batch(List.of(entry)));
        }
        door.hold();
        Future<Appended> first = stores.log().append(batches.getFirst());
        door.awaitHeld();
        List<Future<Appended>> others = new ArrayList<>();
        for (Batch batch : batches.subList(1, 8)) others.add(stores.log().append(batch));
        door.failAfterHeld = Failure.BEFORE;
        door.release();

        assertThat(await(first)).isEqualTo(new Appended.Done());
        for (Future<Appended> other : others) {
            assertThatThrownBy(() -> await(other)).hasMessageContaining("not known");
        }
        serving(stores);
        for (Batch batch : batches.subList(1, 8)) {
            assertThat(await(stores.log().append(batch))).isEqualTo(new Appended.Done());
        }
    }

    @Test
    void aFullQueueRefusesWhatComesNext() throws Exception {
        EmbeddedOptions options = OpenStores.OPTIONS.withQueues(100, 3, 1 << 20);
        Stores stores = OPEN.open(folder, options, door).stores();
        var scribe = new Scribe(stores);
        List<Batch> batches = new ArrayList<>();
        for (int shard = 0; shard < 5; shard++) {
            Entry entry = scribe.place(conversation(shard, 0), ANN, Content.Message.of("hello"));
            batches.add(scribe.batch(List.of(entry)));
        }
        door.hold();
        List<Future<Appended>> taken = new ArrayList<>();
        taken.add(stores.log().append(batches.get(0)));
        door.awaitHeld();
        for (Batch batch : batches.subList(1, 4)) taken.add(stores.log().append(batch));
        assertThatThrownBy(() -> await(stores.log().append(batches.get(4)))).isInstanceOf(Unavailable.class);
        door.release();
        for (Future<Appended> answer : taken) assertThat(await(answer)).isEqualTo(new Appended.Done());
        assertThat(await(stores.log().append(batches.get(4)))).isEqualTo(new Appended.Done());
    }

    @Test
    void aQueueIsBoundedInBytesToo() throws Exception {
        EmbeddedOptions options = OpenStores.OPTIONS.withQueues(100, 100, 10_000);
        Stores stores = OPEN.open(folder, options, door).stores();
        var scribe = new Scribe(stores);
        Batch large = scribe.batch(List.of(scribe.place(ONE, ANN, Content.Message.of("x".repeat(11_000)))));
        assertThatThrownBy(() -> await(stores.log().append(large))).isInstanceOf(Unavailable.class);
    }

    @Test
    void closingAnswersWhatWaits() throws Exception {
        EmbeddedStore store = OPEN.open(folder, OpenStores.OPTIONS, door);
        var scribe = new Scribe(store.stores());
        Batch batch = scribe.batch(List.of(scribe.place(ONE, ANN, Content.Message.of("hello"))));
        Future<Appended> answer = store.stores().log().append(batch);
        OPEN.close(store);
        assertThat(await(answer)).isEqualTo(new Appended.Done());
        assertThatThrownBy(() -> await(store.stores().log().append(batch))).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> await(store.stores().history().after(ONE, 0, 10, 1_000)))
                .isInstanceOf(Unavailable.class);
    }

    private Stores open() throws Exception {
        return OPEN.open(folder, OpenStores.OPTIONS, door).stores();
    }

    /** The head, once the store serves again. */
    private static ShardHead serving(Stores stores) {
        while (true) {
            Future<ShardHead> head = stores.log().head(SHARD);
            if (head.succeeded()) return head.result();
            Thread.onSpinWait();
        }
    }

    private enum Failure {
        NONE,
        BEFORE,
        AFTER
    }

    /** Lets commits fail or wait. */
    private static final class Door implements Committing {
        private volatile Failure fail = Failure.NONE;
        private volatile Failure failAfterHeld = Failure.NONE;
        private volatile CountDownLatch released = new CountDownLatch(0);
        private volatile CountDownLatch held = new CountDownLatch(0);
        private final AtomicInteger holds = new AtomicInteger();

        void hold() {
            held = new CountDownLatch(1);
            released = new CountDownLatch(1);
            holds.set(1);
        }

        void awaitHeld() throws InterruptedException {
            held.await();
        }

        void release() {
            released.countDown();
        }

        @Override
        public void commit(Rocks rocks, boolean sync, WriteBatch batch) throws RocksDBException {
            if (holds.getAndSet(0) > 0) {
                held.countDown();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                ROCKS.commit(rocks, sync, batch);
                fail = failAfterHeld;
                return;
            }
            Failure failure = fail;
            fail = Failure.NONE;
            if (failure != Failure.BEFORE) ROCKS.commit(rocks, sync, batch);
            if (failure != Failure.NONE) throw new RocksDBException("as the test wants it");
        }
    }
}
