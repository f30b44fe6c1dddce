package chat.parley.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A cluster as {@code ./parley cluster} starts it: its nodes on the server's core, its stores on the driver's, which has room.
 *
 * @param nodes where clients come to
 * @param pids of the nodes alone
 */
public record ClusterProcess(Started started, List<InetSocketAddress> nodes, List<Long> pids) implements AutoCloseable {
    private static final String NODE = "node ";

    /** Starts one of so many nodes and waits until all serve. */
    public static ClusterProcess start(Path home, Cores cores, int count) throws IOException {
        Path folder = Started.folder();
        ThreadLocalRandom any = ThreadLocalRandom.current();
        String host = "127." + any.nextInt(1, 255) + "." + any.nextInt(1, 255) + ".1"; // with all ports free
        List<String> arguments = List.of(
                "cluster", folder.resolve("cluster").toString(), "--host", host, "--nodes", Integer.toString(count));
        Started started = Started.start(home, cores, folder, "cluster ready", arguments);
        List<InetSocketAddress> nodes = new ArrayList<>();
        List<Long> pids = new ArrayList<>();
        for (String line : started.said()) {
            if (!line.startsWith(NODE)) continue;
            String[] words = line.split(" "); // node NAME http://HOST:PORT
            URI address = URI.create(words[2]);
            nodes.add(new InetSocketAddress(address.getHost(), address.getPort()));
            started.process()
                    .descendants()
                    .filter(each -> each.children().findAny().isEmpty()) // not what watches over it
                    .filter(each -> Proc.lastArgument(each.pid()).endsWith("/" + words[1] + ".json"))
                    .forEach(each -> pids.add(each.pid()));
        }
        if (nodes.size() != count || pids.size() != count) {
            started.close();
            throw new IllegalStateException(
                    "./parley cluster said " + started.said() + ", whose processes are " + pids);
        }
        started.process()
                .descendants()
                .map(ProcessHandle::pid)
                .filter(pid -> !pids.contains(pid))
                .forEach(cores::moveToDriver);
        return new ClusterProcess(started, nodes, pids);
    }

    @Override
    public void close() throws IOException {
        started.close();
    }
}
