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
    private final SequencerConfig config;
    private final Map<Conversation, Pending> pending = new LinkedHashMap<>();
    private long through;

    /** The projected entries of a conversation that no Spread has covered. */
    private static final class Pending {
        final long firstSequence;
        final long firstPosition;
        long lastPosition;

        /** Who joined or left by them: in a large conversation nobody else is named. */
        List<UserId> concerned = List.of();

        Pending(Kept first) {
            firstSequence = first.entry().sequence();
            firstPosition = first.position();
        }
    }

    /** @param projected what was projected when the shard was taken over */
    Spreading(int shard, long epoch, long projected, SequencerConfig config) {
        this.shard = shard;
        this.epoch = epoch;
        this.config = config;
        this.through = projected;
    }

    void projected(Kept entry) {
        Pending entries = pending.computeIfAbsent(entry.conversation(), c -> new Pending(entry));
        entries.lastPosition = entry.position();
        List<UserId> concerned = entry.entry().comingAndGoing();
        if (!concerned.isEmpty()) {
            entries.concerned = new ArrayList<>(entries.concerned); // what was said of it is not to change
            entries.concerned.addAll(concerned);
        }
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
        List<Route.HeadHint> heads = new ArrayList<>();
        List<Route.HeadHint> large = new ArrayList<>(0);
        heads(covered, heads, large);
        if (covered == through && heads.isEmpty() && large.isEmpty()) return null;
        Spread spread = new Spread(shard, epoch, through, covered, heads, large, List.of());
        through = covered;
        return spread;
    }

    private void heads(long covered, List<Route.HeadHint> heads, List<Route.HeadHint> large) {
        for (Iterator<Map.Entry<Conversation, Pending>> all = pending.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Conversation, Pending> each = all.next();
            Conversation conversation = each.getKey();
            Pending entries = each.getValue();
            if (entries.firstPosition > covered) continue;
            long head = Math.min(conversation.projected, conversation.toldHead());
            Standing standing = conversation.durable();
            if (config.wayOf(standing) != Way.INLINE) {
                large.add(new Route.HeadHint(conversation.id(), head, entries.concerned));
            } else {
                heads.add(new Route.HeadHint(
                        conversation.id(), head, standing.members().since(entries.firstSequence)));
            }
            if (entries.lastPosition > covered) continue;
            all.remove();
            conversation.isSpreading = false;
        }
    }
}
