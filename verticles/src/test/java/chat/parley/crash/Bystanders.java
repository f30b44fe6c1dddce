package chat.parley.crash;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Pairs that talk all the while at the node to which everybody else comes, on a loop of their own: how long acks and deliveries take. */
final class Bystanders implements StormClient.Listener, AutoCloseable {
    private static final int EVERY_MILLIS = 100;

    private final StormClient.Reach reach;
    private final List<StormClient> senders = new ArrayList<>();
    private final List<StormClient> all = new ArrayList<>();

    // On their loop.
    private final Map<String, Long> sentNanos = new HashMap<>();
    private List<Double> acks = new ArrayList<>();
    private List<Double> deliveries = new ArrayList<>();
    private final Set<String> acknowledged = new HashSet<>();
    private final Set<String> delivered = new HashSet<>();
    private int sent;
    private boolean isQuiet;
    private int awaited;
    private final CompletableFuture<Void> there = new CompletableFuture<>();

    Bystanders(int port) {
        this.reach = StormClient.Reach.to(() -> port);
    }

    void add(String sender, String senderToken, String hearer, String hearerToken, String conversation) {
        StormClient sends = new StormClient(reach, this, sender, senderToken, conversation);
        senders.add(sends);
        all.add(sends);
        all.add(new StormClient(reach, this, hearer, hearerToken, conversation));
    }

    /** Connects them and has them talk. */
    void start() throws Exception {
        reach.onLoop(() -> {
            awaited = all.size();
            all.forEach(StormClient::connect);
        });
        there.get(60, TimeUnit.SECONDS);
        reach.onLoop(() -> {
            for (int i = 0; i < senders.size(); i++) {
                StormClient sender = senders.get(i);
                reach.vertx().setTimer(1 + i * EVERY_MILLIS / senders.size(), first -> talk(sender));
            }
        });
    }

    private void talk(StormClient sender) {
        if (isQuiet) return;
        String id = "b" + sent++;
        sentNanos.put(id, System.nanoTime());
        sender.send(id, id);
        reach.vertx().setTimer(EVERY_MILLIS, next -> talk(sender));
    }

    @Override
    public void welcome(StormClient client) {
        if (--awaited == 0) there.complete(null);
    }

    @Override
    public void acknowledged(StormClient client, JsonObject ack) {
        note(acks, ack.getString("clientMessageId"));
        acknowledged.add(ack.getString("clientMessageId"));
    }

    @Override
    public void holds(StormClient client, JsonObject frame) {
        if (!"message_event".equals(frame.getString("type"))) return;
        note(deliveries, frame.getString("body"));
        delivered.add(frame.getString("body"));
    }

    private void note(List<Double> millis, String id) {
        Long since = sentNanos.get(id);
        if (since != null) millis.add((System.nanoTime() - since) / 1e6);
    }

    /** What was measured since this was asked last, in words. */
    String figures() throws Exception {
        CompletableFuture<String> words = new CompletableFuture<>();
        reach.onLoop(() -> {
            words.complete(String.format(
                    Locale.ROOT,
                    "%d acks, p50 %.0f ms, p99 %.0f ms; %d deliveries, p50 %.0f ms, p99 %.0f ms",
                    acks.size(),
                    of(acks, 0.5),
                    of(acks, 0.99),
                    deliveries.size(),
                    of(deliveries, 0.5),
                    of(deliveries, 0.99)));
            acks = new ArrayList<>();
            deliveries = new ArrayList<>();
        });
        return words.get(30, TimeUnit.SECONDS);
    }

    /** Has them talk no more: how much was acknowledged that did not arrive, of all that was said. */
    long lost() throws Exception {
        reach.onLoop(() -> isQuiet = true);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            CompletableFuture<Long> lost = new CompletableFuture<>();
            reach.onLoop(() -> lost.complete(
                    acknowledged.stream().filter(id -> !delivered.contains(id)).count()));
            long now = lost.get(30, TimeUnit.SECONDS);
            if (now == 0 || System.nanoTime() > until) return now;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static double of(List<Double> millis, double part) {
        List<Double> sorted = millis.stream().sorted().toList();
        return sorted.isEmpty() ? Double.NaN : sorted.get((int) (part * (sorted.size() - 1)));
    }

    @Override
    public void close() throws Exception {
        reach.close(all);
    }
}
