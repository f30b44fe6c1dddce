package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who had to do with conversations whose gates were given up: what is for all of a large one does not name them. Past a bound the conversation
 * that was given up first is not known any more; its members here find what they miss as heads are compared.
 */
final class Forgotten {
    private static final int USERS_MAX = 100_000;

    private final int usersMax;
    private final LinkedHashMap<ConversationId, Set<UserId>> users = new LinkedHashMap<>(0);
    private int count;

    Forgotten() {
        this(USERS_MAX);
    }

    /** @param usersMax counted once for each conversation */
    Forgotten(int usersMax) {
        this.usersMax = usersMax;
    }

    void add(ConversationId conversation, Collection<UserId> some) {
        Set<UserId> its = users.computeIfAbsent(conversation, any -> new LinkedHashSet<>());
        for (UserId user : some) if (its.add(user)) count++;
        while (count > usersMax) {
            Map.Entry<ConversationId, Set<UserId>> eldest = users.pollFirstEntry();
            count -= eldest.getValue().size();
        }
    }

    /** Who is known, from now on no more. */
    List<UserId> take(ConversationId conversation) {
        Set<UserId> its = users.isEmpty() ? null : users.remove(conversation);
        if (its == null) return List.of();
        count -= its.size();
        return List.copyOf(its);
    }
}
