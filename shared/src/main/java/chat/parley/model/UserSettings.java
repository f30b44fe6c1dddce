package chat.parley.model;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a user has set for themselves.
 *
 * @param presence who may see whether the user is there
 * @param presenceAllow who may see it besides
 * @param invisible whether the user is there is unknown to all others, whatever the two before say
 * @param readReceipts whether others are told how far the user has read, and the user how far they have
 * @param blocked those who may not write to the user directly, and see nothing of whether the user is there, types, or has read
 */
public record UserSettings(
        Audience presence, List<UserId> presenceAllow, boolean invisible, boolean readReceipts, Set<UserId> blocked) {
    /** Of users who have set nothing. */
    public static final UserSettings DEFAULT = new UserSettings(Audience.CONTACTS, List.of(), false, true);

    /** Who blocks nobody. */
    public UserSettings(Audience presence, List<UserId> presenceAllow, boolean invisible, boolean readReceipts) {
        this(presence, presenceAllow, invisible, readReceipts, Set.of());
    }

    public boolean blocks(UserId other) {
        return !blocked.isEmpty() && blocked.contains(other);
    }

    /** The same with others who are blocked. */
    public UserSettings blocking(Set<UserId> others) {
        return new UserSettings(presence, presenceAllow, invisible, readReceipts, Set.copyOf(others));
    }

    /**
     * What is to be set anew; null: stays.
     *
     * @param block who is to be blocked, besides those who are
     * @param unblock who is not to be blocked any more
     */
    public record Change(
            @Nullable Audience presence,
            @Nullable List<UserId> presenceAllow,
            @Nullable Boolean invisible,
            @Nullable Boolean readReceipts,
            @Nullable UserId block,
            @Nullable UserId unblock) {
        /** Nobody else is blocked. */
        public Change(
                @Nullable Audience presence,
                @Nullable List<UserId> presenceAllow,
                @Nullable Boolean invisible,
                @Nullable Boolean readReceipts) {
            this(presence, presenceAllow, invisible, readReceipts, null, null);
        }

        public static Change blocking(UserId other) {
            return new Change(null, null, null, null, other, null);
        }

        public static Change unblocking(UserId other) {
            return new Change(null, null, null, null, null, other);
        }

        /** Whether it changes anything but who is blocked. */
        public boolean hasOwn() {
            return presence != null || presenceAllow != null || invisible != null || readReceipts != null;
        }

        public UserSettings of(UserSettings former) {
            Set<UserId> blocked = new HashSet<>(former.blocked);
            if (block != null) blocked.add(block);
            if (unblock != null) blocked.remove(unblock);
            return new UserSettings(
                    presence == null ? former.presence : presence,
                    presenceAllow == null ? former.presenceAllow : presenceAllow,
                    invisible == null ? former.invisible : invisible,
                    readReceipts == null ? former.readReceipts : readReceipts,
                    Set.copyOf(blocked));
        }
    }
}
