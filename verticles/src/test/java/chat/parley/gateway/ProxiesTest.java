package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose request it is, whatever the header says. */
class ProxiesTest {
    private static final String PROXY = "10.0.0.1";

    private final Proxies proxies = new Proxies(
            List.of(Network.parse("10.0.0.0/9"), Network.parse("2001:db8::/32"), Network.parse("192.0.2.1")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.7 |",
                "203.0.113.7 | 198.51.100.1",
                "203.0.113.7 | 127.0.0.1",
                "203.0.113.7 | 10.0.0.1",
                "2a00::7 | 198.51.100.1",
                "10.128.0.1 | 198.51.100.1"
            })
    void whoIsNoTrustedProxySaysNothingOfItself(String peer, String header) {
        Source source = of(peer, header);
        assertThat(source.address()).isEqualTo(Network.addressOf(peer));
        assertThat(source.isExempt()).isFalse();
        assertThat(source.isBehindProxy()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.7 | 203.0.113.7",
                "203.0.113.7 | 198.51.100.1, 203.0.113.7",
                "203.0.113.7 | 127.0.0.1, 10.0.0.9, 203.0.113.7",
                "203.0.113.7 | lies, <>, 203.0.113.7 ",
                "203.0.113.7 | 198.51.100.1,203.0.113.7,10.2.3.4, 2001:db8::5",
                "203.0.113.7 | 203.0.113.7:4711, 10.2.3.4:80, [2001:db8::5]:443",
                "203.0.113.7 | ::ffff:203.0.113.7",
                "2a00:1::7 | 2a00:1::7",
                "2a00:1::7 | [2a00:1::7]",
                "2a00:1::7 | 203.0.113.7, [2a00:1::7]:65535, 192.0.2.1",
                "127.0.0.1 | 127.0.0.1"
            })
    void behindTrustedProxiesItIsTheLastThatIsNone(String source, String header) {
        Source found = of(PROXY, header);
        assertThat(found.address()).isEqualTo(Network.addressOf(source));
        assertThat(found.isBehindProxy()).isTrue();
        assertThat(found.isExempt())
                .as("not even as loopback: that is somebody's word")
                .isFalse();
        assertThat(found.isProxy()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "10.0.0.1 | unknown",
                "10.0.0.1 | _hidden",
                "10.0.0.1 | ''",
                "10.0.0.1 | 203.0.113.7,",
                "10.0.0.1 | 203.0.113.7, ,",
                "10.0.0.1 | 1.2.3",
                "10.0.0.1 | 256.1.1.1",
                "10.0.0.1 | 0x7f.1.1.1",
                "10.0.0.1 | 203.0.113.7:",
                "10.0.0.1 | 203.0.113.7:123456",
                "10.0.0.1 | 203.0.113.7 198.51.100.1",
                "10.0.0.1 | [203.0.113.7]",
                "10.0.0.1 | [2a00::7",
                "10.0.0.1 | [[2a00::7]]",
                "10.0.0.1 | fe80::1%eth0",
                "10.0.0.1 | ::1::",
                "10.0.0.1 | for=203.0.113.7",
                "10.0.0.1 | 198.51.100.1; 203.0.113.7",
                "10.0.0.1 | localhost",
                "10.9.0.2 | 203.0.113.7, unknown, 10.9.0.2"
            })
    void whatIsNotUnderstoodCountsAsTheProxyThatSaidIt(String proxy, String header) {
        Source source = of(PROXY, header);
        assertThat(source.address()).isEqualTo(Network.addressOf(proxy));
        assertThat(source.isExempt()).isFalse();
        assertThat(source.isProxy()).isTrue();
    }

    @Test
    void aChainThatIsTooLongIsNotUnderstood() {
        String chain = "203.0.113.7" + ", 10.0.0.2".repeat(15);
        assertThat(of(PROXY, chain).address()).isEqualTo(Network.addressOf("203.0.113.7"));
        assertThat(of(PROXY, chain + ", 10.0.0.2").isProxy()).isTrue();
        assertThat(of(PROXY, "203.0.113.7" + ",".repeat(60_000)).isProxy()).isTrue();
        assertThat(of(PROXY, "1".repeat(60_000)).isProxy()).isTrue();
    }

    @Test
    void linesOfTheHeaderAreOneList() {
        assertThat(of(PROXY, "198.51.100.1", "203.0.113.7, 10.2.3.4", "2001:db8::5")
                        .address())
                .isEqualTo(Network.addressOf("203.0.113.7"));
        assertThat(of(PROXY, "203.0.113.7", "unknown").isProxy()).isTrue();
    }

    @Test
    void aProxyThatAsksForItselfIsExempt() {
        for (Source source : List.of(of(PROXY), of(PROXY, "10.2.3.4"), of("2001:db8::5", PROXY))) {
            assertThat(source.isExempt()).isTrue();
            assertThat(source.isProxy()).isTrue();
        }
        assertThat(of("127.0.0.1").isExempt()).isTrue();
        assertThat(of("127.0.0.1", "203.0.113.7").isExempt())
                .as("not trusted: not read")
                .isTrue();
        assertThat(of("::1").isExempt()).isTrue();
    }

    @Test
    void theLogNamesSourceAndProxy() {
        assertThat(of(PROXY, "203.0.113.7").describe("10.0.0.1:4711")).isEqualTo("203.0.113.7 via 10.0.0.1:4711");
        assertThat(of("203.0.113.7").describe("203.0.113.7:4711")).isEqualTo("203.0.113.7:4711");
    }

    private Source of(String peer, String... lines) {
        List<String> header = Arrays.stream(lines).filter(line -> line != null).toList();
        return proxies.of(Network.addressOf(peer), header);
    }
}
