package chat.parley.checker;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What a run was able to show, and how strictly it is held to it. Made once, then only read. */
public final class Expectations {
    final Map<Counter, Long> atLeast = new EnumMap<>(Counter.class);
    final Set<EntryKind> invoked = EnumSet.of(EntryKind.MESSAGE, EntryKind.EDIT, EntryKind.DELETE);
    final Set<GapReason> gaps = EnumSet.of(GapReason.NOT_MEMBER);
    boolean finalReads = true;
    boolean membership = true;
    boolean completeDevices = true;
    boolean completeExports = true;
    double rawDuplicatesShare = 0.01;
    double faultsEffectiveShare;
    long settleNanos = 20_000_000_000L;
    long ackNanos = Long.MAX_VALUE;
    double ackShare = 0.999;
    long recvNanos = Long.MAX_VALUE;
    long outageNanos = Long.MAX_VALUE;

    private Expectations() {}

    /** One node without planned faults: sends were acknowledged, and the log was read at the end. */
    public static Expectations oneNode() {
        return new Expectations().atLeast(Counter.ACKS, 1).atLeast(Counter.FINAL_READS, 1);
    }

    /** Several nodes under faults: everything that a nemesis run has to have met, and 90 % of its faults took effect. */
    public static Expectations cluster() {
        return oneNode()
                .atLeast(Counter.RECEPTIONS, 1)
                .atLeast(Counter.STREAMS, 1)
                .atLeast(Counter.CONFLICTS, 1)
                .atLeast(Counter.UNKNOWN_OUTCOMES, 1)
                .atLeast(Counter.RESUMES, 1)
                .atLeast(Counter.PULLS, 1)
                .atLeast(Counter.SHARDS_MOVED, 1)
                .atLeast(Counter.FAULTS_EFFECTIVE, 1)
                .faultsEffective(0.9);
    }

    /** The run is VACUOUS with less; 0 asks for nothing. */
    public Expectations atLeast(Counter counter, long count) {
        atLeast.put(counter, count);
        return this;
    }

    /** The share of the planned faults that must have taken effect. */
    public Expectations faultsEffective(double share) {
        faultsEffectiveShare = share;
        return this;
    }

    /**
     * The kinds whose every attempt was recorded, so that an entry of such a kind without one is a phantom. Default:
     * messages, edits and deletes.
     */
    public Expectations invoked(EntryKind... kinds) {
        invoked.clear();
        Collections.addAll(invoked, kinds);
        return this;
    }

    /** Gaps over what the user may have, for these reasons, are as expected. NOT_MEMBER never is. */
    public Expectations gapsFor(GapReason... reasons) {
        Collections.addAll(gaps, reasons);
        return this;
    }

    /** The log was not read at the end: holes, losses and differing reads cannot be found. */
    public Expectations withoutFinalReads() {
        finalReads = false;
        return atLeast(Counter.FINAL_READS, 0);
    }

    /** The log has no member entries: everyone may see and say everything, and is owed what they got any of. */
    public Expectations withoutMembership() {
        membership = false;
        return this;
    }

    /** The run ended without the quiet in which every open device gets all it is owed. */
    public Expectations withoutCompleteDevices() {
        completeDevices = false;
        return this;
    }

    /** The run ended before the consumers of the event log had caught up. */
    public Expectations withoutCompleteExports() {
        completeExports = false;
        return this;
    }

    /** The share of live receptions outside the windows of faults that may be repeats. Default: 1 %. */
    public Expectations rawDuplicatesAtMost(double share) {
        rawDuplicatesShare = share;
        return this;
    }

    /** How long after it is healed a fault still excuses. Default: 20 s. */
    public Expectations settleNanos(long nanos) {
        settleNanos = nanos;
        return this;
    }

    /** Outside the windows of faults this share of the sends is acknowledged within this time of its first attempt. */
    public Expectations ackWithin(long nanos, double share) {
        ackNanos = nanos;
        ackShare = share;
        return this;
    }

    /** Outside the windows of faults every live reception comes within this time of the acknowledgement. */
    public Expectations recvWithin(long nanos) {
        recvNanos = nanos;
        return this;
    }

    /** No conversation has sends waiting for longer than this without one acknowledgement, faults or not. */
    public Expectations outageAtMost(long nanos) {
        outageNanos = nanos;
        return this;
    }
}
