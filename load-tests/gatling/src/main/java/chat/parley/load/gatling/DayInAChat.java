package chat.parley.load.gatling;

import chat.parley.load.gatling.Figures.Latency;
import io.gatling.javaapi.core.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What is a whole day of a messenger like, with its logins, its silence and its bursts? Each user comes several times a day, reads what
 * there is, writes 40 messages in all, as a rule to one person, sometimes to a group, types and thinks before each, and goes. The day
 * takes as long as the run.
 */
public final class DayInAChat extends Simulation {
    static final Listed LISTED = new Listed(
            "day-in-a-chat",
            "a day of people who come, read, type, think, write 40 messages in all, and go",
            DayInAChat.class,
            List.of(
                    Listed.USERS,
                    new Setting("messages", 40, 1, 10_000, "messages that each writes in the day"),
                    new Setting("visits", 5, 1, 100, "how often each comes in the day"),
                    new Setting("size", 10, 3, 100, "members of a small group, in one of which each is"),
                    new Setting("crowd", 50, 3, 1_000, "members of a larger one, likewise")),
            DayInAChat::check);

    private static void check(Listed listed) {
        if (listed.value("users") < 3)
            throw new IllegalArgumentException("users has to be 3 at least: a group of two is a pair.");
    }

    public DayInAChat() throws Exception {
        Run run = Run.begin(LISTED);
        List<Device> devices = run.devices();
        run.converse(devices, run.groupsOf(2));
        run.converse(devices, run.groupsOf(run.value("size")));
        run.converse(devices, run.groupsOf(run.value("crowd")));
        List<Visit> visits = IntStream.range(0, run.users())
                .mapToObj(user -> new Visit(run, user, devices.get(user), new Day(run, user)))
                .toList();
        setUp(Life.of(run, LISTED.name(), Transport.WEBSOCKET, visits, Life.TICK_MILLIS))
                .protocols(Life.protocol(run))
                .maxDuration(Life.most(run))
                .assertions(Life.assertions(Latency.ACK, Latency.DELIVERY, Latency.RESUME));
    }

    /** One user's day, made up beforehand. */
    private static final class Day implements Behaviour {
        /** Of the messages: to one person, and to the small group; the rest goes to the larger one. */
        private static final double DIRECT = 0.7;

        private static final double SMALL = 0.2;

        /** A visit: a part of the time from one to the next. */
        private static final double THERE = 0.4;

        private static final long TYPING_MILLIS = 400;

        private final Run run;
        private final SplittableRandom random;

        /** When each message is to be sent, by visit; the last one of a visit is when it ends. */
        private final List<List<Long>> visits = new ArrayList<>();

        private int visit;
        private int message;
        private boolean isTyping;
        private long readSince = -1;
        private int conversation;

        Day(Run run, int user) {
            this.run = run;
            random = new SplittableRandom(user);
        }

        @Override
        public long act(Visit here, long nowMillis) {
            if (visits.isEmpty()) makeUp();
            if (visit == visits.size()) return run.endMillis();
            if (readSince != here.device.helloMillis()) {
                readSince = here.device.helloMillis();
                here.device.conversationIds().forEach(here.device::read);
                choose();
            }
            List<Long> times = visits.get(visit);
            long dueMillis = times.get(message);
            boolean isOver = message == times.size() - 1;
            if (!isOver && !isTyping && nowMillis >= dueMillis - TYPING_MILLIS) {
                isTyping = true;
                here.device.typing(here.device.conversationIds().get(conversation));
            }
            if (nowMillis < dueMillis) return isOver || isTyping ? dueMillis : dueMillis - TYPING_MILLIS;
            if (!isOver) {
                String to = here.device.conversationIds().get(conversation);
                here.device.send(to, dueMillis, nowMillis);
                here.device.read(to);
                isTyping = false;
                message++;
                choose();
            } else if (here.device.isQuiet()) {
                visit++;
                message = 0;
                if (visit < visits.size()) here.leave(visits.get(visit).getFirst() - TYPING_MILLIS);
            }
            return nowMillis + 1;
        }

        private void choose() {
            double chance = random.nextDouble();
            conversation = chance < DIRECT ? 0 : chance < DIRECT + SMALL ? 1 : 2;
        }

        /** Visits begin by chance, one in each part of the day; think times are exponential. */
        private void makeUp() {
            long day = TimeUnit.SECONDS.toMillis(run.value("seconds") + (long) run.value("warm"));
            int count = run.value("visits");
            double part = (double) day / count;
            for (int i = 0; i < count; i++) {
                int messages = (i + 1) * run.value("messages") / count - i * run.value("messages") / count;
                double there = part * THERE;
                double at = run.talkMillis() + part * i + random.nextDouble() * (part - there);
                double[] thinks = random.doubles(messages + 1)
                        .map(chance -> -Math.log(1 - chance))
                        .toArray();
                double all = DoubleStream.of(thinks).sum();
                List<Long> times = new ArrayList<>();
                for (double think : thinks) {
                    at += think / all * there;
                    times.add(Math.round(at));
                }
                visits.add(times);
            }
        }
    }
}
