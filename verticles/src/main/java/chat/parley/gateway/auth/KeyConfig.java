package chat.parley.gateway.auth;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens are believed.
 *
 * @param keys each with its algorithm
 * @param jwksFile a JSON Web Key Set with more of them
 * @param issuer that tokens must name; null: any
 * @param audience that tokens must be for; null: any
 */
public record KeyConfig(
        List<Key> keys,
        @Nullable Path jwksFile,
        @Nullable String issuer,
        @Nullable String audience) {
    /** One key: a secret, or a file with a secret (HS256) or a public key in PEM (the others). */
    public record Key(
            String id,
            Algorithm algorithm,
            @Nullable String secret,
            @Nullable Path file) {
        @Override
        public String toString() {
            return "Key[" + id + ", " + algorithm.wireName() + "]";
        }
    }
}
