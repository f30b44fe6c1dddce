package chat.parley.gateway.auth;

import chat.parley.model.UserId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * JSON Web Tokens (RFC 7519, compact, signed), read strictly: a token is believed only if one known key signed it with the one
 * algorithm that the key is trusted for, and if everything it says is well-formed and holds now.
 */
public final class JwtTokens implements Tokens {
    static final int TOKEN_CHARS_MAX = 8 << 10;

    /** Clocks differ. */
    static final long LEEWAY_MILLIS = 60_000;

    /** Signatures that are dear to check (all but a MAC) are remembered; by hash, the newer takes the place. */
    private static final int REMEMBERED = 4096;

    private final @Nullable String issuer;
    private final @Nullable String audience;
    private final AtomicReferenceArray<@Nullable Remembered> remembered = new AtomicReferenceArray<>(REMEMBERED);
    private volatile Map<String, TrustedKey> keys;

    JwtTokens(Map<String, TrustedKey> keys, @Nullable String issuer, @Nullable String audience) {
        this.keys = Map.copyOf(keys);
        this.issuer = issuer;
        this.audience = audience;
    }

    /** From now on these keys are trusted and no others. */
    void trust(Map<String, TrustedKey> newKeys) {
        keys = Map.copyOf(newKeys);
    }

    @Override
    public boolean isTrusted(String key) {
        TrustedKey now = keys.get(TrustedKey.idOf(key));
        return now != null && now.print().equals(key);
    }

    @Override
    public @Nullable Identity verify(String token, long nowMillis) {
        if (token.length() > TOKEN_CHARS_MAX) return null;
        int headerEnd = token.indexOf('.');
        int claimsEnd = token.indexOf('.', headerEnd + 1);
        if (headerEnd < 0 || claimsEnd < 0 || token.indexOf('.', claimsEnd + 1) >= 0) return null;
        try {
            TrustedKey key = keyFor(StrictJson.read(decoded(token, 0, headerEnd)));
            if (key == null || !isSigned(key, token, claimsEnd)) return null;
            return identity(StrictJson.read(decoded(token, headerEnd + 1, claimsEnd)), key, nowMillis);
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    private static byte[] decoded(String token, int from, int to) {
        if (to > from && token.charAt(to - 1) == '=') throw new IllegalArgumentException("padded");
        return Base64.getUrlDecoder().decode(token.substring(from, to).getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Null: there is none for this header, or it asks for what is not done. */
    private @Nullable TrustedKey keyFor(Map<String, Object> header) {
        for (String name : UNWANTED) if (header.containsKey(name)) return null;
        if (header.containsKey("typ") && !(header.get("typ") instanceof String type && isTokenType(type))) return null;
        Map<String, TrustedKey> now = keys;
        TrustedKey key = switch (header.get("kid")) {
            case String id -> now.get(id);
            case null ->
                !header.containsKey("kid") && now.size() == 1
                        ? now.values().iterator().next()
                        : null;
            default -> null;
        };
        return key != null && key.algorithm().wireName().equals(header.get("alg")) ? key : null;
    }

    /** Keys that come with the token or from an address in it, rules we would have to know, other forms of the payload. */
    private static final List<String> UNWANTED =
            List.of("jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty");

    private static boolean isTokenType(String type) {
        return type.equalsIgnoreCase("JWT") || type.equalsIgnoreCase("at+jwt");
    }

    private boolean isSigned(TrustedKey key, String token, int claimsEnd) {
        if (key.algorithm() == Algorithm.HS256) return checkSignature(key, token, claimsEnd);
        int slot = Math.floorMod(token.hashCode(), REMEMBERED);
        Remembered last = remembered.get(slot);
        if (last != null && last.key == key && last.token.equals(token)) return true;
        boolean isSigned = checkSignature(key, token, claimsEnd);
        if (isSigned) remembered.set(slot, new Remembered(token, key));
        return isSigned;
    }

    private static boolean checkSignature(TrustedKey key, String token, int claimsEnd) {
        return key.signed(token.substring(0, claimsEnd), token.substring(claimsEnd + 1));
    }

    private @Nullable Identity identity(Map<String, Object> claims, TrustedKey key, long nowMillis) {
        if (!(claims.get("sub") instanceof String user) || !UserId.isValid(user)) return null;
        if (!claims.containsKey("exp")) return null;
        long expiresAtMillis = millis(claims, "exp", 0);
        if (expiresAtMillis <= nowMillis) return null;
        if (millis(claims, "nbf", 0) > nowMillis + LEEWAY_MILLIS) return null;
        if (millis(claims, "iat", 0) > nowMillis + LEEWAY_MILLIS) return null;
        if (issuer != null && !issuer.equals(claims.get("iss"))) return null;
        if (audience != null && !isFor(audience, claims.get("aud"))) return null;
        return new Identity(new UserId(user), expiresAtMillis, key.print());
    }

    private static boolean isFor(String audience, @Nullable Object claimed) {
        return claimed instanceof List<?> several ? several.contains(audience) : audience.equals(claimed);
    }

    /** A time that a claim tells in seconds. @throws IllegalArgumentException if that is no number, or none of a sensible size */
    private static long millis(Map<String, Object> claims, String name, long absent) {
        if (!claims.containsKey(name)) return absent;
        if (!(claims.get(name) instanceof Double seconds) || !(seconds >= 0 && seconds <= SECONDS_MAX))
            throw new IllegalArgumentException(name);
        return (long) (seconds * 1000);
    }

    /** The year 5138. */
    private static final double SECONDS_MAX = 1e11;

    private record Remembered(String token, TrustedKey key) {}
}
