package chat.parley.bus;

import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import java.util.List;

/**
 * To {@code presence.<node>}: deliver these to where these users are. All that one commit brought goes in one message.
 *
 * @param incarnation of the data
 */
public record Route(long incarnation, List<Events> events, List<HeadHint> heads) {
    /** Consecutive entries of one conversation for the same users. */
    public record Events(ConversationId conversationId, List<Event> events, List<UserId> users) {}

    /** A repeated head: a gateway whose cursor is behind pulls. */
    public record HeadHint(ConversationId conversationId, long head, List<UserId> users) {}
}
