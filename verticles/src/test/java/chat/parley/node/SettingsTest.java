package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.gateway.GatewayConfig;
import chat.parley.gateway.HttpConfig;
import chat.parley.gateway.api.ApiConfig;
import chat.parley.gateway.auth.Algorithm;
import chat.parley.gateway.sockjs.SockJsConfig;
import chat.parley.sequencer.SequencerConfig;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.kafka.KafkaOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    /** Where the build runs tests: the module. */
    private static final Path CONF = Path.of("..", "conf");

    @TempDir
    Path folder;

    @Test
    void whatNobodySaysHasTheDefaultOfThePart() throws Exception {
        NodeConfig config = read("{\"auth\":{\"dev\":true}}");
        assertThat(config.http()).isEqualTo(HttpConfig.DEFAULT);
        assertThat(config.sockJs()).isEqualTo(SockJsConfig.DEFAULT);
        assertThat(config.gateway()).isEqualTo(GatewayConfig.DEFAULT);
        assertThat(config.api()).isEqualTo(ApiConfig.DEFAULT);
        assertThat(config.sequencer()).isEqualTo(SequencerConfig.DEFAULT);
        assertThat(config.storeFolder()).isEqualTo(Path.of("./data"));
    }

    @Test
    void theFileThatComesAlongIsGood() throws Exception {
        NodeConfig config = NodeConfig.read(Settings.of(CONF.resolve("embedded.json"), Map.of(), List.of()));
        assertThat(config.auth().dev()).isTrue();
        assertThat(config.http()).isEqualTo(HttpConfig.DEFAULT);
    }

    /** What it lacks is said, one thing after the other, until nothing is missing. */
    @Test
    void theFileOfAClusterSaysWhatTheOperatorHasToSay() throws Exception {
        Map<String, List<String>> missing = new LinkedHashMap<>();
        missing.put(
                "cluster.tls.keys, cluster.tls.trust and cluster.tls.password go together",
                List.of("cluster.tls.keys=n1.p12", "cluster.tls.trust=trust.p12", "cluster.tls.password=password"));
        missing.put("set node.name.", List.of("node.name=n1"));
        missing.put("set cluster.host to a private address", List.of("cluster.host=10.0.0.1"));
        missing.put("set cluster.members to the nodes of yours", List.of("cluster.members=10.0.0.1:5701"));
        missing.put("store.cassandra.contactPoints has to say", List.of("store.cassandra.contactPoints=10.0.0.9"));
        missing.put("eventLog.kafka.brokers has to say", List.of("eventLog.kafka.brokers=10.0.0.8:9092"));
        missing.put("nobody could log in", List.of("auth.jwksFile=jwks.json"));
        List<String> said = new ArrayList<>();
        Path file = CONF.resolve("cluster.json");
        while (!missing.isEmpty()) {
            assertThatThrownBy(() -> NodeConfig.read(Settings.of(file, Map.of(), said)))
                    .isInstanceOf(Refusal.class)
                    .message()
                    .satisfies(sentence -> said.addAll(missing.remove(missing.keySet().stream()
                            .filter(sentence::contains)
                            .findFirst()
                            .orElseThrow(() -> new AssertionError(sentence)))));
        }
        NodeConfig config = NodeConfig.read(Settings.of(file, Map.of(), said));
        assertThat(config.cassandra()).isNotNull();
        assertThat(config.cluster()).isNotNull();
        assertThat(config.kafka()).isNotNull();
    }

    @Test
    void everySettingIsInTheReadmeAndNothingElse() throws Exception {
        Settings settings = Settings.none();
        assertThatThrownBy(() -> NodeConfig.read(settings)).isInstanceOf(Refusal.class); // no key to log in with
        List<String> rows = Files.readAllLines(CONF.resolve("README.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(settings.known().stream()
                        .map(each -> "| `" + each.name() + "` | " + each.range() + " | "
                                + (each.unset().isEmpty() ? "none" : each.unset()) + " | " + each.meaning() + " |")
                        .toList());
    }

    @Test
    void eachSettingHasAVariableOfItsOwn() {
        Settings settings = Settings.none();
        assertThatThrownBy(() -> NodeConfig.read(settings)).isInstanceOf(Refusal.class);
        assertThat(settings.known().stream().map(each -> Settings.variable(each.name())))
                .doesNotHaveDuplicates()
                .contains("PARLEY_HTTP_HEAD_BYTES_MAX");
    }

    @Test
    void theCommandLineGoesBeforeTheEnvironmentBeforeTheFile() throws Exception {
        Path file = file("{\"auth\":{\"dev\":true},\"http\":{\"port\":1,\"headBytesMax\":2048},\"ops\":{\"port\":1}}");
        NodeConfig config = NodeConfig.read(Settings.of(
                file,
                Map.of("PARLEY_HTTP_PORT", "2", "PARLEY_OPS_PORT", "2", "HOME", "/"),
                List.of("http.port=3", "http.origins=https://a.example, https://b.example:8443")));
        assertThat(config.http().port()).isEqualTo(3);
        assertThat(config.ops().port()).isEqualTo(2);
        assertThat(config.http().headBytesMax()).isEqualTo(2048);
        assertThat(config.http().origins()).containsExactly("https://a.example", "https://b.example:8443");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http.port=65536 | http.port cannot be '65536' (set on the command line); allowed: 0 to 65535.",
                "http.port=80.5 | http.port cannot be '80.5' (set on the command line); allowed: 0 to 65535.",
                "http.port=1e999999999 | http.port cannot be '1e999999999' (set on the command line); allowed: 0 to"
                        + " 65535.",
                "http.port= | http.port cannot be '' (set on the command line); allowed: 0 to 65535.",
                "auth.dev=yes | auth.dev cannot be 'yes' (set on the command line); allowed: true, false.",
                "log.level=LOUD | allowed: TRACE, DEBUG, INFO, WARN, ERROR.",
                "log.format=xml | log.format cannot be 'xml' (set on the command line); allowed: text, json.",
                "trace.oneIn=-1 | trace.oneIn cannot be '-1' (set on the command line); allowed: 0 to 1000000.",
                "trace.oneIn=1 | trace.endpoint has to say where traces go if trace.oneIn is not 0.",
                "trace.endpoint=collector:4318 | trace.endpoint cannot be what it is; allowed: an address that begins",
                "trace.endpoint=http://me:secret@collector/ | trace.endpoint cannot be what it is",
                "http.origins=chat.example.org | http.origins cannot be 'chat.example.org'",
                "http.origins=https://a.example/path | http.origins cannot be",
                "http.trustedProxies=proxy.example.org | http.trustedProxies cannot be",
                "http.trustedProxies=10.0.0.0/33 | http.trustedProxies cannot be",
                "auth.keys=secret | auth.keys cannot be what it is (set on the command line)",
                "node.name=a.b | node.name cannot be 'a.b'",
                "http.prot=1 | there is no setting http.prot (set on the command line); is http.port meant?;"
                        + " conf/README.md lists them all.",
                "http=1 | there is no setting http (set on the command line)",
                "http.host=0.0.0.0 | auth.dev gives a token to whoever asks, so http.host must be a loopback address"
                        + " then, not '0.0.0.0'",
                "http.host=192.0.2.1 | auth.dev gives a token to whoever asks",
                "http.host=chat.example.org | auth.dev gives a token to whoever asks",
                "auth.dev=false | nobody could log in",
                "nothing | --set wants name=value",
                "store.type=cassandra | with store.type cassandra, store.cassandra.contactPoints has to say where it"
                        + " is",
                "store.cassandra.contactPoints=db1:0 | store.cassandra.contactPoints cannot be",
                "store.cassandra.keyspace=Parley | store.cassandra.keyspace cannot be 'Parley'; allowed: small letters",
                "store.cassandra.username=parley | store.cassandra.username goes with one of",
                "store.cassandra.password=secret | store.cassandra.username goes with one of",
                "eventLog.type=kafka | with eventLog.type kafka, eventLog.kafka.brokers has to say where it is",
                "eventLog.type=all | eventLog.type cannot be 'all' (set on the command line); allowed: store, kafka,"
                        + " none.",
                "eventLog.kafka.brokers=kafka1 | eventLog.kafka.brokers cannot be",
                "eventLog.kafka.topic=a/b | eventLog.kafka.topic cannot be 'a/b'; allowed: letters",
                "eventLog.kafka.partitions=129 | eventLog.kafka.partitions cannot be '129'",
                "eventLog.kafka.password=secret | eventLog.kafka.username goes with one of",
                "redis.endpoints=localhost | redis.endpoints cannot be 'localhost' (set on the command line); allowed:"
                        + " host:port.",
                "redis.endpoints=localhost:65536 | redis.endpoints cannot be",
                "redis.endpoints=redis://a:6379 | redis.endpoints cannot be",
                "redis.endpoints=a:6379,b:6379 | redis.endpoints names several servers",
                "redis.password=secret | redis.username goes with one of redis.password and redis.passwordFile.",
                "redis.caFile=/none | redis.caFile is for connections that are encrypted: set redis.tls too.",
                "redis.requestMillis=5 | redis.requestMillis cannot be '5' (set on the command line); allowed: 10 to"
                        + " 10000.",
            })
    void whatCannotBeIsASentence(String assignment, String sentence) throws Exception {
        Path file = file("{\"auth\":{\"dev\":true}}");
        assertThatThrownBy(() -> NodeConfig.read(Settings.of(file, Map.of(), List.of(assignment))))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(sentence);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"http\":{\"port\":1,\"port\":2}}",
                "{} {}",
                "{\"http\":{\"port\":\"\"}}",
                "{\"http\":{\"port\":null}}",
                "{\"http\":{\"port\":[1]}}",
                "{\"http\":8080}",
                "{\"htttp\":{\"port\":1}}",
                "{\"auth\":{\"keys\":[{\"id\":\"a\",\"algorithm\":\"none\",\"secret\":\"x\"}]}}",
                "{\"auth\":{\"keys\":[{\"id\":\"a\",\"algorithm\":\"RS256\",\"secret\":\"x\"}]}}",
                "{\"auth\":{\"keys\":[{\"id\":\"a\",\"algorithm\":\"HS256\",\"secret\":\"x\",\"file\":\"y\"}]}}",
                "{\"auth\":{\"keys\":[{\"id\":\"a\",\"algorithm\":\"HS256\",\"secert\":\"x\"}]}}",
                "{\"auth\":{\"keys\":[{\"id\":\"dev\",\"algorithm\":\"HS256\",\"secret\":\"0123456789abcdef0123456789abcdef\"}]}}",
            })
    void aFileThatIsNotAsItShouldBeIsNamed(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(Refusal.class)
                .hasMessageMatching("(?s).*(conf\\.json|no key|log in|'dev').*");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Settings.of(folder.resolve("none.json"), Map.of(), List.of()))
                .isInstanceOf(Refusal.class)
                .hasMessage("there is no configuration " + folder.resolve("none.json") + ".");
    }

    @Test
    void anUnknownVariableIsNamed() throws Exception {
        Path file = file("{\"auth\":{\"dev\":true}}");
        assertThatThrownBy(() -> NodeConfig.read(Settings.of(file, Map.of("PARLEY_HTTP_PROT", "1"), List.of())))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("PARLEY_HTTP_PROT");
    }

    @Test
    void keysComeFromTheFileOrFromAVariable() throws Exception {
        String keys = "[{\"id\":\"a\",\"algorithm\":\"HS256\",\"secret\":\"0123456789abcdef0123456789abcdef\"},"
                + "{\"id\":\"b\",\"algorithm\":\"EdDSA\",\"file\":\"b.pem\"}]";
        NodeConfig fromFile = read("{\"auth\":{\"keys\":" + keys + "}, // a comment\n\"http\":{\"host\":\"0.0.0.0\"}}");
        NodeConfig fromVariable = NodeConfig.read(Settings.of(file("{}"), Map.of("PARLEY_AUTH_KEYS", keys), List.of()));
        assertThat(fromFile.auth()).isEqualTo(fromVariable.auth());
        assertThat(fromFile.auth().keys().keys().get(1).algorithm()).isEqualTo(Algorithm.EDDSA);
    }

    @Test
    void noSecretIsShownInAConfiguration() throws Exception {
        String secret = "0123456789abcdef0123456789abcdef";
        NodeConfig config =
                read("{\"auth\":{\"keys\":[{\"id\":\"a\",\"algorithm\":\"HS256\",\"secret\":\"" + secret + "\"}]}}");
        assertThat(config.toString()).doesNotContain(secret);
        assertThatThrownBy(() -> read("{\"auth\":{\"keys\":[{\"id\":\"a\",\"secret\":\"" + secret + "\"}]}}"))
                .message()
                .doesNotContain(secret);
    }

    @Test
    void aNodeOnCassandraKnowsWhereItIsAndWhoItIsThere() throws Exception {
        assertThat(read("{\"auth\":{\"dev\":true}}").cassandra()).isNull();
        Path password = Files.writeString(folder.resolve("password"), "0123456789\n");
        NodeConfig config =
                read("{\"auth\":{\"dev\":true},\"store\":{\"type\":\"cassandra\",\"logHours\":24,\"cassandra\":{"
                        + "\"contactPoints\":[\"db1\",\"db2:9043\"],\"username\":\"parley\",\"passwordFile\":\""
                        + password
                        + "\"}}}");
        CassandraOptions cassandra = config.cassandra();
        assertThat(cassandra).isNotNull();
        assertThat(cassandra.contactPoints()).containsExactly("db1", "db2:9043");
        assertThat(cassandra.credentials()).isEqualTo(new CassandraOptions.Credentials("parley", "0123456789"));
        assertThat(cassandra.logKept()).hasDays(1);
        assertThat(config.toString()).doesNotContain("0123456789");
    }

    @Test
    void aNodeThatExportsKeepsItsLogUntilItHas() throws Exception {
        NodeConfig alone = read("{\"auth\":{\"dev\":true}}");
        assertThat(alone.kafka()).isNull();
        assertThat(alone.store().exported()).isFalse();
        String kafka = "\"eventLog\":{\"type\":\"kafka\",\"kafka\":{\"brokers\":[\"k1:9092\",\"[::1]:9093\"],"
                + "\"username\":\"parley\",\"password\":\"0123456789\"}}";
        NodeConfig config = read("{\"auth\":{\"dev\":true}," + kafka + "}");
        assertThat(config.store().exported()).isTrue();
        assertThat(config.kafka()).isNotNull();
        assertThat(config.kafka().brokers()).containsExactly("k1:9092", "[::1]:9093");
        assertThat(config.kafka().credentials())
                .isEqualTo(new KafkaOptions.Credentials("SCRAM-SHA-512", "parley", "0123456789"));
        assertThat(config.toString()).doesNotContain("0123456789");
        NodeConfig onCassandra = read("{\"auth\":{\"dev\":true},\"store\":{\"type\":\"cassandra\",\"cassandra\":{"
                + "\"contactPoints\":[\"db1\"]}}," + kafka + "}");
        assertThat(onCassandra.cassandra().exported()).isTrue();
    }

    @Test
    void aPasswordDoesNotGoToKafkaAsItIs() {
        String kafka = "\"eventLog\":{\"type\":\"kafka\",\"kafka\":{\"brokers\":[\"k1:9092\"],\"mechanism\":\"PLAIN\","
                + "\"username\":\"parley\",\"password\":\"0123456789\"}}";
        assertThatThrownBy(() -> read("{\"auth\":{\"dev\":true}," + kafka + "}"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("eventLog.kafka.tls has to be true");
    }

    @Test
    void aLoopbackNodeTrustsItsOwnPagesAndAPublicOneDoesNot() throws Exception {
        assertThat(read("{\"auth\":{\"dev\":true}}").origins())
                .containsExactly("http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080");
        String keys = "\"auth\":{\"jwksFile\":\"k.json\"}";
        assertThat(read("{" + keys + ",\"http\":{\"host\":\"0.0.0.0\"}}").origins())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
    void loopbackIsKnownByItsAddress(String host) {
        assertThat(NodeConfig.isLoopback(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "localhost.example.org", "127.0.0.1.example.org", ""})
    void whatIsNotLoopbackIsNotTakenForIt(String host) {
        assertThat(NodeConfig.isLoopback(host)).isFalse();
    }

    private NodeConfig read(String json) throws Refusal, IOException {
        return NodeConfig.read(Settings.of(file(json), Map.of(), List.of()));
    }

    private Path file(String json) throws IOException {
        return Files.writeString(folder.resolve("conf.json"), json);
    }
}
