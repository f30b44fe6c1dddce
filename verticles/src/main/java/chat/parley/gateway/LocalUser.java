package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A user with at least one session here. */
final class LocalUser {
    private static final int LEFT_MAX = 1_000;

    final UserId id;
    final Allowance allowance;

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

    /** What the user has set, as far as it is believed until then (monotonic). */
    boolean readReceipts;

    long settingsUntil = Long.MIN_VALUE;

    /** Conversations whose read pointers moved since the other devices were told, each with the session that said so; null: none a second ago. */
    @Nullable
    Map<ConversationId, String> ownReceipts;

    /** For receipts and the like; made when they come. */
    private @Nullable TokenBucket passingAllowance;

    /** Conversations of which the sessions here were told that the user has left them. */
    private final Set<ConversationId> left = new HashSet<>(0);

    LocalUser(UserId id, Allowance allowance) {
        this.id = id;
        this.allowance = allowance;
    }

    /** What is said in passing does not cost the user's sends. */
    TokenBucket passingAllowance(GatewayConfig config, long nowMillis) {
        TokenBucket bucket = passingAllowance;
        if (bucket == null) {
            bucket = new TokenBucket(config.userSendsPerSecond(), config.userSendsBurst(), nowMillis);
            passingAllowance = bucket;
        }
        return bucket;
    }

    /** Whether the sessions here were told that the user has left the conversation. Past the bound they count as told, and hear of it by their next sync. */
    boolean knowsOfLeaving(ConversationId conversation) {
        return left.size() >= LEFT_MAX || left.contains(conversation);
    }

    /** The sessions here were told. */
    void toldOfLeaving(ConversationId conversation) {
        if (left.size() < LEFT_MAX) left.add(conversation);
    }

    /** A member again. */
    void joined(ConversationId conversation) {
        left.remove(conversation);
    }

    @Nullable
    Session sessionOf(DeviceId device) {
        for (Session session : sessions) if (device.equals(session.device())) return session;
        return null;
    }
}
