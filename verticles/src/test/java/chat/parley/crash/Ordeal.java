package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Checker;
import chat.parley.checker.Counter;
import chat.parley.checker.Expectations;
import chat.parley.checker.FaultStep;
import chat.parley.checker.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** One run: a node under load is killed at random moments and started again on what is left of its data; then all is read and judged. */
final class Ordeal {
    private static final int UNACKNOWLEDGED_LEAST = 100;

    private final String title;
    private final Path folder;
    private final SplittableRandom random;
    private final String store;
    private final List<String> settings;
    private final Recorder recorder;
    private final Door door = new Door();
    private final List<Long> unacknowledged = new ArrayList<>();
    private final List<Long> recoveryMillis = new ArrayList<>();

    /** What a kill does to the data besides, before the next life. */
    interface Aftermath {
        Aftermath NONE = data -> {};

        void of(Path data) throws IOException;
    }

    /**
     * @param store how the node opens its store: see {@link chat.parley.node.FaultyNode}
     * @param settings of the node, that are not as usual
     */
    Ordeal(String title, String store, Path folder, long seed, String... settings) {
        this.title = title;
        this.store = store;
        this.folder = folder;
        this.settings = new ArrayList<>(List.of(settings));
        this.random = new SplittableRandom(seed);
        this.recorder = new Recorder(!store.equals("journaled") && !store.equals("hasty"));
    }

    /** The verdict on so many kills; prints the figures. */
    Verdict run(int kills, Aftermath aftermath) throws Exception {
        long began = System.nanoTime();
        Path data = folder.resolve("data");
        settings.add("store.path=" + data);
        Path log = folder.resolve("node.log");
        ServerProcess node = ServerProcess.start(store, settings, log);
        int devices;
        try {
            door.open(node.door());
            Crowd crowd = new Crowd(door, recorder, Scale.VILLAGE, random);
            devices = crowd.devices().size();
            for (int kill = 1; kill <= kills; kill++) {
                load(crowd, node);
                String fault = "kill " + kill;
                recorder.fault(fault, FaultStep.PLANNED);
                kill(node, crowd.devices());
                recorder.fault(fault, FaultStep.EFFECTIVE);
                aftermath.of(data);
                recorder.awaitFirstAcks(System.nanoTime());
                node = ServerProcess.start(store, settings, log);
                door.open(node.door());
                recorder.fault(fault, FaultStep.HEALED);
            }
            load(crowd, node);
            crowd.quiet(this::tail);
            crowd.finalReads(Map.of("n1", node.door()));
            recorder.end();
            door.end();
        } finally {
            door.end();
            node.kill();
        }
        StoreReader.read(data, store.equals("deferred"), recorder);
        Verdict verdict = Checker.check(recorder.history(), expectations(kills, devices));
        System.out.println(figures(kills, (System.nanoTime() - began) / 1e9));
        System.out.println("  " + (verdict.holds() ? verdict : "found: " + verdict.counts()));
        return verdict;
    }

    private static Expectations expectations(int kills, int devices) {
        return Expectations.oneNode()
                .atLeast(Counter.UNKNOWN_OUTCOMES, (long) kills * UNACKNOWLEDGED_LEAST)
                .atLeast(Counter.RESUMES, (long) kills * devices)
                .atLeast(Counter.RECEPTIONS, 1)
                .atLeast(Counter.POINTERS, 1)
                .atLeast(Counter.UNREADS, 1)
                .atLeast(Counter.STREAMS, devices)
                .atLeast(Counter.FAULTS_EFFECTIVE, kills)
                .faultsEffective(1);
    }

    private void load(Crowd crowd, ServerProcess node) {
        crowd.load(1);
        long served = Collections.min(recorder.firstAckNanos().values());
        recoveryMillis.add(TimeUnit.NANOSECONDS.toMillis(served - node.startedNanos()));
    }

    private void kill(ServerProcess node, List<Device> devices) throws InterruptedException {
        door.shut(node.door());
        long at = System.nanoTime();
        node.kill();
        Crowd.await(
                "all sockets read to their end",
                () -> devices.stream().noneMatch(device -> device.isConnectedTo(node.door())));
        long without =
                devices.stream().mapToLong(device -> device.leftBehind(at)).sum();
        assertThat(without)
                .as("sends unacknowledged at kill %d", unacknowledged.size() + 1)
                .isGreaterThanOrEqualTo(UNACKNOWLEDGED_LEAST);
        unacknowledged.add(without);
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(folder.resolve("node.log"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** What a client never sees of a server that works. */
    List<String> odd() {
        assertThat(recorder.receiptsRefused())
                .as("receipts refused by a node that is alone")
                .isZero();
        return recorder.odd();
    }

    /** How often a client was told to synchronise. */
    long resyncs() {
        return recorder.resyncs();
    }

    private String figures(int kills, double seconds) {
        List<Long> left = unacknowledged.stream().sorted().toList();
        List<Long> recovery = recoveryMillis.stream().skip(1).sorted().toList();
        return String.format(
                "%s: %d kills, unacknowledged at each %d least, %d median; %s; start to first acknowledgement %d ms"
                        + " median, %d ms most; %.1f s",
                title,
                kills,
                left.getFirst(),
                left.get(left.size() / 2),
                recorder,
                recovery.get(recovery.size() / 2),
                recovery.getLast(),
                seconds);
    }
}
