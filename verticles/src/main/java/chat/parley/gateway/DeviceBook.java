package chat.parley.gateway;

import chat.parley.bus.Loop;
import chat.parley.model.Device;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import io.vertx.core.Future;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down which devices were here and when, about a second later and the latest only. Past the bound devices go unrecorded; so do
 * those that the store did not take.
 */
final class DeviceBook {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceBook.class);
    private static final long WRITE_MILLIS = 1_000;
    private static final int WAITING_MAX = 50_000;
    private static final int AT_ONCE_MAX = 8;

    private final Loop loop;
    private final Directory directory;
    private final Map<Key, Seen> waiting = new LinkedHashMap<>();
    private boolean isPlanned;
    private boolean isWriting;
    private int underWay;

    DeviceBook(Loop loop, Directory directory) {
        this.loop = loop;
        this.directory = directory;
    }

    void seen(UserId user, DeviceId device, @Nullable String client) {
        Key key = new Key(user, device);
        if (waiting.size() >= WAITING_MAX && !waiting.containsKey(key)) return;
        waiting.put(key, new Seen(loop.millis(), client));
        if (!isPlanned && underWay == 0) plan();
    }

    private void plan() {
        isPlanned = true;
        loop.after(WRITE_MILLIS, () -> {
            isPlanned = false;
            write();
        });
    }

    /** The device was signed out. */
    void forget(UserId user, DeviceId device) {
        waiting.remove(new Key(user, device));
    }

    /** Writes what waits without waiting for more. */
    void hurry() {
        isPlanned = false;
        write();
    }

    /** Whether all is written down. */
    boolean isIdle() {
        return waiting.isEmpty() && underWay == 0;
    }

    private void write() {
        if (isWriting) return; // a store that answers at once must not be asked from within its answer
        isWriting = true;
        while (!isPlanned && underWay < AT_ONCE_MAX && !waiting.isEmpty()) {
            Iterator<Map.Entry<Key, Seen>> first = waiting.entrySet().iterator();
            Map.Entry<Key, Seen> next = first.next();
            first.remove();
            underWay++;
            write(next.getKey(), next.getValue()).onComplete(done -> {
                underWay--;
                if (isPlanned) return;
                if (done.succeeded()) {
                    write();
                } else {
                    LOG.warn("a device of user {} was not written down, others wait", next.getKey().user, done.cause());
                    plan();
                }
            });
        }
        isWriting = false;
    }

    private Future<Void> write(Key key, Seen seen) {
        return directory.devices(key.user).compose(devices -> {
            Device former = find(devices, key.device);
            return directory.saveDevice(new Device(
                    key.user,
                    key.device,
                    former == null ? seen.atMillis : former.firstSeenAt(),
                    seen.atMillis,
                    seen.client == null && former != null ? former.client() : seen.client));
        });
    }

    private static @Nullable Device find(List<Device> devices, DeviceId id) {
        for (Device device : devices) if (device.deviceId().equals(id)) return device;
        return null;
    }

    private record Key(UserId user, DeviceId device) {}

    private record Seen(long atMillis, @Nullable String client) {}
}
