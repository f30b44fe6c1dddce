package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.Entrance.Answer;
import chat.parley.wire.ErrorCode;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntranceTest {
    private static final long NOW = 1_000_000_000L;
    private static final Origins ORIGINS = new Origins(List.of("https://chat.example.org", "http://localhost:8080"));

    private static final Source SOMEBODY = source("192.0.2.7");
    private static final Source BEHIND_A_PROXY =
            new Source(SOMEBODY.address(), source("10.0.0.1").address(), false, false);

    private final Entrance entrance = new Entrance(
            ORIGINS,
            new Proxies(List.of()),
            new HttpConfig("127.0.0.1", 0, List.of(), List.of(), 10, 5, 100, 2, 2, 3, 10, 4, 100, 8192, 10, 10, 10, 10),
            new Random(7),
            NOW);

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
        assertThat(codeOf(entrance.ask(SOMEBODY, List.of(), Set.of("v", parameter), NOW)))
                .isEqualTo(ErrorCode.BAD_FRAME);
    }

    @Test
    void whoComesAboveTheRateWaitsOrIsSentAway() {
        for (int i = 0; i < 5; i++) assertThat(ask()).isEqualTo(new Answer.Welcome(0));
        assertThat(ask()).isEqualTo(new Answer.Welcome(100));
        assertThat(ask()).isInstanceOfSatisfying(Answer.Refused.class, refused -> {
            assertThat(refused.problem().code()).isEqualTo(ErrorCode.BUSY);
            assertThat(refused.problem().retryAfterMillis()).isBetween(200L, 700L);
        });
        assertThat(entrance.ask(SOMEBODY, List.of(), Set.of(), NOW + TimeUnit.SECONDS.toNanos(1)))
                .isEqualTo(new Answer.Welcome(0));
    }

    @Test
    void aLongPauseGathersNoMoreThanOneBurst() {
        long later = NOW + TimeUnit.HOURS.toNanos(1);
        for (int i = 0; i < 5; i++)
            assertThat(entrance.ask(SOMEBODY, List.of(), Set.of(), later)).isEqualTo(new Answer.Welcome(0));
        assertThat(entrance.ask(SOMEBODY, List.of(), Set.of(), later)).isEqualTo(new Answer.Welcome(100));
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
    void whoIsSentAwayIsToldALaterTimeThanThoseBefore() {
        ConnectRate rate = new ConnectRate(10, 5, 0, NOW);
        for (int i = 0; i < 5; i++) assertThat(rate.takeMillis(NOW)).isZero();
        assertThat(rate.takeMillis(NOW)).isEqualTo(-100);
        assertThat(rate.takeMillis(NOW)).isEqualTo(-200);
        assertThat(rate.takeMillis(NOW)).isEqualTo(-300);
        for (int i = 0; i < 1000; i++) rate.takeMillis(NOW);
        assertThat(rate.takeMillis(NOW)).as("but never a later one than this").isEqualTo(-30_000);
        long later = NOW + TimeUnit.SECONDS.toNanos(31);
        for (int i = 0; i < 5; i++) assertThat(rate.takeMillis(later)).isZero();
        assertThat(rate.takeMillis(later)).as("by then all are back").isEqualTo(-100);
    }

    @Test
    void thoseWhoAreSentAwayTogetherAreToldDifferentTimes() {
        Set<Long> told = new HashSet<>();
        for (int i = 0; i < 6; i++) ask();
        for (int i = 0; i < 20; i++)
            if (ask() instanceof Answer.Refused(Problem problem)) told.add(problem.retryAfterMillis());
        assertThat(told).hasSizeGreaterThan(15);
        entrance.drain();
        told.clear();
        for (int i = 0; i < 20; i++)
            if (ask() instanceof Answer.Refused(Problem problem)) told.add(problem.retryAfterMillis());
        assertThat(told).hasSizeGreaterThan(15).allMatch(millis -> millis >= 2_500);
    }

    @Test
    void theNodeTakesFourConnectionsForEachSessionThatMayBegin() {
        for (int i = 0; i < 20; i++) assertThat(entrance.takesConnection(NOW)).isTrue();
        assertThat(entrance.takesConnection(NOW)).isFalse();
        assertThat(entrance.takesConnection(NOW + TimeUnit.MILLISECONDS.toNanos(25)))
                .isTrue();
    }

    @Test
    void aSourceConnectsSoOftenAndNoOtherPaysForIt() {
        for (int i = 0; i < 3; i++)
            assertThat(entrance.takesConnectionOf(SOMEBODY, NOW)).isTrue();
        assertThat(entrance.takesConnectionOf(SOMEBODY, NOW)).isFalse();
        assertThat(entrance.takesConnectionOf(source("192.0.2.8"), NOW)).isTrue();
        assertThat(entrance.takesConnectionOf(SOMEBODY, NOW + TimeUnit.MILLISECONDS.toNanos(500)))
                .isTrue();
    }

    @Test
    void behindAProxyASourceIsCountedByItsSessions() {
        for (int i = 0; i < 3; i++)
            assertThat(entrance.takePlace(BEHIND_A_PROXY, NOW)).isInstanceOf(Answer.Welcome.class);
        assertThat(entrance.takePlace(BEHIND_A_PROXY, NOW)).isInstanceOfSatisfying(Answer.Refused.class, refused -> {
            assertThat(refused.problem().status()).isEqualTo(429);
            assertThat(refused.problem().retryAfterMillis()).isGreaterThanOrEqualTo(500);
        });
        assertThat(ask()).as("another connection").isInstanceOf(Answer.Welcome.class);
    }

    @Test
    void requestsCountUntilTheyProveWhoAsks() {
        for (int i = 0; i < 100; i++) {
            assertThat(entrance.takeRequest(SOMEBODY, NOW)).isNull();
            entrance.proved(SOMEBODY);
        }
        for (int i = 0; i < 4; i++)
            assertThat(entrance.takeRequest(SOMEBODY, NOW)).isNull();
        assertThat(entrance.takeRequest(SOMEBODY, NOW)).satisfies(problem -> {
            assertThat(problem.status()).isEqualTo(429);
            assertThat(problem.retryAfterMillis()).isBetween(100L, 600L);
        });
        assertThat(entrance.takeRequest(source("192.0.2.8"), NOW)).isNull();
    }

    @Test
    void whoIsTrustedWhereItsSourceHasAskedForTooMuchGivesBackNoMoreThanItTook() {
        for (int i = 0; i < 4; i++)
            assertThat(entrance.takeRequest(SOMEBODY, NOW)).isNull();
        for (int i = 0; i < 10; i++) {
            assertThat(entrance.takeRequest(SOMEBODY, NOW)).isNotNull();
            entrance.takeTrusted(SOMEBODY);
            entrance.proved(SOMEBODY);
        }
        assertThat(entrance.takeRequest(SOMEBODY, NOW)).isNotNull();
        assertThat(entrance.takeRequest(SOMEBODY, NOW + TimeUnit.MILLISECONDS.toNanos(100)))
                .isNull();
    }

    @Test
    void pastItsBoundATableOfSourcesForgetsWhoWasHeardOfLeastRecently() {
        SourceRate rate = new SourceRate(1, 1, 100);
        for (int i = 0; i < 100; i++)
            assertThat(rate.takeMillis(source("192.0.2." + i), NOW)).isZero();
        assertThat(rate.takeMillis(source("192.0.2.0"), NOW)).isEqualTo(1_000);
        assertThat(rate.takeMillis(source("192.0.2.100"), NOW)).isZero();
        assertThat(rate.size()).isEqualTo(100);
        assertThat(rate.takeMillis(source("192.0.2.0"), NOW))
                .as("who hammers is remembered")
                .isPositive();
        assertThat(rate.takeMillis(source("192.0.2.1"), NOW))
                .as("was forgotten")
                .isZero();
    }

    @Test
    void aTableOfSourcesShrinksWhenTheyAreQuiet() {
        SourceRate rate = new SourceRate(1, 1);
        for (int i = 0; i < 100; i++) rate.takeMillis(source("192.0.2." + i), NOW);
        long later = NOW + TimeUnit.SECONDS.toNanos(2);
        for (int i = 0; i < 100; i++) rate.takeMillis(source("198.51.100.1"), later);
        assertThat(rate.size()).isEqualTo(1);
    }

    @Test
    void aSourceHasSoManyPlacesForTheUnauthenticated() {
        Sources sources = new Sources(2);
        Sources.Place first = sources.take(SOMEBODY);
        assertThat(first).isNotNull();
        assertThat(sources.take(SOMEBODY)).isNotNull();
        assertThat(sources.take(SOMEBODY)).isNull();
        assertThat(sources.take(source("192.0.2.8"))).isNotNull();
        first.giveBack();
        first.giveBack();
        assertThat(sources.take(SOMEBODY)).isNotNull();
        assertThat(sources.take(SOMEBODY)).isNull();
    }

    @Test
    void anIpv6NetworkIsOneSource() {
        Sources sources = new Sources(2);
        assertThat(sources.take(source("2001:db8:1:1::1"))).isNotNull();
        assertThat(sources.take(source("2001:db8:1:1:ffff::2"))).isNotNull();
        assertThat(sources.take(source("2001:db8:1:1::3"))).isNull();
        assertThat(sources.take(source("2001:db8:1:2::1"))).isNotNull();
    }

    @Test
    void whoIsExemptTakesNoPlace() {
        Sources sources = new Sources(1);
        Source loopback = new Proxies(List.of()).of(Network.addressOf("127.0.0.1"));
        for (int i = 0; i < 3; i++) assertThat(sources.take(loopback)).isNotNull();
        assertThat(sources.size()).isZero();
    }

    @Test
    void aPlaceGivenBackLeavesNothingBehind() {
        Sources sources = new Sources(1);
        for (int i = 0; i < 1000; i++)
            sources.take(source("1.2." + i / 256 + "." + i % 256)).giveBack();
        assertThat(sources.size()).isZero();
    }

    private static Source source(String address) {
        return new Source(Network.addressOf(address), null, false, false);
    }

    private Answer ask(String... origins) {
        return entrance.ask(SOMEBODY, List.of(origins), Set.of(), NOW);
    }

    private static ErrorCode codeOf(Answer answer) {
        return answer instanceof Answer.Refused(Problem problem) ? problem.code() : null;
    }
}
