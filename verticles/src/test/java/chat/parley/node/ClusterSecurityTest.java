package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.node.cluster.Certificates;
import chat.parley.node.cluster.ClusterConfig;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is heard by the nodes of a cluster, and what a node refuses to be told. */
@Tag("slow")
@Timeout(120)
class ClusterSecurityTest {
    @TempDir
    private static Path folder;

    private static Certificates certificates;
    private static Certificates foreign;
    private static ClusterOfNodes cluster;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates(folder.resolve("certs"));
        certificates.make(List.of("n1", "n2"));
        foreign = new Certificates(folder.resolve("foreign"));
        foreign.make(List.of("n1"));
        cluster = new ClusterOfNodes(folder);
        for (String name : List.of("n1", "n2")) cluster.start(name, tls(certificates.of(name)));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void nodesOfOneAuthorityHearEachOther() {
        String token = String.valueOf(cluster.get("n1").caller("ann").token());
        String other = String.valueOf(cluster.get("n1").caller("bob").token());
        for (int i = 0; i < 8; i++) { // of shards of both
            String group = cluster.get("n1")
                    .caller("ann")
                    .post("/v1/conversations", "{\"type\":\"group\",\"memberIds\":[\"bob\"]}")
                    .json()
                    .getString("conversationId");
            try (Device ann = Device.welcome(cluster.get("n1").port(), token, "phone");
                    Device bob = Device.welcome(cluster.get("n2").port(), other, "phone")) {
                JsonObject ack = ann.asks(Device.send("m", group, "hello"));
                assertThat(ack.getString("type")).isEqualTo("message_ack");
                assertThat(bob.next("message_event").getString("body")).isEqualTo("hello");
            }
        }
    }

    @Test
    void aFrameInPlainTextIsNotHeard() throws Exception {
        try (Socket socket = new Socket(cluster.host(), cluster.busPort("n1"))) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(frame());
            assertThat(isAnswered(socket.getInputStream())).isFalse();
        }
    }

    @Test
    void whoHasNoCertificateIsNotHeard() throws Exception {
        assertThat(isHeard(null)).isFalse();
    }

    @Test
    void whoHasOneOfAnotherAuthorityIsNotHeard() throws Exception {
        assertThat(isHeard(foreign.of("n1"))).isFalse();
        assertThat(isHeard(certificates.of("n1")))
                .as("else nothing is shown by that")
                .isTrue();
    }

    @Test
    void filesOfKeysAreTheirOwnersOnly() throws Exception {
        for (String name : List.of("n1.p12", "n2.p12", "ca.p12", "password")) {
            Path file = folder.resolve("certs").resolve(name);
            assertThat(Files.getPosixFilePermissions(file)).as(name).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cluster.host=0.0.0.0 | cluster.host has to be one address of this machine, in figures, not '0.0.0.0'.",
                "cluster.host=here | cluster.host has to be one address of this machine, in figures, not 'here'.",
                "cluster.host=8.8.8.8 | cluster.host '8.8.8.8' is an address that the internet may reach, and whoever"
                        + " reaches the membership's port is let in; choose a private one, or set"
                        + " cluster.allowPublicHost.",
                "store.type=embedded | the nodes of a cluster need one store for all, and the embedded one belongs to"
                        + " one node: set store.type to cassandra.",
                "eventLog.type=store | a cluster has no embedded store whose logs consumers could read: set"
                        + " eventLog.type to kafka, and eventLog.kafka.brokers to where it is; or eventLog.type to"
                        + " none, if there are no consumers.",
                "cluster.tls.enabled=true | cluster.tls.keys, cluster.tls.trust and cluster.tls.password go together:"
                        + " set all (./parley certs makes the files), or cluster.tls.enabled to false where no stranger"
                        + " can reach the bus.",
            })
    void aClusterThatCannotBeMeantIsRefused(String setting, String sentence) {
        List<String> settings = List.of(
                "auth.dev=true",
                "node.name=n1",
                "cluster.host=127.0.0.1",
                "cluster.members=127.0.0.1:5701",
                "store.type=cassandra",
                "store.cassandra.contactPoints=127.0.0.1",
                "eventLog.type=none",
                "cluster.enabled=true",
                "cluster.tls.enabled=false",
                setting);
        assertThatThrownBy(
                        () -> NodeConfig.read(Settings.of(Path.of("..", "conf", "embedded.json"), Map.of(), settings)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(sentence);
    }

    private static String[] tls(ClusterConfig.Tls tls) {
        return new String[] {
            "cluster.tls.enabled=true",
            "cluster.tls.keys=" + tls.keys(),
            "cluster.tls.trust=" + tls.trust(),
            "cluster.tls.password=" + tls.password()
        };
    }

    /** Whether the bus reads what such a client writes: it answers a ping of its protocol. */
    private static boolean isHeard(ClusterConfig.@Nullable Tls its) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keyStore(certificates.of("n1").trust(), certificates.of("n1").password()));
        context.init(its == null ? new KeyManager[0] : keys(its), trust.getTrustManagers(), null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(cluster.host(), cluster.busPort("n1"))) {
            socket.setSoTimeout(20_000);
            socket.startHandshake();
            socket.getOutputStream().write(frame());
            return isAnswered(socket.getInputStream());
        } catch (IOException refused) {
            return false;
        }
    }

    private static KeyManager[] keys(ClusterConfig.Tls its) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(
                keyStore(its.keys(), its.password()),
                Files.readString(its.password()).strip().toCharArray());
        return keys.getKeyManagers();
    }

    private static KeyStore keyStore(Path file, Path password) throws Exception {
        return KeyStore.getInstance(
                file.toFile(), Files.readString(password).strip().toCharArray());
    }

    /** A pong is one byte behind its length; a TLS alert, or the end, is none. */
    private static boolean isAnswered(InputStream in) {
        try {
            return in.read() == PONG;
        } catch (IOException closed) {
            return false;
        }
    }

    private static final int PONG = 1;

    /** A ping as nodes send each other: length, version, codec, kind, address, no reply address, sender, no headers. */
    private static byte[] frame() {
        Buffer message =
                Buffer.buffer().appendByte((byte) 2).appendByte((byte) 1).appendByte((byte) 0);
        for (String text : List.of("__vertx_ping", "", "stranger"))
            message.appendInt(text.length()).appendString(text);
        message.appendInt(4);
        return Buffer.buffer().appendInt(message.length()).appendBuffer(message).getBytes();
    }
}
