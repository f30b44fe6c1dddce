package chat.parley.crash;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Nodes on hosts of their own, and between them a network that can be cut: network namespaces of this kernel, on a bridge in one more. This JVM
 * has an address in that network too, which no cut reaches; nothing leaves the machine.
 *
 * <p>Names carry the number of this process. All is removed at the end, or when this JVM is told to end before; what one left that was
 * killed, the next removes, and whatever still runs there.
 */
public final class Namespaces implements Hosts, AutoCloseable {
    private static final Pattern NAME = Pattern.compile("parley-(\\d+)-\\S+");
    private static final String NEEDED =
            "hosts for the nodes are made of network namespaces, which wants Linux, root, and the"
                    + " packages iproute2 and iptables";
    private static final String LINK = "eth0"; // of each host to the bridge
    private static final int DOOR = 8080;

    private final long pid = ProcessHandle.current().pid();
    private final String prefix = "parley-" + pid + "-";
    private final String bridge = prefix + "bridge";
    private final String network = "198.18." + pid % 256 + "."; // of those for benches
    private final List<String> nodes;
    private final List<Way> cuts = new ArrayList<>();
    private final Thread atExit = new Thread(this::remove);

    /** What goes from one node to another. */
    record Way(String from, String to) {
        @Override
        public String toString() {
            return from + " to " + to;
        }
    }

    /** @throws IllegalStateException with what this machine lacks */
    Namespaces(List<String> nodes) {
        this.nodes = nodes;
        removeOfTheDead();
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            makeBridge();
            nodes.forEach(this::makeHost);
        } catch (IllegalStateException unmade) {
            close();
            throw unmade;
        }
    }

    private void makeBridge() {
        String own = "parley" + pid;
        run("ip", "netns", "add", bridge);
        run("ip", "-n", bridge, "link", "add", "bridge", "type", "bridge");
        run("ip", "-n", bridge, "link", "set", "dev", "bridge", "up");
        run("ip", "link", "add", own, "type", "veth", "peer", "name", "own", "netns", bridge);
        run("ip", "-n", bridge, "link", "set", "dev", "own", "master", "bridge", "up");
        run("ip", "address", "add", own() + "/24", "dev", own);
        run("ip", "link", "set", "dev", own, "up");
    }

    private void makeHost(String node) {
        String host = prefix + node;
        run("ip", "netns", "add", host);
        run("ip", "link", "add", LINK, "netns", host, "type", "veth", "peer", "name", node, "netns", bridge);
        run("ip", "-n", bridge, "link", "set", "dev", node, "master", "bridge", "up");
        run("ip", "-n", host, "link", "set", "dev", "lo", "up");
        run("ip", "-n", host, "address", "add", address(node) + "/24", "dev", LINK);
        run("ip", "-n", host, "link", "set", "dev", LINK, "up");
        // Clients come from outside, and a node that gives tokens to whoever asks listens on loopback only.
        at(node, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/" + LINK + "/route_localnet");
        String rule = "-t nat -A PREROUTING -p tcp -d " + address(node) + " --dport " + DOOR;
        iptables(node, rule + " -j DNAT --to-destination 127.0.0.1:" + DOOR);
    }

    /** Of this JVM, and of what it starts outside all namespaces. */
    String own() {
        return network + 1;
    }

    @Override
    public String address(String node) {
        return network + (2 + nodes.indexOf(node));
    }

    @Override
    public InetSocketAddress door(String node) {
        return new InetSocketAddress(address(node), DOOR);
    }

    @Override
    public List<String> command(String node) {
        return List.of("ip", "netns", "exec", prefix + node);
    }

    /** From now on all packets that go this way are lost; those of the way back are not. */
    void cut(Way way) {
        iptables(way.to, "-A INPUT -s " + address(way.from) + " -j DROP");
        cuts.add(way);
    }

    /** How many packets were lost on each way that is cut now. */
    Map<Way, Long> dropped() {
        Map<Way, Long> dropped = new LinkedHashMap<>();
        for (Way way : cuts)
            iptables(way.to, "-L INPUT -v -x -n")
                    .lines()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(words -> words.length > 7 && words[2].equals("DROP") && words[7].equals(address(way.from)))
                    .forEach(words -> dropped.put(way, Long.parseLong(words[0])));
        return dropped;
    }

    /** From now on nothing is lost. */
    void heal() {
        for (String node : nodes) iptables(node, "-F INPUT");
        cuts.clear();
    }

    private String iptables(String node, String arguments) {
        return at(node, ("iptables -w " + arguments).split(" "));
    }

    private String at(String node, String... command) {
        List<String> there = new ArrayList<>(command(node));
        there.addAll(List.of(command));
        return run(there.toArray(String[]::new));
    }

    /** What the command printed. @throws IllegalStateException with what this machine lacks */
    public static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() == 0) return said;
            throw new IllegalStateException(NEEDED + "; but " + String.join(" ", command) + " said: " + said.strip());
        } catch (IOException missing) {
            throw new IllegalStateException(NEEDED + "; but " + missing.getMessage(), missing);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    // The end.

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException ending) {
            return; // it is at it
        }
        remove();
    }

    private void remove() {
        remove(prefix);
    }

    /** All whose names begin so, with whatever runs there. */
    public static void remove(String prefix) {
        for (String each : all()) if (each.startsWith(prefix)) removeOne(each);
    }

    /** What JVMs left that are no more. */
    public static void removeOfTheDead() {
        for (String left : all()) if (isOfTheDead(left)) removeOne(left);
    }

    /** Those that a run of ours has made. */
    private static List<String> all() {
        return run("ip", "netns", "list")
                .lines()
                .map(NAME::matcher)
                .filter(Matcher::lookingAt)
                .map(Matcher::group)
                .toList();
    }

    private static boolean isOfTheDead(String namespace) {
        Matcher name = NAME.matcher(namespace);
        return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
    }

    /** The kernel takes its links away some time later, but for those that are taken away now. */
    private static void removeOne(String namespace) {
        run("ip", "-n", namespace, "-brief", "link", "show", "type", "veth")
                .lines()
                .map(line -> line.substring(0, line.indexOf('@')))
                .forEach(link -> run("ip", "-n", namespace, "link", "delete", "dev", link));
        run("ip", "netns", "pids", namespace)
                .lines()
                .map(pid -> ProcessHandle.of(Long.parseLong(pid.strip())))
                .forEach(process -> process.ifPresent(ProcessHandle::destroyForcibly));
        run("ip", "netns", "delete", namespace);
    }
}
