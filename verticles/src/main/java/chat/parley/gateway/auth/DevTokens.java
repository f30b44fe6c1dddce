package chat.parley.gateway.auth;

import chat.parley.model.UserId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens for whoever asks: for development, on a node that only this machine can reach. */
public final class DevTokens {
    public static final long TTL_SECONDS_DEFAULT = 24 * 3600;
    public static final long TTL_SECONDS_MAX = 30 * 24 * 3600;

    /** The id of their key; no other may have it. */
    public static final String KEY_ID = "dev";

    private static final String FILE = "dev-token-secret";
    private static final int SECRET_BYTES = 32;
    private static final String HEADER = base64("{\"alg\":\"HS256\",\"kid\":\"" + KEY_ID + "\",\"typ\":\"JWT\"}");

    private final byte[] secret;
    private final Mac mac;

    private DevTokens(byte[] secret) {
        this.secret = secret;
        try {
            mac = Mac.getInstance(Algorithm.HS256.jdkName());
            mac.init(new SecretKeySpec(secret, Algorithm.HS256.jdkName()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible); // every JDK has it
        }
    }

    /** With the secret of the data in this folder, which is made if there is none yet; only its owner can read it. */
    public static DevTokens open(Path folder) throws IOException {
        byte[] fresh = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(fresh);
        SecretFile.create(folder.resolve(FILE), HexFormat.of().formatHex(fresh) + "\n");
        return read(folder);
    }

    /** With the secret that is there. */
    public static DevTokens read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        try {
            byte[] secret = HexFormat.of().parseHex(Files.readString(file).strip());
            if (secret.length < SECRET_BYTES) throw new IOException(file + " is too short");
            return new DevTokens(secret);
        } catch (IllegalArgumentException broken) {
            throw new IOException(file + " is not what a node wrote");
        }
    }

    public String issue(UserId user, long ttlSeconds, long nowMillis) {
        long now = nowMillis / 1000;
        // A user id holds nothing that JSON would have to escape.
        String claims = "{\"sub\":\"" + user.value() + "\",\"iat\":" + now + ",\"exp\":" + (now + ttlSeconds) + "}";
        String text = HEADER + "." + base64(claims);
        return text + "." + new String(TrustedKey.sign(mac, text), StandardCharsets.US_ASCII);
    }

    TrustedKey key() throws KeyTrouble {
        return TrustedKey.secret(KEY_ID, secret);
    }

    private static String base64(String ascii) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(ascii.getBytes(StandardCharsets.US_ASCII));
    }
}
