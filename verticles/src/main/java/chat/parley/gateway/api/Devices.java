package chat.parley.gateway.api;

import chat.parley.gateway.Gateway;
import chat.parley.model.Device;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.wire.BadInput;
import chat.parley.wire.CloseCode;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;

/** {@code /v1/devices}: the caller's own. */
final class Devices {
    private static final int DEVICE_BYTES = 160;

    private final Directory directory;
    private final Gateway gateway;

    Devices(Directory directory, Gateway gateway) {
        this.directory = directory;
        this.gateway = gateway;
    }

    Future<Reply> list(Asked asked) {
        return directory.devices(asked.user()).map(devices -> {
            JsonWriter out = new JsonWriter(64 + DEVICE_BYTES * devices.size())
                    .beginObject()
                    .name("devices")
                    .beginArray();
            for (Device device : devices) {
                out.beginObject()
                        .safeField("deviceId", device.deviceId().value())
                        .field("firstSeenAt", device.firstSeenAt())
                        .field("lastSeenAt", device.lastSeenAt())
                        .optional("client", device.client())
                        .endObject();
            }
            return Reply.ok(out.endArray().endObject());
        });
    }

    /** Signs the device out: it is forgotten, and its sessions end. One that never was is signed out already. */
    Future<Reply> remove(Asked asked) throws BadInput {
        UserId user = asked.user();
        DeviceId device = asked.device();
        return directory.removeDevice(user, device).map(wasThere -> {
            gateway.endSessions(user, device, CloseCode.UNAUTHENTICATED);
            return new Reply.NoContent();
        });
    }
}
