package chat.parley.bus;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Topology.Node;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TopologyTest {
    private static final Node A = new Node("a", EnumSet.allOf(NodeRole.class));
    private static final Node B = new Node("b", EnumSet.allOf(NodeRole.class));
    private static final Node C = new Node("c", EnumSet.allOf(NodeRole.class));
    private static final Node GATEWAY = new Node("g", Set.of(NodeRole.GATEWAY));

    @Test
    void aNodeAloneOwnsEverything() {
        Topology topology = Topology.single("a");

        for (int shard = 0; shard < UserId.SHARDS; shard++) {
            assertThat(topology.presenceOwner(shard)).isEqualTo("a");
        }
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            assertThat(topology.sequencerOwner(shard)).isEqualTo("a");
            assertThat(topology.fanoutOwner(shard)).isEqualTo("a");
        }
    }

    @Test
    void everyNodeComesToTheSameResult() {
        Topology one = new Topology("a", List.of(A, B, C));
        Topology other = new Topology("c", List.of(C, A, B));

        for (int shard = 0; shard < UserId.SHARDS; shard++) {
            assertThat(one.presenceOwner(shard)).isEqualTo(other.presenceOwner(shard));
        }
    }

    @Test
    void shardsAreSharedOutEvenly() {
        Map<String, Integer> shares = new TreeMap<>();
        Topology topology = new Topology("a", List.of(A, B, C));
        for (int shard = 0; shard < UserId.SHARDS; shard++) {
            shares.merge(String.valueOf(topology.presenceOwner(shard)), 1, Integer::sum);
        }

        assertThat(shares.keySet()).containsExactly("a", "b", "c");
        assertThat(shares.values()).allMatch(share -> share > 280 && share < 400);
    }

    @Test
    void aNodeThatGoesMovesOnlyItsOwnShards() {
        Topology topology = new Topology("a", List.of(A, B, C));
        List<String> before = owners(topology);

        topology.update(List.of(A, C));

        List<String> after = owners(topology);
        for (int shard = 0; shard < UserId.SHARDS; shard++) {
            if (!before.get(shard).equals("b")) assertThat(after.get(shard)).isEqualTo(before.get(shard));
        }
        assertThat(after).doesNotContain("b");
    }

    @Test
    void aNodeWithoutTheRoleOwnsNothing() {
        Topology topology = new Topology("g", List.of(A, GATEWAY));

        assertThat(owners(topology)).containsOnly("a");
        assertThat(topology.isAlive("g")).isTrue();
    }

    @Test
    void withoutANodeThereIsNoOwner() {
        Topology topology = new Topology("g", List.of(GATEWAY));

        assertThat(topology.presenceOwner(0)).isNull();
        assertThat(topology.sequencerOwner(0)).isNull();
    }

    @Test
    void listenersHearOnceAtFirstAndThenOfEveryChange() {
        ManualLoop loop = new ManualLoop();
        Topology topology = new Topology("a", List.of(A));
        List<Set<String>> heard = new ArrayList<>();
        Runnable end = topology.listen(loop, () -> heard.add(topology.nodes()));
        loop.settle();

        topology.update(List.of(A, B));
        loop.settle();
        topology.update(List.of(B, A));
        loop.settle();
        end.run();
        topology.update(List.of(A));
        loop.settle();

        assertThat(heard).containsExactly(Set.of("a"), Set.of("a", "b"));
    }

    private static List<String> owners(Topology topology) {
        List<String> owners = new ArrayList<>();
        for (int shard = 0; shard < UserId.SHARDS; shard++) {
            owners.add(String.valueOf(topology.presenceOwner(shard)));
        }
        return owners;
    }
}
