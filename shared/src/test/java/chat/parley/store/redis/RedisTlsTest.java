package chat.parley.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.servers.RedisServer;
import chat.parley.store.ForeignProcess;
import io.vertx.core.Vertx;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that speaks TLS only. */
@Tag("real")
@Timeout(120)
class RedisTlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    private static Path folder;

    private static final Vertx VERTX = Vertx.vertx();
    private static RedisProcess rightName;
    private static RedisProcess otherName;

    @BeforeAll
    static void start() throws Exception {
        String address = ForeignProcess.anyAddress();
        rightName = start(address, "right", address);
        otherName = start(ForeignProcess.anyAddress(), "other", "127.0.0.1");
    }

    private static RedisProcess start(String address, String certificate, String subject) throws Exception {
        makeCertificate(certificate, subject);
        return RedisProcess.startAt(
                address,
                folder,
                "--port",
                "0",
                "--tls-port",
                String.valueOf(RedisServer.PORT),
                "--tls-cert-file",
                pem(certificate, "crt").toString(),
                "--tls-key-file",
                pem(certificate, "key").toString(),
                "--tls-ca-cert-file",
                pem(certificate, "crt").toString(),
                "--tls-auth-clients",
                "no");
    }

    @AfterAll
    static void stop() {
        VERTX.close();
        if (rightName != null) rightName.close();
        if (otherName != null) otherName.close();
    }

    @Test
    void whoKnowsItsAuthorityTalksToIt() throws Exception {
        try (var store = open(rightName, true, pem("right", "crt"))) {
            RealRedis.await(() -> RealRedis.isThere(store));
        }
    }

    @Test
    void whoDoesNotKnowItsAuthorityDoesNot() throws Exception {
        isNotTalkedTo(rightName, true, null);
        isNotTalkedTo(rightName, true, pem("other", "crt"));
    }

    @Test
    void aCertificateOfAnotherNameIsNotTaken() throws Exception {
        isNotTalkedTo(otherName, true, pem("other", "crt"));
    }

    @Test
    void inPlainTextItIsNotTalkedTo() throws Exception {
        isNotTalkedTo(rightName, false, null);
    }

    /** Beside it a client that is let in has been there for long. */
    private static void isNotTalkedTo(RedisProcess redis, boolean tls, @Nullable Path caFile) throws Exception {
        try (var store = open(redis, tls, caFile);
                var other = open(rightName, true, pem("right", "crt"))) {
            RealRedis.await(() -> RealRedis.isThere(other));
            for (int i = 0; i < 20; i++) {
                assertThat(RealRedis.isThere(other)).isTrue();
                assertThat(RealRedis.isThere(store)).isFalse();
            }
        }
    }

    private static RedisStore open(RedisProcess redis, boolean tls, @Nullable Path caFile) {
        return new RedisStore(
                VERTX,
                new RedisOptions(List.of(redis.endpoint()), false, null, null, tls, caFile, "test", 20_000, 1_000));
    }

    private static Path pem(String name, String ending) {
        return folder.resolve(name + "." + ending);
    }

    /** One that is its own authority. */
    private static void makeCertificate(String name, String address) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        name,
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "SAN=IP:" + address,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        write(pem(name, "crt"), "CERTIFICATE", keys.getCertificate(name).getEncoded());
        write(
                pem(name, "key"),
                "PRIVATE KEY",
                keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
    }

    private static void write(Path file, String label, byte[] content) throws Exception {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(file, "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n");
    }
}
