package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Watch;
import chat.parley.model.UserId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WatchesTest {
    private static final UserId ANN = new UserId("ann");
    private static final UserId BOB = new UserId("bob");

    private final Watches watches = new Watches(new Showing(100), 10, 20);
    private final Watcher watcher = new Watcher(new UserId("eve"), Watcher.Sink.NOWHERE);

    @Test
    void whoIsWatchedIsSaidAgainEvery30Seconds() {
        watches.watch(watcher, List.of(ANN, BOB), 0);

        assertThat(watches.toRenew(Watch.AGAIN_MILLIS - 1)).isEmpty();
        assertThat(watches.toRenew(Watch.AGAIN_MILLIS)).containsExactly(ANN, BOB);
        assertThat(watches.toRenew(2 * Watch.AGAIN_MILLIS - 1)).isEmpty();
        assertThat(watches.toRenew(2 * Watch.AGAIN_MILLIS)).containsExactly(ANN, BOB);
    }

    @Test
    void whomNobodyAnswersForIsAskedAboutSoonerAndHoldsUpNobody() {
        watches.watch(watcher, List.of(ANN, BOB), 0);
        long lostAt = Watch.AGAIN_MILLIS - 1;
        watches.lost(List.of(BOB), Set.of(), lostAt);

        assertThat(watches.toRenew(Watch.AGAIN_MILLIS)).containsExactly(ANN);
        assertThat(watches.toRenew(lostAt + Watches.RETRY_MILLIS - 1)).isEmpty();
        assertThat(watches.toRenew(lostAt + Watches.RETRY_MILLIS)).containsExactly(BOB);
    }

    @Test
    void whoseOwnersAreOthersAreAllSaidAgainAtOnce() {
        watches.watch(watcher, List.of(ANN, BOB), 0);
        watches.lost(List.of(BOB), Set.of(), 1);
        watches.moved();

        assertThat(watches.toRenew(2)).containsExactly(ANN, BOB);
        assertThat(watches.toRenew(3)).isEmpty();
    }

    @Test
    void whomNobodyWatchesIsNotSaidAgain() {
        watches.watch(watcher, List.of(ANN, BOB), 0);
        watches.lost(List.of(BOB), Set.of(), 1);
        watches.end(watcher);

        assertThat(watches.toRenew(2 * Watch.AGAIN_MILLIS)).isEmpty();
        assertThat(watches.takeGone()).containsExactlyInAnyOrder(ANN, BOB);
    }

    @Test
    void whoseAcquaintancesTheStoreDidNotTellHoldsUpNobodyWhoIsDue() {
        Watcher other = new Watcher(new UserId("fay"), Watcher.Sink.NOWHERE);
        watches.watch(watcher, List.of(ANN), 0);
        watches.watch(other, List.of(ANN), 0);
        Watches.Reading first = next(0);
        watches.read(next(0), Map.of());
        watches.notRead(first, Watches.REREAD_MILLIS - 1);

        assertThat(next(Watches.REREAD_MILLIS).watcher()).isSameAs(other);
        assertThat(watches.nextReading(Watches.REREAD_MILLIS)).isNull();
        assertThat(next(Watches.REREAD_MILLIS - 1 + Watches.RETRY_MILLIS).watcher())
                .isSameAs(watcher);
    }

    private Watches.Reading next(long nowMillis) {
        Watches.Reading reading = watches.nextReading(nowMillis);
        assertThat(reading).isNotNull();
        return reading;
    }
}
