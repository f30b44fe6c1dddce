package chat.parley.simulator;

import chat.parley.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The event bus between the nodes: it loses, repeats, delays and reorders what goes from one process to another, and its registry
 * forgets the dead late. Inside a process it is as the real one: in order, and soon.
 */
final class Network {
    private static final long LATENCY_LEAST_MICROS = 100;
    private static final long LATENCY_SPREAD_MICROS = 1_500;
    private static final long DELAY_MOST_MICROS = 60_000_000;
    private static final long REGISTRY_LATE_MICROS = 300_000;

    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final Map<String, List<Ear>> ears = new TreeMap<>();
    private final Set<String> cuts = new TreeSet<>();
    private double lossRate;
    private double repeatRate;
    private double delayRate;
    private long turn;
    private long lost;
    private long repeated;
    private long delayed;

    private record Ear(Process process, String address, Consumer<Bus.Received> listener) {}

    Network(Scheduler scheduler, RandomGenerator random) {
        this.scheduler = scheduler;
        this.random = random;
    }

    /** How the weather is between processes; each a probability for one message. */
    void weather(double loss, double repeat, double delay) {
        lossRate = loss;
        repeatRate = repeat;
        delayRate = delay;
    }

    /** Nothing goes from one node to the other; the way back is another cut. */
    void cut(String from, String to) {
        cuts.add(from + ">" + to);
    }

    void heal() {
        cuts.clear();
    }

    boolean isCut(String from, String to) {
        return cuts.contains(from + ">" + to);
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
                Ear ear = choose(address);
                if (ear != null) carry(process, ear.process, () -> ear.listener.accept(new Mail(message, answer -> {})));
            }

            @Override
            public Future<Object> request(String address, Object message, long timeoutMillis) {
                Ear ear = choose(address);
                if (ear == null) return Future.failedFuture(new ReplyException(ReplyFailure.NO_HANDLERS, address));
                Promise<Object> answered = Promise.promise();
                process.after(
                        timeoutMillis,
                        () -> answered.tryFail(new ReplyException(ReplyFailure.TIMEOUT, address)));
                Mail mail = new Mail(
                        message, answer -> carry(ear.process, process, () -> answered.tryComplete(answer)));
                carry(process, ear.process, () -> ear.listener.accept(mail));
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

    private @org.jspecify.annotations.Nullable Ear choose(String address) {
        List<Ear> all = ears.getOrDefault(address, List.of());
        return all.isEmpty() ? null : all.get((int) (turn++ % all.size()));
    }

    private void carry(Process from, Process to, Runnable arrival) {
        if (!from.isAlive()) return;
        if (from == to) {
            to.plan(0, arrival);
            return;
        }
        if (isCut(from.node(), to.node()) || random.nextDouble() < lossRate) {
            lost++;
            return;
        }
        long latency = LATENCY_LEAST_MICROS + random.nextLong(LATENCY_SPREAD_MICROS);
        if (random.nextDouble() < delayRate) {
            delayed++;
            latency += random.nextLong(DELAY_MOST_MICROS);
        }
        to.plan(latency, arrival);
        if (random.nextDouble() < repeatRate) {
            repeated++;
            to.plan(latency + random.nextLong(DELAY_MOST_MICROS / 10), arrival);
        }
    }

    private record Mail(Object body, Consumer<Object> reply) implements Bus.Received {
        @Override
        public void answer(Object answer) {
            reply.accept(answer);
        }
    }
}
