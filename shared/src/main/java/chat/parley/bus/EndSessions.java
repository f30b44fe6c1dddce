package chat.parley.bus;

import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.wire.CloseCode;

/**
 * Ends the sessions of one device. To {@code gateway.<gateway>}; or to {@code presence.<node>} of the user's owner, which passes it
 * on to all gateways where the user is.
 *
 * @param turn sessions that were announced at this turn or later stay, and those whose turn is not known yet: what was delayed on
 *     the way ends nobody who came since. {@link Long#MAX_VALUE}: all of them end
 */
public record EndSessions(UserId userId, DeviceId deviceId, long turn, CloseCode code) {}
