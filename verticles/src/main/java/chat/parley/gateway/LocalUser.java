package chat.parley.gateway;

import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A user with at least one session here. */
final class LocalUser {
    final UserId id;
    final TokenBucket allowance;

    /** In the order they said hello. */
    final List<Session> sessions = new ArrayList<>(1);

    /** The conversations that this user is in, as far as they have a gate here. */
    final List<Gate> gates = new ArrayList<>(0);

    /** The gates of all the user's conversations are made: entries come by them. Before, they are only noted by those who attach. */
    boolean isReady;

    /** A gate of this user was given up for want of room: an entry without a gate is not news of a new membership. */
    boolean isForgetful;

    /** Waits to have the heads of all conversations compared with the stored ones. */
    boolean isToCompare;

    LocalUser(UserId id, TokenBucket allowance) {
        this.id = id;
        this.allowance = allowance;
    }

    @Nullable
    Session sessionOf(DeviceId device) {
        for (Session session : sessions) if (device.equals(session.device())) return session;
        return null;
    }
}
