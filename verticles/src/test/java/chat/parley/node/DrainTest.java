package chat.parley.node;

import static chat.parley.node.Device.send;
import static org.assertj.core.api.Assertions.assertThat;

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
