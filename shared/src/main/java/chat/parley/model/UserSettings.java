package chat.parley.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user has set for themselves.
 *
 * @param presence who may see whether the user is there
 * @param presenceAllow who may see it besides
 * @param invisible whether the user is there is unknown to all others, whatever the two before say
 * @param readReceipts whether others are told how far the user has read, and the user how far they have
 */
public record UserSettings(Audience presence, List<UserId> presenceAllow, boolean invisible, boolean readReceipts) {
    /** Of users who have set nothing. */
    public static final UserSettings DEFAULT = new UserSettings(Audience.CONTACTS, List.of(), false, true);

    /** What is to be set anew; null: stays. */
    public record Change(
            @Nullable Audience presence,
            @Nullable List<UserId> presenceAllow,
            @Nullable Boolean invisible,
            @Nullable Boolean readReceipts) {
        public UserSettings of(UserSettings former) {
            return new UserSettings(
                    presence == null ? former.presence : presence,
                    presenceAllow == null ? former.presenceAllow : presenceAllow,
                    invisible == null ? former.invisible : invisible,
                    readReceipts == null ? former.readReceipts : readReceipts);
        }
    }
}
