package chat.parley.crash;

import chat.parley.gateway.auth.DevTokens;
import chat.parley.model.UserId;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Thousands of devices that are at one node until it dies, and then all at the other. One loop for all of them. */
final class Storm implements StormClient.Listener, AutoCloseable {
    /** At a time, while there is no storm. */
    private static final int CALM_CONNECTS = 100;

    private static final long TOKEN_SECONDS = 3600;

    private final StormClient.Reach reach;
    private final DevTokens tokens;
    private final List<StormClient> clients = new ArrayList<>();
    private final Map<String, Long> heads = new ConcurrentHashMap<>();

    // On the loop of the clients.
    private final List<Long> welcomeNanos = new ArrayList<>(); // after the storm began
    private long beganNanos;
    private int connects;
    private int sentAway;
    private int calm;
    private CompletableFuture<Void> whenWelcome = new CompletableFuture<>();
    private int awaited;

    /** @param port where they connect, now and later */
    Storm(DevTokens tokens, AtomicInteger port) {
        this.tokens = tokens;
        this.reach = StormClient.Reach.to(port::get);
    }

    static synchronized String token(DevTokens tokens, String user) {
        return tokens.issue(new UserId(user), TOKEN_SECONDS, System.currentTimeMillis());
    }

    /** One more, before all connect. */
    void add(String user, String conversation) {
        clients.add(new StormClient(reach, this, user, token(tokens, user), conversation));
    }

    /** All of them, a part at a time, and waits until they are there. */
    void connectAll(int secondsMax) throws Exception {
        reach.onLoop(() -> {
            awaited = clients.size();
            for (int i = 0; i < CALM_CONNECTS; i++) connectNext();
        });
        whenWelcome.get(secondsMax, TimeUnit.SECONDS);
    }

    private void connectNext() {
        if (calm < clients.size()) clients.get(calm++).connect();
    }

    /** Now their node dies. Completes when all are welcome elsewhere. */
    CompletableFuture<Void> begin() {
        CompletableFuture<Void> all = new CompletableFuture<>();
        reach.onLoop(() -> {
            beganNanos = System.nanoTime();
            connects = 0;
            sentAway = 0;
            whenWelcome = all;
            awaited = clients.size();
        });
        return all;
    }

    @Override
    public void connects() {
        connects++;
    }

    @Override
    public void sentAway() {
        sentAway++;
    }

    @Override
    public void welcome(StormClient client) {
        if (beganNanos == 0) connectNext();
        else welcomeNanos.add(System.nanoTime() - beganNanos);
        if (--awaited == 0) whenWelcome.complete(null);
    }

    /** The conversation has come to there. */
    void head(String conversation, long sequence) {
        heads.merge(conversation, sequence, Math::max);
    }

    /** How many have not all that there is of their conversation. */
    int behind() throws Exception {
        CompletableFuture<Integer> count = new CompletableFuture<>();
        reach.onLoop(() -> count.complete((int) clients.stream()
                .filter(each -> each.held() < heads.getOrDefault(each.conversation, 0L))
                .count()));
        return count.get(30, TimeUnit.SECONDS);
    }

    long holes() {
        return clients.stream().mapToLong(StormClient::holes).sum();
    }

    int size() {
        return clients.size();
    }

    /** How many were welcome in each second of the storm. All of these: when all are. */
    int[] perSecond() {
        int[] counts = new int[1 + (int) TimeUnit.NANOSECONDS.toSeconds(welcomeNanos.getLast())];
        for (long nanos : welcomeNanos) counts[(int) TimeUnit.NANOSECONDS.toSeconds(nanos)]++;
        return counts;
    }

    /** How many a second were welcome while the middle nine tenths of them were: neither the silence before nor stragglers count. */
    double perSecondWhileTheyCame() {
        int twentieth = welcomeNanos.size() / 20;
        long nanos = welcomeNanos.get(welcomeNanos.size() - 1 - twentieth) - welcomeNanos.get(twentieth);
        return (welcomeNanos.size() - 2 * twentieth) * 1e9 / Math.max(1, nanos);
    }

    JsonObject counts() {
        return new JsonObject().put("connects", connects).put("sentAway", sentAway);
    }

    @Override
    public void close() throws Exception {
        reach.close(clients);
    }
}
