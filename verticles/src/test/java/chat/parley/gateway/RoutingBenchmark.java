package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.FaultyNode;
import chat.parley.node.cluster.Certificates;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the registry carries, over three processes on one machine, the bus encrypted as it is by default: {@code edge} has the users, {@code
 * one} and {@code two} own them. Prints figures; what it asserts is that nobody is missing.
 */
@Tag("long")
class RoutingBenchmark {
    private static final int USERS = Integer.getInteger("routing.users", 300_000);
    private static final int DYING = 100_000;
    private static final int ANNOUNCED = 6;
    private static final int KILLED = 3;
    private static final int SECONDS = 10;

    @TempDir
    private Path folder;

    private final String network;

    RoutingBenchmark() {
        var any = ThreadLocalRandom.current();
        network = "127." + any.nextInt(1, 255) + "." + any.nextInt(1, 255) + ".";
    }

    @Test
    void figures() throws Exception {
        new Certificates(folder).make(List.of("one", "two", "edge"));
        try (Part one = new Part("one", 1, "PRESENCE");
                Part edge = new Part("edge", 3, "GATEWAY")) {
            Part two = new Part("two", 2, "PRESENCE,GATEWAY");
            try {
                List<Part> all = List.of(one, two, edge);
                for (Part each : all) each.does("sees 3");
                announcements(all, edge);
                deliveries(one, two);
                for (int round = 1; round <= KILLED; round++) {
                    two.asks("make other " + DYING);
                    assertThat(two.number("come other")).isNotNegative();
                    kill(one, two);
                    if (round == KILLED) break;
                    two = new Part("two", 2, "PRESENCE,GATEWAY");
                    for (Part each : List.of(one, two, edge)) each.does("sees 3");
                    awaitUsers(one, two);
                }
            } finally {
                two.close();
            }
        }
    }

    private void announcements(List<Part> all, Part edge) throws IOException {
        edge.asks("make user " + USERS);
        long before = 0;
        for (Part each : all) {
            long bytes = each.number("heap");
            print("heap of %s without users: %d KiB", each.name, bytes >> 10);
            before += bytes;
        }
        for (int round = 1; round <= ANNOUNCED; round++) {
            long millis = edge.number("come user");
            assertThat(millis).as("all are known").isPositive();
            print("announcements, round %d: %,d in %d ms: %,d/s", round, USERS, millis, USERS * 1_000L / millis);
            if (round == ANNOUNCED) {
                long after = 0;
                for (Part each : all) after += each.number("heap");
                print("heap a user, of all three processes: %d B", (after - before) / USERS);
                break;
            }
            edge.asks("go user");
            awaitUsers(all.get(0), 0, all.get(1));
        }
    }

    private static void deliveries(Part one, Part two) throws IOException {
        two.asks("make user " + USERS);
        String[] figures = two.asks("route user " + SECONDS).split(" ");
        print("deliveries of messages to 100 each: %,d/s, %s messages dropped", Long.parseLong(figures[0]), figures[1]);
        assertThat(one.number("drift") + two.number("drift")).isZero();
    }

    private static void kill(Part one, Part two) throws Exception {
        one.says("complete " + USERS);
        long killed = System.currentTimeMillis();
        two.close();
        String answer = one.hears();
        assertThat(answer).as("the registry is complete").matches("\\d+ \\d+");
        String[] at = answer.split(" ");
        print(
                "after a kill with %,d users: missed in %d ms, registry complete in %d ms",
                DYING, Long.parseLong(at[0]) - killed, Long.parseLong(at[1]) - killed);
    }

    private static void awaitUsers(Part one, Part two) throws IOException {
        awaitUsers(one, USERS, two);
    }

    private static void awaitUsers(Part one, int count, Part two) throws IOException {
        while (one.number("users") + two.number("users") != count) Thread.onSpinWait();
    }

    private static void print(String format, Object... arguments) {
        System.out.println("routing: " + String.format(Locale.ROOT, format, arguments));
    }

    /** A process of the cluster. */
    private final class Part implements AutoCloseable {
        private final String name;
        private final Process process;
        private final BufferedReader answers;

        Part(String name, int number, String roles) throws IOException {
            this.name = name;
            List<String> members = new ArrayList<>();
            for (int each = 1; each <= 3; each++) members.add(network + each + ":5701");
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-Xms512m",
                            "-Xmx1g",
                            "-Dparley.log=WARN",
                            "--enable-native-access=ALL-UNNAMED",
                            "-Dsun.misc.unsafe.memory.access=allow",
                            "-cp",
                            FaultyNode.classPath(),
                            RoutingNode.class.getName(),
                            name,
                            folder.toString(),
                            network + number,
                            String.join(",", members),
                            roles)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            answers = process.inputReader();
            hears();
        }

        void says(String order) throws IOException {
            process.outputWriter().write(order + "\n");
            process.outputWriter().flush();
        }

        String hears() throws IOException {
            for (String line = answers.readLine(); line != null; line = answers.readLine())
                if (line.startsWith("= ")) return line.substring(2);
            throw new IOException(name + " has ended");
        }

        String asks(String order) throws IOException {
            says(order);
            return hears();
        }

        long number(String order) throws IOException {
            return Long.parseLong(asks(order));
        }

        void does(String order) throws IOException {
            assertThat(asks(order)).as(name + ": " + order).isEqualTo("true");
        }

        /** SIGKILL. */
        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
