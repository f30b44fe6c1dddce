package chat.parley.bus;

import io.vertx.core.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How verticles reach each other: the Vert.x event bus, or the simulator's, which loses, delays, repeats and reorders. Nothing that
 * matters may depend on a message arriving.
 */
public interface Bus {
    /** Sends without waiting for anything. */
    void send(String address, Object message);

    /** Sends and waits for an answer; fails if there is none in time, or nobody listens. */
    Future<Object> request(String address, Object message, long timeoutMillis);

    /**
     * Hears what is sent to the address, on the caller's context; completes when the registry knows. What a listener cannot take it
     * must answer ({@link NotMine}, a refusal) or drop; it never throws.
     */
    Future<Listening> listen(String address, Consumer<Received> listener);

    /** One message; answered at most once, which does nothing if it was only sent. */
    interface Received {
        Object body();

        void answer(Object body);

        /** Names the request, the same in all its repeats; null: it has no name, or was only sent. */
        default @Nullable String request() {
            return null;
        }
    }

    /** Ends hearing an address. */
    interface Listening {
        Future<Void> stop();
    }
}
