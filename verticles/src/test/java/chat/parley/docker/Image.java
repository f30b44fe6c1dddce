package chat.parley.docker;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an image says of how it is run, and the files of it that are not as on this machine.
 *
 * @param user number of user and group
 * @param command if the service says none
 * @param health its health check; null: none
 * @param files of this machine, by where they are in the image
 */
record Image(
        int user,
        String folder,
        List<String> entrypoint,
        List<String> command,
        Map<String, String> environment,
        @Nullable List<String> health,
        Map<String, Path> files) {}
