package chat.parley.bus;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.ConversationId;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SharesTest {
    @Test
    void whateverTheNumberOfInstancesWasEachHasAsMuchAndNoneMovesWithoutNeed() {
        Shares shares = new Shares(1);
        SplittableRandom random = new SplittableRandom(3);
        int before = 1;
        for (int i = 0; i < 300; i++) {
            int instances = 1 + random.nextInt(64);
            List<Shares.Move> moves = shares.movesFor(instances);
            int[] had = held(shares, Math.max(before, instances));
            moves.forEach(shares::make);
            int[] has = held(shares, instances);
            int least = ConversationId.SHARDS / instances;
            for (int count : has) assertThat(count).isBetween(least, Math.ceilDiv(ConversationId.SHARDS, instances));
            for (Shares.Move move : moves) {
                boolean isLeaving = move.from() >= instances;
                assertThat(isLeaving || had[move.from()] > least)
                        .as("%s of %s, of which there were %s", move, instances, before)
                        .isTrue();
                assertThat(move.to()).isNotEqualTo(move.from());
            }
            before = instances;
        }
    }

    @Test
    void thoseThatStayAsManyAsBeforeMoveNothing() {
        for (int instances = 1; instances <= 64; instances++)
            assertThat(new Shares(instances).movesFor(instances)).isEmpty();
    }

    private static int[] held(Shares shares, int instances) {
        int[] held = new int[instances];
        for (int shard = 0; shard < ConversationId.SHARDS; shard++)
            for (int instance = 0; instance < instances; instance++) if (shares.isOf(instance, shard)) held[instance]++;
        return held;
    }
}
