package chat.parley.store.cassandra;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.BOB;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.model.ConversationId;
import chat.parley.store.CannotOpen;
import chat.parley.store.Directory.ReadPointer;
import chat.parley.store.ForeignProcess;
import chat.parley.store.Scribe;
import chat.parley.store.ShardLog;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the store on Cassandra does beyond the ports. */
@Tag("real")
class CassandraStoreTest {
    private static final ConversationId ONE = conversation(3, 0);

    @RegisterExtension
    static final RealCassandra CASSANDRA = new RealCassandra();

    @Test
    void aSchemaThatIsAppliedTwiceIsAppliedOnce() throws Exception {
        ShardLog before = CASSANDRA.open(CASSANDRA.options()).stores().log();
        assertThat(CassandraSchema.apply(CASSANDRA.vertx(), CASSANDRA.options()))
                .isEqualTo(CassandraSchema.VERSION);
        ShardLog after = CASSANDRA.open(CASSANDRA.options()).stores().log();
        assertThat(after.incarnation()).isEqualTo(before.incarnation());
        assertThat(after.digestKey()).isEqualTo(before.digestKey());
    }

    @Test
    void aKeyspaceThatIsNotThereIsOneSentence() {
        CassandraOptions elsewhere = TestOptions.withKeyspace(CASSANDRA.options(), "nowhere");
        assertThatThrownBy(() -> CassandraStore.open(CASSANDRA.vertx(), elsewhere))
                .isInstanceOf(CannotOpen.class)
                .hasMessage("There is no keyspace nowhere in the Cassandra at "
                        + CASSANDRA.options().contactPoints().getFirst()
                        + "; run ./parley schema, or set another store.cassandra.keyspace.");
    }

    @Test
    void aKeyspaceWithoutASchemaIsOneSentence() {
        CASSANDRA
                .session()
                .execute("CREATE KEYSPACE IF NOT EXISTS bare WITH replication ="
                        + " {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}");
        CassandraOptions bare = TestOptions.withKeyspace(CASSANDRA.options(), "bare");
        assertThatThrownBy(() -> CassandraStore.open(CASSANDRA.vertx(), bare))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("run ./parley schema");
    }

    @Test
    void partitionsOfAnotherSizeAreRefused() {
        CassandraOptions smaller = TestOptions.withPartitionRows(CASSANDRA.options(), 10);
        assertThatThrownBy(() -> CassandraStore.open(CASSANDRA.vertx(), smaller))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("have 10000 positions in a partition, and this program 10;");
    }

    @Test
    void aCassandraThatIsNotThereIsOneSentence() {
        CassandraOptions gone = TestOptions.at(CASSANDRA.options(), ForeignProcess.anyAddress(), "parley");
        assertThatThrownBy(() -> CassandraStore.open(CASSANDRA.vertx(), gone))
                .isInstanceOf(CannotOpen.class)
                .hasMessageStartingWith("The Cassandra at 127.");
    }

    @Test
    void aCallWithManyRequestsIsCarriedOutWithFewAtOnce() throws Exception {
        var directory = CASSANDRA.stores().directory();
        List<ReadPointer> pointers = IntStream.range(0, 3_000)
                .mapToObj(i -> new ReadPointer(new ConversationId("c" + i), ANN, 1 + i, i, 2 + i))
                .toList();
        await(directory.moveReadPointers(pointers));
        List<ConversationId> asked =
                pointers.stream().map(ReadPointer::conversationId).toList();
        assertThat(await(directory.readPointers(ANN, asked)).values()).containsExactlyInAnyOrderElementsOf(pointers);
    }

    @Test
    void manyReadersAndWritersAtOnceAreAllAnswered() throws Exception {
        var stores = CASSANDRA.stores();
        var scribe = new Scribe(stores);
        scribe.group(ONE, BOB);
        List<Future<?>> answers = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            answers.add(stores.directory().moveReadPointers(List.of(new ReadPointer(ONE, BOB, 1 + i, i, 1 + i))));
            answers.add(stores.history().after(ONE, 0, 10, 1_000));
        }
        await(Future.all(answers));
        assertThat(await(stores.directory().readPointers(ONE, List.of(BOB)))
                        .get(BOB)
                        .sequence())
                .isEqualTo(2_000);
    }
}
