package chat.parley.gateway.auth;

import org.jspecify.annotations.Nullable;

/** The ways to sign a token that are understood; each key is trusted for exactly one. There is no {@code none} among them. */
public enum Algorithm {
    HS256("HS256", "HmacSHA256"),
    RS256("RS256", "SHA256withRSA"),
    ES256("ES256", "SHA256withECDSAinP1363Format"),
    EDDSA("EdDSA", "Ed25519");

    private final String wireName;
    private final String jdkName;

    Algorithm(String wireName, String jdkName) {
        this.wireName = wireName;
        this.jdkName = jdkName;
    }

    /** As {@code alg} has it. */
    public String wireName() {
        return wireName;
    }

    String jdkName() {
        return jdkName;
    }

    /** Null: none that is understood. Upper and lower case differ. */
    public static @Nullable Algorithm of(String wireName) {
        for (Algorithm algorithm : values()) if (algorithm.wireName.equals(wireName)) return algorithm;
        return null;
    }
}
