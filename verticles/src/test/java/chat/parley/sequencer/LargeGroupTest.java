package chat.parley.sequencer;

import static chat.parley.sequencer.Stage.ANNA;
import static chat.parley.sequencer.Stage.EVE;
import static chat.parley.sequencer.Stage.GROUP;
import static chat.parley.sequencer.Stage.SHARD;
import static chat.parley.sequencer.Stage.code;
import static chat.parley.sequencer.Stage.creates;
import static chat.parley.sequencer.Stage.draft;
import static chat.parley.sequencer.Stage.placed;
import static chat.parley.sequencer.Stage.says;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.Altered;
import chat.parley.bus.Address;
import chat.parley.bus.Answer;
import chat.parley.bus.BusCodecs;
import chat.parley.bus.Submit;
import chat.parley.bus.Submitted;
import chat.parley.bus.Topology;
import chat.parley.bus.VertxBus;
import chat.parley.bus.VertxLoop;
import chat.parley.model.Content;
import chat.parley.model.Content.Departure;
import chat.parley.model.Draft;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.store.RowsRead;
import chat.parley.store.Stores;
import chat.parley.store.embedded.EmbeddedOptions;
import chat.parley.store.embedded.EmbeddedStore;
import chat.parley.wire.ErrorCode;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A group of 200,000 on the embedded store, from its making in bulk to a send after the program was started again. */
@Tag("slow")
class LargeGroupTest {
    private static final int MEMBERS = 200_000;
    private static final int BULK = 1_000;
    private static final SequencerConfig CONFIG = Altered.of(
            SequencerConfig.DEFAULT, "groupMembersMax", MEMBERS, "loadedMembersMax", 1_000, "takeOverMillis", 20);

    @TempDir
    private Path folder;

    private Vertx vertx;
    private EmbeddedStore store;
    private RowsRead reads;
    private VertxBus bus;
    private int starts;

    private void start() throws Exception {
        vertx = Vertx.vertx();
        BusCodecs.register(vertx.eventBus());
        store = EmbeddedStore.open(vertx, folder, EmbeddedOptions.defaults().withMemoryBytes(32 << 20));
        Stores stores = store.stores();
        reads = new RowsRead(stores.directory());
        bus = new VertxBus(vertx);
        VertxLoop loop = new VertxLoop(vertx);
        SequencerVerticle sequencer = new SequencerVerticle(
                "n",
                0,
                "boot-" + ++starts,
                bus,
                loop,
                new Stores(stores.log(), stores.projections(), stores.history(), reads.directory),
                null,
                Topology.single("n"),
                new Random(starts),
                CONFIG);
        vertx.deployVerticle(sequencer).await(20, SECONDS);
        Promise<Void> taken = Promise.promise();
        loop.soon(() -> sequencer.take(SHARD).onComplete(taken));
        taken.future().await(20, SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(20, SECONDS);
        store.close();
    }

    private Answer ask(Draft draft) throws Exception {
        Submit submit = new Submit(SHARD, List.of(draft));
        return ((Submitted)
                        bus.request(Address.sequencer(SHARD), submit, 20_000).await(20, SECONDS))
                .answers()
                .getFirst();
    }

    private static List<UserId> users(int from, int to) {
        return IntStream.range(from, to).mapToObj(LargeGroupTest::user).toList();
    }

    private static UserId user(int number) {
        return new UserId("user-" + number);
    }

    private static Content add(List<UserId> users) {
        return new Content.MembersAdded(users, Role.MEMBER);
    }

    @Test
    void itIsMadeInBulkAndASendReadsTheSendersRowAlone() throws Exception {
        start();
        placed(ask(creates(ANNA, "create")));
        long began = System.nanoTime();
        for (int from = 1; from < MEMBERS; from += BULK)
            placed(ask(draft(ANNA, GROUP, "add-" + from, add(users(from, Math.min(MEMBERS, from + BULK))))));
        long millis = (System.nanoTime() - began) / 1_000_000;
        System.out.printf("%d members added by %,d at once: %,d ms%n", MEMBERS, BULK, millis);
        assertThat(code(ask(draft(ANNA, GROUP, "one-too-many", add(List.of(EVE))))))
                .isEqualTo(ErrorCode.TOO_LARGE);

        stop();
        start();
        long heapBefore = heap();
        assertThat(placed(ask(says(user(123_456), "m1", "hello")))).isEqualTo(202);
        for (int i = 2; i <= 50; i++) placed(ask(says(user(123_456), "m" + i, "hello")));
        assertThat(reads.members).isEqualTo(1);
        placed(ask(says(user(7), "m1", "another")));
        assertThat(reads.members).isEqualTo(2);
        System.out.printf("in memory with two members known: %,d KiB%n", (heap() - heapBefore) / 1024);

        Content leaves = new Content.MemberLeft(new Departure(user(7), 0));
        assertThat(placed(ask(draft(user(7), GROUP, "leaves", leaves)))).isEqualTo(253);
        assertThat(code(ask(says(user(7), "m2", "too late")))).isEqualTo(ErrorCode.NOT_FOUND);
        placed(ask(draft(ANNA, GROUP, "again", add(List.of(user(7))))));
        assertThat(reads.members).isEqualTo(3); // Anna's
        Membership twice = reads.directory
                .memberships(GROUP, List.of(user(7)))
                .await(20, SECONDS)
                .get(user(7));
        assertThat(twice.mayRead(253)).isTrue();
        assertThat(twice.intervals()).hasSize(2);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
