package chat.parley.crash;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** How many clients a run has, and how much they say. */
enum Scale {
    /** A few, who say as much as their windows allow. */
    VILLAGE(6, 3, 4, 3, 96, 8, 0, 50, 5),

    /** 100 conversations of 18 devices: enough for every node to have some of each. */
    TOWN(13, 3, 60, 40, 16, 2, 1_000, 2_000, 500),

    /** 500 conversations of 32 devices, who pause: what is to be seen is how soon they are served again, not how fast a machine is. */
    CITY(24, 6, 224, 276, 32, 4, 500, 2_000, 250),

    /**
     * Groups of 2, 50, 500, 5,000 and 50,000, of which 42 devices are online everywhere, and two that cross a threshold with those who come and go: of
     * 100 members, and of 10,000, where it is 10,000 upwards and 9,000 downwards.
     */
    EVERY_SIZE(
            24,
            6,
            0,
            6,
            4,
            2,
            2_000,
            2_000,
            500,
            new Audience(2, 3),
            new Audience(48, 52),
            new Audience(480, 520),
            new Audience(4_800, 5_200),
            new Audience(49_800, 50_200),
            new Audience(86, 114),
            new Audience(8_980, 10_010)),

    /** Groups of which entries go by each way where 10 and 30 members are the thresholds, and devices that say something all the time. */
    EVERY_WAY(8, 2, 0, 4, 8, 2, 20, 500, 200, new Audience(2, 3), new Audience(14, 18), new Audience(38, 42));

    final int members;

    /** So many of the members have a second device. */
    final int laptops;

    final int groups;
    final int pairs;

    /** A device waits for at most so many answers. */
    final int window;

    /** A device says at most so much at once, if nobody asks it to say more. */
    final int framesAtOnce;

    /** From one time to the next. */
    final long sayEveryNanos;

    final long readEveryNanos;
    final long clerkPauseNanos;

    /** From one time that a device opens or closes a conversation to the next; 0: it never does. */
    final long lookEveryNanos;

    final int guests;

    /** Groups of which most are never online. */
    final List<Audience> audiences;

    Scale(
            int members,
            int laptops,
            int groups,
            int pairs,
            int window,
            int framesAtOnce,
            long sayEveryMillis,
            long readEveryMillis,
            long clerkPauseMillis,
            Audience... audiences) {
        this.members = members;
        this.laptops = laptops;
        this.groups = groups;
        this.pairs = pairs;
        this.window = window;
        this.framesAtOnce = framesAtOnce;
        this.sayEveryNanos = TimeUnit.MILLISECONDS.toNanos(sayEveryMillis);
        this.readEveryNanos = TimeUnit.MILLISECONDS.toNanos(readEveryMillis);
        this.clerkPauseNanos = TimeUnit.MILLISECONDS.toNanos(clerkPauseMillis);
        this.audiences = List.of(audiences);
        this.lookEveryNanos = audiences.length == 0 ? 0 : TimeUnit.SECONDS.toNanos(4);
        this.guests = audiences.length == 0 ? 2 : 12;
    }
}
