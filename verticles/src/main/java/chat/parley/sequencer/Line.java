package chat.parley.sequencer;

import chat.parley.bus.Answer;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Draft;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.model.Kind;
import chat.parley.store.Batch;
import chat.parley.store.BatchId;
import chat.parley.store.History;
import chat.parley.wire.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one shard's owner knows and decides: a function of the shard's log, and of the drafts that wait. One step is made at a time; each
 * draft is decided on the log and the drafts decided before it. The line is told what happened, and says through its {@link Turn}
 * what it wants looked up, answered and told. Its {@link Grounds} know what of the projections a draft is decided on, its {@link Asks} what waits
 * for an answer, its {@link Projecting} what of the log is not projected yet.
 */
final class Line {
    private static final Logger LOG = LoggerFactory.getLogger(Line.class);
    private static final Answer.Refused BUSY =
            new Answer.Refused(ErrorCode.BUSY, "too much waits here, try again in a moment", 250);
    private static final Answer.Refused DAMAGED =
            new Answer.Refused(ErrorCode.INTERNAL, "the stored data of this conversation is damaged");
    private static final Answer.Refused POISON = new Answer.Refused(ErrorCode.INTERNAL, "the draft cannot be placed");
    private static final int DRAFT_BYTES = 200;

    private final int shard;
    private final long epoch;
    private final String owner;
    private final SequencerConfig config;
    private final Rules rules;
    private final Digests digests;
    private final RandomGenerator random;
    private final Turn turn;
    private final Loaded loaded;
    private final Memory memory;
    private final Asks asks;
    private final Grounds grounds;
    private final Projecting projecting;
    private final Spreading spreading;
    private final @Nullable Exporting exporting;

    private final Map<ConversationId, Conversation> conversations = new LinkedHashMap<>();
    private Deque<Conversation> queue = new ArrayDeque<>();
    private @Nullable Cut cut;
    private long position;
    private boolean isLeaving;
    private boolean isEnded;

    /**
     * @param projected up to where the log is projected: what lies behind is to be told by {@link #read}
     * @param exporting hears of all that is durable; null: nobody wants to
     */
    Line(
            int shard,
            long epoch,
            String owner,
            long projected,
            @Nullable Exporting exporting,
            SequencerConfig config,
            Digests digests,
            RandomGenerator random,
            Turn turn,
            Loaded loaded) {
        this.shard = shard;
        this.epoch = epoch;
        this.owner = owner;
        this.config = config;
        this.rules = new Rules(config);
        this.digests = digests;
        this.random = random;
        this.turn = turn;
        this.loaded = loaded;
        this.memory = new Memory(projected, config.recentBytesMax());
        this.asks = new Asks(shard, config, memory);
        this.grounds = new Grounds(this, memory, turn, loaded, config.loadedMembersMax());
        this.projecting = new Projecting(projected, config);
        this.spreading = new Spreading(shard, epoch, projected, config);
        this.exporting = exporting;
        this.position = projected;
    }

    int shard() {
        return shard;
    }

    long epoch() {
        return epoch;
    }

    /** The end of the log as far as it is known here: all up to it is durable. */
    long position() {
        return position;
    }

    Grounds grounds() {
        return grounds;
    }

    Projecting projecting() {
        return projecting;
    }

    Spreading spreading() {
        return spreading;
    }

    @Nullable
    Exporting exporting() {
        return exporting;
    }

    boolean isEnded() {
        return isEnded;
    }

    /** Whether no draft waits for anything. */
    boolean isQuiet() {
        return cut == null && asks.waiting() == 0;
    }

    /** Drafts that are not decided, or not durable. */
    int waiting() {
        return asks.waiting();
    }

    /** The conversation, in memory or not; one that is not must be loaded before anything is decided in it. */
    Conversation conversation(ConversationId id) {
        Conversation conversation = conversations.get(id);
        if (conversation == null) {
            conversation = new Conversation(this, id);
            conversations.put(id, conversation);
        }
        return conversation;
    }

    // What comes in.

    /** Takes the drafts in; those that cannot wait are refused at once. */
    void offer(Ask ask) {
        if (ask.isReplied()) return;
        asks.add(ask);
        List<Draft> drafts = ask.drafts();
        for (int i = 0; i < drafts.size(); i++) {
            Answer.Refused refusal = offer(ask, i, drafts.get(i));
            if (refusal != null) ask.answer(i, refusal);
        }
        turn.moved(this);
    }

    private Answer.@Nullable Refused offer(Ask ask, int index, Draft draft) {
        Answer.Refused broken = ask.brokenBefore(index);
        if (broken != null) return broken;
        int size = DRAFT_BYTES;
        for (Content content : draft.contents()) size += EntryCodec.sizeOf(content);
        Answer.Refused wrong = Rules.shape(draft, shard, size, config.draftBytesMax());
        if (wrong != null) return wrong;
        if (isLeaving || asks.isFull(size) || projecting.isFull())
            return asks.unlessPlaced(key(draft.conversationId(), draft), BUSY);
        Digest digest;
        try {
            digest = digests.of(draft);
        } catch (IllegalArgumentException e) {
            return new Answer.Refused(ErrorCode.BAD_FRAME, "a number is out of range");
        }
        Conversation conversation = conversation(draft.conversationId());
        History.IdKey key =
                key(conversation.id(), draft); // its id and not the draft's: all that is kept of it shares one
        if (conversation.waiting().size() >= config.conversationWaitingMax()) return asks.unlessPlaced(key, BUSY);
        WaitingDraft waiting = new WaitingDraft(ask, index, draft, key, digest, size, conversation, memory.reading());
        asks.waits(waiting);
        conversation.waiting().addLast(waiting);
        grounds.lookUp(waiting);
        queueIfReady(conversation);
        return null;
    }

    private static History.IdKey key(ConversationId conversation, Draft draft) {
        return new History.IdKey(conversation, draft.senderId(), draft.clientMessageId());
    }

    /** One of the two of a direct conversation has changed whether they block the other: what was read before counts no longer. */
    void blocksChanged(ConversationId id) {
        Conversation conversation = conversations.get(id);
        if (conversation == null) return;
        conversation.blocking = null;
        queueIfReady(conversation);
    }

    // What is decided.

    /** Its turn comes, if all is known that its first draft is decided on. */
    void queueIfReady(Conversation conversation) {
        if (conversation.isQueued) return;
        WaitingDraft first = conversation.waiting().peekFirst();
        if (first == null || !grounds.areKnown(first)) return;
        conversation.isQueued = true;
        queue.addLast(conversation);
        turn.moved(this);
    }

    /** The next step; null if one is being made, or nothing waits that can be decided. */
    @Nullable
    Step next(long nowMillis) {
        if (cut != null || queue.isEmpty() || projecting.isFull()) return null;
        Cut next = new Cut(config.batchEntriesMax(), config.batchBytesMax());
        cut = next;
        while (!queue.isEmpty() && next.isOpen()) {
            Conversation conversation = queue.getFirst();
            WaitingDraft draft = conversation.waiting().peekFirst();
            if (draft != null && grounds.areKnown(draft)) {
                if (!next.hasRoom(draft)) break;
                conversation.waiting().removeFirst();
                decide(next, draft, nowMillis);
            }
            queue.removeFirst();
            conversation.isQueued = false;
            queueIfReady(conversation);
        }
        if (!next.entries().isEmpty()) {
            return new Step.Append(new Batch(shard, position, epoch, owner, batchId(), List.copyOf(next.entries())));
        }
        if (!next.decided().isEmpty()) return new Step.Confirm(position);
        cut = null;
        return null;
    }

    /** Retries first: what was placed once is answered so, whoever the sender is by now. */
    private void decide(Cut next, WaitingDraft draft, long nowMillis) {
        Entry before = memory.placed(draft.key());
        History.KnownId known = draft.known();
        if (before != null && before.position() > position) {
            draft.out(true);
            next.rest(draft, Rules.duplicate(draft, before), before.sequence());
        } else if (before != null) {
            answerOnceTold(draft, Rules.duplicate(draft, before), before.sequence());
        } else if (known != null) {
            answerOnceTold(draft, Rules.duplicate(draft, known), known.sequence());
        } else {
            Answer.Refused broken = draft.ask().brokenBefore(draft.index());
            if (broken != null) asks.answer(draft, broken);
            else judge(next, draft, nowMillis);
        }
    }

    private void judge(Cut next, WaitingDraft draft, long nowMillis) {
        try {
            switch (rules.decide(draft, nowMillis)) {
                case Decision.Place place -> place(next, draft, place.contents(), nowMillis);
                case Decision.Unchanged unchanged ->
                    next.rest(draft, new Answer.Unchanged(unchanged.head()), unchanged.head()); // and can be read
                case Decision.Refuse refuse -> {
                    draft.ask().breakOff(draft.index(), refuse.refusal());
                    next.rest(draft, refuse.refusal(), 0);
                }
            }
        } catch (RuntimeException e) {
            LOG.error("a draft of {} cannot be placed", draft.conversation().id(), e);
            asks.answer(draft, POISON);
        }
    }

    private void place(Cut next, WaitingDraft waiting, List<Content> contents, long nowMillis) {
        Conversation conversation = waiting.conversation();
        Standing standing = conversation.decided();
        List<Cut.Placing> placings = new ArrayList<>(contents.size());
        Answer.Placed answer = null;
        for (int i = 0; i < contents.size(); i++) {
            long place = position + next.entries().size() + i + 1;
            Entry entry = waiting.entry(i == 0, contents.get(i), standing, place, nowMillis);
            standing = standing.after(entry);
            if (answer == null) answer = new Answer.Placed(entry.sequence(), entry.sentAt(), entry.countable(), false);
            Kept kept = new Kept(conversation, i == 0 ? waiting.key() : null, entry, EntryCodec.sizeOf(entry));
            boolean isLast = i == contents.size() - 1;
            placings.add(
                    new Cut.Placing(kept, Recipients.of(entry, standing, config), isLast ? waiting : null, answer));
        }
        for (Cut.Placing placing : placings) memory.decided(placing.kept());
        conversation.decide(standing.bounded(config.loadedMembersMax(), conversation::needed));
        waiting.out(true);
        next.place(waiting, placings);
    }

    private BatchId batchId() {
        BatchId id = new BatchId(random.nextLong(), random.nextLong());
        return id.equals(BatchId.NONE) ? batchId() : id;
    }

    // What became of it.

    /** The batch is durable: what was decided is the log now. */
    void appended() {
        Cut done = takeCut();
        for (WaitingDraft draft : done.decided()) draft.conversation().settle();
        for (Cut.Placing placing : done.placings()) {
            durable(placing.kept());
            tellOrHold(placing);
        }
        answerResting(done);
    }

    private void tellOrHold(Cut.Placing placing) {
        Conversation conversation = placing.kept().conversation();
        Entry entry = placing.kept().entry();
        WaitingDraft draft = placing.draft();
        if (entry.kind() == Kind.MESSAGE && !conversation.isHeld()) {
            turn.told(entry, placing.recipients());
            if (draft != null) asks.answer(draft, placing.answer());
        } else {
            Conversation.Held held = new Conversation.Held(entry, placing.recipients());
            if (draft != null) held.answerWith(draft, placing.answer());
            conversation.hold(held);
        }
    }

    /** The head is where it was thought to be: refusals stand. */
    void confirmed() {
        answerResting(takeCut());
    }

    /** Nothing of the step was written, and nothing will be: all that was decided is void, and is decided again, in the same order. */
    void lost() {
        Cut lost = takeCut();
        for (Cut.Placing placing : lost.placings().reversed()) memory.undecided(placing.kept());
        Set<Conversation> first = new LinkedHashSet<>();
        for (WaitingDraft draft : lost.decided()) {
            draft.conversation().forgetDecided();
            first.add(draft.conversation());
        }
        for (WaitingDraft draft : lost.decided().reversed()) {
            draft.out(false);
            if (!draft.hasLeft()) draft.conversation().waiting().addFirst(draft);
        }
        for (Conversation conversation : queue) conversation.isQueued = false;
        first.addAll(queue);
        queue = new ArrayDeque<>();
        for (Conversation conversation : first) queueIfReady(conversation);
    }

    /** The next entry of the log, which this owner did not decide, or not in this life. */
    void read(Entry entry) {
        if (cut != null) throw new IllegalStateException("a step is being made");
        if (entry.position() != position + 1) {
            throw new IllegalStateException("position " + entry.position() + " behind " + position);
        }
        Conversation conversation = conversation(entry.conversationId());
        History.IdKey key = entry.clientMessageId().isEmpty()
                ? null
                : new History.IdKey(entry.conversationId(), entry.senderId(), entry.clientMessageId());
        Kept kept = new Kept(conversation, key, entry, EntryCodec.sizeOf(entry));
        memory.decided(kept);
        if (conversation.isLoaded() && entry.sequence() > conversation.durable().head()) {
            Standing after = conversation.durable().after(entry);
            boolean isCounted = entry.memberCount() != Entry.NOT_COUNTED;
            conversation.stands(isCounted ? after.bounded(config.loadedMembersMax(), conversation::needed) : after);
        }
        durable(kept);
        if (entry.kind() != Kind.MESSAGE || conversation.isHeld()) {
            conversation.hold(new Conversation.Held(entry, Recipients.NOBODY));
        }
        turn.moved(this);
    }

    private void durable(Kept kept) {
        position = kept.position();
        kept.conversation().unprojected++;
        memory.durable(kept);
        projecting.add(kept);
        if (exporting != null) exporting.durable(kept.entry());
    }

    private Cut takeCut() {
        Cut taken = cut;
        if (taken == null) throw new IllegalStateException("no step is being made");
        cut = null;
        turn.moved(this);
        return taken;
    }

    private void answerResting(Cut done) {
        for (Cut.Resting resting : done.resting()) {
            if (resting.sequence() > 0) answerOnceTold(resting.draft(), resting.answer(), resting.sequence());
            else asks.answer(resting.draft(), resting.answer());
        }
        for (Cut.Resting resting : done.resting())
            forgetIfNothing(resting.draft().conversation());
    }

    /** Answers now, or with the entry at the sequence if that may not be told yet. */
    private void answerOnceTold(WaitingDraft draft, Answer answer, long sequence) {
        Conversation.Held held = draft.conversation().heldWith(sequence);
        if (held == null) {
            asks.answer(draft, answer);
        } else {
            draft.out(true);
            held.answerWith(draft, answer);
        }
    }

    /** The entries in flight to the projections are there: what waited for that is told. */
    void projected() {
        for (Kept kept : projecting.done()) {
            Conversation conversation = kept.conversation();
            conversation.unprojected--;
            conversation.projected =
                    Math.max(conversation.projected, kept.entry().sequence());
            spreading.projected(kept);
            if (conversation.isHeld()) release(conversation);
        }
        memory.projected(projecting.projected(), this::forgetIfNothing);
        turn.moved(this);
    }

    private void release(Conversation conversation) {
        for (Conversation.Held held = conversation.release(); held != null; held = conversation.release()) {
            if (!held.recipients().isNobody()) turn.told(held.entry(), held.recipients());
            held.answer(asks::answer);
        }
    }

    // What is forgotten.

    /** The conversation cannot be read: what waits there is refused, and nothing else suffers. */
    void damaged(Conversation conversation) {
        conversation.readDone();
        conversation.doorReadDone();
        conversation.blocking = null;
        for (WaitingDraft draft : conversation.waiting()) asks.answer(draft, DAMAGED);
        conversation.waiting().clear();
        spreading.forget(conversation);
        conversation.runOnceLoaded();
    }

    /** A conversation that does not exist, or is not loaded, is nothing to keep. */
    void forgetIfNothing(Conversation conversation) {
        if (conversation.isBusy() || !conversation.recent().isEmpty()) return;
        if (conversation.isLoaded() && conversation.durable().exists()) return;
        loaded.remove(conversation);
        conversation.unload();
        conversations.remove(conversation.id(), conversation);
    }

    /** Refuses what waited too long and was not sent to the store; says of the rest that its outcome is not known. */
    void expire(long now) {
        for (Conversation conversation : asks.expire(now)) {
            conversation.waiting().removeIf(WaitingDraft::hasLeft);
            queueIfReady(conversation);
        }
    }

    /** The shard is to go to another: what was not sent to the store goes there; what was is waited for. */
    void leave(@Nullable String newOwner) {
        isLeaving = true;
        asks.leave(newOwner);
        forgetWaiting();
    }

    /** The shard belongs to another: nothing more is decided, and whatever still waits is told so. */
    void end(@Nullable String newOwner) {
        isLeaving = true;
        isEnded = true;
        asks.end(newOwner);
        forgetWaiting();
        cut = null;
        List<Conversation> all = List.copyOf(conversations.values());
        conversations.clear();
        for (Conversation conversation : all) {
            loaded.remove(conversation);
            conversation.readDone();
            conversation.doorReadDone();
            conversation.runOnceLoaded();
        }
    }

    private void forgetWaiting() {
        for (Conversation conversation : conversations.values()) {
            conversation.isQueued = false;
            conversation.waiting().clear();
        }
        queue.clear();
    }
}
