package chat.parley.store;

import static chat.parley.store.Scribe.await;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.store.Presence.Seen;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Presence} promises. Users are another test's never: what is in one is not removed. */
public abstract class PresenceContract {
    /** Half of it is longer than a machine hesitates between two lines. */
    private static final long LIFETIME_MILLIS = 6_000;

    private static int tests;

    private Presence presence;
    private String test;

    /** One that forgets after so long. */
    protected abstract Presence presence(long lifetimeMillis);

    /** Lets time pass. */
    protected void pass(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime())
            LockSupport.parkNanos(left);
    }

    @BeforeEach
    void begin() {
        presence = presence(Presence.LIFETIME_MILLIS);
        test = "t" + ++tests + "-" + System.nanoTime();
    }

    @Test
    void aDeviceIsFoundWhereItWasSeenLast() {
        await(presence.refresh(List.of(seen("ann", "phone", "n1.0", 1_000))));
        assertThat(find("ann")).containsExactly(seen("ann", "phone", "n1.0", 1_000));
        await(presence.refresh(List.of(seen("ann", "phone", "n2.3", 2_000))));
        assertThat(find("ann")).containsExactly(seen("ann", "phone", "n2.3", 2_000));
    }

    @Test
    void allDevicesOfAUserAreFound() {
        await(presence.refresh(List.of(
                seen("ann", "phone", "n1.0", 1_000),
                seen("bob", "desk", "n1.0", 3_000),
                seen("ann", "desk", "n2.0", 2_000))));
        assertThat(find("ann"))
                .containsExactlyInAnyOrder(seen("ann", "phone", "n1.0", 1_000), seen("ann", "desk", "n2.0", 2_000));
        assertThat(find("bob")).containsExactly(seen("bob", "desk", "n1.0", 3_000));
    }

    @Test
    void usersOfWhomNothingIsKnownAreNotInTheAnswer() {
        await(presence.refresh(List.of(seen("ann", "phone", "n1.0", 1_000))));
        assertThat(await(presence.find(List.of(user("nobody"), user("ann"))))).containsOnlyKeys(user("ann"));
        assertThat(await(presence.find(List.of()))).isEmpty();
    }

    @Test
    void aDeviceThatHasGoneIsNotFoundAndTheOthersAre() {
        await(presence.refresh(List.of(seen("ann", "phone", "n1.0", 1_000), seen("ann", "desk", "n1.0", 2_000))));
        await(presence.remove(List.of(seen("ann", "phone", "n1.0", 1_500), seen("bob", "phone", "n1.0", 1_000))));
        assertThat(find("ann")).containsExactly(seen("ann", "desk", "n1.0", 2_000));
        await(presence.remove(List.of(seen("ann", "desk", "n1.0", 2_000))));
        assertThat(await(presence.find(List.of(user("ann"))))).isEmpty();
    }

    @Test
    void aDeviceThatIsElsewhereByNowIsNotRemovedByTheGatewayThatItLeft() {
        await(presence.refresh(List.of(seen("ann", "phone", "n1.0", 1_000))));
        await(presence.refresh(List.of(seen("ann", "phone", "n2.0", 2_000))));
        await(presence.remove(List.of(seen("ann", "phone", "n1.0", 1_000))));
        assertThat(find("ann")).containsExactly(seen("ann", "phone", "n2.0", 2_000));
    }

    @Test
    void whatIsNotSaidAgainIsForgottenDeviceByDevice() {
        presence = presence(LIFETIME_MILLIS);
        await(presence.refresh(List.of(
                seen("ann", "phone", "n1.0", 1_000),
                seen("ann", "desk", "n1.0", 1_000),
                seen("bob", "phone", "n1.0", 1_000))));
        pass(LIFETIME_MILLIS / 2);
        await(presence.refresh(List.of(seen("ann", "desk", "n1.0", 2_000))));
        pass(LIFETIME_MILLIS / 2 + 1);
        assertThat(await(presence.find(List.of(user("ann"), user("bob")))))
                .isEqualTo(Map.of(user("ann"), List.of(seen("ann", "desk", "n1.0", 2_000))));
        await(presence.refresh(List.of(seen("ann", "watch", "n1.0", 3_000))));
        assertThat(find("ann")).as("none of the forgotten is back").doesNotContain(seen("ann", "phone", "n1.0", 1_000));
    }

    @Test
    void thousandsAreRefreshedAndFoundAtOnce() {
        List<Seen> many = IntStream.range(0, 3_000)
                .mapToObj(i -> seen("user" + i, "phone", "n1.0", i))
                .toList();
        await(presence.refresh(many));
        Map<UserId, List<Seen>> found =
                await(presence.find(many.stream().map(Seen::userId).toList()));
        assertThat(found).hasSize(3_000);
        for (Seen each : many) assertThat(found.get(each.userId())).containsExactly(each);
    }

    private List<Seen> find(String user) {
        return await(presence.find(List.of(user(user)))).get(user(user));
    }

    private Seen seen(String user, String device, String gateway, long activeAt) {
        return new Seen(user(user), new DeviceId(device), gateway, activeAt);
    }

    private UserId user(String name) {
        return new UserId(name + "-" + test);
    }
}
