package chat.parley.bus;

import chat.parley.model.UserId;
import java.util.List;

/**
 * To {@code presence.<node>}: whom sessions of one gateway want to know about. Answered by {@link Presences}, which also comes unasked when
 * something changes, until the watch has lapsed: so it is said again every {@link #AGAIN_MILLIS}, which puts right whatever was lost.
 *
 * @param gateway as in {@link Announce}
 * @param boot as in {@link Announce}
 * @param users watched from now on, however many sessions of the gateway do
 * @param gone watched no longer
 */
public record Watch(String gateway, long boot, List<UserId> users, List<UserId> gone) {
    /** How often a gateway says again whom it watches. */
    public static final long AGAIN_MILLIS = 30_000;

    /** A watch that was not said again for so long has lapsed. */
    public static final long LAPSE_MILLIS = 3 * AGAIN_MILLIS;

    /** Users in one message. */
    public static final int USERS_MAX = 500;
}
