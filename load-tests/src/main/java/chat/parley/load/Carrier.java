package chat.parley.load;

import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What carries the sessions. */
enum Carrier {
    WEBSOCKET("ws"),
    SOCKJS_WEBSOCKET("sockjs-ws"),
    XHR_STREAMING("xhr-streaming");

    private final String wireName;

    Carrier(String wireName) {
        this.wireName = wireName;
    }

    /** @param name null: WebSockets */
    static Carrier of(@Nullable String name) {
        if (name == null) return WEBSOCKET;
        for (Carrier each : values()) if (each.wireName.equals(name)) return each;
        throw new IllegalArgumentException("'transport' is "
                + Arrays.stream(values()).map(each -> each.wireName).collect(Collectors.joining(" or ")) + ", not '"
                + name + "'.");
    }

    /** The path of one more session. */
    String path() {
        String session = "/v1/sockjs/000/" + UUID.randomUUID();
        return switch (this) {
            case WEBSOCKET -> "/v1/ws";
            case SOCKJS_WEBSOCKET -> session + "/websocket";
            case XHR_STREAMING -> session;
        };
    }
}
