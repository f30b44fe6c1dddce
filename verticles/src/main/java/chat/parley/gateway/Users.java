package chat.parley.gateway;

import chat.parley.model.UserId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who is here, and what each user may still ask for. */
final class Users {
    private static final int STRANGERS_MAX = 50_000;

    private final Spending spending;
    private final Map<UserId, LocalUser> users = new HashMap<>();

    /** Of users without a session, who come by HTTP: those longest not seen start afresh. */
    private final LinkedHashMap<UserId, Allowance> strangers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UserId, Allowance> eldest) {
            return size() > STRANGERS_MAX;
        }
    };

    private int unready;

    Users(Spending spending) {
        this.spending = spending;
    }

    @Nullable
    LocalUser get(UserId id) {
        return users.get(id);
    }

    int count() {
        return users.size();
    }

    /** A session of the user begins. */
    LocalUser enter(UserId id, long nowMillis) {
        LocalUser user = users.get(id);
        if (user == null) {
            user = new LocalUser(id, allowance(id, nowMillis));
            users.put(id, user);
            unready++;
        }
        return user;
    }

    /** The user's conversations have their gates. */
    void ready(LocalUser user) {
        if (user.isReady) return;
        user.isReady = true;
        unready--;
    }

    /** The user's last session has ended. */
    void leave(LocalUser user) {
        if (!users.remove(user.id, user)) return;
        if (!user.isReady) unready--;
        user.isReady = false;
        strangers.put(user.id, user.allowance);
    }

    /** Somebody is attaching for the first time. */
    boolean hasUnready() {
        return unready > 0;
    }

    Allowance allowance(UserId id, long nowMillis) {
        LocalUser user = users.get(id);
        if (user != null) return user.allowance;
        return strangers.computeIfAbsent(id, none -> spending.allowance(id, nowMillis));
    }
}
