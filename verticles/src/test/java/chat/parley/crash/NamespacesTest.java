package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.crash.Namespaces.Way;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated
@Tag("real")
@Timeout(60)
class NamespacesTest {
    @Test
    void whatGoesACutWayIsLostAndCounted() throws Exception {
        try (Namespaces hosts = new Namespaces(List.of("a", "b", "c"))) {
            Way cut = new Way("a", "b");
            Way silent = new Way("c", "b");
            hosts.cut(cut);
            hosts.cut(silent);
            say(hosts, "a", "b");
            say(hosts, "a", "c");
            say(hosts, "c", "a");
            assertThat(hosts.dropped()).isEqualTo(Map.of(cut, 1L, silent, 0L));
            say(hosts, "b", "a"); // it comes, and what the kernel answers is lost
            assertThat(hosts.dropped()).isEqualTo(Map.of(cut, 2L, silent, 0L));
            hosts.heal();
            say(hosts, "a", "b");
            assertThat(hosts.dropped()).isEmpty();
        }
    }

    @Test
    void nothingIsLeftAndWhatADeadRunLeftIsRemoved() throws Exception {
        String dead = "parley-" + pidOfTheDead() + "-bridge";
        String living = "parley-1-bridge";
        run(List.of("ip", "netns", "add", dead));
        run(List.of("ip", "netns", "add", living));
        Process forgotten = new ProcessBuilder("ip", "netns", "exec", dead, "sleep", "600").start();
        try (Namespaces hosts = new Namespaces(List.of("a"))) {
            assertThat(hosts.command("a")).contains("exec");
            forgotten.waitFor();
            assertThat(list()).doesNotContain(dead).contains(living).contains(ofThisRun());
        } finally {
            forgotten.destroyForcibly();
            run(List.of("ip", "netns", "delete", living));
        }
        assertThat(list()).doesNotContain(ofThisRun());
        assertThat(run(List.of("ip", "link", "show")))
                .doesNotContain("parley" + ProcessHandle.current().pid());
    }

    private static String ofThisRun() {
        return "parley-" + ProcessHandle.current().pid() + "-";
    }

    private static long pidOfTheDead() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        return process.pid();
    }

    private static String list() throws IOException, InterruptedException {
        return run(List.of("ip", "netns", "list"));
    }

    /** One packet, which nobody waits for. */
    private static void say(Namespaces hosts, String from, String to) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(hosts.command(from));
        command.addAll(List.of("bash", "-c", "echo >/dev/udp/" + hosts.address(to) + "/9"));
        run(command);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
