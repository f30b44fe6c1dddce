package chat.parley.sequencer;

import chat.parley.bus.Route;
import chat.parley.bus.Spread;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the fan-out worker of a shard is to be told: the heads of conversations whose entries were projected. Gathered, since one
 * {@link Spread} does for all of a tenth of a second.
 */
final class Spreading {
    private final int shard;
    private final long epoch;
    private final Map<Conversation, Pending> pending = new LinkedHashMap<>();
    private long through;

    /** The projected entries of a conversation that no Spread has covered. */
    private static final class Pending {
        final long firstSequence;
        final long firstPosition;
        long lastPosition;

        Pending(Kept first) {
            firstSequence = first.entry().sequence();
            firstPosition = first.position();
        }
    }

    /** @param projected what was projected when the shard was taken over */
    Spreading(int shard, long epoch, long projected) {
        this.shard = shard;
        this.epoch = epoch;
        this.through = projected;
    }

    void projected(Kept entry) {
        pending.computeIfAbsent(entry.conversation(), c -> new Pending(entry)).lastPosition = entry.position();
        entry.conversation().isSpreading = true;
    }

    /** It cannot be read: nobody can be told of it. */
    void forget(Conversation conversation) {
        pending.remove(conversation);
        conversation.isSpreading = false;
    }

    /** Conversations whose members are not in memory, so that nothing can be said of them yet. */
    List<Conversation> unloaded(int max) {
        List<Conversation> unloaded = new ArrayList<>(0);
        for (Conversation each : pending.keySet()) {
            if (unloaded.size() < max && !each.isLoaded()) unloaded.add(each);
        }
        return unloaded;
    }

    /** What is to be said now, if anything is. @param projected up to where all is projected */
    @Nullable
    Spread next(long projected) {
        long covered = projected;
        for (Map.Entry<Conversation, Pending> each : pending.entrySet()) {
            if (!each.getKey().isLoaded()) covered = Math.min(covered, each.getValue().firstPosition - 1);
        }
        covered = Math.max(covered, through);
        List<Route.HeadHint> heads = heads(covered);
        if (covered == through && heads.isEmpty()) return null;
        Spread spread = new Spread(shard, epoch, through, covered, heads);
        through = covered;
        return spread;
    }

    private List<Route.HeadHint> heads(long covered) {
        List<Route.HeadHint> heads = new ArrayList<>();
        for (Iterator<Map.Entry<Conversation, Pending>> all = pending.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Conversation, Pending> each = all.next();
            Conversation conversation = each.getKey();
            Pending entries = each.getValue();
            if (entries.firstPosition > covered) continue;
            long head = Math.min(conversation.projected, conversation.toldHead());
            List<UserId> users = conversation.durable().members().since(entries.firstSequence);
            heads.add(new Route.HeadHint(conversation.id(), head, users));
            if (entries.lastPosition > covered) continue;
            all.remove();
            conversation.isSpreading = false;
        }
        return heads;
    }
}
