package chat.parley.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.wire.CloseCode;
import com.sun.management.ThreadMXBean;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BusCodecsTest {
    private static final int ROUNDS = 100;

    /** What a hundred such messages would take; a count or length that is believed takes far more. */
    private static final long ALLOCATED_MAX = 1 << 20;

    private final SplittableRandom random = new SplittableRandom(7);
    private final RandomRecords records = new RandomRecords(random);

    static Stream<RecordCodec<?>> codecs() {
        return BusCodecs.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("codecs")
    <T> void aMessageArrivesAsItWasSent(RecordCodec<T> codec) {
        for (int round = 0; round < ROUNDS; round++) {
            T message = records.next(codec.type());
            Buffer wire = Buffer.buffer("before");
            codec.encodeToWire(wire, message);
            wire.appendString("behind");

            T arrived = codec.decodeFromWire("before".length(), wire);

            assertThat(arrived).usingRecursiveComparison().isEqualTo(message);
            assertThat(codec.encode(arrived)).isEqualTo(codec.encode(message));
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    <T> void insideANodeItIsTheSameObject(RecordCodec<T> codec) {
        T message = records.next(codec.type());

        assertThat(codec.transform(message)).isSameAs(message);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    <T> void aMessageCutShortIsRefused(RecordCodec<T> codec) {
        for (int round = 0; round < 4; round++) {
            byte[] bytes = codec.encode(records.next(codec.type()));
            for (int length = 0; length < bytes.length; length++) {
                byte[] part = Arrays.copyOf(bytes, length);
                assertThatIllegalArgumentException().isThrownBy(() -> codec.decode(part));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    <T> void garbageIsRefusedOrReadAndNeverCostsMuchMemory(RecordCodec<T> codec) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = 0; round < 10 * ROUNDS; round++) {
            byte[] bytes = codec.encode(records.next(codec.type()));
            for (int change = 0; change <= random.nextInt(4); change++) {
                bytes[1 + random.nextInt(bytes.length - 1)] = (byte) random.nextInt(256);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                codec.decode(bytes);
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageMatching("(?s).+");
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(ALLOCATED_MAX);
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    <T> void anotherVersionIsRefusedByName(RecordCodec<T> codec) {
        byte[] bytes = codec.encode(records.next(codec.type()));
        bytes[0]++;

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode(bytes))
                .withMessage(codec.name() + " of version 3, not 2");
    }

    /** The next minor version is made here: it has a text and a list more, behind all that there is. */
    @ParameterizedTest
    @MethodSource("codecs")
    <T> void neighbouringMinorVersionsReadEachOther(RecordCodec<T> codec) {
        List<String> added = new ArrayList<>();
        RecordCodec<T> next = new RecordCodec<>(
                codec.type(),
                (message, out) -> {
                    codec.writer().accept(message, out);
                    out.putString("later").putVar(2).putVar(300).putVar(1);
                },
                in -> {
                    T message = codec.reader().apply(in);
                    added.add(in.hasMore() ? in.getString() : "by default");
                    if (in.hasMore()) for (int left = in.getCount(); left > 0; left--) added.add("" + in.getVar());
                    return message;
                });
        for (int round = 0; round < ROUNDS; round++) {
            T message = records.next(codec.type());

            assertThat(codec.decode(next.encode(message)))
                    .usingRecursiveComparison()
                    .isEqualTo(message);
            assertThat(next.decode(codec.encode(message)))
                    .usingRecursiveComparison()
                    .isEqualTo(message);
            assertThat(next.decode(next.encode(message)))
                    .usingRecursiveComparison()
                    .isEqualTo(message);
            assertThat(added).containsExactly("by default", "later", "300", "1");
            added.clear();
        }
    }

    @Test
    void aLengthThatTheWireDoesNotHoldIsRefused() {
        RecordCodec<?> codec = BusCodecs.ALL.getFirst();

        assertThatIllegalArgumentException().isThrownBy(() -> codec.decodeFromWire(0, Buffer.buffer(new byte[3])));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        codec.decodeFromWire(0, Buffer.buffer().appendInt(5).appendInt(0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        codec.decodeFromWire(0, Buffer.buffer().appendInt(-1).appendInt(0)));
    }

    @Test
    void aShardThatDoesNotExistIsRefused() {
        byte[] bytes = codec(Submit.class).encode(new Submit(ConversationId.SHARDS, List.of()));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec(Submit.class).decode(bytes));
    }

    @Test
    void theTurnThatEndsAllSessionsTravels() {
        var end = new EndSessions(new UserId("eve"), new DeviceId("phone"), Long.MAX_VALUE, CloseCode.UNAUTHENTICATED);
        RecordCodec<EndSessions> codec = codec(EndSessions.class);

        assertThat(codec.decode(codec.encode(end))).isEqualTo(end);
    }

    @Test
    void everyMessageHasACodec() throws IOException, URISyntaxException {
        List<Class<?>> messages = recordsOfThePackage();
        messages.remove(Event.class); // a part of Route and Deliver
        messages.remove(RecordCodec.class);

        assertThat(BusCodecs.ALL.stream().<Class<?>>map(RecordCodec::type))
                .containsExactlyInAnyOrderElementsOf(messages);
    }

    @SuppressWarnings("unchecked")
    private static <T> RecordCodec<T> codec(Class<T> type) {
        return (RecordCodec<T>) BusCodecs.ALL.stream()
                .filter(codec -> codec.type() == type)
                .findFirst()
                .orElseThrow();
    }

    private static List<Class<?>> recordsOfThePackage() throws IOException, URISyntaxException {
        Path folder =
                Path.of(BusCodecs.class.getResource("BusCodecs.class").toURI()).getParent();
        List<Class<?>> records = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                if (name.contains("$") || name.equals("package-info")) continue;
                try {
                    Class<?> type = Class.forName(BusCodecs.class.getPackageName() + "." + name);
                    if (type.isRecord()) records.add(type);
                } catch (ClassNotFoundException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return records;
    }
}
