package chat.parley.gateway.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the keys of {@link JwtTokens} as their files are, on a thread of its own, so that keys change without a restart. Files that
 * cannot be used change nothing: the keys stay as they were, and the operator is told once.
 */
public final class KeyWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(KeyWatch.class);
    private static final int SECONDS_BETWEEN_LOOKS = 3;

    private final KeyConfig config;
    private final @Nullable DevTokens devTokens;
    private final JwtTokens tokens;
    private final ScheduledExecutorService thread;
    private Map<Path, Object> seen;

    /** @throws KeyTrouble if there is nothing to begin with */
    public KeyWatch(KeyConfig config, @Nullable DevTokens devTokens) throws KeyTrouble {
        this.config = config;
        this.devTokens = devTokens;
        this.seen = look();
        this.tokens = new JwtTokens(read(), config.issuer(), config.audience());
        this.thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("parley-keys").factory());
        if (!KeyFiles.files(config).isEmpty())
            thread.scheduleWithFixedDelay(
                    this::refresh, SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
    }

    public Tokens tokens() {
        return tokens;
    }

    /** Reads the files again if one of them looks different. */
    void refresh() {
        try {
            Map<Path, Object> now = look();
            if (now.equals(seen)) return;
            seen = now;
            Map<String, TrustedKey> keys = read();
            tokens.trust(keys);
            log.info("the keys of tokens changed: trusted are now {}", keys.keySet());
        } catch (KeyTrouble trouble) {
            log.error("the keys of tokens stay as they were: {}", trouble.getMessage());
        } catch (RuntimeException broken) {
            log.error("the keys of tokens stay as they were", broken);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private Map<String, TrustedKey> read() throws KeyTrouble {
        Map<String, TrustedKey> keys = new LinkedHashMap<>(KeyFiles.read(config));
        if (devTokens != null && keys.put(DevTokens.KEY_ID, devTokens.key()) != null)
            throw new KeyTrouble("the key id " + DevTokens.KEY_ID + " is that of development tokens");
        if (keys.isEmpty()) throw new KeyTrouble("there is no key that a token could be signed with");
        return keys;
    }

    /** What tells one state of a file from another, without reading it. */
    private Map<Path, Object> look() {
        Map<Path, Object> looks = new HashMap<>();
        for (Path file : KeyFiles.files(config)) {
            try {
                looks.put(
                        file,
                        new Look(
                                Files.getLastModifiedTime(file).toMillis(),
                                Files.size(file),
                                Objects.toString(fileKey(file))));
            } catch (IOException gone) {
                looks.put(file, "gone");
            }
        }
        return looks;
    }

    private static @Nullable Object fileKey(Path file) throws IOException {
        return Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey();
    }

    private record Look(long modifiedMillis, long size, String fileKey) {}
}
