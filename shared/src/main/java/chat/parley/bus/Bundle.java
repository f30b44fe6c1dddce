package chat.parley.bus;

import java.util.List;

/**
 * What one loop of a node sends to another node, together: to be passed on to the addresses there, in order, and acknowledged with
 * {@link Unbundled}, since the bus has no flow control of its own.
 */
public record Bundle(List<Parcel> parcels) {
    /** One message. @param codec the name of its record's codec @param body as that encodes it */
    @SuppressWarnings("ArrayRecordComponent") // never changed
    public record Parcel(String address, String codec, byte[] body) {}
}
