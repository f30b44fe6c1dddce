package chat.parley.simulator;

import chat.parley.bus.Address;
import chat.parley.bus.Bus;
import chat.parley.bus.Loop;
import chat.parley.bus.Pull;
import chat.parley.bus.Spread;
import chat.parley.bus.Submit;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The event bus between the nodes: it loses, repeats, delays and reorders what goes from one process to another, and its registry
 * forgets the dead late. Inside a process it is as the real one: in order, and soon.
 */
final class Network {
    private static final long LATENCY_LEAST_MICROS = 100;
    private static final long LATENCY_SPREAD_MICROS = 1_500;
    private static final long DELAY_USUAL_MICROS = 3_000_000;
    private static final long DELAY_MOST_MICROS = 60_000_000;
    private static final double LONG_DELAYS = 0.3;
    private static final long REGISTRY_LATE_MICROS = 300_000;

    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final Trace trace;
    private final Map<String, List<Ear>> ears = new TreeMap<>();
    private final Set<String> cuts = new TreeSet<>();
    private Predicate<Object> swallowed = message -> false;
    private double lossRate;
    private double repeatRate;
    private double delayRate;
    private long turn;
    private long lost;
    private long repeated;
    private long delayed;
    private long pulls;
    private long requests;

    private record Ear(Process process, String address, Consumer<Bus.Received> listener) {}

    Network(Scheduler scheduler, RandomGenerator random, Trace trace) {
        this.scheduler = scheduler;
        this.random = random;
        this.trace = trace;
    }

    /** How likely one message between processes is lost. */
    void lossRate(double rate) {
        lossRate = rate;
    }

    void repeatRate(double rate) {
        repeatRate = rate;
    }

    void delayRate(double rate) {
        delayRate = rate;
    }

    /** Messages that never arrive, inside a process neither. */
    void swallow(Predicate<Object> messages) {
        swallowed = messages;
    }

    /** Nothing goes from one node to the other; the way back is another cut. */
    void cut(String from, String to) {
        cuts.add(from + ">" + to);
    }

    void mend(String from, String to) {
        cuts.remove(from + ">" + to);
    }

    boolean isCut(String from, String to) {
        return !cuts.isEmpty() && cuts.contains(from + ">" + to);
    }

    long lost() {
        return lost;
    }

    long repeated() {
        return repeated;
    }

    long delayed() {
        return delayed;
    }

    /** How many ranges were asked for because somebody lacked them. */
    long pulls() {
        return pulls;
    }

    /** The registry notices a death a moment after it. */
    void died(Process process) {
        scheduler.after(
                REGISTRY_LATE_MICROS, () -> ears.values().forEach(all -> all.removeIf(ear -> ear.process == process)));
    }

    /** The bus as one process sees it. */
    Bus bus(Process process) {
        return new Bus() {
            @Override
            public void send(String address, Object message) {
                Ear ear = reached(process, address, message);
                if (ear != null) carryTo(ear, process, address, message);
            }

            @Override
            public Future<Object> request(String address, Object message, long timeoutMillis) {
                if (message instanceof Pull) pulls++;
                Ear ear = reached(process, address, message);
                if (ear == null) return Future.failedFuture(new ReplyException(ReplyFailure.NO_HANDLERS, address));
                Promise<Object> answered = Promise.promise();
                Loop.Timer timer = process.after(
                        timeoutMillis, () -> answered.tryFail(new ReplyException(ReplyFailure.TIMEOUT, address)));
                Consumer<Object> reply = answer -> carry(ear.process, process, address + " answer", answer, body -> {
                    timer.cancel();
                    answered.tryComplete(body);
                });
                String name = "request " + ++requests;
                carry(process, ear.process, address, message, body -> ear.listener.accept(new Mail(body, reply, name)));
                return answered.future();
            }

            @Override
            public Future<Listening> listen(String address, Consumer<Received> listener) {
                Ear ear = new Ear(process, address, listener);
                ears.computeIfAbsent(address, a -> new ArrayList<>()).add(ear);
                return Future.succeededFuture(() -> {
                    ears.get(address).remove(ear);
                    return Future.succeededFuture();
                });
            }
        };
    }

    /** Inside the process, whoever else hears the address. */
    void sendHere(Process process, String address, Object message) {
        String home = home(message);
        ears.getOrDefault(home == null ? address : home, List.of()).stream()
                .filter(ear -> ear.process == process)
                .findFirst()
                .ifPresent(ear -> carryTo(ear, process, address, message));
    }

    private void carryTo(Ear ear, Process from, String address, Object message) {
        carry(from, ear.process, address, message, body -> ear.listener.accept(new Mail(body, null, null)));
    }

    /** Whom a message reaches: what is for the owner of a shard is passed on where it comes to a node. */
    private @Nullable Ear reached(Process from, String address, Object message) {
        if (Address.isHome(address)) return at(from.node(), address);
        String home = home(message);
        return home == null
                ? choose(address)
                : at(address.substring(Address.node("").length()), home);
    }

    /** Where it is heard in the node that is believed to own the shard; null: it is for no such owner. */
    private static @Nullable String home(Object message) {
        return switch (message) {
            case Submit submit -> Address.sequencer(submit.shard());
            case Pull pull -> Address.sequencer(pull.conversationId().shard());
            case Spread spread -> Address.fanout(spread.shard());
            default -> null;
        };
    }

    private @Nullable Ear at(String node, String address) {
        return ears.getOrDefault(address, List.of()).stream()
                .filter(ear -> ear.process.node().equals(node))
                .reduce((before, last) -> last)
                .orElse(null);
    }

    private @Nullable Ear choose(String address) {
        List<Ear> all = ears.getOrDefault(address, List.of());
        return all.isEmpty() ? null : all.get((int) (turn++ % all.size()));
    }

    private void carry(Process from, Process to, String address, Object message, Consumer<Object> arrival) {
        if (!from.isAlive() || swallowed.test(message)) return;
        if (from == to) {
            to.plan(0, () -> arrive(to, address, message, 0, arrival));
            return;
        }
        if (isCut(from.node(), to.node()) || random.nextDouble() < lossRate) {
            lost++;
            trace.event("lost", to.node(), address.hashCode(), () -> from.node() + " " + address + " " + message);
            return;
        }
        Buffer wire = Codecs.ALL.encode(message);
        long latency = LATENCY_LEAST_MICROS + random.nextLong(LATENCY_SPREAD_MICROS);
        if (random.nextDouble() < delayRate) {
            delayed++;
            latency += random.nextLong(random.nextDouble() < LONG_DELAYS ? DELAY_MOST_MICROS : DELAY_USUAL_MICROS);
        }
        bring(to, address, message.getClass(), wire, latency, arrival);
        if (random.nextDouble() < repeatRate) {
            repeated++;
            bring(to, address, message.getClass(), wire, latency + random.nextLong(DELAY_USUAL_MICROS), arrival);
        }
    }

    private void bring(Process to, String address, Class<?> type, Buffer wire, long latency, Consumer<Object> arrival) {
        to.plan(latency, () -> arrive(to, address, Codecs.ALL.decode(type, wire), wire.hashCode(), arrival));
    }

    private void arrive(Process to, String address, Object message, int wireHash, Consumer<Object> arrival) {
        trace.event("bus", to.node(), address.hashCode() * 31L + wireHash, () -> address + " " + message);
        arrival.accept(message);
    }

    private record Mail(
            Object body,
            @Nullable Consumer<Object> reply,
            @Nullable String request) implements Bus.Received {
        @Override
        public void answer(Object answer) {
            if (reply != null) reply.accept(answer);
        }
    }
}
