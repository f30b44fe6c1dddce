package chat.parley.fanout;

/**
 * When heads are repeated, and the bounds.
 *
 * @param firstMillis after a conversation's last entry: its head is repeated
 * @param secondMillis after it: the head is repeated once more, and the conversation forgotten
 * @param longestMillis a conversation that never rests for {@code firstMillis} has its head repeated as often, so that the cursor moves
 * @param tickMillis how exact these times are
 * @param saveMillis how often the cursors are saved that moved
 * @param lookMillis how often it is looked whether something was projected of which nothing was heard; it is read after two looks
 * @param conversationsMax remembered in a shard; beyond, the oldest is repeated at once
 * @param positionsMax between the cursor and what was heard, in a shard; beyond, the oldest are repeated at once
 * @param headsMax in one message
 * @param inlineMembersMax of a conversation whose members are named; as the sequencer has it
 */
public record FanoutConfig(
        long firstMillis,
        long secondMillis,
        long longestMillis,
        long tickMillis,
        long saveMillis,
        long lookMillis,
        int conversationsMax,
        int positionsMax,
        int headsMax,
        int inlineMembersMax) {
    public static final FanoutConfig DEFAULT =
            new FanoutConfig(2_000, 10_000, 10_000, 250, 1_000, 2_000, 20_000, 100_000, 1_000, 100);

    /** The same with another bound of conversations whose members are named. */
    public FanoutConfig withInlineMembersMax(int membersMax) {
        return new FanoutConfig(
                firstMillis,
                secondMillis,
                longestMillis,
                tickMillis,
                saveMillis,
                lookMillis,
                conversationsMax,
                positionsMax,
                headsMax,
                membersMax);
    }
}
