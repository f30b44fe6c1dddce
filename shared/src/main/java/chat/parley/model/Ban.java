package chat.parley.model;

/**
 * Of a user in one conversation.
 *
 * @param bannedBy who has said so, or has taken it back
 * @param at when, in Unix milliseconds
 * @param holds false: it was taken back
 */
public record Ban(UserId userId, UserId bannedBy, long at, boolean holds) {}
