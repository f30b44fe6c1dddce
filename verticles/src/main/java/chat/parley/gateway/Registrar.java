package chat.parley.gateway;

import chat.parley.bus.Address;
import chat.parley.bus.Announced;
import chat.parley.bus.Bus;
import chat.parley.bus.Loop;
import chat.parley.bus.Topology;
import chat.parley.gateway.Announcer.Action;
import chat.parley.gateway.Announcer.Standing;
import chat.parley.model.UserId;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the registry told of who is at this gateway: carries out what the {@link Announcer} decides. Used from the gateway's loop only. */
final class Registrar {
    private static final Logger LOG = LoggerFactory.getLogger(Registrar.class);

    private final Bus bus;
    private final Loop loop;
    private final Topology topology;
    private final Announcer announcer;
    private final Consumer<List<UserId>> wrong;
    private boolean isPlanned;
    private Loop.@Nullable Timer timer;
    private long timerAt = Long.MAX_VALUE;
    private @Nullable Runnable deaf;
    private boolean isStopped;

    /**
     * @param gateway as in its address
     * @param boot greater than that of the gateway's life before
     * @param answerMillis how long a session waits for an answer
     * @param wrong hears of users here whom the registry had not known: their heads are to be compared with the stored ones at once
     */
    Registrar(
            String gateway,
            long boot,
            Bus bus,
            Loop loop,
            Topology topology,
            long answerMillis,
            Consumer<List<UserId>> wrong) {
        this.bus = bus;
        this.loop = loop;
        this.topology = topology;
        this.announcer = new Announcer(gateway, boot, topology, answerMillis, loop.monotonicMillis());
        this.wrong = wrong;
    }

    void start() {
        deaf = topology.listen(loop, () -> {
            announcer.moved(loop.monotonicMillis());
            act();
        });
    }

    void stop() {
        if (deaf != null) deaf.run();
        if (timer != null) timer.cancel();
        isStopped = true;
    }

    /**
     * A session of the user begins here. {@code told} hears how the user stands: within {@code answerMillis}, and again if the owner had not answered by
     * then. All that come in one turn are said together.
     */
    void came(UserId user, Consumer<Standing> told) {
        announcer.came(user, told, loop.monotonicMillis());
        plan();
    }

    /** The last session of the user here has ended. */
    void gone(UserId user) {
        announcer.gone(user, loop.monotonicMillis());
        plan();
    }

    /** Whether all that is to be said has been said and answered. */
    boolean isSettled() {
        return announcer.isSettled();
    }

    private void plan() {
        if (isPlanned) return;
        isPlanned = true;
        loop.soon(() -> {
            isPlanned = false;
            act();
        });
    }

    private void act() {
        if (isStopped) return;
        for (Action action : announcer.act(loop.monotonicMillis())) {
            switch (action) {
                case Action.Send send -> send(send);
                case Action.Tell tell -> tell.told().accept(tell.standing());
                case Action.Wrong users -> wrong.accept(users.users());
            }
        }
        long at = announcer.nextAt();
        if (at >= timerAt) return;
        if (timer != null) timer.cancel();
        timerAt = at;
        timer = loop.after(Math.max(1, at - loop.monotonicMillis()), () -> {
            timerAt = Long.MAX_VALUE;
            act();
        });
    }

    private void send(Action.Send send) {
        bus.request(Address.presence(send.node()), send.message(), Announcer.REQUEST_MILLIS)
                .onComplete(answer -> {
                    if (answer.succeeded() && answer.result() instanceof Announced announced) {
                        announcer.answered(send.ticket(), announced, loop.monotonicMillis());
                    } else {
                        LOG.debug("no answer from presence of {}", send.node(), answer.cause());
                        announcer.failed(send.ticket(), loop.monotonicMillis());
                    }
                    plan();
                });
    }
}
