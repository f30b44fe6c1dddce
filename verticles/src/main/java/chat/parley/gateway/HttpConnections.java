package chat.parley.gateway;

import chat.parley.wire.ErrorCode;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP connections of one instance, and how long each may take: for the head of a request, for its body and answer, between two
 * requests. Nobody holds a connection by sending a byte now and then. A WebSocket leaves it with its upgrade.
 */
final class HttpConnections {
    /** Those of a source that has too many may hear that, and go. */
    private static final int REFUSED_SECONDS = 2;

    /** So many of those at a time: one that would be more is closed at once. */
    private static final int REFUSED_MAX = 500;

    private static final Problem TOO_SLOW = new Problem(408, ErrorCode.BAD_FRAME, "the request took too long");

    private final int headSecondsMax;
    private final int requestSecondsMax;
    private final int keepAliveSeconds;
    private final Map<HttpConnection, Waiting> waiting = new LinkedHashMap<>();
    private long second;
    private int refused;

    HttpConnections(int headSecondsMax, int requestSecondsMax, int keepAliveSeconds) {
        this.headSecondsMax = headSecondsMax;
        this.requestSecondsMax = requestSecondsMax;
        this.keepAliveSeconds = keepAliveSeconds;
    }

    /**
     * False: it is to be closed, as too many are there already that are only to hear why they are refused.
     *
     * @param place among the unauthenticated of its source; null: there was none left
     */
    boolean connected(HttpConnection connection, Sources.@Nullable Place place) {
        waiting.put(connection, new Waiting(place, second + (place == null ? REFUSED_SECONDS : headSecondsMax)));
        return place != null || ++refused <= REFUSED_MAX;
    }

    /** A request's head is there; false if its source has too many connections, so that it is to be refused. */
    boolean requestBegan(HttpConnection connection, HttpServerResponse response) {
        Waiting its = waiting.get(connection);
        if (its == null) return true;
        if (its.place == null) return false; // whatever it asks, it has no more time
        its.untilSecond = second + requestSecondsMax;
        its.response = response;
        return true;
    }

    /** Who is on the other side has proved who it is: no longer one of the unauthenticated of its source. */
    void isAuthenticated(HttpConnection connection) {
        Waiting its = waiting.get(connection);
        if (its == null || its.place == null) return;
        its.place.giveBack();
        its.wasProved = true;
    }

    /** Whether the last request on it proved who asks: then the next may, too, though its source has asked for too much without. */
    boolean spendsTrust(HttpConnection connection) {
        Waiting its = waiting.get(connection);
        if (its == null || !its.wasProved) return false;
        its.wasProved = false;
        return true;
    }

    /** Its request may take as long as it takes. */
    void takesItsTime(HttpConnection connection) {
        Waiting its = waiting.get(connection);
        if (its != null) its.untilSecond = Long.MAX_VALUE;
    }

    void requestEnded(HttpConnection connection) {
        Waiting its = waiting.get(connection);
        if (its == null || its.place == null) return;
        its.untilSecond = second + keepAliveSeconds;
        its.response = null;
    }

    /** It becomes a WebSocket, and takes its place with it. */
    Sources.@Nullable Place upgraded(HttpConnection connection) {
        Waiting its = waiting.remove(connection);
        return its == null ? null : its.place;
    }

    /** False if it had become something else. */
    boolean gone(HttpConnection connection) {
        Waiting its = waiting.remove(connection);
        if (its == null) return false;
        if (its.place == null) refused--;
        else its.place.giveBack();
        return true;
    }

    /** Once a second: closes those whose time is over; who began a request is told. */
    void tick() {
        second++;
        List<Map.Entry<HttpConnection, Waiting>> late = new ArrayList<>();
        for (Map.Entry<HttpConnection, Waiting> each : waiting.entrySet())
            if (each.getValue().untilSecond < second) late.add(each);
        for (Map.Entry<HttpConnection, Waiting> each : late) {
            HttpServerResponse response = each.getValue().response;
            if (response != null) TOO_SLOW.send(response);
            each.getKey().close();
        }
    }

    private static final class Waiting {
        final Sources.@Nullable Place place;
        long untilSecond;
        boolean wasProved;

        @Nullable
        HttpServerResponse response;

        Waiting(Sources.@Nullable Place place, long untilSecond) {
            this.place = place;
            this.untilSecond = untilSecond;
        }
    }
}
