package chat.parley.load.gatling;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Sends at times that nobody's answers move (the open model): the sends of all together are as if by chance, at a rate. One that could not be
 * sent when it was due counts from then.
 */
final class Steady implements Behaviour {
    private final Run run;
    private final SplittableRandom random;
    private final double everyMillis;
    private long dueMillis = -1;

    /** @param perSecond of this user alone */
    Steady(Run run, int user, double perSecond) {
        this.run = run;
        random = new SplittableRandom(user);
        everyMillis = 1_000 / perSecond;
    }

    @Override
    public long act(Visit visit, long nowMillis) {
        if (dueMillis < 0) dueMillis = next(run.talkMillis());
        for (; dueMillis <= nowMillis; dueMillis = next(dueMillis)) {
            List<String> conversations = visit.device.conversationIds();
            visit.device.send(conversations.get(random.nextInt(conversations.size())), dueMillis, nowMillis);
        }
        return dueMillis;
    }

    private long next(long fromMillis) {
        return fromMillis + Math.max(1, Math.round(-Math.log(1 - random.nextDouble()) * everyMillis));
    }
}
