package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.Entrance.Answer;
import chat.parley.wire.ErrorCode;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntranceTest {
    private static final long NOW = 1_000_000_000L;
    private static final Origins ORIGINS = new Origins(List.of("https://chat.example.org", "http://localhost:8080"));

    private final Entrance entrance = new Entrance(ORIGINS, new ConnectRate(10, 5, 100, NOW));

    @Test
    void programsAndListedPagesAreLetIn() {
        assertThat(ask()).isEqualTo(new Answer.Welcome(0));
        assertThat(ask("https://chat.example.org")).isEqualTo(new Answer.Welcome(0));
        assertThat(ask("http://localhost:8080")).isEqualTo(new Answer.Welcome(0));
    }

    @ParameterizedTest
    @MethodSource("chat.parley.gateway.TestEdges#foreignOrigins")
    @ValueSource(strings = {"https://chat.example.org ", "http://localhost:80801"})
    void noOtherOriginIsLetIn(String origin) {
        assertThat(codeOf(ask(origin))).isEqualTo(ErrorCode.FORBIDDEN);
    }

    @Test
    void twoOriginsAreNone() {
        assertThat(codeOf(ask("https://chat.example.org", "https://chat.example.org")))
                .isEqualTo(ErrorCode.FORBIDDEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"token", "access_token", "Token", "id_token", "authToken", "jwt", "authorization", "bearer"})
    void aCredentialInTheAddressIsRefused(String parameter) {
        assertThat(codeOf(entrance.ask(List.of(), Set.of("v", parameter), NOW))).isEqualTo(ErrorCode.BAD_FRAME);
    }

    @Test
    void whoComesAboveTheRateWaitsOrIsSentAway() {
        for (int i = 0; i < 5; i++) assertThat(ask()).isEqualTo(new Answer.Welcome(0));
        assertThat(ask()).isEqualTo(new Answer.Welcome(100));
        assertThat(ask()).isInstanceOfSatisfying(Answer.Refused.class, refused -> {
            assertThat(refused.problem().code()).isEqualTo(ErrorCode.BUSY);
            assertThat(refused.problem().retryAfterMillis()).isEqualTo(200);
        });
        assertThat(entrance.ask(List.of(), Set.of(), NOW + TimeUnit.SECONDS.toNanos(1)))
                .isEqualTo(new Answer.Welcome(0));
    }

    @Test
    void aLongPauseGathersNoMoreThanOneBurst() {
        long later = NOW + TimeUnit.HOURS.toNanos(1);
        for (int i = 0; i < 5; i++)
            assertThat(entrance.ask(List.of(), Set.of(), later)).isEqualTo(new Answer.Welcome(0));
        assertThat(entrance.ask(List.of(), Set.of(), later)).isEqualTo(new Answer.Welcome(100));
    }

    @Test
    void aRefusedOriginCostsNoPlace() {
        for (int i = 0; i < 100; i++) ask("https://evil.example");
        for (int i = 0; i < 5; i++) assertThat(ask()).isEqualTo(new Answer.Welcome(0));
    }

    @Test
    void nobodyIsLetInWhileTheNodeDrains() {
        entrance.drain();
        assertThat(codeOf(ask())).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void aSourceHasSoManyPlacesForTheUnauthenticated() throws Exception {
        Sources sources =
                new Sources(2, List.of(Sources.Network.parse("10.0.0.0/9"), Sources.Network.parse("2001:db8::1")));
        InetAddress somebody = InetAddress.getByName("192.0.2.7");
        Sources.Place first = sources.take(somebody);
        assertThat(first).isNotNull();
        assertThat(sources.take(somebody)).isNotNull();
        assertThat(sources.take(somebody)).isNull();
        assertThat(sources.take(InetAddress.getByName("192.0.2.8"))).isNotNull();
        first.giveBack();
        first.giveBack();
        assertThat(sources.take(somebody)).isNotNull();
        assertThat(sources.take(somebody)).isNull();
    }

    @Test
    void anIpv6NetworkIsOneSource() throws Exception {
        Sources sources = new Sources(2, List.of());
        assertThat(sources.take(InetAddress.getByName("2001:db8:1:1::1"))).isNotNull();
        assertThat(sources.take(InetAddress.getByName("2001:db8:1:1:ffff::2"))).isNotNull();
        assertThat(sources.take(InetAddress.getByName("2001:db8:1:1::3"))).isNull();
        assertThat(sources.take(InetAddress.getByName("2001:db8:1:2::1"))).isNotNull();
    }

    @Test
    void loopbackAndTrustedProxiesAreNoSources() throws Exception {
        Sources sources =
                new Sources(1, List.of(Sources.Network.parse("10.0.0.0/9"), Sources.Network.parse("2001:db8::1")));
        for (String exempt : List.of("127.0.0.1", "::1", "10.127.255.255", "2001:db8::1"))
            for (int i = 0; i < 3; i++)
                assertThat(sources.take(InetAddress.getByName(exempt)))
                        .as(exempt)
                        .isNotNull();
        assertThat(sources.size()).isZero();
        assertThat(sources.take(InetAddress.getByName("10.128.0.0"))).isNotNull();
        assertThat(sources.take(InetAddress.getByName("10.128.0.0"))).isNull();
    }

    @Test
    void aPlaceGivenBackLeavesNothingBehind() throws Exception {
        Sources sources = new Sources(1, List.of());
        for (int i = 0; i < 1000; i++)
            sources.take(InetAddress.getByAddress(new byte[] {1, 2, (byte) (i >> 8), (byte) i}))
                    .giveBack();
        assertThat(sources.size()).isZero();
    }

    private Answer ask(String... origins) {
        return entrance.ask(List.of(origins), Set.of(), NOW);
    }

    private static ErrorCode codeOf(Answer answer) {
        return answer instanceof Answer.Refused(Problem problem) ? problem.code() : null;
    }
}
