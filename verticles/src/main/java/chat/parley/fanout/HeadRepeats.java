package chat.parley.fanout;

import chat.parley.bus.Route.HeadHint;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Which heads of one shard are repeated when, and how far the shard is fanned out. One object for each conversation that had an entry in the
 * last 10 s, however many entries it had; kept on a wheel of ticks, where most stay until they are due.
 */
final class HeadRepeats {
    private static final int RANGES_MAX = 64;

    /** Who joined or left a large conversation not long ago and is named with its head; whoever is not finds it when heads are compared. */
    private static final int CONCERNED_MAX = 2_000;

    private final FanoutConfig config;
    private final Map<ConversationId, Recent> recent = new LinkedHashMap<>();
    private final List<List<Recent>> wheel = new ArrayList<>();
    private long nextTick;

    /** Everything up to here was heard of. */
    private long covered;

    /** What was heard of beyond a hole: after → position. */
    private final TreeMap<Long, Long> beyond = new TreeMap<>();

    private long fannedOut;

    HeadRepeats(FanoutConfig config, long nowMillis) {
        this.config = config;
        long ticks = Math.max(config.secondMillis(), config.longestMillis()) / config.tickMillis() + 2;
        for (long tick = 0; tick < ticks; tick++) wheel.add(new ArrayList<>(0));
        nextTick = nowMillis / config.tickMillis();
    }

    /** The saved cursor: what was repeated by whoever had the shard before. */
    void resume(long cursor) {
        fannedOut = Math.max(fannedOut, cursor);
        cover(cursor);
    }

    /**
     * Entries at {@code after} + 1 to {@code position} were projected, in these conversations. Others may be among them whose entries lie
     * behind that; they come again with what covers those.
     *
     * @param heads of small conversations, with their members
     * @param large heads of large ones, with those who joined or left
     */
    void heard(long after, long position, List<HeadHint> heads, List<HeadHint> large, long nowMillis) {
        if (after > position) return;
        long first = Math.max(after, covered) + 1;
        for (HeadHint head : heads) heard(head, false, first, nowMillis);
        for (HeadHint head : large) heard(head, true, first, nowMillis);
        if (after > covered) {
            beyond.merge(after, position, Math::max);
            if (beyond.size() > RANGES_MAX) beyond.pollLastEntry(); // to be read from the log, as the hole
        } else {
            cover(position);
        }
    }

    /** Gives the heads that are due: those of small conversations, and those of large ones. */
    void due(long nowMillis, Consumer<HeadHint> small, Consumer<HeadHint> large) {
        Consumer<Recent> repeat = each -> (each.isLarge ? large : small).accept(each.head);
        while (recent.size() > config.conversationsMax()) {
            Iterator<Recent> oldest = recent.values().iterator();
            Recent conversation = oldest.next();
            oldest.remove();
            conversation.tick = -1;
            if (conversation.isUnrepeated()) repeat.accept(conversation);
        }
        long now = nowMillis / config.tickMillis();
        nextTick = Math.max(nextTick, now - wheel.size() + 1);
        for (; nextTick <= now; nextTick++) {
            int slot = (int) (nextTick % wheel.size());
            List<Recent> here = wheel.get(slot);
            if (here.isEmpty()) continue;
            wheel.set(slot, new ArrayList<>(0));
            for (Recent conversation : here) {
                if (conversation.tick < 0) continue;
                if (conversation.tick <= nextTick) lookAt(conversation, nowMillis, repeat);
                else if (conversation.tick % wheel.size() == slot)
                    wheel.get(slot).add(conversation); // in a later round
            }
        }
    }

    /** The position up to which a head at or above was repeated. */
    long fannedOut(long nowMillis) {
        long least = covered;
        for (Recent conversation : recent.values()) {
            if (conversation.isUnrepeated()) least = Math.min(least, conversation.firstPosition - 1);
        }
        if (covered - least > config.positionsMax()) {
            for (Recent conversation : recent.values()) {
                boolean isOld = covered - conversation.firstPosition >= config.positionsMax();
                if (!conversation.isUnrepeated() || !isOld) continue;
                conversation.firstAt = nowMillis - config.longestMillis();
                plan(conversation, nowMillis);
            }
        }
        fannedOut = Math.max(fannedOut, least);
        return fannedOut;
    }

    /** Everything up to here was heard of. */
    long covered() {
        return covered;
    }

    /** Where the first hole ends, if something was heard of behind one; else {@link #covered}. */
    long holeEnd() {
        return beyond.isEmpty() ? covered : beyond.firstKey();
    }

    /** Conversations remembered. */
    int conversations() {
        return recent.size();
    }

    private void heard(HeadHint head, boolean isLarge, long position, long nowMillis) {
        Recent conversation = recent.get(head.conversationId());
        if (conversation != null && head.head() <= conversation.head.head()) {
            // Known; if it was not repeated yet, it stands for this position too.
            if (conversation.isUnrepeated())
                conversation.firstPosition = Math.min(conversation.firstPosition, position);
            if (new HashSet<>(conversation.head.users()).containsAll(head.users())) return;
            conversation.head = withConcerned(conversation.head, head.users()); // who is no member any more by now
            repeat(conversation, position, nowMillis);
            return;
        }
        if (conversation == null) {
            conversation = new Recent(head);
            recent.put(head.conversationId(), conversation);
        }
        conversation.head = isLarge ? withConcerned(head, conversation.head.users()) : head;
        conversation.isLarge = isLarge;
        conversation.lastAt = nowMillis;
        repeat(conversation, position, nowMillis);
    }

    private void repeat(Recent conversation, long position, long nowMillis) {
        if (!conversation.isUnrepeated()) {
            conversation.firstPosition = position;
            conversation.firstAt = nowMillis;
        }
        conversation.firstPosition = Math.min(conversation.firstPosition, position);
        boolean isLater = conversation.tick >= 0 && !conversation.isRepeatedAtRest;
        conversation.isRepeatedAtRest = false;
        if (!isLater) plan(conversation, dueAt(conversation)); // else it is looked at before that
    }

    /** Whoever joined or left before may not have been told of it either. */
    private static HeadHint withConcerned(HeadHint head, List<UserId> before) {
        if (before.isEmpty() || before == head.users()) return head;
        Set<UserId> concerned = new LinkedHashSet<>(head.users());
        for (UserId user : before) if (concerned.size() < CONCERNED_MAX) concerned.add(user);
        return new HeadHint(head.conversationId(), head.head(), List.copyOf(concerned));
    }

    private void lookAt(Recent conversation, long nowMillis, Consumer<Recent> repeat) {
        long dueAt = dueAt(conversation);
        if (dueAt > nowMillis) {
            plan(conversation, dueAt);
            return;
        }
        repeat.accept(conversation);
        conversation.firstPosition = 0;
        conversation.tick = -1;
        long restsFor = nowMillis - conversation.lastAt;
        if (conversation.isRepeatedAtRest || restsFor >= config.secondMillis()) {
            recent.remove(conversation.head.conversationId());
            return;
        }
        conversation.isRepeatedAtRest = restsFor >= config.firstMillis();
        plan(conversation, dueAt(conversation));
    }

    private long dueAt(Recent conversation) {
        if (conversation.isRepeatedAtRest) return conversation.lastAt + config.secondMillis();
        long atRest = conversation.lastAt + config.firstMillis();
        return conversation.isUnrepeated() ? Math.min(atRest, conversation.firstAt + config.longestMillis()) : atRest;
    }

    private void plan(Recent conversation, long atMillis) {
        long tick = Math.max(nextTick, (atMillis + config.tickMillis() - 1) / config.tickMillis());
        conversation.tick = tick;
        wheel.get((int) (tick % wheel.size())).add(conversation);
    }

    private void cover(long position) {
        covered = Math.max(covered, position);
        while (!beyond.isEmpty() && beyond.firstKey() <= covered) {
            covered = Math.max(covered, beyond.pollFirstEntry().getValue());
        }
    }

    /** A conversation with an entry not long ago. */
    private static final class Recent {
        /** With the members as of the last entry, or those who joined or left a large conversation not long ago. */
        HeadHint head;

        boolean isLarge;

        long lastAt;

        /** Of the first entry since the head was last repeated. */
        long firstAt;

        /** Of that entry in the shard's log; 0: there is none. */
        long firstPosition;

        /** The head was repeated once since the conversation fell silent. */
        boolean isRepeatedAtRest;

        /** Where on the wheel it counts; it may stand elsewhere too. Below 0: nowhere. */
        long tick = -1;

        Recent(HeadHint head) {
            this.head = head;
        }

        boolean isUnrepeated() {
            return firstPosition > 0;
        }
    }
}
