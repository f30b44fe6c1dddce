package chat.parley.gateway;

import chat.parley.bus.Address;
import chat.parley.bus.Bus;
import chat.parley.bus.Loop;
import chat.parley.bus.NotMine;
import chat.parley.bus.Submit;
import chat.parley.bus.Submitted;
import chat.parley.bus.Topology;
import chat.parley.model.ConversationId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells the sequencer of a direct conversation that one of the two has changed whether they block the other, until it has heard. */
final class Rechecking {
    private static final long ALL_MILLIS = 2_000;
    private static final long ANSWER_MILLIS = 500;
    private static final long PAUSE_MILLIS = 100;

    private final Bus bus;
    private final Loop loop;
    private final Topology topology;

    Rechecking(Bus bus, Loop loop, Topology topology) {
        this.bus = bus;
        this.loop = loop;
        this.topology = topology;
    }

    /** From here on nothing is decided there on what was set before. Fails if nobody says so in time. */
    Future<Void> recheck(ConversationId conversation) {
        Promise<Void> heard = Promise.promise();
        ask(conversation, null, loop.monotonicMillis() + ALL_MILLIS, heard);
        return heard.future();
    }

    private void ask(ConversationId conversation, @Nullable String named, long deadline, Promise<Void> heard) {
        if (loop.monotonicMillis() >= deadline) {
            heard.fail("no sequencer has heard of it");
            return;
        }
        int shard = conversation.shard();
        String owner = named != null && topology.isAlive(named) ? named : topology.sequencerOwner(shard);
        if (owner == null) {
            later(conversation, deadline, heard);
            return;
        }
        Submit told = new Submit(shard, List.of(), List.of(conversation));
        bus.request(topology.addressOf(owner, Address.sequencer(shard)), told, ANSWER_MILLIS)
                .onComplete(answer -> {
                    if (answer.succeeded() && answer.result() instanceof Submitted) heard.complete();
                    else if (named == null && answer.succeeded() && answer.result() instanceof NotMine other) {
                        ask(conversation, other.owner(), deadline, heard);
                    } else later(conversation, deadline, heard);
                });
    }

    private void later(ConversationId conversation, long deadline, Promise<Void> heard) {
        loop.after(PAUSE_MILLIS, () -> ask(conversation, null, deadline, heard));
    }
}
