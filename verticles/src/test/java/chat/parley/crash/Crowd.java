package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** All clients of a run, from when they begin to talk until they have read all. */
final class Crowd {
    private static final int LOADED_MILLIS_LEAST = 200;
    private static final int LOADED_MILLIS_MOST = 900;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(15); // the last heads are repeated after 10 s

    private final Recorder recorder;
    private final SplittableRandom random;
    private final Api api;
    private final Town town;
    private final List<Device> devices = new ArrayList<>();
    private final List<Clerk> clerks = new ArrayList<>();

    /** They begin. */
    Crowd(Door door, Recorder recorder, SplittableRandom random) throws IOException, Api.Refused, InterruptedException {
        this.recorder = recorder;
        this.random = random;
        api = new Api(door);
        town = new Town(api);
        for (String name : Town.DEVICES)
            devices.add(new Device(name, carrier(name), api, door, recorder, town, random.split()));
        for (String group : town.groups()) clerks.add(new Clerk(api, recorder, town, group, random.split()));
        for (Device device : devices) Thread.ofPlatform().daemon().start(device);
        for (Clerk clerk : clerks) Thread.ofPlatform().daemon().start(clerk);
    }

    /** Some of the devices have no WebSocket. */
    private static Carrier carrier(String device) {
        return switch (device) {
            case "m1/laptop", "m3/phone" -> Carrier.STREAMING;
            case "m2/phone", "g1/phone" -> Carrier.POLLING;
            default -> Carrier.WEBSOCKET;
        };
    }

    List<Device> devices() {
        return devices;
    }

    List<String> conversations() {
        return town.conversations();
    }

    /** Until all are back and in so many conversations served, and then for a random while more. */
    void load(int served) {
        await("all devices in step", () -> devices.stream().allMatch(Device::isInStep));
        awaitServed(served);
        long millis = random.nextInt(LOADED_MILLIS_LEAST, LOADED_MILLIS_MOST);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** Until so many conversations had a first acknowledgement. */
    void awaitServed(int conversations) {
        await(
                "acknowledgements in " + conversations + " conversations",
                () -> recorder.firstAckNanos().size() >= conversations);
    }

    /** Nobody says anything new, and all that was said gets its answer. @param said by the nodes, for whoever asks why not */
    void quiet(Supplier<String> said) {
        devices.forEach(Device::fallSilent);
        clerks.forEach(Clerk::end);
        boolean isSettled = tryAwait(WAIT_NANOS, () -> devices.stream().allMatch(Device::isSettled));
        assertThat(isSettled)
                .as(() -> "answers to all sends; without one: "
                        + devices.stream()
                                .flatMap(device -> device.unsettled().stream())
                                .toList() + "; odd: "
                        + recorder.odd() + "; said: " + said.get())
                .isTrue();
    }

    /**
     * Every user reads every conversation through one of the nodes, and who may read all of it through each; once the devices have what there
     * is or the time for that is over.
     */
    void finalReads(Map<String, Integer> portsByNode) throws Exception {
        for (String conversation : town.conversations()) {
            List<String> members = town.members(conversation);
            long head = head(town.token(members.getFirst()), conversation);
            tryAwait(
                    QUIET_NANOS,
                    () -> devices.stream()
                            .filter(device -> members.contains(device.user()))
                            .allMatch(device -> device.cursor(conversation) >= head));
        }
        List<String> nodes = List.copyOf(portsByNode.keySet());
        List<Api> apis = portsByNode.values().stream()
                .map(port -> new Api(new Door(port)))
                .toList();
        int turn = 0;
        for (String user : everybody()) {
            for (String conversation : town.conversationsOf(user)) {
                boolean isFirst = town.members(conversation).getFirst().equals(user);
                turn++;
                for (int node = 0; node < apis.size(); node++)
                    if (isFirst || turn % apis.size() == node)
                        read(nodes.get(node), apis.get(node), user, conversation);
            }
        }
        recorder.marks().readAgain(api, town);
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

    private void read(String node, Api its, String user, String conversation) throws Exception {
        long after = 0;
        while (true) {
            JsonObject page = its.page(town.token(user), conversation, after);
            if (page == null) return;
            recorder.finalRead(node, user + "/reader", conversation, page);
            long last = after;
            for (Object entry : page.getJsonArray("entries")) last = ((JsonObject) entry).getLong("sequence");
            if (last == after || last >= page.getLong("head")) return;
            after = last;
        }
    }

    static void await(String what, BooleanSupplier holds) {
        if (!tryAwait(WAIT_NANOS, holds)) throw new AssertionError("waited in vain for " + what);
    }

    private static boolean tryAwait(long nanos, BooleanSupplier holds) {
        long end = System.nanoTime() + nanos;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) return false;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        return true;
    }
}
