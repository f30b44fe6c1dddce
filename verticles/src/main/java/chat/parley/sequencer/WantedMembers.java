package chat.parley.sequencer;

import chat.parley.model.UserId;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Users of whom it is to be looked up how they stand to one conversation.
 *
 * @param reading of all that is decided on what is found
 */
record WantedMembers(Conversation conversation, Reading reading, Set<UserId> users) {
    WantedMembers(Conversation conversation, Reading reading) {
        this(conversation, reading, new LinkedHashSet<>());
    }
}
