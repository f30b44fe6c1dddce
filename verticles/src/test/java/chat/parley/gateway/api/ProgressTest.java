package chat.parley.gateway.api;

import static chat.parley.store.Scribe.ANN;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.ManualLoop;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.store.Directory.ReadPointer;
import chat.parley.store.RowsRead;
import chat.parley.store.Scribe;
import chat.parley.store.Stores;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final ConversationId LARGE = new ConversationId("large");

    private final ManualLoop loop = new ManualLoop();
    private final ShakyWeather weather = new ShakyWeather();
    private final Stores stores = new MemoryStore(false, 7).stores(weather);
    private final Scribe scribe = new Scribe(stores);
    private final RowsRead read = new RowsRead(stores.directory());
    private final Progress progress = new Progress(read.directory, loop);

    @Test
    void ofFiveThousandMembersAThousandAreLookedAtOnceASecond() {
        UserId[] others = users(5_000);
        scribe.group(LARGE, others);
        List<ReadPointer> pointers = new ArrayList<>();
        for (UserId user : others) pointers.add(new ReadPointer(LARGE, user, 2, 0, 2));
        stores.directory().moveReadPointers(pointers);
        for (int i = 0; i < 50; i++) {
            Progress.Members members = progress.of(LARGE).result();
            assertThat(members.isAll()).isFalse();
            assertThat(members.members()).hasSize(Progress.MEMBERS_MAX);
        }
        assertThat(read.members).isLessThanOrEqualTo(2 * Progress.MEMBERS_MAX);
        assertThat(read.pointers).isEqualTo(Progress.MEMBERS_MAX);
        assertThat(read.settings).isLessThanOrEqualTo(Progress.MEMBERS_MAX);

        stores.directory().moveReadPointers(List.of(new ReadPointer(LARGE, others[0], 9, 0, 9)));
        assertThat(progress.of(LARGE).result().pointers().get(others[0]).sequence())
                .isEqualTo(2);
        loop.advance(1_000);
        assertThat(progress.of(LARGE).result().pointers().get(others[0]).sequence())
                .isEqualTo(9);
        assertThat(read.pointers).isEqualTo(2 * Progress.MEMBERS_MAX);
    }

    @Test
    void whoHasLeftIsPassedOverButNotForEver() {
        scribe.group(LARGE, users(9_000));
        List<Content.Departure> gone = new ArrayList<>();
        for (UserId user : users(8_900)) gone.add(new Content.Departure(user, 2));
        scribe.write(LARGE, ANN, new Content.MembersRemoved(gone));

        Progress.Members members = progress.of(LARGE).result();
        assertThat(members.isAll()).isFalse();
        assertThat(read.members).isLessThanOrEqualTo(4 * Progress.MEMBERS_MAX);
    }

    @Test
    void asManyAsTheBoundAreLookedAtWhole() {
        scribe.group(LARGE, users(Progress.MEMBERS_MAX - 1));
        assertThat(progress.of(LARGE).result().isAll()).isTrue();
        scribe.write(LARGE, ANN, new Content.MembersAdded(List.of(new UserId("x")), Role.MEMBER));
        loop.advance(1_000);
        assertThat(progress.of(LARGE).result().isAll()).isFalse();
    }

    @Test
    void pastItsBoundItTakesNoMoreUntilASecondLater() {
        UserId[] others = users(99);
        int groups = 1_000;
        for (int i = 0; i < groups; i++) scribe.group(new ConversationId("g" + i), others);
        int refused = 0;
        for (int i = 0; i < groups; i++) if (progress.of(new ConversationId("g" + i)) == null) refused++;
        assertThat(groups - refused).isBetween(450, Progress.KEPT_MAX / 100);

        loop.advance(1_000);
        assertThat(progress.of(new ConversationId("g999"))).isNotNull();
    }

    @Test
    void whatCouldNotBeReadIsReadAgain() {
        scribe.group(LARGE, users(3));
        weather.isDown = true;
        assertThat(progress.of(LARGE).failed()).isTrue();
        weather.isDown = false;
        assertThat(progress.of(LARGE).result().members()).hasSize(4);
    }

    private static UserId[] users(int count) {
        return IntStream.range(0, count).mapToObj(i -> new UserId("user-" + i)).toArray(UserId[]::new);
    }

    private static final class ShakyWeather implements Weather {
        private boolean isDown;

        @Override
        public <T> Future<T> read(Supplier<T> action) {
            return isDown ? Future.failedFuture("down") : FINE.read(action);
        }

        @Override
        public <T> Future<T> write(Supplier<T> action) {
            return FINE.write(action);
        }

        @Override
        public int rowsBeforeFailure() {
            return Integer.MAX_VALUE;
        }
    }
}
