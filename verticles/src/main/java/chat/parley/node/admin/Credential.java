package chat.parley.node.admin;

import chat.parley.gateway.auth.SecretFile;
import chat.parley.node.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What operators prove themselves with. */
public final class Credential {
    private static final String FILE = "ops-credential";
    private static final String SCHEME = "Bearer ";
    private static final int RANDOM_BYTES = 32;
    private static final int LENGTH_MIN = 32;
    private static final int LENGTH_MAX = 4_096;

    private final byte[] digest;

    private Credential(String text) {
        this.digest = digest(text);
    }

    /**
     * The one of the file that was set, or, without one, the node's own, made if there is none yet; only its owner can read it.
     *
     * @param folder of the node's data
     */
    public static Credential open(@Nullable Path file, Path folder) throws Refusal {
        if (file != null) return new Credential(read(file));
        Path own = folder.resolve(FILE);
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        try {
            SecretFile.create(own, Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n");
        } catch (IOException impossible) {
            throw new Refusal("the operators' credential, " + own + ", cannot be made (" + impossible.getMessage()
                    + "); make the folder writable, or set ops.credentialFile.");
        }
        return new Credential(read(own));
    }

    /** Where the credential stands. @param file that was set; null: none */
    public static Path file(@Nullable Path file, Path folder) {
        return file == null ? folder.resolve(FILE) : file;
    }

    /** What stands in the file. */
    public static String read(Path file) throws Refusal {
        String text;
        try {
            if (Files.size(file) > LENGTH_MAX)
                throw new Refusal("the operators' credential in " + file + " is too long; at most " + LENGTH_MAX + ".");
            text = Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw new Refusal("the operators' credential in " + file + " cannot be read.");
        }
        if (text.length() < LENGTH_MIN || !text.chars().allMatch(c -> c > ' ' && c < 0x7f))
            throw new Refusal("the operators' credential in " + file + " has to be " + LENGTH_MIN
                    + " characters or more, of ASCII without spaces; 'openssl rand -base64 32' makes such a one.");
        return text;
    }

    /** Whether the header proves an operator; takes as long whatever is in it. @param authorization null: there is none */
    boolean isProvedBy(@Nullable String authorization) {
        String header = authorization == null ? "" : authorization;
        boolean isBearer = header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        String said = isBearer ? header.substring(SCHEME.length()).strip() : "";
        return MessageDigest.isEqual(digest, digest(said));
    }

    /** As it goes into {@code Authorization}. */
    static String authorization(String credential) {
        return SCHEME + credential;
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has it
        }
    }
}
