package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.Altered;
import chat.parley.gateway.sockjs.SockJsConfig;
import chat.parley.node.RawClient;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Addresses of loopback, sources like any other here, that connect far more often than they may. */
@Isolated
@Tag("slow")
class ConnectFloodTest {
    /** What a flooder holds at a time; the oldest goes for a new one. */
    private static final int HELD_MAX = 2_000;

    private static final int PLACES = 150;
    private static final int CONNECTS = 6_000;
    private static final long GROWTH_MAX = 64 << 20;

    /** Ten times as many as a source may; more would be a test of this machine's kernel. */
    private static final int FLOOD_PER_SECOND = 2_000;

    private static final byte[] TLS_HELLO = HexFormat.of().parseHex("1603010200010001fc0303");
    private static final byte[] HALF_A_HEAD = "GET / HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.US_ASCII);

    @Test
    void aFloodFromOneSourceKeepsNoOtherOut() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        try (TestEdges edges = edges()) {
            CompletableFuture<Long> flood =
                    CompletableFuture.supplyAsync(() -> flood(edges.port(), 2, isOver), ConnectFloodTest::start);
            long most = 0;
            for (int i = 0; i < 50; i++) {
                long begun = System.nanoTime();
                try (RawClient client = RawClient.connect(edges.port())) {
                    assertThat(client.upgrade().status()).isEqualTo(101);
                    assertThat(client.text("hello " + i).nextText()).isEqualTo("hello " + i);
                }
                most = Math.max(most, System.nanoTime() - begun);
            }
            isOver.set(true);
            System.out.printf(
                    "flood of connections: %d by one source; another's connect and round trip took %d ms at most%n",
                    flood.get(30, TimeUnit.SECONDS), TimeUnit.NANOSECONDS.toMillis(most));
        } finally {
            isOver.set(true);
        }
    }

    @Test
    void aFloodOfManySourcesCostsNoMoreMemoryThanItsPlaces() throws Exception {
        ArrayDeque<SocketChannel> held = new ArrayDeque<>();
        try (TestEdges edges = edges()) {
            long before = usedBytes();
            long most = 0;
            for (int i = 0; i < CONNECTS; i++) {
                held.add(connect(edges.port(), 2 + i % 8, i % 2 == 0 ? TLS_HELLO : HALF_A_HEAD));
                if (held.size() > HELD_MAX) held.remove().close();
                if (i % 2_000 == 1_999) most = Math.max(most, usedBytes() - before);
            }
            System.out.printf("flood of %d connections: at most %.1f MiB more%n", CONNECTS, most / 1024.0 / 1024);
            assertThat(most).isLessThan(GROWTH_MAX);
            try (RawClient client = RawClient.connect(edges.port())) {
                assertThat(client.upgrade().status()).isEqualTo(101);
            }
        } finally {
            for (SocketChannel each : held) each.close();
        }
    }

    private static TestEdges edges() throws Exception {
        HttpConfig http = Altered.of(
                HttpConfig.DEFAULT, "port", 0, "unauthenticatedPerSourceMax", PLACES, "sourceConnectsBurst", 400);
        return new TestEdges(
                SockJsConfig.DEFAULT,
                http,
                new Proxies(List.of(), false),
                transport -> new Obedient(transport, name -> {}),
                (router, edge) -> {});
    }

    /** How often it connected. */
    private static long flood(int port, int address, AtomicBoolean isOver) {
        ArrayDeque<SocketChannel> held = new ArrayDeque<>();
        long begun = System.nanoTime();
        long connects = 0;
        try {
            while (!isOver.get()) {
                long due = begun + connects * TimeUnit.SECONDS.toNanos(1) / FLOOD_PER_SECOND;
                if (due - System.nanoTime() > 0) LockSupport.parkNanos(due - System.nanoTime());
                held.add(connect(port, address, connects++ % 2 == 0 ? TLS_HELLO : HALF_A_HEAD));
                if (held.size() > HELD_MAX) held.remove().close();
            }
            return connects;
        } catch (IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        } finally {
            for (SocketChannel each : held) close(each);
        }
    }

    private static SocketChannel connect(int port, int address, byte[] says) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.bind(new InetSocketAddress("127.0.0." + address, 0));
        channel.connect(new InetSocketAddress("127.0.0.1", port));
        try {
            channel.write(ByteBuffer.wrap(says));
        } catch (IOException refused) {
            // as it should be
        }
        return channel;
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException gone) {
            // it is
        }
    }

    private static void start(Runnable task) {
        Thread.ofPlatform().daemon().start(task);
    }

    private static long usedBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
                + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }
}
