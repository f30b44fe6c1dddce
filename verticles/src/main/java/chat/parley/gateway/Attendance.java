package chat.parley.gateway;

import chat.parley.bus.Loop;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.store.Presence;
import chat.parley.store.Presence.Seen;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says to {@link Presence} which devices are here: within a second of their hello, then every 30 s, and within a second that they have gone. In
 * batches, of which one is under way at a time. What was not taken is said again when its turn comes, or expires. Used from the gateway's
 * loop only.
 */
final class Attendance {
    static final long AGAIN_MILLIS = Presence.LIFETIME_MILLIS / 2;
    static final long GATHER_MILLIS = 1_000;

    /** Of each kind; what is more follows when these have been taken. */
    private static final int BATCH_MAX = 1_000;

    /** Who goes beyond that without having been taken off expires. */
    private static final int GONE_MAX = 50_000;

    private static final Logger LOG = LoggerFactory.getLogger(Attendance.class);

    private final String gateway;
    private final Loop loop;
    private final Presence presence;

    /** When they are to be said, in that order. */
    private final LinkedHashMap<Session, Long> said = new LinkedHashMap<>();

    private final LinkedHashSet<Session> came = new LinkedHashSet<>();
    private final ArrayDeque<Seen> gone = new ArrayDeque<>();
    private boolean isPlanned;
    private boolean isSaying;

    /** @param gateway as in its address */
    Attendance(String gateway, Loop loop, Presence presence) {
        this.gateway = gateway;
        this.loop = loop;
        this.presence = presence;
    }

    /** The session has said who it is. */
    void came(Session session) {
        came.add(session);
        plan();
    }

    /** The session is over. @param isReplaced whether its device has another one here */
    void gone(Session session, boolean isReplaced) {
        boolean wasSaid = said.remove(session) != null;
        came.remove(session);
        if (!wasSaid || isReplaced || gone.size() >= GONE_MAX) return;
        gone.add(seen(session));
        plan();
    }

    /** Whether it is said who has gone. */
    boolean isIdle() {
        return gone.isEmpty() && !isSaying;
    }

    private void plan() {
        if (isPlanned || isSaying || came.isEmpty() && said.isEmpty() && gone.isEmpty()) return;
        isPlanned = true;
        loop.after(GATHER_MILLIS, () -> {
            isPlanned = false;
            say();
        });
    }

    private void say() {
        List<Seen> leaving = new ArrayList<>();
        while (leaving.size() < BATCH_MAX && !gone.isEmpty()) leaving.add(gone.remove());
        List<Seen> staying = takeDue(loop.monotonicMillis());
        if (leaving.isEmpty() && staying.isEmpty()) {
            isSaying = false;
            plan();
            return;
        }
        boolean hasMore = leaving.size() == BATCH_MAX || staying.size() == BATCH_MAX;
        isSaying = true;
        presence.remove(leaving).compose(removed -> presence.refresh(staying)).onComplete(done -> {
            if (done.failed()) LOG.debug("presence was not told who is here", done.cause());
            if (hasMore && done.succeeded()) {
                loop.soon(this::say);
            } else {
                isSaying = false;
                plan();
            }
        });
    }

    private List<Seen> takeDue(long now) {
        Set<Session> due = new LinkedHashSet<>();
        Iterator<Session> first = came.iterator();
        while (first.hasNext() && due.size() < BATCH_MAX) {
            due.add(first.next());
            first.remove();
        }
        for (Map.Entry<Session, Long> each : said.entrySet()) {
            if (each.getValue() > now || due.size() == BATCH_MAX) break;
            due.add(each.getKey());
        }
        List<Seen> all = new ArrayList<>(due.size());
        for (Session session : due) {
            said.putLast(session, now + AGAIN_MILLIS);
            all.add(seen(session));
        }
        return all;
    }

    private Seen seen(Session session) {
        UserId user = session.me().id;
        DeviceId device = session.knownDevice();
        return new Seen(user, device, gateway, session.activeAt());
    }
}
