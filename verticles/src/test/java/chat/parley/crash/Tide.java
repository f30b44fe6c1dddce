package chat.parley.crash;

import chat.parley.checker.EntryKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Those who come to a large group and go, again and again: they are added in pages, as many as fit into one request or fewer, and are removed one by
 * one, or leave.
 */
final class Tide implements Runnable {
    private static final int PAGE_MOST = 1_000;
    private static final int GO_AT_ONCE = 16;
    private static final int LARGE = 200;
    private static final int TURNS_MOST = 60; // nobody can be in a group more often than a hundred times
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Audience audience;
    private final Town town;
    private final String conversation;
    private final String owner;
    private final HttpWriter writer;
    private final SplittableRandom random;
    private final AtomicLong changes;
    private volatile int turns;
    private volatile boolean ended;

    /** @param changes is told of each who came or went */
    Tide(
            Audience audience,
            Api api,
            Recorder recorder,
            Town town,
            String conversation,
            SplittableRandom random,
            AtomicLong changes) {
        this.audience = audience;
        this.town = town;
        this.conversation = conversation;
        this.owner = town.members(conversation).getFirst();
        this.writer = new HttpWriter(api, recorder, town, conversation, "tide");
        this.random = random;
        this.changes = changes;
    }

    /** Finish what is begun and begin nothing more. */
    void end() {
        ended = true;
    }

    /** How often all had come and all had gone. */
    int turns() {
        return turns;
    }

    /** One turn is of many. */
    boolean isLarge() {
        return audience.comers().size() >= LARGE;
    }

    @Override
    public void run() {
        List<String> comers = audience.comers();
        try (ExecutorService leaving = Executors.newFixedThreadPool(GO_AT_ONCE)) {
            while (!ended && turns < TURNS_MOST) {
                come(comers);
                go(comers, leaving);
                if (!ended) turns++;
                if (!ended && !isLarge()) LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private void come(List<String> comers) throws InterruptedException {
        int from = 0;
        while (from < comers.size() && !ended) {
            int rest = comers.size() - from;
            int to = from + Math.min(PAGE_MOST, 1 + random.nextInt(rest));
            List<String> page = comers.subList(from, to);
            change(page.size(), owner, "POST", "", EntryKind.MEMBER_ADDED, new JsonArray(page));
            from = to;
        }
    }

    private void go(List<String> comers, ExecutorService leaving) throws InterruptedException, ExecutionException {
        List<Callable<Void>> all = new ArrayList<>();
        for (String comer : comers) {
            boolean leaves = !town.token(comer).isEmpty();
            EntryKind kind = leaves ? EntryKind.MEMBER_LEFT : EntryKind.MEMBER_REMOVED;
            all.add(() -> {
                if (!ended) change(1, leaves ? comer : owner, "DELETE", "/" + comer, kind, new JsonArray());
                return null;
            });
        }
        for (Future<Void> each : leaving.invokeAll(all)) each.get();
    }

    private void change(int users, String actor, String method, String path, EntryKind kind, JsonArray userIds)
            throws InterruptedException {
        JsonObject body = new JsonObject().put("userIds", userIds);
        HttpWriter.Write write = new HttpWriter.Write(actor, method, "/members" + path, kind, body);
        if (writer.carryOut(write) != null) changes.addAndGet(users);
    }

    @Override
    public String toString() {
        return audience + " " + conversation + ", " + turns + " turns";
    }
}
