package chat.parley.node;

import static chat.parley.node.Device.frame;
import static chat.parley.node.Device.send;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.auth.Forge;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Keys that come and go and tokens that end, on a node that runs and with clients that talk. */
@Execution(ExecutionMode.CONCURRENT)
@Tag("slow")
class TokensOverSocketsTest {
    private static final long HOUR_MILLIS = TimeUnit.HOURS.toMillis(1);

    /** Is trusted all the while. */
    private static final String STEADY = "steady";

    @TempDir
    private static Path folder;

    private static final Set<String> TRUSTED = new LinkedHashSet<>();
    private static TestNode node;

    @BeforeAll
    static void start() throws IOException {
        trust(STEADY);
        node = TestNode.start(
                folder.resolve("data"),
                "auth.dev=false",
                "auth.jwksFile=" + keyFile(),
                "gateway.sendsPerSecond=100000",
                "gateway.sendsBurst=100000",
                "gateway.userSendsPerSecond=100000",
                "gateway.userSendsBurst=100000");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void keysAreRotatedThreeTimesAndNobodyWithAGoodTokenIsDropped() throws Exception {
        trust("key-0");
        awaitBelieved("key-0");
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Long> talk = CompletableFuture.supplyAsync(() -> talk(isOver), Thread::startVirtualThread);
        List<Device> devices = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++)
                devices.add(Device.welcome(node.port(), token("key-0", "rotates" + i, HOUR_MILLIS), "phone"));
            for (int round = 1; round <= 3; round++) rotate(devices, "key-" + (round - 1), "key-" + round);
        } finally {
            isOver.set(true);
            devices.forEach(Device::close);
        }
        assertThat(talk.get(30, TimeUnit.SECONDS))
                .as("sends meanwhile, all acknowledged")
                .isPositive();
    }

    private static void rotate(List<Device> devices, String old, String next) throws Exception {
        trust(next);
        awaitBelieved(next);
        for (Device each : devices)
            assertThat(each.asks(frame("heartbeat")).getString("type")).isEqualTo("heartbeat");
        try (Device late = Device.welcome(node.port(), token(old, "late", HOUR_MILLIS), "phone");
                Person later = Person.welcome(
                        Carrier.STREAMING, node.port(), token(old, "later", HOUR_MILLIS), "phone", null)) {
            for (int i = 0; i < devices.size(); i++)
                assertThat(devices.get(i)
                                .asks(frame("reauth").put("token", token(next, "rotates" + i, HOUR_MILLIS)))
                                .getString("type"))
                        .isEqualTo("welcome");
            long revoked = System.nanoTime();
            revoke(old);
            assertThat(late.closeCode()).isEqualTo(4401);
            assertThat(later.closed()).contains("4401");
            assertThat(System.nanoTime() - revoked).isLessThan(TimeUnit.SECONDS.toNanos(60));
        }
        assertThat(statusOf(old)).isEqualTo(401);
        try (Device device = Device.connect(node.port())) {
            device.says(Device.hello(token(old, "late", HOUR_MILLIS), "phone"));
            assertThat(device.closeCode()).isEqualTo(4401);
        }
        for (Device each : devices)
            assertThat(each.asks(frame("heartbeat")).getString("type")).isEqualTo("heartbeat");
    }

    /** Talks with a token of a key that stays. How many sends were acknowledged: all. */
    private static long talk(AtomicBoolean isOver) {
        String token = token(STEADY, "talks", HOUR_MILLIS);
        String group = group(token);
        try (Device device = Device.welcome(node.port(), token, "phone")) {
            long sent = 0;
            for (; !isOver.get(); sent++) {
                assertThat(device.asks(send("m" + sent, group, "x")).getString("type"))
                        .isEqualTo("message_ack");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5)); // other tests run beside
            }
            return sent;
        }
    }

    @Test
    void aSessionEndsWithItsTokenUnlessItWasRenewedInTime() {
        // In whole seconds, as tokens have it, and time enough for all to say hello.
        long expires = (System.currentTimeMillis() / 1000 + 8) * 1000;
        String group = group(token(STEADY, "sends", HOUR_MILLIS));
        try (Device ends = Device.welcome(node.port(), tokenUntil(STEADY, "ends", expires), "phone");
                Device renews = Device.welcome(node.port(), tokenUntil(STEADY, "renews", expires), "phone");
                Device pretends = Device.welcome(node.port(), tokenUntil(STEADY, "pretends", expires), "phone");
                Device sends = Device.welcome(node.port(), tokenUntil(STEADY, "sends", expires), "phone")) {
            JsonObject renewed = renews.asks(frame("reauth").put("token", token(STEADY, "renews", HOUR_MILLIS)));
            assertThat(renewed.getString("type")).isEqualTo("welcome");
            JsonObject refused = pretends.asks(frame("reauth").put("token", token(STEADY, "renews", HOUR_MILLIS)));
            assertThat(refused.getString("code")).isEqualTo("unauthenticated");

            assertThat(sendsUntilRefused(sends, group, expires)).isPositive();
            for (Device each : List.of(ends, pretends)) {
                assertThat(each.closeCode()).isEqualTo(4401);
                assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(expires);
            }
            assertThat(renews.asks(frame("heartbeat")).getString("type")).isEqualTo("heartbeat");
        }
    }

    /** How many were acknowledged, none of them asked for once the token had ended. */
    private static int sendsUntilRefused(Device device, String group, long expires) {
        for (int acked = 0; ; acked++) {
            long asked = System.currentTimeMillis();
            device.says(send("m" + acked, group, "x"));
            RawClient.Frame answer = device.socket().next();
            while (answer.kind() == RawClient.PING || answer.text().contains("\"heartbeat\""))
                answer = device.socket().next();
            if (answer.kind() == RawClient.CLOSE) {
                assertThat(answer.closeCode()).isEqualTo(4401);
                return acked;
            }
            if (answer.text().contains("\"error\"")) {
                assertThat(answer.text()).contains("\"unauthenticated\"");
                assertThat(device.closeCode()).isEqualTo(4401);
                return acked;
            }
            assertThat(answer.text()).contains("\"message_ack\"");
            assertThat(asked).isLessThan(expires);
        }
    }

    private static String group(String token) {
        return new Caller(node.port(), token)
                .post("/v1/conversations", "{\"type\":\"group\",\"memberIds\":[]}")
                .json()
                .getString("conversationId");
    }

    /** The node looks at its files every few seconds. */
    private static void awaitBelieved(String key) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (statusOf(key) != 200) {
            assertThat(System.nanoTime()).as("it is never believed").isLessThan(until);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static int statusOf(String key) {
        return new Caller(node.port(), token(key, "asks", HOUR_MILLIS))
                .get("/v1/settings")
                .status();
    }

    private static String token(String key, String user, long millis) {
        return tokenUntil(key, user, System.currentTimeMillis() + millis);
    }

    private static String tokenUntil(String key, String user, long expires) {
        JsonObject header = new JsonObject().put("alg", "HS256").put("kid", key);
        JsonObject claims = new JsonObject().put("sub", user).put("exp", expires / 1000);
        return Forge.hs256(secret(key), header.encode(), claims.encode());
    }

    private static byte[] secret(String key) {
        return (key + " is as long as a secret has to be").getBytes(StandardCharsets.US_ASCII);
    }

    private static void trust(String key) throws IOException {
        TRUSTED.add(key);
        writeKeys();
    }

    private static void revoke(String key) throws IOException {
        TRUSTED.remove(key);
        writeKeys();
    }

    private static void writeKeys() throws IOException {
        JsonArray keys = new JsonArray();
        for (String key : TRUSTED)
            keys.add(new JsonObject()
                    .put("kty", "oct")
                    .put("alg", "HS256")
                    .put("kid", key)
                    .put("k", Forge.base64(secret(key))));
        Path next = folder.resolve("next");
        Files.writeString(next, new JsonObject().put("keys", keys).encode());
        Files.move(next, keyFile(), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path keyFile() {
        return folder.resolve("keys.json");
    }
}
