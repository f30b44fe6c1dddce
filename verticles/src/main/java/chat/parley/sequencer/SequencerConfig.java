package chat.parley.sequencer;

/**
 * The bounds and times of one sequencer instance.
 *
 * @param conversationWaitingMax drafts that wait in one conversation; past it {@code busy}
 * @param shardWaitingMax drafts that have no answer yet, in one shard; past it {@code busy}
 * @param shardWaitingBytesMax likewise in bytes
 * @param draftBytesMax of one draft; a larger one is {@code too_large}
 * @param batchEntriesMax entries of one append
 * @param batchBytesMax bytes of one append, unless one draft alone has more
 * @param tailEntriesMax entries of one shard that are not projected yet; at the bound {@code busy}
 * @param tailBytesMax likewise in bytes
 * @param recentBytesMax projected entries of one shard that are kept for pulls, in bytes
 * @param groupMembersMax present members of a group
 * @param inlineMembersMax of a conversation whose members are named with each entry; a larger one goes to the fan-out worker
 * @param workerMembersMax of a conversation whose entries all members get; a larger one is a channel
 * @param loadedMembersMax users who are or were members of a conversation, if all are to be in memory; of a larger one so many are that were asked for
 * @param intervalsMax memberships of one user in one group, past ones counted
 * @param editsMax edits of one message
 * @param slowLookBackMax entries that are searched for what was said last when a conversation with slow mode or a rate is loaded
 * @param conversationsMax conversations in memory
 * @param conversationBytesMax about what these may take, in bytes
 * @param pullsMax pulls that wait for their conversation or for the shard, of one shard; past it they are not answered
 * @param unsentMillis after which a draft that was not yet sent to the store is refused
 * @param answerMillis after which a draft whose outcome is not known is answered with {@code outcome_unknown}
 * @param takeOverMillis between two take-overs of one shard by this instance
 * @param retryMillisMax between two tries of something that the store failed to do
 * @param tickMillis between two looks at what expires and what is to be spread
 * @param cursorMillis between two savings of the cursors
 * @param drainMillis that a released shard waits for what is in flight
 */
public record SequencerConfig(
        int conversationWaitingMax,
        int shardWaitingMax,
        long shardWaitingBytesMax,
        int draftBytesMax,
        int batchEntriesMax,
        int batchBytesMax,
        int tailEntriesMax,
        long tailBytesMax,
        long recentBytesMax,
        int groupMembersMax,
        int inlineMembersMax,
        int workerMembersMax,
        int loadedMembersMax,
        int intervalsMax,
        int editsMax,
        int slowLookBackMax,
        int conversationsMax,
        long conversationBytesMax,
        int pullsMax,
        long unsentMillis,
        long answerMillis,
        long takeOverMillis,
        long retryMillisMax,
        long tickMillis,
        long cursorMillis,
        long drainMillis) {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    /** What a node that has one sequencer instance takes. */
    public static final SequencerConfig DEFAULT = new SequencerConfig(
            1_000, 16_384, 16 * MIB, 192 * KIB, 128, 256 * KIB, 16_384, 32 * MIB, 16 * KIB, 200_000, 100, 10_000, 1_000,
            100, 100, 500, 100_000, 64 * MIB, 1_000, 1_500, 1_800, 2_000, 1_000, 100, 1_000, 5_000);

    /** How an entry goes to the members of a conversation that stands so behind it. */
    Way wayOf(Standing standing) {
        Way way = Way.of(standing.memberCount(), inlineMembersMax, workerMembersMax);
        // Where not all members are known they cannot be named, be they as few as they may.
        return way == Way.INLINE && !standing.members().isWhole() ? Way.WORKER : way;
    }

    /** The share of one of several instances of a node in what the node may keep in memory. */
    public SequencerConfig ofInstances(int instances) {
        return new SequencerConfig(
                conversationWaitingMax,
                shardWaitingMax,
                shardWaitingBytesMax,
                draftBytesMax,
                batchEntriesMax,
                batchBytesMax,
                tailEntriesMax,
                tailBytesMax,
                recentBytesMax,
                groupMembersMax,
                inlineMembersMax,
                workerMembersMax,
                loadedMembersMax,
                intervalsMax,
                editsMax,
                slowLookBackMax,
                conversationsMax / instances,
                conversationBytesMax / instances,
                pullsMax,
                unsentMillis,
                answerMillis,
                takeOverMillis,
                retryMillisMax,
                tickMillis,
                cursorMillis,
                drainMillis);
    }
}
