package chat.parley.gateway.auth;

import chat.parley.model.UserId;

/**
 * What a token proved.
 *
 * @param expiresAtMillis Unix milliseconds at which it stops proving anything
 * @param keyId of the key that signed it: when that key goes, so does what it proved
 */
public record Identity(UserId userId, long expiresAtMillis, String keyId) {}
