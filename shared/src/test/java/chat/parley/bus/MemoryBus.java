package chat.parley.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A bus on one {@link ManualLoop}, which hands over one message a turn, and loses what a test says. */
public final class MemoryBus implements Bus {
    private final ManualLoop loop;
    private final Map<String, Consumer<Received>> listeners = new LinkedHashMap<>();
    private final Map<String, List<Consumer<Received>>> shared = new LinkedHashMap<>();
    private final List<Object> delivered = new ArrayList<>();
    private Predicate<Object> lost = message -> false;

    public MemoryBus(ManualLoop loop) {
        this.loop = loop;
    }

    /** From now on these messages and answers get lost. */
    public void lose(Predicate<Object> messages) {
        lost = messages;
    }

    /** What was handed over so far, answers not counted. */
    public List<Object> delivered() {
        return delivered;
    }

    @Override
    public void send(String address, Object message) {
        carry(address, message, answer -> {});
    }

    @Override
    public Future<Object> request(String address, Object message, long timeoutMillis) {
        Promise<Object> answered = Promise.promise();
        if (!listeners.containsKey(address)) {
            return Future.failedFuture(new ReplyException(ReplyFailure.NO_HANDLERS, "nobody listens at " + address));
        }
        carry(address, message, answered::tryComplete);
        loop.after(timeoutMillis, () -> answered.tryFail("no answer from " + address));
        return answered.future();
    }

    @Override
    public Future<Listening> listen(String address, Consumer<Received> listener) {
        if (Address.isForAll(address)) return listenWithOthers(address, listener);
        listeners.put(address, listener);
        return Future.succeededFuture(() -> {
            listeners.remove(address);
            return Future.succeededFuture();
        });
    }

    private Future<Listening> listenWithOthers(String address, Consumer<Received> listener) {
        List<Consumer<Received>> all = shared.computeIfAbsent(address, any -> new ArrayList<>());
        all.add(listener);
        listeners.put(address, received -> List.copyOf(all).forEach(each -> each.accept(received)));
        return Future.succeededFuture(() -> {
            all.remove(listener);
            return Future.succeededFuture();
        });
    }

    private void carry(String address, Object message, Consumer<Object> answered) {
        if (lost.test(message)) return;
        loop.soon(() -> {
            Consumer<Received> listener = listeners.get(address);
            if (listener == null) return;
            delivered.add(message);
            listener.accept(new Carried(message, answer -> {
                if (!lost.test(answer)) loop.soon(() -> answered.accept(answer));
            }));
        });
    }

    private record Carried(Object body, Consumer<Object> answered) implements Received {
        @Override
        public void answer(Object body) {
            answered.accept(body);
        }
    }
}
