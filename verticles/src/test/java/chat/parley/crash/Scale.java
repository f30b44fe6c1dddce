package chat.parley.crash;

import java.util.concurrent.TimeUnit;

/** How many clients a run has, and how much they say. */
enum Scale {
    /** A few, who say as much as their windows allow. */
    VILLAGE(6, 3, 4, 3, 96, 8, 0, 50, 5),

    /** 100 conversations of 18 devices: enough for every node to have some of each. */
    TOWN(13, 3, 60, 40, 16, 2, 1_000, 2_000, 500),

    /** 500 conversations of 32 devices, who pause: what is to be seen is how soon they are served again, not how fast a machine is. */
    CITY(24, 6, 224, 276, 32, 4, 500, 2_000, 250);

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

    Scale(
            int members,
            int laptops,
            int groups,
            int pairs,
            int window,
            int framesAtOnce,
            long sayEveryMillis,
            long readEveryMillis,
            long clerkPauseMillis) {
        this.members = members;
        this.laptops = laptops;
        this.groups = groups;
        this.pairs = pairs;
        this.window = window;
        this.framesAtOnce = framesAtOnce;
        this.sayEveryNanos = TimeUnit.MILLISECONDS.toNanos(sayEveryMillis);
        this.readEveryNanos = TimeUnit.MILLISECONDS.toNanos(readEveryMillis);
        this.clerkPauseNanos = TimeUnit.MILLISECONDS.toNanos(clerkPauseMillis);
    }
}
