package chat.parley.bus;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageConsumerOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Vert.x event bus. Each record travels by the codec of its class ({@link BusCodecs}, which must be registered first). What a
 * listener cannot take at once waits; past {@code waitingMax} messages an address the bus drops (a request then fails at once).
 *
 * <p>Addresses that only this node knows ({@link Address#isHome}) are not in the registry, which is slow while nodes come and go, and
 * answers nobody while one of them stands still: what is asked there goes from loop to loop.
 */
public final class VertxBus implements Bus {
    /** Enough for a burst of batches, little enough that what waits is not stale: senders batch, and give up after 2 s. */
    public static final int WAITING_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(VertxBus.class);

    /** The code of a failure that answers what could not be read. */
    private static final int UNREADABLE = 1;

    private static final DeliveryOptions PLAIN = new DeliveryOptions();
    private static final DeliveryOptions LOCAL = new DeliveryOptions().setLocalOnly(true);

    private final Vertx vertx;
    private final EventBus bus;
    private final int waitingMax;
    private final Map<String, Home> homes = new ConcurrentHashMap<>();
    private final Map<String, List<Home>> shared = new ConcurrentHashMap<>();
    private final Set<Consumption> consumptions = ConcurrentHashMap.newKeySet();
    private final Unreadable unreadable = new Unreadable(System::nanoTime);

    public VertxBus(Vertx vertx) {
        this(vertx, WAITING_MAX);
    }

    public VertxBus(Vertx vertx, int waitingMax) {
        this.vertx = vertx;
        this.bus = vertx.eventBus();
        this.waitingMax = waitingMax;
    }

    @Override
    public void send(String address, Object message) {
        if (Address.isHome(address)) passOn(address, new Asked(message, answer -> {}));
        else bus.send(address, message, PLAIN);
    }

    @Override
    public Future<Object> request(String address, Object message, long timeoutMillis) {
        if (Address.isHome(address)) return requestHere(address, message, timeoutMillis);
        return bus.request(address, message, new DeliveryOptions().setSendTimeout(timeoutMillis))
                .map(answer -> body(answer, address));
    }

    /** @param address where it was heard, or asked for @throws IllegalArgumentException if it cannot be read: that is counted here */
    private Object body(Message<Object> message, String address) {
        try {
            return message.body();
        } catch (IllegalArgumentException why) {
            unreadable.refuse(address, why);
            throw why;
        }
    }

    /** What came from other nodes and could not be read. */
    public Unreadable unreadable() {
        return unreadable;
    }

    private Future<Object> requestHere(String address, Object message, long timeoutMillis) {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        Promise<Object> answered = context.promise();
        long timer = vertx.setTimer(
                timeoutMillis,
                late -> answered.tryFail(new ReplyException(ReplyFailure.TIMEOUT, "no answer from " + address)));
        // Not in the turn of who answers: as with any address, an answer is a turn of the loop away (and so is sent
        // with what comes of it).
        Asked asked = new Asked(
                message,
                answer -> context.runOnContext(onLoop -> {
                    vertx.cancelTimer(timer);
                    answered.tryComplete(answer);
                }));
        if (passOn(address, asked)) return answered.future();
        vertx.cancelTimer(timer);
        return Future.failedFuture(new ReplyException(
                ReplyFailure.NO_HANDLERS, "nobody here hears " + address + ", or too much waits there"));
    }

    /** Hands a message over to the listener of an address that only this node knows. False: there is none, or too much waits for it. */
    public boolean passOn(String address, Received received) {
        if (Address.isForAll(address)) {
            boolean isTaken = false;
            for (Home home : shared.getOrDefault(address, List.of())) isTaken |= home.offer(received);
            return isTaken;
        }
        Home home = homes.get(address);
        return home != null && home.offer(received);
    }

    /** Sends to a listener of this node, whoever else hears the address. */
    public void sendHere(String address, Object message) {
        if (Address.isHome(address)) send(address, message);
        else bus.send(address, message, LOCAL);
    }

    @Override
    public Future<Listening> listen(String address, Consumer<Received> listener) {
        if (Address.isHome(address)) {
            Home home = new Home(address, listener);
            if (Address.isForAll(address)) {
                List<Home> all = shared.computeIfAbsent(address, any -> new CopyOnWriteArrayList<>());
                all.add(home);
                return Future.succeededFuture(() -> {
                    all.remove(home);
                    return Future.succeededFuture();
                });
            }
            homes.put(address, home);
            return Future.succeededFuture(() -> {
                homes.remove(address, home);
                return Future.succeededFuture();
            });
        }
        Consumption consumption = new Consumption(address, listener);
        consumptions.add(consumption);
        return consumption.begin().map(done -> consumption);
    }

    /** Registers every address again, each on the context of its listener: to be done when the registry has lost them. */
    public Future<?> registerAgain() {
        return Future.join(consumptions.stream().map(Consumption::renew).toList());
    }

    /** One who hears an address that only this node knows. What comes waits in the queue of its context. */
    private final class Home {
        private final String address;
        private final Context context = vertx.getOrCreateContext();
        private final Consumer<Received> listener;
        private final AtomicInteger waiting = new AtomicInteger();

        Home(String address, Consumer<Received> listener) {
            this.address = address;
            this.listener = listener;
        }

        boolean offer(Received received) {
            if (waiting.incrementAndGet() > waitingMax) {
                waiting.decrementAndGet();
                return false;
            }
            context.runOnContext(onLoop -> take(received));
            return true;
        }

        private void take(Received received) {
            waiting.decrementAndGet();
            try {
                listener.accept(received);
            } catch (RuntimeException e) {
                LOG.error("a {} to {} was not taken", received.body().getClass().getSimpleName(), address, e);
            }
        }
    }

    private record Asked(Object body, Consumer<Object> answered) implements Received {
        @Override
        public void answer(Object body) {
            answered.accept(body);
        }
    }

    /** One who hears an address. */
    private final class Consumption implements Listening {
        private final String address;
        private final Consumer<Received> listener;
        private final @Nullable Context context = Vertx.currentContext();
        private @Nullable MessageConsumer<Object> consumer;
        private boolean isStopped;

        Consumption(String address, Consumer<Received> listener) {
            this.address = address;
            this.listener = listener;
        }

        Future<Void> begin() {
            MessageConsumer<Object> begun = bus.consumer(
                    new MessageConsumerOptions().setAddress(address).setMaxBufferedMessages(waitingMax));
            begun.handler(this::received);
            consumer = begun;
            return begun.completion();
        }

        private void received(Message<Object> message) {
            Object body;
            try {
                body = body(message, address);
            } catch (IllegalArgumentException why) {
                message.fail(UNREADABLE, why.getMessage());
                return;
            }
            try {
                listener.accept(new VertxReceived(message, body));
            } catch (RuntimeException e) {
                LOG.error("a {} to {} was not taken", body.getClass().getSimpleName(), address, e);
            }
        }

        /** The new registration first: there is always one. */
        Future<Void> renew() {
            if (context == null) return Future.succeededFuture();
            Promise<Void> renewed = Promise.promise();
            context.runOnContext(now -> {
                MessageConsumer<Object> before = consumer;
                if (isStopped || before == null) renewed.complete();
                else begin().onComplete(done -> before.unregister()).onComplete(renewed);
            });
            return renewed.future();
        }

        @Override
        public Future<Void> stop() {
            isStopped = true;
            consumptions.remove(this);
            return consumer == null ? Future.succeededFuture() : consumer.unregister();
        }
    }

    private record VertxReceived(Message<Object> message, Object body) implements Received {
        @Override
        public void answer(Object body) {
            if (message.replyAddress() != null) message.reply(body, PLAIN);
        }

        @Override
        public @Nullable String request() {
            return message.replyAddress();
        }
    }
}
