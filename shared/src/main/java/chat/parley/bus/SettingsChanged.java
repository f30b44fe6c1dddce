package chat.parley.bus;

import chat.parley.model.UserId;

/**
 * A user has changed who may see whether they are there. To {@code gateway.<gateway>}; or to {@code presence.<node>} of the user's owner,
 * which passes it on to all gateways where the user is watched. One that is lost is made good when the watch is said again.
 */
public record SettingsChanged(UserId userId) {}
