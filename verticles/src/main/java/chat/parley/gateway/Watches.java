package chat.parley.gateway;

import chat.parley.bus.Presences;
import chat.parley.bus.Watch;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.wire.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who watches whom at this gateway, what is known of the watched, and what is to be read and asked. Told what happened and the time; {@link
 * Lookout} carries out. For the registry a user is watched once here, however many sessions do; it is told again every 30 s.
 *
 * <p>A frame is answered when everything about all its users is known: who may see and who may not cannot be told apart by time.
 */
final class Watches {
    /** Users whose acquaintance is read in one go. */
    static final int READ_MAX = 100;

    /** Readings under way: what messages wait for is read by the same store. */
    static final int READINGS_MAX = 4;

    /** How often everything about a session's acquaintances is read anew, besides when it changes. */
    static final long REREAD_MILLIS = 300_000;

    /** After which something is tried again that had no answer. */
    static final long RETRY_MILLIS = 2_000;

    private final Showing showing;
    private final int sessionMax;
    private int viewsMax;

    /** When they are to be said again, in that order. */
    private final LinkedHashMap<UserId, Long> renewals = new LinkedHashMap<>();

    /** Those who are to be asked about again sooner: what has no answer now holds up nobody else. Likewise. */
    private final LinkedHashMap<UserId, Long> retries = new LinkedHashMap<>();

    private final Map<UserId, Watched> watched = new HashMap<>();
    private final Map<UserId, List<Watcher>> watchers = new HashMap<>();
    private final ArrayDeque<Watcher> waiting = new ArrayDeque<>();

    /** In the order in which they are due. */
    private final LinkedHashSet<Watcher> rereads = new LinkedHashSet<>();

    /** Those to be read anew sooner, as the store did not tell. Likewise. */
    private final LinkedHashSet<Watcher> notTold = new LinkedHashSet<>();

    private Set<UserId> gone = new LinkedHashSet<>();
    private int readings;
    private int views;

    /** Users watched from now on; who is watched already stays so. */
    void bound(int viewsMax) {
        this.viewsMax = viewsMax;
    }

    /** @param sessionMax users that one session may watch @param viewsMax users watched, counted for each session that does */
    Watches(Showing showing, int sessionMax, int viewsMax) {
        this.showing = showing;
        this.sessionMax = sessionMax;
        this.viewsMax = viewsMax;
    }

    // What sessions say.

    /** The session wants to see these users, whom it may have watched already. Null: it will; else why not, and nothing is changed. */
    @Nullable
    ErrorCode watch(Watcher watcher, List<UserId> users, long nowMillis) {
        int fresh = 0;
        for (UserId user : users) if (!watcher.views.containsKey(user)) fresh++;
        if (watcher.views.size() + fresh > sessionMax) return ErrorCode.TOO_LARGE;
        if (views + fresh > viewsMax) return ErrorCode.BUSY;
        if (watcher.views.isEmpty()) begin(watcher, nowMillis);
        for (UserId user : users) {
            View view = watcher.views.get(user);
            if (view == null) view = add(watcher, user, nowMillis);
            view.forget();
            toRead(view);
        }
        await(watcher);
        return null;
    }

    /** The session does not want to see these users any more. */
    void unwatch(Watcher watcher, List<UserId> users) {
        for (UserId user : users) {
            View view = watcher.views.remove(user);
            if (view != null) drop(view);
        }
        if (watcher.views.isEmpty()) end(watcher);
    }

    /** The session is over. */
    void end(Watcher watcher) {
        for (View view : watcher.views.values()) drop(view);
        watcher.views.clear();
        watcher.unread.clear();
        rereads.remove(watcher);
        notTold.remove(watcher);
        showing.end(watcher);
        List<Watcher> same = watchers.get(watcher.user);
        if (same == null) return;
        same.remove(watcher);
        if (same.isEmpty()) watchers.remove(watcher.user);
    }

    // What is to be read.

    /** The next session's acquaintances to read; null: none, or enough are being read. To be answered by {@link #read} or {@link #notRead}. */
    @Nullable
    Reading nextReading(long nowMillis) {
        rereadDue(rereads, nowMillis);
        rereadDue(notTold, nowMillis);
        while (readings < READINGS_MAX) {
            Watcher watcher = waiting.poll();
            if (watcher == null) return null;
            watcher.isWaiting = false;
            List<View> some = new ArrayList<>(Math.min(READ_MAX, watcher.unread.size()));
            while (some.size() < READ_MAX && !watcher.unread.isEmpty()) {
                View view = watcher.unread.remove();
                view.isUnread = false;
                some.add(view);
            }
            if (some.isEmpty()) continue;
            watcher.isReading = true;
            readings++;
            return new Reading(watcher, some);
        }
        return null;
    }

    /** How the session's user stands to those of the reading. */
    void read(Reading reading, Map<UserId, Acquaintance> found) {
        for (View view : reading.views) {
            Acquaintance stands = found.get(view.watched.id);
            if (stands != null) view.read(stands);
        }
        finish(reading);
    }

    /** The store did not tell: who is not known is a stranger until it does. */
    void notRead(Reading reading, long nowMillis) {
        Watcher watcher = reading.watcher;
        for (View view : reading.views) if (!view.isRead()) view.read(Acquaintance.STRANGER);
        finish(reading);
        if (!rereads.remove(watcher) && !notTold.remove(watcher)) return; // it is over
        watcher.rereadAt = nowMillis + RETRY_MILLIS;
        notTold.add(watcher);
    }

    private void finish(Reading reading) {
        readings--;
        Watcher watcher = reading.watcher;
        watcher.isReading = false;
        watcher.nextAt = Long.MIN_VALUE;
        for (View view : reading.views) if (isWatched(view)) showing.touch(view);
        if (!watcher.unread.isEmpty()) await(watcher);
    }

    /** Users came into a conversation or left it: what they and those who watch them may see may be something else now. */
    void membersChanged(List<UserId> users) {
        for (UserId user : users) {
            for (Watcher watcher : watchers.getOrDefault(user, List.of())) {
                for (View view : watcher.views.values()) toRead(view);
                await(watcher);
            }
            Watched there = watched.get(user);
            if (there == null) continue;
            for (View view : there.views()) readAgain(view);
        }
    }

    /** The views in which members see the user and were no contacts when they were last read. Each is told of once until {@link #readAgain}. */
    List<View> strangers(UserId user, List<LocalUser> members) {
        if (!watched.containsKey(user)) return List.of();
        List<View> strangers = new ArrayList<>(0);
        for (LocalUser member : members) {
            for (Watcher watcher : watchers.getOrDefault(member.id, List.of())) {
                View view = watcher.views.get(user);
                if (view == null || view.isOfContact() || view.isToRead) continue;
                view.isToRead = true;
                strangers.add(view);
            }
        }
        return strangers;
    }

    /** How those of the views stand to one another may be something else now. */
    void readAgain(List<View> views) {
        for (View view : views) {
            view.isToRead = false;
            if (isWatched(view)) readAgain(view);
        }
    }

    // What is known of the watched.

    /** Those who are to be said to the registry again, and read anew, in this turn. */
    List<UserId> toRenew(long nowMillis) {
        List<UserId> due = new ArrayList<>(0);
        addDue(renewals, nowMillis, due);
        addDue(retries, nowMillis, due);
        for (UserId user : due) renewAt(user, nowMillis + Watch.AGAIN_MILLIS);
        return due;
    }

    private static void addDue(Map<UserId, Long> times, long nowMillis, List<UserId> due) {
        for (Map.Entry<UserId, Long> each : times.entrySet()) {
            if (each.getValue() > nowMillis || due.size() == Watch.USERS_MAX) break;
            due.add(each.getKey());
        }
    }

    /** Those whom nobody here watches any more. */
    List<UserId> takeGone() {
        if (gone.isEmpty()) return List.of();
        List<UserId> taken = List.copyOf(gone);
        gone = new LinkedHashSet<>();
        return taken;
    }

    /** The owners of all users may be others now. */
    void moved() {
        for (Watched there : watched.values()) there.forgetOwner();
        renewals.replaceAll((user, at) -> Long.MIN_VALUE);
        retries.replaceAll((user, at) -> Long.MIN_VALUE);
    }

    /** What the store knows of users. */
    void stored(Map<UserId, UserSettings> settings, Map<UserId, Long> lastSeen) {
        settings.forEach((user, set) -> {
            Watched there = watched.get(user);
            if (there != null && there.read(set, lastSeen.getOrDefault(user, 0L))) touch(there);
        });
    }

    /** What the owner of users says, asked or not. */
    void heard(Presences presences) {
        for (Presences.State state : presences.states()) {
            Watched there = watched.get(state.userId());
            if (there != null && there.heard(presences.node(), presences.turn(), state)) touch(there);
        }
    }

    /** The owner of these did not answer, or does not know them: asked again soon. @param seen those who were somewhere a moment ago */
    void lost(List<UserId> users, Set<UserId> seen, long nowMillis) {
        for (UserId user : users) {
            Watched there = watched.get(user);
            if (there == null) continue;
            renewals.remove(user);
            retries.putLast(user, nowMillis + RETRY_MILLIS);
            if (there.lost(seen.contains(user))) touch(there);
        }
    }

    boolean isWatched(UserId user) {
        return watched.containsKey(user);
    }

    /** Users watched, counted for each session that does. */
    int views() {
        return views;
    }

    private void touch(Watched there) {
        for (View view : there.views()) showing.touch(view);
    }

    private void begin(Watcher watcher, long nowMillis) {
        watchers.computeIfAbsent(watcher.user, none -> new ArrayList<>(1)).add(watcher);
        watcher.rereadAt = nowMillis + REREAD_MILLIS;
        rereads.add(watcher);
    }

    private void rereadDue(LinkedHashSet<Watcher> due, long nowMillis) {
        while (!due.isEmpty() && due.getFirst().rereadAt <= nowMillis) {
            Watcher watcher = due.removeFirst();
            watcher.rereadAt = nowMillis + REREAD_MILLIS;
            rereads.add(watcher);
            for (View view : watcher.views.values()) toRead(view);
            await(watcher);
        }
    }

    private void readAgain(View view) {
        toRead(view);
        await(view.watcher);
    }

    private static void toRead(View view) {
        if (view.isUnread) return;
        view.isUnread = true;
        view.watcher.unread.add(view);
    }

    private void await(Watcher watcher) {
        if (watcher.isWaiting || watcher.isReading) return;
        watcher.isWaiting = true;
        waiting.add(watcher);
    }

    private View add(Watcher watcher, UserId user, long nowMillis) {
        Watched there = watched.get(user);
        if (there == null) {
            there = new Watched(user);
            watched.put(user, there);
            renewAt(user, nowMillis + Watch.AGAIN_MILLIS);
            gone.remove(user);
        }
        View view = new View(watcher, there);
        there.add(view);
        watcher.views.put(user, view);
        views++;
        return view;
    }

    private void drop(View view) {
        views--;
        showing.drop(view);
        if (view.isUnread) view.watcher.unread.remove(view);
        Watched there = view.watched;
        there.remove(view);
        if (!there.views().isEmpty()) return;
        watched.remove(there.id);
        renewals.remove(there.id);
        retries.remove(there.id);
        gone.add(there.id);
    }

    private static boolean isWatched(View view) {
        return view.watcher.views.get(view.watched.id) == view;
    }

    private void renewAt(UserId user, long atMillis) {
        retries.remove(user);
        renewals.putLast(user, atMillis);
    }

    /** Acquaintances of one session that are to be read. */
    record Reading(Watcher watcher, List<View> views) {
        List<UserId> users() {
            return views.stream().map(view -> view.watched.id).toList();
        }

        /** Of whom it is to be asked and read how they are: of those watched here before it is known. */
        List<UserId> unknown() {
            return views.stream()
                    .map(view -> view.watched)
                    .filter(watched -> !watched.isKnown())
                    .map(watched -> watched.id)
                    .toList();
        }
    }
}
