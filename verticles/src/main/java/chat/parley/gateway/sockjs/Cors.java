package chat.parley.gateway.sockjs;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/**
 * What browsers want to hear before a page may read an answer. For requests that were let in: their origin is on the list. Requests
 * of no page get none of it. Credentials are allowed as sockjs-client asks for that; they mean nothing here.
 */
final class Cors {
    private static final int YEAR_SECONDS = 31_536_000;
    private static final Pattern HEADER_NAMES = Pattern.compile("[A-Za-z0-9-]+(, ?[A-Za-z0-9-]+){0,15}");

    private Cors() {}

    static void allow(HttpServerRequest request) {
        HttpServerResponse response = request.response().putHeader(HttpHeaders.VARY, "Origin");
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) return;
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }

    /** Answers a request that asks what it might ask. */
    static void preflight(HttpServerRequest request, String method) {
        HttpServerResponse response = request.response();
        String names = request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);
        if (names != null && HEADER_NAMES.matcher(names).matches())
            response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, names);
        response.setStatusCode(204)
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "OPTIONS, " + method)
                .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, Integer.toString(YEAR_SECONDS))
                .putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=" + YEAR_SECONDS)
                .putHeader(
                        HttpHeaders.EXPIRES,
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                ZonedDateTime.now(ZoneOffset.UTC).plusYears(1)))
                .end();
    }

    static void notCached(HttpServerResponse response) {
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store, no-cache, no-transform, must-revalidate, max-age=0");
    }
}
