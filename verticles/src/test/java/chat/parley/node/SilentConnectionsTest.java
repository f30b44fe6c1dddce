package chat.parley.node;

import static chat.parley.node.Device.frame;
import static chat.parley.node.Device.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Thousands who connect and say nothing: they cost little, hold nobody up, and are shown out in time. */
@Isolated
@Tag("slow")
class SilentConnectionsTest {
    private static final int CONNECTIONS = 5_000;

    /** A limit that is lower than usual lets fewer of them be tried; each has two ends in this process. */
    private static final int FILES_KEPT = 1_000;

    private static final byte[] UPGRADE = ascii("GET /v1/ws HTTP/1.1\r\n"
            + "Host: localhost\r\n"
            + "Upgrade: websocket\r\n"
            + "Connection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n");

    @TempDir
    private static Path folder;

    private static TestNode node;

    @BeforeAll
    static void start() {
        node = TestNode.start(folder.resolve("data"), "gateway.helloMillis=6000", "http.headSecondsMax=6");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** What such a connection says before it falls silent. */
    private enum Silence {
        NOTHING(new byte[0]),
        HALF_A_HEAD(ascii("GET / HTTP/1.1\r\nHost: loc")),
        NO_HELLO(UPGRADE);

        final byte[] first;

        Silence(byte[] first) {
            this.first = first;
        }
    }

    /** One of them, and what was heard on it. */
    private static final class Silent {
        final Silence silence;
        final SocketChannel channel;
        private byte[] last = {};

        Silent(Silence silence) throws IOException {
            this.silence = silence;
            channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()));
            channel.write(ByteBuffer.wrap(silence.first));
            channel.configureBlocking(false);
        }

        /** False: it has ended. */
        boolean read(ByteBuffer into) {
            try {
                into.clear();
                if (channel.read(into) < 0) return false;
                last = new byte[into.flip().remaining()];
                into.get(last);
                return true;
            } catch (IOException cut) {
                return false;
            }
        }

        int closeCode() {
            for (int at = last.length - 4; at >= 0; at--)
                if (last[at] == (byte) 0x88) return (last[at + 2] & 0xff) << 8 | last[at + 3] & 0xff;
            return RawClient.NO_CLOSE;
        }
    }

    @Test
    void thousandsOfSilentConnectionsCostLittleAndAreShownOut() throws Exception {
        Caller alice = node.caller("alice");
        String group = alice.post("/v1/conversations", "{\"type\":\"group\",\"memberIds\":[\"bob\"]}")
                .json()
                .getString("conversationId");
        int count = (int) Math.min(CONNECTIONS, (filesMax() - FILES_KEPT) / 2);
        List<Silent> all = new ArrayList<>(count);
        try (Device sender = Device.welcome(node.port(), alice.token(), "phone");
                Device hears = Device.welcome(node.port(), node.caller("bob").token(), "phone");
                Selector selector = Selector.open()) {
            roundTrip(sender, hears, group, "before");
            long before = usedBytes();
            long begun = System.nanoTime();
            for (int i = 0; i < count; i++) {
                Silent silent = new Silent(Silence.values()[i % 3]);
                silent.channel.register(selector, SelectionKey.OP_READ, silent);
                all.add(silent);
                if (i % 500 == 0) roundTrip(sender, hears, group, "connecting" + i);
            }
            double each = (usedBytes() - before) / 1024.0 / count;
            double most = 0;
            int open = count;
            long until = begun + TimeUnit.SECONDS.toNanos(60);
            for (int turn = 0; open > 0; turn++) {
                assertThat(System.nanoTime()).as("%d are still there", open).isLessThan(until);
                most = Math.max(most, roundTrip(sender, hears, group, "silent" + turn));
                open -= ended(selector);
            }
            System.out.printf(
                    "%d silent connections: %.1f KiB each, their clients' ends counted; all gone after %.1f s;"
                            + " others' round trip %.0f ms at most%n",
                    count, each, (System.nanoTime() - begun) / 1e9, most);
            assertThat(each).isLessThan(64);
            for (Silent silent : all)
                if (silent.silence == Silence.NO_HELLO)
                    assertThat(silent.closeCode()).isEqualTo(4408);
            assertThat(hears.asks(frame("heartbeat")).getString("type")).isEqualTo("heartbeat");
        } finally {
            for (Silent silent : all) silent.channel.close();
        }
    }

    /** Reads for a while: how many ended. */
    private static int ended(Selector selector) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(4096);
        int[] ended = {0};
        selector.select(
                key -> {
                    if (((Silent) key.attachment()).read(into)) return;
                    ended[0]++;
                    key.cancel();
                    close(key);
                },
                100);
        return ended[0];
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException gone) {
            // it is
        }
    }

    /** In milliseconds. */
    private static double roundTrip(Device sender, Device hears, String group, String id) {
        long begun = System.nanoTime();
        JsonObject ack = sender.asks(send(id, group, "x"));
        assertThat(ack.getString("type")).isEqualTo("message_ack");
        hears.next("message_event");
        return (System.nanoTime() - begun) / 1e6;
    }

    private static long filesMax() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount();
    }

    private static long usedBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
                + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
