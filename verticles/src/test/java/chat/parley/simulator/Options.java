package chat.parley.simulator;

import chat.parley.Altered;
import chat.parley.fanout.FanoutConfig;
import chat.parley.gateway.GatewayConfig;
import chat.parley.sequencer.SequencerConfig;
import chat.parley.simulator.Nemesis.Harm;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a run is made of, beside its seed.
 *
 * @param scenario whose options these are: a mutant's name, or {@link #EVERY_SIZE}; null: the seed's own
 * @param deferred projections are written after the append, not with it
 * @param faultsAtOnce how many harms go on side by side
 * @param stormMicros for how long there are harms
 * @param pauseMicros of one device between two things it does
 * @param administers of a thousand things that a device does, how many change members, roles, settings
 * @param ending what happens when the storm is over and all have what there is
 * @param crowded there is room for fewer conversations than there are, and for little that nodes have not acknowledged
 * @param sizes how large groups are, and from when on entries go another way
 * @param harms how likely each is
 * @param build how nodes are put together
 */
record Options(
        @Nullable String scenario,
        boolean deferred,
        int faultsAtOnce,
        long stormMicros,
        long pauseMicros,
        int administers,
        Ending ending,
        boolean crowded,
        Sizes sizes,
        Map<Harm, Integer> harms,
        Build build) {
    static final String EVERY_SIZE = "EVERY_SIZE";
    static final int OUTBOX_BYTES = 16 << 10;

    /** All groups are small, or most are large, or they cross the threshold with those who come and go. */
    private static final int[] INLINE_MEMBERS_MAX = {100, 1, 3, 5};

    /** What a run tries at its end, in which nothing hides what was lost. */
    enum Ending {
        /** Until the backstop has worked. */
        SILENCE,
        /** In each conversation somebody speaks once more, and what tells of it is lost but for the repeated heads. */
        LAST_WORDS,
        /** Many come back and the registry hears of it late: after the last words, and after their heads were repeated. */
        LATE_ANSWERS
    }

    /** What a seed stands for. */
    static Options of(long seed) {
        var random = new SplittableRandom(seed ^ 0x5eed);
        Map<Harm, Integer> harms = new EnumMap<>(Harm.class);
        for (Harm harm : Harm.values()) harms.put(harm, harm.weight);
        return new Options(
                null,
                seed % 2 != 0,
                1 + random.nextInt(3),
                40_000_000 + random.nextLong(30_000_000),
                3_000_000 + random.nextLong(3_000_000),
                75,
                ending(random.nextInt(8)),
                random.nextInt(3) == 0,
                Sizes.small(INLINE_MEMBERS_MAX[random.nextInt(INLINE_MEMBERS_MAX.length)]),
                harms,
                new Build());
    }

    /** The same with large groups; in one of four seeds it is one of 50,000, and few others. */
    static Options ofEverySize(long seed) {
        return of(seed).sized(Sizes.every(seed % 4 == 1)).of(EVERY_SIZE);
    }

    private static Ending ending(int choice) {
        return switch (choice) {
            case 0 -> Ending.SILENCE;
            case 1 -> Ending.LATE_ANSWERS;
            default -> Ending.LAST_WORDS;
        };
    }

    Options with(Build other) {
        return Altered.of(this, "build", other);
    }

    /** So that a failure says whose they are. */
    Options of(String mutant) {
        return Altered.of(this, "scenario", mutant);
    }

    /** Small bounds, so that a short run meets them. */
    GatewayConfig gateway() {
        GatewayConfig usual = GatewayConfig.DEFAULT;
        return new GatewayConfig(
                usual.limits(),
                usual.heartbeatMillis(),
                usual.helloMillis(),
                usual.submitMillis(),
                usual.announceMillis(),
                usual.tailMillis(),
                usual.sendsPerSecond(),
                usual.sendsBurst(),
                usual.userSendsPerSecond(),
                usual.userSendsBurst(),
                usual.devicesMax(),
                OUTBOX_BYTES,
                32,
                usual.slowMillis(),
                usual.inFlightMax(),
                60,
                OUTBOX_BYTES,
                15,
                crowded ? 1 : 3,
                crowded ? 2 : 5,
                crowded ? 5 : usual.gatesMax(),
                crowded ? 4 << 10 : usual.recentBytesMax(),
                crowded ? 3 : usual.recentEntriesMax(),
                sizes.inlineMembersMax(),
                sizes.workerMembersMax(),
                usual.watch());
    }

    /** So little that it runs full while a node does not acknowledge; far more than is on its way when all is well. */
    long windowBytes() {
        return crowded ? 8 << 10 : 64 << 10;
    }

    SequencerConfig sequencer() {
        SequencerConfig usual = Altered.of(
                SequencerConfig.DEFAULT,
                "inlineMembersMax",
                sizes.inlineMembersMax(),
                "workerMembersMax",
                sizes.workerMembersMax(),
                "loadedMembersMax",
                loadedMembersMax());
        return crowded ? Altered.of(usual, "conversationsMax", 4) : usual;
    }

    /** In two of three runs most conversations have more members than are in memory. */
    private int loadedMembersMax() {
        return pauseMicros % 3 == 0 || !sizes.areSmall() ? 1_000 : 3;
    }

    FanoutConfig fanout() {
        return FanoutConfig.DEFAULT.withInlineMembersMax(sizes.inlineMembersMax());
    }

    Options deferring() {
        return Altered.of(this, "deferred", true);
    }

    Options ending(Ending other) {
        return Altered.of(this, "ending", other);
    }

    Options sized(Sizes other) {
        return Altered.of(this, "sizes", other);
    }

    Options administering(int ofThousand) {
        return Altered.of(this, "administers", ofThousand);
    }

    /** With these harms only. */
    Options only(Harm... chosen) {
        Map<Harm, Integer> weights = new EnumMap<>(Harm.class);
        for (Harm harm : chosen) weights.put(harm, 1);
        return Altered.of(this, "harms", weights);
    }

    Harm choose(RandomGenerator random) {
        int sum = 0;
        for (int weight : harms.values()) sum += weight;
        int left = random.nextInt(sum);
        for (Map.Entry<Harm, Integer> harm : harms.entrySet()) {
            left -= harm.getValue();
            if (left < 0) return harm.getKey();
        }
        throw new IllegalStateException("no harms");
    }
}
