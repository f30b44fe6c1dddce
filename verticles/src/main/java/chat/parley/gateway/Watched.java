package chat.parley.gateway;

import chat.parley.bus.Presences;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.wire.FrameCodec;
import chat.parley.wire.ServerFrame.PresenceEvent;
import chat.parley.wire.ServerFrame.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A user whom sessions here watch: what is known of them, which is more than most may see. */
final class Watched {
    final UserId id;

    private final List<View> views = new ArrayList<>(1);

    private Status status = Status.UNKNOWN;
    private long lastSeenAt;
    private @Nullable UserSettings settings;
    private boolean isHeardOf;
    private String node = "";
    private long turn;
    private byte @Nullable [] truth;
    private byte @Nullable [] unknown;

    Watched(UserId id) {
        this.id = id;
    }

    /** Of the sessions that watch. */
    List<View> views() {
        return views;
    }

    void add(View view) {
        view.place = views.size();
        views.add(view);
    }

    /** The last one takes its place. */
    void remove(View view) {
        View last = views.removeLast();
        if (last == view) return;
        views.set(view.place, last);
        last.place = view.place;
    }

    /** What the store knows. @param storedLastSeen 0: nothing. True: it is another than before. */
    boolean read(UserSettings read, long storedLastSeen) {
        boolean isChanged = !read.equals(settings) || storedLastSeen > lastSeenAt;
        if (!isChanged) return false;
        boolean wasInvisible = settings != null && settings.invisible();
        settings = read.equals(UserSettings.DEFAULT) ? UserSettings.DEFAULT : read;
        lastSeenAt = wasInvisible ? storedLastSeen : Math.max(lastSeenAt, storedLastSeen);
        truth = null;
        for (View view : views) view.decide(settings);
        return true;
    }

    /** What the owner says; what is older than what it said before is dropped. True: it is another than before. */
    boolean heard(String owner, long itsTurn, Presences.State state) {
        isHeardOf = true;
        if (owner.equals(node) && itsTurn <= turn) return false;
        node = owner;
        turn = itsTurn;
        boolean isSeenToGo = status == Status.ONLINE && settings != null && !settings.invisible();
        long seen = isSeenToGo ? Math.max(lastSeenAt, state.lastSeenAt()) : lastSeenAt;
        if (state.status() == status && seen == lastSeenAt) return false;
        status = state.status();
        lastSeenAt = seen;
        truth = null;
        return true;
    }

    /** The owner does not say how it stands. @param wasSeen the user was somewhere a moment ago. True: it is another than before. */
    boolean lost(boolean wasSeen) {
        Status before = status;
        isHeardOf = false;
        status = wasSeen ? Status.ONLINE : Status.UNKNOWN;
        truth = null;
        return status != before;
    }

    /** Somebody else may say from now on how it stands. */
    void forgetOwner() {
        isHeardOf = false;
    }

    /** The store and the owner have said how it stands, and will say when it is otherwise. */
    boolean isKnown() {
        return settings != null && isHeardOf;
    }

    /** What is known, by those who may see it. Who is offline and was never seen is not known: they may not exist. */
    Status status() {
        return status == Status.OFFLINE && lastSeenAt == 0 ? Status.UNKNOWN : status;
    }

    /** Of who is offline; else 0. */
    long lastSeenAt() {
        return status == Status.OFFLINE ? lastSeenAt : 0;
    }

    /** Null: not read yet. */
    @Nullable
    UserSettings settings() {
        return settings;
    }

    /** The event that says how it stands, encoded once for all who may see it. */
    byte[] truth() {
        if (truth == null) truth = encode(id, status(), lastSeenAt());
        return truth;
    }

    /** The event for all who may not see it, and while it is not known. */
    byte[] unknown() {
        if (unknown == null) unknown = encode(id, Status.UNKNOWN, 0);
        return unknown;
    }

    private static byte[] encode(UserId user, Status status, long lastSeenAt) {
        return FrameCodec.encode(new PresenceEvent(user, status, lastSeenAt == 0 ? null : (Long) lastSeenAt));
    }
}
