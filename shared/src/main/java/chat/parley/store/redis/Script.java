package chat.parley.store.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A Lua script, carried out by EVAL on one key, so that it may run on any node of a Redis Cluster. */
final class Script {
    private final byte[] text;

    Script(String file) {
        try (InputStream in = Objects.requireNonNull(Script.class.getResourceAsStream("/redis/" + file), file)) {
            text = withoutComments(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** It goes out with each request. */
    private static byte[] withoutComments(String lua) {
        StringBuilder code = new StringBuilder(lua.length());
        lua.lines()
                .map(line -> line.replaceFirst("-- .*", "").strip())
                .filter(line -> !line.isEmpty())
                .forEach(line -> code.append(line).append('\n'));
        return code.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Its arguments are to be added. */
    Request on(String key) {
        return Request.cmd(Command.EVAL).arg(text).arg(1).arg(key);
    }
}
