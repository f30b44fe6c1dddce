package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Checker;
import chat.parley.checker.Counter;
import chat.parley.checker.Expectations;
import chat.parley.checker.FaultStep;
import chat.parley.checker.Verdict;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One run: a node under load is killed at random moments and started again on what is left of its data; then all is read and judged. */
final class Ordeal {
    private static final int UNACKNOWLEDGED_LEAST = 100;
    private static final int LOADED_MILLIS_LEAST = 200;
    private static final int LOADED_MILLIS_MOST = 900;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(15); // the last heads are repeated after 10 s

    private final String title;
    private final Path folder;
    private final SplittableRandom random;
    private final String store;
    private final Recorder recorder;
    private final Door door = new Door();
    private final Api api = new Api(door);
    private final List<Long> unacknowledged = new ArrayList<>();
    private final List<Long> recoveryMillis = new ArrayList<>();

    /** What a kill does to the data besides, before the next life. */
    interface Aftermath {
        Aftermath NONE = data -> {};

        void of(Path data) throws IOException;
    }

    /** @param store how the node opens its store: see {@link chat.parley.node.FaultyNode} */
    Ordeal(String title, String store, Path folder, long seed) {
        this.title = title;
        this.store = store;
        this.folder = folder;
        this.random = new SplittableRandom(seed);
        this.recorder = new Recorder(!store.equals("journaled") && !store.equals("hasty"));
    }

    /** The verdict on so many kills; prints the figures. */
    Verdict run(int kills, Aftermath aftermath) throws Exception {
        long began = System.nanoTime();
        Path data = folder.resolve("data");
        Path log = folder.resolve("node.log");
        ServerProcess node = ServerProcess.start(store, data, log);
        try {
            door.open(node.port());
            Town town = new Town(api);
            List<Device> devices = new ArrayList<>();
            for (String name : Town.DEVICES)
                devices.add(new Device(name, carrier(name), api, door, recorder, town, random.split()));
            List<Clerk> clerks = new ArrayList<>();
            for (String group : town.groups()) clerks.add(new Clerk(api, recorder, town, group, random.split()));
            List<Thread> threads = new ArrayList<>();
            for (Device device : devices)
                threads.add(Thread.ofPlatform().daemon().start(device));
            for (Clerk clerk : clerks) threads.add(Thread.ofPlatform().daemon().start(clerk));

            for (int kill = 1; kill <= kills; kill++) {
                load(devices, node);
                String fault = "kill " + kill;
                recorder.fault(fault, FaultStep.PLANNED);
                kill(node, devices);
                recorder.fault(fault, FaultStep.EFFECTIVE);
                aftermath.of(data);
                recorder.awaitFirstAck();
                node = ServerProcess.start(store, data, log);
                door.open(node.port());
                recorder.fault(fault, FaultStep.HEALED);
            }
            load(devices, node);
            quiet(devices, clerks);
            finalReads(town, devices);
            recorder.marks().readAgain(api, town);
            recorder.end();
            door.end();
        } finally {
            door.end();
            node.kill();
        }
        StoreReader.read(data, store.equals("deferred"), recorder);
        Verdict verdict = Checker.check(recorder.history(), expectations(kills));
        System.out.println(figures(kills, (System.nanoTime() - began) / 1e9));
        System.out.println("  " + (verdict.holds() ? verdict : "found: " + verdict.counts()));
        return verdict;
    }

    /** Some of the devices have no WebSocket. */
    private static Device.Carrier carrier(String device) {
        return switch (device) {
            case "m1/laptop", "m3/phone" -> Device.Carrier.STREAMING;
            case "m2/phone", "g1/phone" -> Device.Carrier.POLLING;
            default -> Device.Carrier.WEBSOCKET;
        };
    }

    private static Expectations expectations(int kills) {
        return Expectations.oneNode()
                .atLeast(Counter.UNKNOWN_OUTCOMES, (long) kills * UNACKNOWLEDGED_LEAST)
                .atLeast(Counter.RESUMES, (long) kills * Town.DEVICES.size())
                .atLeast(Counter.RECEPTIONS, 1)
                .atLeast(Counter.POINTERS, 1)
                .atLeast(Counter.UNREADS, 1)
                .atLeast(Counter.STREAMS, Town.DEVICES.size())
                .atLeast(Counter.FAULTS_EFFECTIVE, kills)
                .faultsEffective(1);
    }

    /** Until all are back and served, and then for a random while more. */
    private void load(List<Device> devices, ServerProcess node) {
        await("all devices in step", WAIT_NANOS, () -> devices.stream().allMatch(Device::isInStep));
        await("an acknowledgement", WAIT_NANOS, () -> recorder.firstAckNanos() != 0);
        recoveryMillis.add(TimeUnit.NANOSECONDS.toMillis(recorder.firstAckNanos() - node.startedNanos()));
        int millis = random.nextInt(LOADED_MILLIS_LEAST, LOADED_MILLIS_MOST);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private void kill(ServerProcess node, List<Device> devices) throws InterruptedException {
        door.shut();
        long at = System.nanoTime();
        node.kill();
        await(
                "all sockets read to their end",
                WAIT_NANOS,
                () -> devices.stream().noneMatch(Device::isConnected));
        long without =
                devices.stream().mapToLong(device -> device.leftBehind(at)).sum();
        assertThat(without)
                .as("sends unacknowledged at kill %d", unacknowledged.size() + 1)
                .isGreaterThanOrEqualTo(UNACKNOWLEDGED_LEAST);
        unacknowledged.add(without);
    }

    private void quiet(List<Device> devices, List<Clerk> clerks) {
        devices.forEach(Device::fallSilent);
        clerks.forEach(Clerk::end);
        boolean isSettled = tryAwait(WAIT_NANOS, () -> devices.stream().allMatch(Device::isSettled));
        assertThat(isSettled)
                .as(() -> "answers to all sends; without one: "
                        + devices.stream()
                                .flatMap(device -> device.unsettled().stream())
                                .toList() + "; odd: "
                        + recorder.odd() + "; the node said: " + tail())
                .isTrue();
    }

    /** Every user reads every conversation, once the devices have what there is or the time for that is over. */
    private void finalReads(Town town, List<Device> devices) throws Exception {
        for (String conversation : town.conversations()) {
            List<String> members = town.members(conversation);
            long head = head(town.token(members.getFirst()), conversation);
            tryAwait(
                    QUIET_NANOS,
                    () -> devices.stream()
                            .filter(device -> members.contains(device.user()))
                            .allMatch(device -> device.cursor(conversation) >= head));
        }
        for (String user : everybody()) {
            for (String conversation : town.conversationsOf(user))
                read(town.token(user), user + "/reader", conversation);
        }
    }

    private static List<String> everybody() {
        List<String> all = new ArrayList<>(Town.MEMBERS);
        all.addAll(Town.GUESTS);
        return all;
    }

    private long head(String token, String conversation) throws Exception {
        JsonObject page = api.page(token, conversation, 0);
        return page == null ? 0 : page.getLong("head");
    }

    private void read(String token, String reader, String conversation) throws Exception {
        long after = 0;
        while (true) {
            JsonObject page = api.page(token, conversation, after);
            if (page == null) return;
            recorder.finalRead(reader, conversation, page);
            long last = after;
            for (Object entry : page.getJsonArray("entries")) last = ((JsonObject) entry).getLong("sequence");
            if (last == after || last >= page.getLong("head")) return;
            after = last;
        }
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(folder.resolve("node.log"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void await(String what, long nanos, BooleanSupplier holds) {
        if (!tryAwait(nanos, holds)) throw new AssertionError("waited in vain for " + what);
    }

    private static boolean tryAwait(long nanos, BooleanSupplier holds) {
        long end = System.nanoTime() + nanos;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) return false;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        return true;
    }

    /** What a client never sees of a server that works. */
    List<String> odd() {
        return recorder.odd();
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
