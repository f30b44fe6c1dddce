package chat.parley.sequencer;

import chat.parley.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A bus that carries at once to the latest listener, and keeps what nobody hears. */
final class TestBus implements Bus {
    private final Map<String, List<Consumer<Received>>> listeners = new LinkedHashMap<>();
    private final Map<String, List<Object>> unheard = new LinkedHashMap<>();
    private Runnable repeat = () -> {};
    private long requests;

    @Override
    public void send(String address, Object message) {
        List<Consumer<Received>> heard = listeners.getOrDefault(address, List.of());
        if (heard.isEmpty())
            unheard.computeIfAbsent(address, a -> new ArrayList<>()).add(message);
        else heard.getLast().accept(new Letter(message, Promise.promise(), null));
    }

    @Override
    public Future<Object> request(String address, Object message, long timeoutMillis) {
        List<Consumer<Received>> heard = listeners.getOrDefault(address, List.of());
        if (heard.isEmpty()) return Future.failedFuture("nobody listens at " + address);
        Promise<Object> answer = Promise.promise();
        Letter letter = new Letter(message, answer, "request " + ++requests);
        heard.getLast().accept(letter);
        repeat = () -> heard.getLast().accept(letter);
        return answer.future();
    }

    /** Carries the last request once more. */
    Runnable repeatOfTheLast() {
        return repeat;
    }

    /** As a request that is carried to the one who has listened longest. */
    Future<Object> requestOldest(String address, Object message) {
        Promise<Object> answer = Promise.promise();
        listeners.get(address).getFirst().accept(new Letter(message, answer, null));
        return answer.future();
    }

    @Override
    public Future<Listening> listen(String address, Consumer<Received> listener) {
        listeners.computeIfAbsent(address, a -> new ArrayList<>()).add(listener);
        return Future.succeededFuture(() -> {
            listeners.get(address).remove(listener);
            return Future.succeededFuture();
        });
    }

    boolean isHeard(String address) {
        return !listeners.getOrDefault(address, List.of()).isEmpty();
    }

    /** What was sent to where nobody listens, since the last time this was asked. */
    <T> List<T> take(String address, Class<T> type) {
        List<Object> sent = unheard.remove(address);
        return sent == null ? List.of() : sent.stream().map(type::cast).toList();
    }

    private record Letter(
            Object body, Promise<Object> reply, @Nullable String request) implements Received {
        @Override
        public void answer(Object answer) {
            reply.tryComplete(answer);
        }
    }
}
