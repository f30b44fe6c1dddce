package chat.parley.docker;

import chat.parley.crash.Namespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The services of a compose file on networks as it says, without an engine: each in namespaces of the kernel, with what stands for its image. This
 * JVM has an address in the one network whose addresses the file leaves open, which is where ports are published.
 */
final class Containers implements AutoCloseable {
    private static final int START_SECONDS_MAX = 120;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    private final Compose compose;
    private final Map<String, Image> images;
    private final Path folder;
    private final String prefix;
    private final String switches;
    private final String open;
    private final Map<String, Container> containers = new LinkedHashMap<>();
    private final Map<String, Path> volumes = new HashMap<>();

    /** By network, the switch that it is. */
    private final Map<String, String> networks = new TreeMap<>();

    /** By network, then service. */
    private final Map<String, Map<String, String>> addresses = new TreeMap<>();

    private final Thread atExit = new Thread(this::remove);
    private int links;

    /**
     * @param images that stand for those of the file; services of others are left out
     * @param name of this set of containers, among others of this JVM
     * @param open the last but one number of the addresses of the network that the file leaves open
     */
    Containers(Compose compose, Map<String, Image> images, Path folder, String name, int open) throws IOException {
        this.compose = compose;
        this.images = images;
        this.folder = Files.createDirectories(folder.resolve(name));
        this.prefix = "parley-" + ProcessHandle.current().pid() + "-" + name + "-";
        this.switches = prefix + "switches";
        this.open = "198.19." + open + "."; // of those for benches
        Namespaces.removeOfTheDead();
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            Namespaces.run("ip", "netns", "add", switches);
            for (String service : compose.services())
                if (images.containsKey(compose.service(service).image())) makeHost(compose.service(service));
        } catch (IOException | IllegalStateException unmade) {
            close();
            throw unmade;
        }
    }

    private void makeHost(Compose.Service service) throws IOException {
        String host = prefix + service.name();
        Namespaces.run("ip", "netns", "add", host);
        Namespaces.run("ip", "-n", host, "link", "set", "dev", "lo", "up");
        int number = 0;
        for (Map.Entry<String, String> each : service.addresses().entrySet()) {
            String network = each.getKey();
            String address = each.getValue().isEmpty() ? anyAddress(network) : each.getValue();
            addresses.computeIfAbsent(network, none -> new TreeMap<>()).put(service.name(), address);
            connect(host, "eth" + number++, address, network);
        }
        Path own = Files.createDirectories(folder.resolve(service.name()));
        Image image = Objects.requireNonNull(images.get(service.image()));
        containers.put(service.name(), new Container(service, image, host, own));
        for (Compose.Service.Mount mount : service.mounts())
            if (mount.isVolume())
                volumes.put(mount.source(), Files.createDirectories(folder.resolve("volume-" + mount.source())));
    }

    private String anyAddress(String network) {
        String prefixOfIts = compose.prefixOf(network);
        return (prefixOfIts.isEmpty() ? open : prefixOfIts)
                + (100 + addresses.getOrDefault(network, Map.of()).size());
    }

    private void connect(String host, String link, String address, String network) {
        String its = networks.computeIfAbsent(network, this::makeNetwork);
        String far = "link" + links++;
        Namespaces.run(
                "ip", "link", "add", link, "netns", host, "type", "veth", "peer", "name", far, "netns", switches);
        Namespaces.run("ip", "-n", switches, "link", "set", "dev", far, "master", its, "up");
        Namespaces.run("ip", "-n", host, "address", "add", address + "/24", "dev", link);
        Namespaces.run("ip", "-n", host, "link", "set", "dev", link, "up");
    }

    private String makeNetwork(String network) {
        String its = "net" + networks.size();
        Namespaces.run("ip", "-n", switches, "link", "add", its, "type", "bridge");
        Namespaces.run("ip", "-n", switches, "link", "set", "dev", its, "up");
        if (!compose.prefixOf(network).isEmpty()) return its;
        String own = "p" + ProcessHandle.current().pid() + "x" + open.split("\\.")[2];
        Namespaces.run("ip", "link", "add", own, "type", "veth", "peer", "name", "own", "netns", switches);
        Namespaces.run("ip", "-n", switches, "link", "set", "dev", "own", "master", its, "up");
        Namespaces.run("ip", "address", "add", open + "1/24", "dev", own);
        Namespaces.run("ip", "link", "set", "dev", own, "up");
        return its;
    }

    Container get(String service) {
        return Objects.requireNonNull(containers.get(service), service);
    }

    /** From now on it takes no connection at that port. */
    void refuse(String service, int port) {
        String rule = "iptables -w -A INPUT -p tcp --dport " + port + " -j REJECT --reject-with tcp-reset";
        Namespaces.run(("ip netns exec " + prefix + service + " " + rule).split(" "));
    }

    /** Where its ports are published. */
    String published(String service) {
        for (Map<String, String> each : addresses.values()) {
            String address = each.getOrDefault(service, "");
            if (address.startsWith(open)) return address;
        }
        throw new IllegalArgumentException(service + " is not in the network that is open");
    }

    /** Starts all, each when what it depends on is as it is to be, and returns when all are. */
    void up() {
        Map<String, CompletableFuture<Void>> states = new HashMap<>();
        for (String service : containers.keySet())
            for (String state : new String[] {"started", "healthy", "completed_successfully"})
                states.put(service + " " + state, new CompletableFuture<>());
        Map<String, CompletableFuture<Void>> all = new LinkedHashMap<>();
        for (String service : containers.keySet())
            all.put(service, CompletableFuture.runAsync(() -> follow(service, states), Thread::startVirtualThread));
        CompletableFuture.allOf(all.values().toArray(CompletableFuture[]::new)).join();
    }

    private void follow(String service, Map<String, CompletableFuture<Void>> states) {
        Container container = get(service);
        try {
            compose.service(service)
                    .dependsOn()
                    .forEach((other, condition) -> Objects.requireNonNull(states.get(other + " " + condition))
                            .join());
            start(service);
            Objects.requireNonNull(states.get(service + " started")).complete(null);
            boolean isOnce = compose.services().stream()
                    .anyMatch(other -> "completed_successfully"
                            .equals(compose.service(other).dependsOn().get(service)));
            if (isOnce) {
                int code = container.awaitEnd(START_SECONDS_MAX);
                if (code != 0) throw new IllegalStateException(service + " ended with " + code);
                Objects.requireNonNull(states.get(service + " completed_successfully"))
                        .complete(null);
            } else {
                awaitHealthy(service);
                Objects.requireNonNull(states.get(service + " healthy")).complete(null);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (CompletionException | IllegalStateException failed) {
            IllegalStateException why =
                    new IllegalStateException(service + " did not start; it said:\n" + container.said(), failed);
            states.forEach((state, its) -> {
                if (state.startsWith(service + " ")) its.completeExceptionally(why);
            });
            throw why;
        }
    }

    /** Begins to. */
    void start(String service) {
        Map<String, String> hosts = new TreeMap<>();
        addresses.forEach((network, its) -> {
            if (its.containsKey(service)) its.forEach(hosts::putIfAbsent);
        });
        get(service).start(hosts, volumes);
    }

    void awaitHealthy(String service) {
        Container container = get(service);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (!container.isHealthy()) {
            if (!container.isAlive() || System.nanoTime() > until)
                throw new IllegalStateException(service + " is not healthy; it said:\n" + container.said());
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

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
        containers.values().forEach(Container::kill);
        Namespaces.remove(prefix);
    }
}
