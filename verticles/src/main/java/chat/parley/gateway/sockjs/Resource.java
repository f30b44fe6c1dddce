package chat.parley.gateway.sockjs;

import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a path below {@code /v1/sockjs} names. */
record Resource(Kind kind, String session) {
    static final String ROOT = "/v1/sockjs";

    /** 26 characters of 32 kinds are 130 bits; sockjs-client uses such: {@code sessionId: 32} makes it use so many. */
    private static final Pattern UNGUESSABLE = Pattern.compile("[A-Za-z0-9_-]{26,}");

    private static final Pattern OF_SESSION = Pattern.compile("/[^/.]{1,128}/([^/.]{1,128})/([a-z_]+)");

    enum Kind {
        GREETING("GET"),
        INFO("GET"),
        RAW_WEBSOCKET("GET"),
        WEBSOCKET("GET"),
        XHR("POST"),
        XHR_STREAMING("POST"),
        XHR_SEND("POST"),
        EVENTSOURCE("GET");

        final String method;

        Kind(String method) {
            this.method = method;
        }
    }

    /** Null: nothing. */
    static @Nullable Resource of(@Nullable String path) {
        if (path == null || !path.startsWith(ROOT)) return null; // written in another way, as no client does
        String below = path.substring(ROOT.length());
        return switch (below) {
            case "", "/" -> new Resource(Kind.GREETING, "");
            case "/info" -> new Resource(Kind.INFO, "");
            case "/websocket" -> new Resource(Kind.RAW_WEBSOCKET, "");
            default -> ofSession(below);
        };
    }

    private static @Nullable Resource ofSession(String below) {
        var parts = OF_SESSION.matcher(below);
        if (!parts.matches()) return null;
        Kind kind = switch (parts.group(2)) {
            case "websocket" -> Kind.WEBSOCKET;
            case "xhr" -> Kind.XHR;
            case "xhr_streaming" -> Kind.XHR_STREAMING;
            case "xhr_send" -> Kind.XHR_SEND;
            case "eventsource" -> Kind.EVENTSOURCE;
            default -> null;
        };
        return kind == null ? null : new Resource(kind, parts.group(1));
    }

    /** Whether it names a session that later requests come to. */
    boolean isOfSession() {
        return switch (kind) {
            case XHR, XHR_STREAMING, XHR_SEND, EVENTSOURCE -> true;
            case GREETING, INFO, RAW_WEBSOCKET, WEBSOCKET -> false;
        };
    }

    /** Whether the name of its session is one that others could think of, as the 8 characters that sockjs-client takes if not told otherwise. */
    boolean isGuessable() {
        return !UNGUESSABLE.matcher(session).matches();
    }

    /** By which its session is known: where its name could be guessed, only requests of the same address find it. */
    String key(@Nullable InetAddress from) {
        return isGuessable() ? (from == null ? "" : from.getHostAddress()) + " " + session : session;
    }
}
