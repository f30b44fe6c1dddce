package chat.parley.gateway;

import chat.parley.model.UserId;
import java.util.function.Consumer;

/**
 * What a user may still ask for at this gateway, less what they owe for what was asked for at others. Told the time (monotonic
 * milliseconds). The others hear of what is spent here a share of a burst at a time: whoever asks for little is hardly ever spoken of.
 */
final class Allowance {
    /** Of a burst: what is told at once. */
    private static final int SHARES = 50;

    final UserId user;
    private final TokenBucket bucket;
    private final int share;
    private final Consumer<Allowance> due;
    private int untold;
    private boolean isDue;
    private long owesUntil = Long.MIN_VALUE;

    /** @param due hears when it is time to {@link #tell} */
    Allowance(UserId user, int perSecond, int burst, long nowMillis, Consumer<Allowance> due) {
        this.user = user;
        this.bucket = new TokenBucket(perSecond, burst, nowMillis);
        this.share = Math.max(1, burst / SHARES);
        this.due = due;
    }

    /** Takes the cost if it fits: 0. Else takes nothing and says in how many milliseconds it will fit. */
    long take(int cost, long nowMillis) {
        if (nowMillis < owesUntil) return owesUntil - nowMillis;
        long wait = bucket.take(cost, nowMillis);
        if (wait > 0) return wait;
        untold += cost;
        if (untold >= share && !isDue) {
            isDue = true;
            due.accept(this);
        }
        return 0;
    }

    /** What was spent here since the others were told last; counts as told. */
    int tell() {
        int told = untold;
        untold = 0;
        isDue = false;
        return told;
    }

    /** Nothing more until then: with what was asked for elsewhere it was too much. */
    void owes(long untilMillis) {
        owesUntil = untilMillis;
    }
}
