package chat.parley.gateway.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One key that tokens may be signed with, and the one algorithm it is trusted for. For any thread. */
abstract sealed class TrustedKey {
    static final int SECRET_BYTES_MIN = 32;
    static final int RSA_BITS_MIN = 2048;
    static final int P256_BITS = 256;
    private static final char PRINT = '#';
    private static final int PRINT_BYTES = 8;

    private final String id;
    private final Algorithm algorithm;
    private final String print;

    private TrustedKey(String id, Algorithm algorithm, byte[] material) {
        this.id = id;
        this.algorithm = algorithm;
        this.print = id + PRINT + HexFormat.of().formatHex(sha256(material), 0, PRINT_BYTES);
    }

    private static byte[] sha256(byte[] material) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(material);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible); // every JDK has it
        }
    }

    String id() {
        return id;
    }

    Algorithm algorithm() {
        return algorithm;
    }

    /** Tells it from another key of the same id. */
    String print() {
        return print;
    }

    /** The id of the key with this print. */
    static String idOf(String print) {
        return print.substring(0, Math.max(0, print.lastIndexOf(PRINT)));
    }

    /** Whether the signature, in base64url without padding, is this key's under the text. */
    abstract boolean signed(String text, String signature);

    /** @throws KeyTrouble if the secret is too short to be one */
    static TrustedKey secret(String id, byte[] secret) throws KeyTrouble {
        if (secret.length < SECRET_BYTES_MIN)
            throw new KeyTrouble("key " + id + ": a secret needs at least " + SECRET_BYTES_MIN + " bytes");
        return new Secret(id, secret);
    }

    /** @throws KeyTrouble if it is not a key for that algorithm, or a weak one */
    static TrustedKey publicKey(String id, Algorithm algorithm, PublicKey key) throws KeyTrouble {
        boolean fits = switch (algorithm) {
            case HS256 -> false;
            case RS256 -> key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= RSA_BITS_MIN;
            case ES256 ->
                key instanceof ECPublicKey ec
                        && ec.getParams().getOrder().bitLength() == P256_BITS
                        && ec.getParams().toString().contains("secp256r1");
            case EDDSA ->
                key instanceof EdECPublicKey ed && ed.getParams().getName().equals("Ed25519");
        };
        if (!fits) throw new KeyTrouble("key " + id + ": not a key for " + algorithm.wireName() + ", or a weak one");
        return new Public(id, algorithm, key);
    }

    private static final class Secret extends TrustedKey {
        private final Mac mac;

        Secret(String id, byte[] secret) {
            super(id, Algorithm.HS256, secret);
            try {
                mac = Mac.getInstance(Algorithm.HS256.jdkName());
                mac.init(new SecretKeySpec(secret, Algorithm.HS256.jdkName()));
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible); // every JDK has it
            }
        }

        @Override
        boolean signed(String text, String signature) {
            byte[] expected = sign(mac, text);
            return MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** The MAC under the text in base64url; works on a copy, which costs less than to look one up and to key it. */
    static byte[] sign(Mac keyed, String text) {
        try {
            Mac mac = (Mac) keyed.clone();
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encode(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException(impossible); // the JDK's own can be cloned
        }
    }

    private static final class Public extends TrustedKey {
        private final PublicKey key;

        Public(String id, Algorithm algorithm, PublicKey key) {
            super(id, algorithm, key.getEncoded());
            this.key = key;
        }

        @Override
        boolean signed(String text, String signature) {
            try {
                byte[] bytes = Base64.getUrlDecoder().decode(signature);
                boolean isCanonical = Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(bytes)
                        .equals(signature);
                if (!isCanonical) return false;
                Signature check = Signature.getInstance(algorithm().jdkName());
                check.initVerify(key);
                check.update(text.getBytes(StandardCharsets.US_ASCII));
                return check.verify(bytes);
            } catch (IllegalArgumentException | GeneralSecurityException notASignature) {
                return false;
            }
        }
    }
}
