package chat.parley.gateway.auth;

import chat.parley.model.UserId;

/**
 * What a token proved.
 *
 * @param expiresAtMillis Unix milliseconds at which it stops proving anything
 * @param key that signed it, by its id and a print of it: when that key goes, or another takes its id, so does what it proved
 */
public record Identity(UserId userId, long expiresAtMillis, String key) {}
