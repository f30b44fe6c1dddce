package chat.parley.simulator;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How large groups are.
 *
 * @param inlineMembersMax of a conversation whose members are named; a larger one goes by the worker
 * @param workerMembersMax of one of which all members get entries; a larger one is a channel
 * @param audiences groups of which most members are never online
 */
record Sizes(int inlineMembersMax, int workerMembersMax, List<Audience> audiences) {
    private static final int INLINE_MEMBERS_MAX = 100;
    private static final int WORKER_MEMBERS_MAX = 10_000;

    /** With one of each it crosses its threshold both ways. */
    private static final List<Audience> USUAL = List.of(
            new Audience(46, 54, 8),
            new Audience(480, 520, 20),
            new Audience(4_900, 5_100, 50),
            new Audience(80, 120, 20),
            new Audience(8_980, 10_010, 100));

    private static final Audience CHANNEL = new Audience(49_900, 50_100, 50);

    /**
     * @param least members it has when few are there
     * @param most when all are there
     * @param pace so many go in a second
     */
    record Audience(int least, int most, int pace) {
        List<String> residents(int others) {
            return IntStream.range(0, least - others)
                    .mapToObj(number -> "r" + number)
                    .toList();
        }

        List<String> comers() {
            return IntStream.range(0, most - least)
                    .mapToObj(number -> "c" + number)
                    .toList();
        }
    }

    /** Of users who all are online at times. */
    static Sizes small(int inlineMembersMax) {
        return new Sizes(inlineMembersMax, 2 * inlineMembersMax, List.of());
    }

    /** As nodes have it by default. */
    static Sizes every(boolean hasChannel) {
        return new Sizes(
                INLINE_MEMBERS_MAX, WORKER_MEMBERS_MAX, hasChannel ? List.of(USUAL.getFirst(), CHANNEL) : USUAL);
    }

    boolean areSmall() {
        return audiences.isEmpty();
    }
}
