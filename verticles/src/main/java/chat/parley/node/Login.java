package chat.parley.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Who the node is to a foreign server. */
record Login(String username, String password) {
    /** The settings {@code username}, {@code password} and {@code passwordFile} behind the prefix; null: none are said. */
    static @Nullable Login read(Settings settings, String prefix, String server) {
        String username = settings.optionalText(prefix + ".username", "Who the node is to " + server + ".");
        String password = settings.secret(prefix + ".password", "Its password.");
        String file = settings.optionalText(prefix + ".passwordFile", "File with its password, instead.");
        settings.require(
                (username != null) == (password != null || file != null) && (password == null || file == null),
                prefix + ".username goes with one of " + prefix + ".password and " + prefix + ".passwordFile.");
        if (username == null) return null;
        if (password != null) return new Login(username, password);
        if (file == null) return null;
        try {
            return new Login(username, Files.readString(Path.of(file)).strip());
        } catch (IOException unreadable) {
            settings.require(false, "the file of " + prefix + ".passwordFile, " + file + ", cannot be read.");
            return null;
        }
    }

    @Override
    public String toString() {
        return username;
    }
}
