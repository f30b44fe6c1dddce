package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Sessions that do not read for a while: what they cost the node's memory, and that they have everything in the end, whether their sockets
 * lived so long or not. {@code ./parley bench slow} is the same at size, with the figures of the others.
 */
@Isolated
@Tag("slow")
class SlowReadersTest {
    private static final int USERS = 30;
    private static final int DEVICES = 4;
    private static final int STUCK = USERS * DEVICES;
    private static final int MESSAGES = 1_500;

    /** So that what is not read waits at the server. */
    private static final int RECEIVE_BYTES = 8 << 10;

    private static final long SLOW_MILLIS = 12_000;

    /** As 300 sessions may cost 64 MiB. */
    private static final long STUCK_BYTES_MAX = (64L << 20) / 300;

    @TempDir
    private static Path folder;

    private static TestNode node;

    @BeforeAll
    static void start() {
        node = TestNode.start(
                folder.resolve("data"),
                "gateway.slowMillis=" + SLOW_MILLIS,
                "gateway.sendsBurst=100000",
                "gateway.userSendsBurst=100000");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void whoDoesNotReadCostsLittleMemoryAndHasEverythingInTheEnd() throws Exception {
        List<String> names =
                IntStream.range(0, USERS).mapToObj(i -> "stuck" + i).toList();
        Caller sender = node.caller("sender");
        String group = sender.post(
                        "/v1/conversations",
                        new JsonObject()
                                .put("type", "group")
                                .put("memberIds", new JsonArray(names))
                                .encode())
                .json()
                .getString("conversationId");
        List<Reader> readers = new ArrayList<>();
        for (String name : names)
            for (int i = 0; i < DEVICES; i++)
                readers.add(new Reader(group, node.caller(name).token(), "device-" + i));
        try (Device device = Device.welcome(node.port(), sender.token(), "phone");
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            say(device, group, "warm", 200);
            for (Future<?> each : all(threads, readers, reader -> reader.readThrough(202))) each.get();
            long before = heap();
            long stuckSince = System.nanoTime();
            long head = say(device, group, "m", MESSAGES);
            long growth = heap() - before;
            System.out.printf(
                    "slow readers: %d stuck sessions and %d messages took %.1f MiB of heap%n",
                    STUCK, MESSAGES, growth / 1048576.0);
            assertThat(growth).isLessThan(STUCK * STUCK_BYTES_MAX);

            List<Future<?>> inTime = all(threads, readers.subList(0, STUCK / 2), reader -> reader.readThrough(head));
            for (Future<?> each : inTime) each.get(60, TimeUnit.SECONDS);
            long closed = stuckSince + TimeUnit.MILLISECONDS.toNanos(SLOW_MILLIS + 6_000);
            while (System.nanoTime() < closed) LockSupport.parkNanos(closed - System.nanoTime());
            List<Future<?>> late = all(threads, readers.subList(STUCK / 2, STUCK), reader -> reader.readThrough(head));
            for (Future<?> each : late) each.get(60, TimeUnit.SECONDS);
        }
        assertThat(readers.subList(0, STUCK / 2)).allMatch(reader -> reader.resyncs > 0 && reader.closes == 0);
        assertThat(readers.subList(STUCK / 2, STUCK)).allMatch(reader -> reader.closes > 0);
        for (Reader each : readers) each.close();
    }

    private interface Doing {
        void with(Reader reader);
    }

    private static List<Future<?>> all(ExecutorService threads, List<Reader> readers, Doing doing) {
        List<Future<?>> all = new ArrayList<>();
        for (Reader reader : readers) all.add(threads.submit(() -> doing.with(reader)));
        return all;
    }

    /** The sequence of the last; some are on their way at once. */
    private static long say(Device device, String group, String id, int count) {
        String body = "x".repeat(500);
        long last = 0;
        for (int i = 0; i < count + 50; i++) {
            if (i < count) device.says(Device.send(id + i, group, body));
            if (i >= 50) last = device.next("message_ack").getLong("sequence");
        }
        return last;
    }

    /** Bytes of it after collections. */
    private static long heap() {
        for (int i = 0; i < 3; i++) System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** One device, which reads when it is told to, and then asks for what it lacks. */
    private static final class Reader {
        private final String group;
        private final String token;
        private final String device;
        private final BitSet held = new BitSet();
        private RawClient socket;
        private boolean isAsking;
        int resyncs;
        int closes;

        Reader(String group, String token, String device) {
            this.group = group;
            this.token = token;
            this.device = device;
            held.set(0, 3); // what made the group
            socket = connect();
        }

        private RawClient connect() {
            RawClient fresh = RawClient.connect(node.port(), RECEIVE_BYTES);
            assertThat(fresh.upgrade().status()).isEqualTo(101);
            fresh.text(Device.hello(token, device).put("cursors", cursors()).encode());
            isAsking = true;
            return fresh;
        }

        private JsonObject cursors() {
            return new JsonObject().put(group, held.nextClearBit(0) - 1);
        }

        void readThrough(long head) {
            while (held.nextClearBit(0) <= head) {
                try {
                    take(socket.nextText());
                } catch (UncheckedIOException | AssertionError ended) {
                    closes++;
                    socket.close();
                    socket = connect();
                }
                if (!isAsking && held.nextClearBit(0) < held.length()) ask();
            }
        }

        private void take(String text) {
            if (!text.startsWith("[")) {
                takeFrame(new JsonObject(text));
                return;
            }
            for (Object each : new JsonArray(text)) takeFrame((JsonObject) each);
        }

        private void takeFrame(JsonObject frame) {
            switch (frame.getString("type")) {
                case "message_event" -> held.set(Math.toIntExact(frame.getLong("sequence")));
                case "synced" -> {
                    isAsking = false;
                    JsonObject heads = frame.getJsonObject("heads").getJsonObject(group);
                    if (heads != null && held.nextClearBit(0) <= heads.getLong("head")) ask();
                }
                case "resync" -> {
                    resyncs++;
                    ask();
                }
                default -> {}
            }
        }

        private void ask() {
            isAsking = true;
            socket.text(Device.frame("sync").put("cursors", cursors()).encode());
        }

        void close() {
            socket.close();
        }
    }
}
