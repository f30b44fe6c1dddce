package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All clients of a run, from when they begin to talk until they have read all. */
final class Crowd {
    private static final int LOADED_MILLIS_LEAST = 200;
    private static final int LOADED_MILLIS_MOST = 900;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(15); // the last heads are repeated after 10 s

    /** Where some are in large groups, who read what they have missed of all others. */
    private static final long QUIET_OF_MANY_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final int READERS = 4;

    private final Recorder recorder;
    private final SplittableRandom random;
    private final Api api;
    private final Town town;
    private final List<Device> devices = new ArrayList<>();
    private final List<Clerk> clerks = new ArrayList<>();
    private final List<Tide> tides = new ArrayList<>();
    private final List<Onlooker> onlookers = new ArrayList<>();
    private final List<Thread> programs = new ArrayList<>(); // all but the devices
    private final AtomicLong changes = new AtomicLong();
    private int reminded;

    /** They begin. */
    Crowd(Door door, Recorder recorder, Scale scale, SplittableRandom random)
            throws IOException, Api.Refused, InterruptedException {
        this.recorder = recorder;
        this.random = random;
        api = new Api(door);
        town = new Town(api, scale);
        for (String name : town.devices())
            devices.add(new Device(name, carrier(name), api, door, recorder, town, scale, random.split()));
        for (String group : town.openGroups()) clerks.add(new Clerk(api, recorder, town, group, scale, random.split()));
        town.audiences()
                .forEach((conversation, audience) ->
                        tides.add(new Tide(audience, api, recorder, town, conversation, random.split(), changes)));
        if (!tides.isEmpty()) onlookers.add(new Onlooker(api, recorder, town, random.split()));
        for (Device device : devices) Thread.ofPlatform().daemon().start(device);
        for (List<? extends Runnable> each : List.of(clerks, tides, onlookers))
            for (Runnable one : each) programs.add(Thread.ofPlatform().daemon().start(one));
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

    List<Tide> tides() {
        return tides;
    }

    /** Of those who are never online, so many came to a group or went. */
    long changes() {
        return changes.get();
    }

    /** So many devices of guests came back in the end to hear in which groups these are. */
    int reminded() {
        return reminded;
    }

    List<String> conversations() {
        return town.conversations();
    }

    /** Until all are back and in so many conversations served, and then for a random while more. */
    void load(int served) {
        awaitInStep();
        awaitServed(served);
        long millis = random.nextInt(LOADED_MILLIS_LEAST, LOADED_MILLIS_MOST);
        pauseUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    void awaitInStep() {
        await("all devices in step", () -> devices.stream().allMatch(Device::isInStep));
    }

    /** Something is said in every conversation, at once. */
    void burst() {
        devices.forEach(Device::burst);
    }

    /** Until so many conversations had a first acknowledgement. */
    void awaitServed(int conversations) {
        boolean isServed = tryAwait(WAIT_NANOS, () -> recorder.firstAckNanos().size() >= conversations);
        assertThat(isServed)
                .as(() -> "an acknowledgement in all of " + conversations + " conversations; there were "
                        + recorder.firstAckNanos().size() + "; without one: " + unsettled())
                .isTrue();
    }

    private List<String> unsettled() {
        return devices.stream().flatMap(device -> device.unsettled().stream()).toList();
    }

    /** Nobody says anything new, and all that was said gets its answer. @param said by the nodes, for whoever asks why not */
    void quiet(Supplier<String> said) {
        devices.forEach(Device::fallSilent);
        clerks.forEach(Clerk::end);
        tides.forEach(Tide::end);
        onlookers.forEach(Onlooker::end);
        await(
                "the end of all that is written and read over HTTP",
                () -> programs.stream().noneMatch(Thread::isAlive));
        boolean isSettled = tryAwait(WAIT_NANOS, () -> devices.stream().allMatch(Device::isSettled));
        assertThat(isSettled)
                .as(() -> "answers to all sends; without one: " + unsettled() + "; odd: " + recorder.odd() + "; said: "
                        + said.get())
                .isTrue();
    }

    /**
     * Every user reads every conversation through one of the nodes, and who may read all of it through each; once the devices have what there
     * is or the time for that is over.
     */
    void finalReads(Map<String, InetSocketAddress> nodes) throws Exception {
        Map<String, Long> heads = new LinkedHashMap<>();
        for (String conversation : town.conversations())
            heads.put(conversation, head(town.token(town.members(conversation).getFirst()), conversation));
        Map<Device, Map<String, Long>> ofGuests = headsOfGuests();
        tryAwait(quietNanos(), () -> haveAll(heads) && allHave(ofGuests));
        remind(ofGuests);
        Map<String, Api> apis = new LinkedHashMap<>();
        nodes.forEach((node, its) -> apis.put(node, new Api(new Door(its))));
        List<Callable<Void>> reads = new ArrayList<>();
        int turn = 0;
        for (String conversation : town.conversations()) {
            for (String user : town.readers(conversation)) {
                boolean isFirst = town.members(conversation).getFirst().equals(user);
                int only = turn++ % apis.size();
                int node = 0;
                for (Map.Entry<String, Api> each : apis.entrySet())
                    if (node++ == only || isFirst)
                        reads.add(() -> read(each.getKey(), each.getValue(), user, conversation));
            }
        }
        try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
            for (Future<Void> read : readers.invokeAll(reads)) read.get();
        }
        recorder.marks().readAgain(api, town);
    }

    private long quietNanos() {
        return town.audiences().isEmpty() ? QUIET_NANOS : QUIET_OF_MANY_NANOS;
    }

    /** How far guests may read, as the nodes say. Where there are no large groups nobody waits for them. */
    private Map<Device, Map<String, Long>> headsOfGuests() throws Exception {
        Map<Device, Map<String, Long>> ofGuests = new LinkedHashMap<>();
        for (Device device : devices) {
            if (town.audiences().isEmpty() || !town.isGuest(device.user())) continue;
            Map<String, Long> heads = new LinkedHashMap<>();
            for (String conversation : town.openGroups())
                heads.put(conversation, head(town.token(device.user()), conversation));
            ofGuests.put(device, heads);
        }
        return ofGuests;
    }

    /**
     * Repeated heads go to members, and in a large group name only those who joined not long ago. So whoever was let in or put out there while the
     * gateway could not be reached hears of it when heads are compared, for which a run has no time, or when they come back.
     */
    private void remind(Map<Device, Map<String, Long>> ofGuests) throws Exception {
        for (Device device : ofGuests.keySet()) {
            if (!knowsWhereItIsIn(device)) {
                reminded++;
                device.hangUp();
            }
        }
        if (reminded > 0) tryAwait(quietNanos(), () -> allHave(ofGuests));
    }

    private boolean knowsWhereItIsIn(Device device) throws Exception {
        for (String conversation : town.openGroups())
            if (device.isIn(conversation) != isIn(device.user(), conversation)) return false;
        return true;
    }

    private boolean isIn(String user, String conversation) throws Exception {
        try {
            api.call("GET", "/v1/conversations/" + conversation, town.token(user), null, null);
            return true;
        } catch (Api.Refused refused) {
            if (refused.code.equals("not_found")) return false;
            throw refused;
        }
    }

    private static boolean allHave(Map<Device, Map<String, Long>> owed) {
        return owed.entrySet().stream().allMatch(each -> hasAll(each.getKey(), each.getValue()));
    }

    private static boolean hasAll(Device device, Map<String, Long> heads) {
        return heads.entrySet().stream().allMatch(each -> device.cursor(each.getKey()) >= each.getValue());
    }

    /** Until every device has all that was acknowledged by now. */
    void awaitDelivered() {
        Map<String, Long> acknowledged = recorder.acknowledged();
        await("all that was acknowledged at every device", () -> haveAll(acknowledged));
    }

    private boolean haveAll(Map<String, Long> heads) {
        return heads.entrySet().stream().allMatch(each -> hasAll(each.getKey(), each.getValue()));
    }

    private boolean hasAll(String conversation, long head) {
        List<String> members = town.members(conversation);
        return devices.stream()
                .filter(device -> members.contains(device.user()))
                .allMatch(device -> device.cursor(conversation) >= head);
    }

    private long head(String token, String conversation) throws Exception {
        JsonObject page = api.page(token, conversation, 0);
        return page == null ? 0 : page.getLong("head");
    }

    private @Nullable Void read(String node, Api its, String user, String conversation) throws Exception {
        long after = 0;
        while (true) {
            JsonObject page = its.page(town.token(user), conversation, after);
            if (page == null) return null;
            recorder.finalRead(node, user + "/reader", conversation, page);
            long last = after;
            for (Object entry : page.getJsonArray("entries")) last = ((JsonObject) entry).getLong("sequence");
            if (last == after || last >= page.getLong("head")) return null;
            after = last;
        }
    }

    static void await(String what, BooleanSupplier holds) {
        await(what, WAIT_NANOS, holds);
    }

    static void await(String what, long nanos, BooleanSupplier holds) {
        if (!tryAwait(nanos, holds)) throw new AssertionError("waited in vain for " + what);
    }

    /** Never less: a thread that parks goes on at once if it was to be woken before. */
    static void pauseUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime())
            LockSupport.parkNanos(left);
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
