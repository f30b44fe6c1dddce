package chat.parley.model;

/**
 * That a user does not want to be disturbed by a conversation: for whoever shows or sends notifications. What is unread is counted all the same.
 *
 * @param until Unix milliseconds; 0: for ever
 * @param exceptMentions messages that mention the user disturb all the same
 */
public record Mute(long until, boolean exceptMentions) {
    public boolean holds(long now) {
        return until == 0 || until > now;
    }
}
