package chat.parley.node;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Which messages are followed over the nodes.
 *
 * @param oneIn one in so many; 0: none
 * @param endpoint of the collector; null only if none are
 */
record TraceSettings(int oneIn, @Nullable String endpoint) {
    private static final int ONE_IN_MAX = 1_000_000;

    static TraceSettings read(Settings settings) {
        int oneIn = settings.number(
                "trace.oneIn",
                0,
                ONE_IN_MAX,
                0,
                "One message in so many is followed over the nodes; 1: each; 0: none. The same on all nodes.");
        String endpoint = settings.optionalText(
                "trace.endpoint",
                "Where its spans go: a collector of OpenTelemetry that speaks OTLP over HTTP, like"
                        + " http://127.0.0.1:4318/v1/traces.");
        settings.require(
                oneIn == 0 || endpoint != null, "trace.endpoint has to say where traces go if trace.oneIn is not 0.");
        settings.require(
                endpoint == null || isUrl(endpoint),
                "trace.endpoint cannot be what it is; allowed: an address that begins with http:// or https://, without"
                        + " a name or password in it.");
        return new TraceSettings(oneIn, endpoint);
    }

    private static boolean isUrl(String text) {
        try {
            URI uri = new URI(text);
            boolean isWeb = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return isWeb && uri.getHost() != null && uri.getUserInfo() == null;
        } catch (URISyntaxException notOne) {
            return false;
        }
    }
}
