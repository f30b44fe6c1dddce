package chat.parley.store.embedded;

import chat.parley.store.Presence;
import chat.parley.store.PresenceContract;

class EmbeddedPresenceTest extends PresenceContract {
    private long now = 1_000_000;

    @Override
    protected Presence presence(long lifetimeMillis) {
        return new EmbeddedPresence(lifetimeMillis, () -> now);
    }

    @Override
    protected void pass(long millis) {
        now += millis;
    }
}
