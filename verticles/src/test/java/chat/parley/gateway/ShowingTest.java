package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Presences;
import chat.parley.model.Audience;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.wire.ServerFrame.Status;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ShowingTest {
    private static final int PER_SECOND = 100;
    private static final UserSettings EVERYONE = new UserSettings(Audience.EVERYONE, List.of(), false, true);
    private static final UserSettings INVISIBLE = new UserSettings(Audience.EVERYONE, List.of(), true, true);

    private final List<Socket> sockets = new ArrayList<>();
    private final List<Long> writtenAt = new ArrayList<>();
    private final Showing showing = new Showing(PER_SECOND);
    private long now;
    private long turn;

    @Test
    void whatIsWatchedIsShownAtOnce() {
        Watched ann = watched("ann");
        Socket socket = new Socket("w");
        socket.watches(ann);

        showing.show(now);

        assertThat(socket.take()).containsExactly("ann offline");
        assertThat(showing.isWaiting()).isFalse();
    }

    @Test
    void aSessionGetsOneBatchASecondWithWhatHoldsThen() {
        Watched ann = watched("ann");
        Watched bob = watched("bob");
        Socket socket = new Socket("w");
        socket.watches(ann, bob);
        pass(5_000);
        socket.take();

        comes(ann);
        pass(100);
        assertThat(socket.take()).containsExactly("ann online");
        goes(ann);
        comes(bob);
        comes(ann);
        goes(ann);
        pass(800);
        assertThat(socket.take()).isEmpty();
        pass(200);
        assertThat(socket.take()).containsExactly("ann offline", "bob online");
        assertThat(socket.batches).isEqualTo(3);
    }

    @Test
    void whoIsBackBeforeTheBatchIsNotToldOf() {
        Watched ann = watched("ann");
        Socket socket = new Socket("w");
        socket.watches(ann);
        pass(100);
        socket.take();
        comes(ann);
        goes(ann);
        pass(10_000);

        assertThat(socket.take()).isEmpty();
    }

    @Test
    void aSocketThatIsBehindGetsNothingUntilThereIsRoom() {
        Watched ann = watched("ann");
        Socket slow = new Socket("slow");
        Socket other = new Socket("other");
        slow.watches(ann);
        other.watches(ann);
        pass(2_000);
        slow.take();
        other.take();
        slow.hasRoom = false;

        comes(ann);
        pass(5_000);
        assertThat(slow.take()).isEmpty();
        assertThat(other.take()).containsExactly("ann online");
        goes(ann);
        pass(5_000);
        comes(ann);
        pass(5_000);
        slow.hasRoom = true;
        pass(100);
        assertThat(slow.take()).containsExactly("ann online");
    }

    @Test
    void inNoSecondAreThereMoreEventsThanTheBudgetHasAndInTheEndAllIsTrue() {
        SplittableRandom random = new SplittableRandom(1);
        List<Watched> users = new ArrayList<>();
        for (int i = 0; i < 50; i++) users.add(watched("u" + i));
        for (int i = 0; i < 40; i++) new Socket("w" + i).watches(users.toArray(Watched[]::new));
        boolean[] isOnline = new boolean[users.size()];

        for (int step = 0; step < 1_200; step++) {
            for (int flap = 0; flap < 3; flap++) {
                int which = random.nextInt(25); // half of them
                isOnline[which] = !isOnline[which];
                if (isOnline[which]) comes(users.get(which));
                else goes(users.get(which));
            }
            pass(100);
        }
        assertBudget();
        long during = writtenAt.size();
        assertThat(during).as("far less than what happened: 40 × 3,600").isBetween(2_000L, 12_000L);

        pass(120_000);
        assertBudget();
        assertThat(showing.isWaiting()).isFalse();
        for (Socket socket : sockets) {
            for (int i = 0; i < users.size(); i++) {
                assertThat(socket.state.get("u" + i)).isEqualTo(isOnline[i] ? "online" : "offline");
            }
        }
    }

    @Test
    void pastTheBudgetWhoChangesIsUnknownOnceAndStaysSo() {
        List<Watched> users = new ArrayList<>();
        for (int i = 0; i < 300; i++) users.add(watched("u" + i));
        Watched flapper = watched("flapper");
        comes(flapper);
        Socket socket = new Socket("w");
        socket.watches(flapper);
        pass(100);
        Socket greedy = new Socket("greedy");
        greedy.watches(users.toArray(Watched[]::new));
        pass(2_000);
        assertThat(socket.take()).containsExactly("flapper online");

        for (int i = 0; i < 20; i++) {
            goes(flapper);
            pass(100);
            comes(flapper);
            pass(100);
        }

        assertThat(socket.take()).containsExactly("flapper unknown");
        pass(20_000);
        assertThat(socket.take()).containsExactly("flapper online");
    }

    @Test
    void whoMayNotBeSeenAnyMoreIsHiddenBeforeAnythingElseIsShown() {
        Watched ann = watched("ann");
        comes(ann);
        Socket socket = new Socket("w");
        socket.watches(ann);
        pass(100);
        Watched[] many = new Watched[2 * PER_SECOND];
        for (int i = 0; i < many.length; i++) many[i] = watched("u" + i);
        for (int i = 0; i < 50; i++) new Socket("greedy-" + i).watches(many);
        pass(2_000);
        assertThat(socket.take()).containsExactly("ann online");

        goes(ann);
        pass(100);
        ann.read(INVISIBLE, 1);
        touch(ann);
        pass(200);
        assertThat(socket.take()).containsExactly("ann unknown");
        assertBudget();
    }

    @Test
    void littleIsWrittenAtATimeAndEveryBatchWhole() {
        int inSlice = (int) (PER_SECOND * Showing.SLICE_MILLIS / 1_000);
        for (int i = 0; i < 5; i++)
            new Socket("w" + i).watches(watched("ann" + i), watched("bob" + i), watched("eve" + i));

        for (int slice = 1; slice <= 5; slice++) {
            showing.show(now);
            showing.show(now + Showing.SLICE_MILLIS - 1);
            assertThat(writtenAt)
                    .as("a batch of three, though %s would do", inSlice)
                    .hasSize(3 * slice);
            assertThat(showing.isSliceOver()).isEqualTo(slice < 5);
            now += Showing.SLICE_MILLIS;
        }
    }

    @Test
    void whoBecomesInvisibleIsUnknownFromThenOn() {
        Watched ann = watched("ann");
        comes(ann);
        Socket socket = new Socket("w");
        socket.watches(ann);
        pass(100);

        ann.read(INVISIBLE, 0);
        touch(ann);
        goes(ann);
        pass(2_000);
        comes(ann);
        pass(2_000);
        assertThat(socket.take()).containsExactly("ann online", "ann unknown");

        ann.read(EVERYONE, 0);
        touch(ann);
        pass(2_000);
        assertThat(socket.take()).containsExactly("ann online");
    }

    @Test
    void theTimeOfGoingWhileInvisibleIsNotShownLater() {
        Watched ann = watched("ann");
        comes(ann);
        Socket socket = new Socket("w");
        socket.watches(ann);
        ann.read(INVISIBLE, 1);
        goes(ann);
        ann.read(EVERYONE, 1);
        turn++;
        ann.heard("n1", turn, new Presences.State(ann.id, Status.OFFLINE, 99)); // as the owner says again
        touch(ann);
        pass(2_000);

        assertThat(socket.take()).containsExactly("ann offline");
        assertThat(socket.lastSeenAt).isEqualTo(1);
    }

    @Test
    void whoWasNeverSeenIsUnknown() {
        Watched ann = new Watched(new UserId("ann"));
        ann.read(EVERYONE, 0);
        ann.heard("n1", 1, new Presences.State(ann.id, Status.OFFLINE, 0));
        Socket socket = new Socket("w");
        socket.watches(ann);
        pass(100);

        assertThat(socket.take()).containsExactly("ann unknown");
    }

    @Test
    void anOlderWordOfTheOwnerIsDroppedAndAnotherOwnersIsNot() {
        Watched ann = watched("ann");
        ann.heard("n1", 50, new Presences.State(ann.id, Status.ONLINE, 0));

        assertThat(ann.heard("n1", 50, new Presences.State(ann.id, Status.OFFLINE, 0)))
                .isFalse();
        assertThat(ann.heard("n1", 49, new Presences.State(ann.id, Status.OFFLINE, 0)))
                .isFalse();
        assertThat(ann.heard("n2", 3, new Presences.State(ann.id, Status.OFFLINE, 0)))
                .isTrue();
        assertThat(ann.status()).isEqualTo(Status.OFFLINE);
    }

    private void assertBudget() {
        for (int from = 0, to = 0; to < writtenAt.size(); to++) {
            while (writtenAt.get(to) - writtenAt.get(from) >= 1_000) from++;
            assertThat(to - from + 1)
                    .as("in the second to " + writtenAt.get(to))
                    .isLessThanOrEqualTo(PER_SECOND);
        }
    }

    private Watched watched(String id) {
        Watched watched = new Watched(new UserId(id));
        watched.read(EVERYONE, 1);
        watched.heard("n1", ++turn, new Presences.State(watched.id, Status.OFFLINE, 0));
        return watched;
    }

    private void comes(Watched watched) {
        if (watched.heard("n1", ++turn, new Presences.State(watched.id, Status.ONLINE, 0))) touch(watched);
    }

    private void goes(Watched watched) {
        if (watched.heard("n1", ++turn, new Presences.State(watched.id, Status.OFFLINE, 1))) touch(watched);
    }

    private void touch(Watched watched) {
        for (View view : watched.views()) showing.touch(view);
    }

    private void pass(long millis) {
        for (long until = now + millis; now < until; now += 100) showing.show(now);
    }

    private final class Socket implements Watcher.Sink {
        final Watcher watcher;
        final Map<String, String> state = new HashMap<>();
        private final List<String> frames = new ArrayList<>();
        boolean hasRoom = true;
        int batches;
        long lastSeenAt;

        Socket(String user) {
            watcher = new Watcher(new UserId(user), this);
            sockets.add(this);
        }

        void watches(Watched... users) {
            for (Watched user : users) {
                View view = new View(watcher, user);
                user.add(view);
                view.read(Acquaintance.SHARES);
                showing.touch(view);
            }
        }

        List<String> take() {
            List<String> taken = List.copyOf(frames);
            frames.clear();
            return taken;
        }

        @Override
        public boolean hasRoom() {
            return hasRoom;
        }

        @Override
        public void write(List<byte[]> events) {
            batches++;
            for (byte[] event : events) {
                JsonObject json = new JsonObject(Buffer.buffer(event));
                state.put(json.getString("userId"), json.getString("status"));
                frames.add(json.getString("userId") + " " + json.getString("status"));
                lastSeenAt = json.getLong("lastSeenAt", 0L);
                writtenAt.add(now);
            }
        }
    }
}
