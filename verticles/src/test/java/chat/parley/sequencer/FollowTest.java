package chat.parley.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.NodeRole;
import chat.parley.bus.Shares;
import chat.parley.bus.Topology;
import chat.parley.model.ConversationId;
import chat.parley.store.memory.Weather;
import io.vertx.core.Future;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FollowTest {
    private static final Topology.Node A = new Topology.Node("a", EnumSet.allOf(NodeRole.class));
    private static final Topology.Node B = new Topology.Node("b", EnumSet.allOf(NodeRole.class));

    private final Stage stage = Stage.withProjectionsInTheAppend();

    /** Two nodes that start together: each begins with shards that are the other's a moment later. */
    @Test
    void shardsThatMoveOnWhileTheyAreTakenFailNoStart() {
        Topology topology = new Topology("a", List.of(A));
        Gate gate = new Gate();
        gate.hold("takeOver");
        SequencerVerticle sequencer = new SequencerVerticle(
                "a",
                0,
                "a-boot",
                stage.bus,
                stage.loop,
                gate.over(stage.store.stores(Weather.FINE)),
                null,
                topology,
                new Random(1),
                SequencerConfig.DEFAULT);
        sequencer.start();
        Future<Void> followed = sequencer.follow(new Shares(1));
        topology.update(List.of(A, B));
        stage.loop.settle();
        assertThat(followed.isComplete()).isFalse();
        gate.let("takeOver");
        stage.loop.settle();

        assertThat(followed.succeeded()).isTrue();
        for (int shard = 0; shard < ConversationId.SHARDS; shard++)
            assertThat(sequencer.serves(shard)).isEqualTo("a".equals(topology.sequencerOwner(shard)));
    }
}
