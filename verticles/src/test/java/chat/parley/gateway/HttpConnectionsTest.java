package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HttpConnectionsTest {
    private static final int REFUSED_MAX = 500;

    private final HttpConnections connections = new HttpConnections(10, 20, 30);
    private int closed;

    @Test
    void whoIsOnlyToHearWhyItIsRefusedGoesHoweverOftenItAsks() {
        HttpConnection refused = connection();
        assertThat(connections.connected(refused, null)).isTrue();
        for (int second = 0; second < 3; second++) {
            assertThat(connections.requestBegan(refused, response())).isFalse();
            connections.requestEnded(refused);
            assertThat(closed).isZero();
            connections.tick();
        }
        assertThat(closed).isOne();
    }

    @Test
    void soManyMayHearItAtATime() {
        List<HttpConnection> refused = connections(REFUSED_MAX + 1);
        for (HttpConnection each : refused.subList(0, REFUSED_MAX))
            assertThat(connections.connected(each, null)).isTrue();
        assertThat(connections.connected(refused.getLast(), null)).isFalse();
        for (HttpConnection each : refused) assertThat(connections.gone(each)).isTrue();
        assertThat(connections.connected(connection(), null)).isTrue();
    }

    @Test
    void whoHasAPlaceHasTheTimeOfARequestAndThenThatBetweenTwo() {
        HttpConnection kept = connection();
        Source source = new Source(Network.addressOf("192.0.2.7"), null, false, false);
        connections.connected(kept, new Sources(1).take(source));
        for (int second = 0; second < 10; second++) connections.tick();
        assertThat(connections.requestBegan(kept, response())).isTrue();
        for (int second = 0; second < 20; second++) connections.tick();
        connections.requestEnded(kept);
        for (int second = 0; second < 30; second++) connections.tick();
        assertThat(closed).isZero();
        connections.tick();
        assertThat(closed).isOne();
    }

    private List<HttpConnection> connections(int count) {
        return Stream.generate(this::connection).limit(count).toList();
    }

    /** One that is only closed. */
    private HttpConnection connection() {
        return (HttpConnection) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {HttpConnection.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    case "close" -> {
                        closed++;
                        yield null;
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    /** One to which nothing is written. */
    private HttpServerResponse response() {
        return (HttpServerResponse) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HttpServerResponse.class}, (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
    }
}
