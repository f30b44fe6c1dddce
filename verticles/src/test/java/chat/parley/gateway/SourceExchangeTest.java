package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.ManualLoop;
import chat.parley.store.SharedCounts;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an address may hold at two nodes together: 100 connections. */
class SourceExchangeTest {
    private final ManualLoop loop = new ManualLoop();
    private final Held counts = new Held();
    private final Sources one = node("n1");
    private final Sources other = node("n2");

    @Test
    void whatAnAddressHoldsAtOtherNodesCountsWithIt() throws Exception {
        InetAddress address = InetAddress.getByName("192.0.2.1");
        assertThat(take(one, address, 60)).hasSize(60);
        assertThat(take(other, address, 10)).hasSize(10);
        loop.advance(2 * SourceExchange.EVERY_MILLIS);
        assertThat(take(other, address, 50)).hasSize(30);
        assertThat(take(other, InetAddress.getByName("192.0.2.2"), 50)).hasSize(50);
    }

    @Test
    void whatIsGivenBackAtOneNodeMayBeTakenAtTheOther() throws Exception {
        InetAddress address = InetAddress.getByName("192.0.2.1");
        List<Sources.Place> held = take(one, address, 100);
        assertThat(take(other, address, 2)).hasSize(2);
        loop.advance(2 * SourceExchange.EVERY_MILLIS);
        assertThat(take(other, address, 1)).isEmpty();
        held.forEach(Sources.Place::giveBack);
        loop.advance(2 * SourceExchange.EVERY_MILLIS);
        assertThat(take(other, address, 200)).hasSize(98);
    }

    @Test
    void withoutTheOthersEachNodeGoesByWhatItHoldsAlone() throws Exception {
        InetAddress address = InetAddress.getByName("192.0.2.1");
        assertThat(take(one, address, 90)).hasSize(90);
        assertThat(take(other, address, 10)).hasSize(10);
        loop.advance(2 * SourceExchange.EVERY_MILLIS);
        assertThat(take(other, address, 1)).isEmpty();
        counts.isGone = true;
        loop.advance(2 * SourceExchange.EVERY_MILLIS);
        assertThat(take(other, address, 100)).hasSize(90);
        counts.isGone = false;
        loop.advance(2 * SourceExchange.EVERY_MILLIS);
        assertThat(take(one, address, 1)).isEmpty();
    }

    private Sources node(String name) {
        Sources sources = new Sources(100);
        new SourceExchange(name, loop, sources, counts).start();
        return sources;
    }

    /** The places that it gets of so many. */
    private static List<Sources.Place> take(Sources sources, InetAddress address, int times) {
        List<Sources.Place> places = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Sources.Place place = sources.take(new Source(address, null, false, false));
            if (place != null) places.add(place);
        }
        return places;
    }

    private static final class Held implements SharedCounts {
        private final Map<Long, Map<String, Integer>> all = new HashMap<>();
        boolean isGone;

        @Override
        public Future<Map<Long, Integer>> hold(String node, Map<Long, Integer> held) {
            if (isGone) return Future.failedFuture("the counts are gone");
            Map<Long, Integer> elsewhere = new HashMap<>();
            held.forEach((source, count) -> {
                Map<String, Integer> its = all.computeIfAbsent(source, none -> new HashMap<>());
                its.put(node, count);
                int sum = its.values().stream().mapToInt(Integer::intValue).sum();
                if (sum > count) elsewhere.put(source, sum - count);
            });
            return Future.succeededFuture(elsewhere);
        }
    }
}
