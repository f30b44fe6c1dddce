package chat.parley.sequencer;

/** How an entry goes to the members of its conversation: a function of their number behind it. */
public enum Way {
    /** Each is named to the node that knows where they are. */
    INLINE,
    /** Nobody is named: a worker sends it to every node with gateways, which know who is a member there. */
    WORKER,
    /** Likewise, but gateways pass it only to sessions that have the conversation open, and tell the others of its head. */
    CHANNEL;

    static Way of(int members, int inlineMembersMax, int workerMembersMax) {
        return members <= inlineMembersMax ? INLINE : members <= workerMembersMax ? WORKER : CHANNEL;
    }
}
