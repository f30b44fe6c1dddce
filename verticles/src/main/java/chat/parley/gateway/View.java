package chat.parley.gateway;

import chat.parley.model.UserSettings;
import chat.parley.wire.ServerFrame.Status;
import org.jspecify.annotations.Nullable;

/** One user as one session sees them: whether it may, and what it was shown. */
final class View {
    final Watcher watcher;
    final Watched watched;

    /** Among those of the same watched user. */
    int place;

    /** Was set to unknown for want of budget, and stays so for the while. */
    boolean isFrozen;

    /** Stands among those of its watcher that are to be read. */
    boolean isUnread;

    /** Will be among them as soon as what changed is stored. */
    boolean isToRead;

    /** Null: not read yet; nothing is shown before. */
    private @Nullable Acquaintance acquaintance;

    private boolean maySee;
    private @Nullable Status shown;
    private long shownLastSeenAt;

    View(Watcher watcher, Watched watched) {
        this.watcher = watcher;
        this.watched = watched;
    }

    /** How the two stand was read. */
    void read(Acquaintance stands) {
        acquaintance = stands;
        UserSettings settings = watched.settings();
        if (settings != null) decide(settings);
    }

    /** The watched user has set that. */
    void decide(UserSettings settings) {
        maySee = acquaintance != null
                && !settings.blocks(watcher.user)
                && acquaintance.maySee(settings, settings.presenceAllow().contains(watcher.user));
    }

    boolean isRead() {
        return acquaintance != null;
    }

    boolean isOfContact() {
        return acquaintance != null && acquaintance.compareTo(Acquaintance.CONTACT) >= 0;
    }

    /** The client asks anew: it is told again, though it is what it was told before. */
    void forget() {
        shown = null;
    }

    /** The client was told something else than what it is to be told. */
    boolean isStale() {
        return acquaintance != null && (shown != status() || shownLastSeenAt != lastSeenAt());
    }

    /** The client sees what it may not see any more. */
    boolean isToHide() {
        return !maySee && shown != null && shown != Status.UNKNOWN;
    }

    boolean wasShown() {
        return shown != null;
    }

    boolean showsUnknown() {
        return shown == Status.UNKNOWN;
    }

    /** The event that tells how it stands; counts as told. */
    byte[] show() {
        shown = status();
        shownLastSeenAt = lastSeenAt();
        return maySee ? watched.truth() : watched.unknown();
    }

    /** The event that takes back what was told; counts as told. */
    byte[] hide() {
        shown = Status.UNKNOWN;
        shownLastSeenAt = 0;
        return watched.unknown();
    }

    private Status status() {
        return maySee ? watched.status() : Status.UNKNOWN;
    }

    private long lastSeenAt() {
        return maySee ? watched.lastSeenAt() : 0;
    }
}
