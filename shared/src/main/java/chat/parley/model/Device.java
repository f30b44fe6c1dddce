package chat.parley.model;

import org.jspecify.annotations.Nullable;

/**
 * A device of a user, as its owner sees it.
 *
 * @param firstSeenAt Unix milliseconds
 * @param lastSeenAt Unix milliseconds of the last hello or disconnect
 * @param client what the device called itself in its hello
 */
public record Device(
        UserId userId,
        DeviceId deviceId,
        long firstSeenAt,
        long lastSeenAt,
        @Nullable String client) {}
