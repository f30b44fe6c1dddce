package chat.parley.gateway.auth;

import org.jspecify.annotations.Nullable;

/** Tells who a bearer token speaks for. Used from every loop; blocks on nothing. */
public interface Tokens {
    /** Whose it is; null for every token that does not prove that, whatever is wrong with it. */
    @Nullable
    Identity verify(String token, long nowMillis);

    /** Whether the key of an {@link Identity} is still trusted: false closes what rests on it. */
    default boolean isTrusted(String key) {
        return true;
    }
}
