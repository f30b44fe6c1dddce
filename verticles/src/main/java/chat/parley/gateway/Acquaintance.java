package chat.parley.gateway;

import chat.parley.model.UserSettings;

/**
 * How a user stands to one whose presence they want to see. Anybody can make a conversation with anybody: so sharing one says nothing
 * of what the other wants, until they have taken part. The later the closer.
 */
enum Acquaintance {
    /** They share no conversation now. */
    STRANGER,
    /** They share a conversation, in which the other has neither written nor read anything. */
    SHARES,
    /** They share a conversation in which the other has taken part. */
    CONTACT,
    /** It is the user themselves. */
    SELF;

    /** Whether one who has set that lets themselves be seen. @param isAllowed whether they named this user as one who may */
    boolean maySee(UserSettings settings, boolean isAllowed) {
        if (this == SELF) return true;
        if (settings.invisible()) return false;
        if (isAllowed) return true;
        return switch (settings.presence()) {
            case EVERYONE -> this != STRANGER;
            case CONTACTS -> this == CONTACT;
            case NOBODY -> false;
        };
    }
}
