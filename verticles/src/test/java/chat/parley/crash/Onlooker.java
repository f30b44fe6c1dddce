package chat.parley.crash;

import chat.parley.checker.How;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Reads over HTTP what was said last in large groups, as those who come to them and go, while they do. */
final class Onlooker implements Runnable {
    private static final int LOOK_BACK_MOST = 100;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Api api;
    private final Recorder recorder;
    private final Town town;
    private final SplittableRandom random;
    private volatile boolean ended;

    Onlooker(Api api, Recorder recorder, Town town, SplittableRandom random) {
        this.api = api;
        this.recorder = recorder;
        this.town = town;
        this.random = random;
    }

    void end() {
        ended = true;
    }

    @Override
    public void run() {
        List<String> groups = town.openGroups();
        try {
            while (!ended) {
                look(groups.get(random.nextInt(groups.size())));
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(String conversation) throws InterruptedException {
        List<String> comers = town.knownComers(conversation);
        if (comers.isEmpty()) return;
        String comer = comers.get(random.nextInt(comers.size()));
        long last = recorder.acknowledged().getOrDefault(conversation, 0L);
        long after = Math.max(0, last - 1 - random.nextInt(LOOK_BACK_MOST));
        try {
            JsonObject page = api.page(town.token(comer), conversation, after);
            if (page == null) return;
            for (Object entry : page.getJsonArray("entries"))
                recorder.received(comer + "/onlooker", null, How.PAGE, (JsonObject) entry);
            for (Object gap : page.getJsonArray("gaps"))
                recorder.gap(comer + "/onlooker", conversation, (JsonObject) gap);
        } catch (IOException | Api.Refused notNow) {
            // the node is gone, or busy
        }
    }
}
