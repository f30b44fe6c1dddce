package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.store.Directory;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the heads of users here with the stored ones, where the registry was wrong and from time to time for everybody: the backstop
 * that finds a last entry that was lost with all its repeats. A few users at a time.
 */
final class HeadCheck {
    private static final Logger LOG = LoggerFactory.getLogger(HeadCheck.class);
    private static final int AT_ONCE_MAX = 16;

    private final Directory directory;
    private final Gates gates;
    private final Users users;
    private final ArrayDeque<LocalUser> waiting = new ArrayDeque<>();
    private int underWay;

    HeadCheck(Directory directory, Gates gates, Users users) {
        this.directory = directory;
        this.gates = gates;
        this.users = users;
    }

    void compare(LocalUser user) {
        if (user.isToCompare) return;
        user.isToCompare = true;
        waiting.add(user);
        goOn();
    }

    private void goOn() {
        while (underWay < AT_ONCE_MAX && !waiting.isEmpty()) {
            LocalUser user = waiting.remove();
            user.isToCompare = false;
            if (!isHere(user)) continue;
            underWay++;
            read(user).onComplete(answer -> {
                underWay--;
                if (answer.failed()) LOG.warn("the heads of user {} were not compared", user.id, answer.cause());
                goOn();
            });
        }
    }

    private boolean isHere(LocalUser user) {
        return users.get(user.id) == user && user.isReady;
    }

    private Future<?> read(LocalUser user) {
        return directory.inbox(user.id).compose(memberships -> {
            List<ConversationId> conversations = new ArrayList<>(memberships.size());
            for (Membership membership : memberships) {
                if (membership.isMember()) conversations.add(membership.conversationId());
            }
            return directory.heads(conversations).map(heads -> {
                if (!isHere(user)) return null;
                for (Membership membership : memberships) {
                    Directory.Head head = heads.get(membership.conversationId());
                    gates.compare(user, membership, head == null ? 0 : head.sequence());
                }
                return null;
            });
        });
    }
}
