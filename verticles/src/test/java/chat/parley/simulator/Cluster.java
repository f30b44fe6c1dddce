package chat.parley.simulator;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The nodes, and what each believes of the others: the dead are noticed soon, the frozen and the unreachable after a while. */
final class Cluster {
    private static final long HTTP_MICROS = 10_000_000;
    private static final long WAY_MICROS = 3_000;

    final List<Node> nodes = new ArrayList<>();
    private final Simulation world;
    private final SplittableRandom random;
    private final Map<String, Long> noticed = new HashMap<>(); // viewer and subject: when the last notice arrives

    Cluster(Simulation world, int size, SplittableRandom random) {
        this.world = world;
        this.random = random;
        for (int i = 1; i <= size; i++) nodes.add(new Node(world, "n" + i, random.split()));
    }

    void start() {
        Set<String> all = new TreeSet<>();
        for (Node node : nodes) all.add(node.name);
        for (Node node : nodes) node.start(all);
    }

    Node get(int index) {
        return nodes.get(index);
    }

    int size() {
        return nodes.size();
    }

    void kill(Node node) {
        node.kill();
        for (Device device : world.devices) device.died(node.process());
        for (Node other : others(node)) notice(other, node, false, 300_000, 2_000_000);
    }

    void restart(Node node) {
        if (node.isAlive()) return;
        Set<String> seen = new TreeSet<>();
        seen.add(node.name);
        node.start(seen);
        for (Node other : others(node)) {
            if (!other.isAlive()) continue;
            notice(node, other, true, 50_000, 1_000_000);
            notice(other, node, true, 50_000, 1_000_000);
        }
    }

    /** Nothing runs there for so long; past some seconds the others give it up, and when it wakes it believes that it is alone. */
    void freeze(Node node, long millis) {
        node.process().freeze(millis);
        long wake = millis * Scheduler.MICROS_A_MILLI;
        long givenUp = 8_000_000 + random.nextLong(4_000_000);
        boolean isGivenUp = wake > givenUp;
        if (isGivenUp) for (Node other : others(node)) notice(other, node, false, givenUp, givenUp + 1_000_000);
        boolean isConfused = isGivenUp || millis > 3_000 && random.nextBoolean();
        if (isConfused) forget(node, wake);
        if (isGivenUp) for (Node other : others(node)) notice(other, node, true, wake + 500_000, wake + 8_000_000);
    }

    /** The node believes for some seconds that it is alone. */
    void forget(Node node, long atMicros) {
        for (Node other : others(node)) {
            notice(node, other, false, atMicros, atMicros + 300_000);
            notice(node, other, true, atMicros + 2_000_000, atMicros + 8_000_000);
        }
    }

    /** The viewer loses sight of the subject after a while without a word. */
    void loseSight(Node viewer, Node subject) {
        notice(viewer, subject, false, 8_000_000, 12_000_000);
    }

    /** Everybody who is alive sees everybody who is, some time from now. */
    void meet(long leastMicros, long mostMicros) {
        for (Node viewer : nodes) {
            for (Node subject : others(viewer)) notice(viewer, subject, true, leastMicros, mostMicros);
        }
    }

    private void notice(Node viewer, Node subject, boolean isThere, long leastMicros, long mostMicros) {
        long at = world.nowMicros() + random.nextLong(leastMicros, mostMicros + 1);
        String key = viewer.name + subject.name;
        at = Math.max(at, noticed.getOrDefault(key, 0L) + 1);
        noticed.put(key, at);
        viewer.process().plan(at - world.nowMicros(), () -> {
            if (isThere && !subject.isAlive()) return;
            world.trace.event("view", viewer.name, isThere ? 1 : 0, () -> subject.name + (isThere ? " came" : " went"));
            viewer.notice(subject.name, isThere);
        });
    }

    List<Node> others(Node node) {
        return nodes.stream().filter(other -> other != node).toList();
    }

    /** A connection to some node; null: nobody takes it. */
    @Nullable
    Link connect(Device device) {
        Node node = get(device.random.nextInt(size()));
        if (node.gateway() == null) return null;
        Link link = world.link(node.process(), device);
        world.trace.event("connects", device.name, 0, () -> "to " + node);
        node.process().plan(WAY_MICROS, () -> {
            var gateway = node.gateway();
            if (gateway != null) link.opened(gateway.open(link));
        });
        return link;
    }

    /** An HTTP request of a device to some node; fails without an answer. */
    <T> Future<T> ask(Device device, Function<Node, Future<T>> request) {
        return ask(get(device.random.nextInt(size())), request);
    }

    <T> Future<T> ask(Node node, Function<Node, Future<T>> request) {
        Promise<T> answer = Promise.promise();
        if (node.gateway() == null) {
            world.after(WAY_MICROS, () -> answer.tryFail("connection refused"));
            return answer.future();
        }
        Process process = node.process();
        world.after(HTTP_MICROS, () -> answer.tryFail("no answer"));
        process.plan(
                WAY_MICROS,
                () -> request.apply(node)
                        .onComplete(result -> world.after(WAY_MICROS, () -> {
                            if (!process.isAlive()) return;
                            if (result.succeeded()) answer.tryComplete(result.result());
                            else answer.tryFail(result.cause());
                        })));
        return answer.future();
    }
}
