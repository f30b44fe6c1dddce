package chat.parley.node;

import static chat.parley.node.Device.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node ends, as its clients see it. */
class DrainTest {
    @TempDir
    private Path folder;

    private TestNode node;
    private CompletableFuture<Duration> ended;

    @BeforeEach
    void start() {
        node = TestNode.start(folder.resolve("data"));
    }

    @AfterEach
    void stop() throws Exception {
        ended.get(40, TimeUnit.SECONDS);
    }

    @Test
    void fewSessionsAreToldToGoAndClosedInNoTime() throws Exception {
        List<Device> devices = new ArrayList<>();
        for (String user : List.of("anna", "ben"))
            devices.add(Device.welcome(node.port(), node.caller(user).token(), "phone"));
        end();
        for (Device device : devices) {
            assertThat(device.next("goaway").getLong("retryAfterMillis")).isBetween(1_000L, 3_000L);
            assertThat(device.closeCode()).isEqualTo(1012);
            device.close();
        }
        assertThat(ended.get(40, TimeUnit.SECONDS)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void whoDoesNotCloseHoldsTheNodeForSecondsOnly() throws Exception {
        try (Device device = Device.welcome(node.port(), node.caller("anna").token(), "phone")) {
            end();
            assertThat(device.closeCode()).isEqualTo(1012);
            assertThat(ended.get(40, TimeUnit.SECONDS)).isLessThan(Duration.ofSeconds(15));
        }
    }

    @Test
    void whatWasSentBeforeTheEndIsAnswered() throws Exception {
        Caller anna = node.caller("anna");
        String group = anna.post("/v1/conversations", "{\"type\":\"group\",\"memberIds\":[]}")
                .json()
                .getString("conversationId");
        try (Device device = Device.welcome(node.port(), anna.token(), "phone")) {
            for (int i = 0; i < 300; i++) device.says(send("m" + i, group, "x"));
            device.next("message_ack");
            end();
            for (int i = 1; i < 300; i++)
                assertThat(device.next("message_ack").getString("clientMessageId"))
                        .isEqualTo("m" + i);
            assertThat(device.closeCode()).isEqualTo(1012);
        }
    }

    @Test
    void aRequestThatIsUnderWayIsAnswered() {
        Caller anna = node.caller("anna");
        String group = anna.group("ben");
        String body = "{\"body\":\"x\"}";
        try (RawClient client = RawClient.connect(node.port())) {
            String head = "POST /v1/conversations/" + group
                    + "/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    + anna.token() + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                    + "\r\n\r\n";
            client.raw((head + body.substring(0, 5)).getBytes(StandardCharsets.US_ASCII));
            ClusterOfNodes.await(() -> anna.get("/v1/conversations/" + group).status() == 200);
            end();
            ClusterOfNodes.await(() -> isRefused(node.port()));
            client.raw(body.substring(5).getBytes(StandardCharsets.US_ASCII));
            assertThat(client.response().status()).isEqualTo(201);
        }
    }

    @Test
    void aDeviceWasThereUntilTheNodeEnded() throws Exception {
        Device device = Device.welcome(node.port(), node.caller("anna").token(), "phone");
        TimeUnit.MILLISECONDS.sleep(1_200); // so that what its hello said is written
        long before = System.currentTimeMillis();
        end();
        device.next("goaway");
        device.close();
        ended.get(40, TimeUnit.SECONDS);
        try (TestNode again = TestNode.start(folder.resolve("data"))) {
            JsonObject phone = again.caller("anna")
                    .get("/v1/devices")
                    .json()
                    .getJsonArray("devices")
                    .getJsonObject(0);
            assertThat(phone.getLong("lastSeenAt")).isGreaterThanOrEqualTo(before);
        }
    }

    /** Whether nobody listens. */
    private static boolean isRefused(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    private void end() {
        ended = CompletableFuture.supplyAsync(
                () -> {
                    long began = System.nanoTime();
                    node.close();
                    return Duration.ofNanos(System.nanoTime() - began);
                },
                Thread::startVirtualThread);
    }
}
