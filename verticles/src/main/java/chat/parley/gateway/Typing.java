package chat.parley.gateway;

import chat.parley.bus.Loop;
import chat.parley.bus.Signals;
import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is typing where, on its way to the other members. Of each user and conversation the first goes at once, and the last of what
 * follows a second later. It is kept nowhere; what does not get through is lost.
 */
final class Typing {
    private static final Logger LOG = LoggerFactory.getLogger(Typing.class);
    private static final long PACE_MILLIS = 1_000;
    private static final long BATCH_MILLIS = 20;
    private static final int KEYS_MAX = 20_000;
    private static final int BATCH_MAX = 500;

    private final Loop loop;
    private final Directory directory;
    private final Gates gates;
    private final Roster roster;
    private final Signalling signalling;
    private final Pace<Key, Said> pace = new Pace<>(PACE_MILLIS, KEYS_MAX, (former, later) -> later);
    private boolean isPlanned;

    Typing(Loop loop, Directory directory, Gates gates, Roster roster, Signalling signalling) {
        this.loop = loop;
        this.directory = directory;
        this.gates = gates;
        this.roster = roster;
        this.signalling = signalling;
    }

    /** False: there is no such conversation, or the user is no member. Fails if the store had to be asked and does not answer. */
    Future<Boolean> take(LocalUser user, ConversationId conversation, boolean active) {
        Gate gate = gates.get(conversation);
        if (gate != null && gate.has(user)) {
            say(user.id, conversation, active);
            return Future.succeededFuture(true);
        }
        return directory.memberships(conversation, List.of(user.id)).map(found -> {
            Membership membership = found.get(user.id);
            if (membership == null || !membership.isMember()) return false;
            say(user.id, conversation, active);
            return true;
        });
    }

    private void say(UserId user, ConversationId conversation, boolean active) {
        Key key = new Key(conversation, user);
        if (pace.offer(key, new Said(key, active), loop.monotonicMillis())) plan();
    }

    private void plan() {
        if (isPlanned || !pace.isWaiting()) return;
        isPlanned = true;
        loop.after(BATCH_MILLIS, () -> {
            isPlanned = false;
            for (Said said : pace.due(loop.monotonicMillis(), BATCH_MAX)) tell(said);
            plan();
        });
    }

    private void tell(Said said) {
        ConversationId conversation = said.key.conversationId;
        UserId user = said.key.userId;
        roster.of(conversation)
                .compose(members -> members.contains(user) && members.size() > 1
                        ? directory.userSettings(List.of(user)).map(settings -> others(members, user, settings))
                        : Future.succeededFuture(List.<UserId>of()))
                .onSuccess(others -> {
                    if (!others.isEmpty())
                        signalling.sayTyping(new Signals.Typing(conversation, user, said.active, others));
                })
                .onFailure(broken -> LOG.warn("it was not told who types in {}", conversation, broken));
    }

    /** All but the user and those whom the user blocks. */
    private static List<UserId> others(List<UserId> members, UserId user, Map<UserId, UserSettings> settings) {
        UserSettings own = settings.getOrDefault(user, UserSettings.DEFAULT);
        return members.stream()
                .filter(member -> !member.equals(user) && !own.blocks(member))
                .toList();
    }

    private record Key(ConversationId conversationId, UserId userId) {}

    private record Said(Key key, boolean active) {}
}
