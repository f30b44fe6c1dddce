package chat.parley.sequencer;

import chat.parley.bus.Answer;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Draft;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.model.Kind;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Batch;
import chat.parley.store.BatchId;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import chat.parley.wire.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one shard's owner knows and decides: a function of the shard's log, and of the drafts that wait. One append is in flight at most;
 * each draft is decided on the log and the drafts decided before it. It is told what happened, and says through its {@link Turn} what
 * it wants looked up, answered and told.
 *
 * <p>It knows all entries behind {@link #floor}: an id or a message that is not among them is in the projections, if anywhere.
 */
final class Line {
    private static final Answer.Refused BUSY =
            new Answer.Refused(ErrorCode.BUSY, "too much waits here, try again in a moment", 250);
    private static final Answer.Refused UNAVAILABLE =
            new Answer.Refused(ErrorCode.UNAVAILABLE, "not stored in time, try again");
    private static final Answer.Refused DAMAGED =
            new Answer.Refused(ErrorCode.INTERNAL, "the stored data of this conversation is damaged");
    private static final int DRAFT_BYTES = 200;
    private static final int DECIDED_MAX = 1_024;

    private final int shard;
    private final long epoch;
    private final String owner;
    private final SequencerConfig config;
    private final Rules rules;
    private final Digests digests;
    private final RandomGenerator random;
    private final Turn turn;
    private final Loaded loaded;
    private final Projecting projecting;
    private final Spreading spreading;

    private final Map<ConversationId, Conversation> conversations = new LinkedHashMap<>();
    private final Map<History.IdKey, Entry> ids = new HashMap<>();
    private final Deque<Kept> recent = new ArrayDeque<>();
    private final Deque<Reading> readings = new ArrayDeque<>();
    private final Deque<Ask> asks = new ArrayDeque<>();
    private Deque<Conversation> queue = new ArrayDeque<>();
    private @Nullable Cut cut;
    private long position;
    private long projectedThrough;
    private long recentBytes;
    private long tailBytes;
    private int waitingCount;
    private long waitingBytes;
    private boolean isLeaving;
    private boolean isEnded;

    /** @param projected the position from which on the log will be told by {@link #read} */
    Line(
            int shard,
            long epoch,
            String owner,
            long projected,
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
        this.projecting = new Projecting(config.retryMillisMax());
        this.spreading = new Spreading(shard, epoch, projected);
        this.position = projected;
        this.projectedThrough = projected;
    }

    int shard() {
        return shard;
    }

    long epoch() {
        return epoch;
    }

    /** The last position of the log as far as it is known here: all up to it is durable. */
    long position() {
        return position;
    }

    /** Up to where all is projected. */
    long projectedThrough() {
        return projectedThrough;
    }

    Spreading spreading() {
        return spreading;
    }

    boolean isLeaving() {
        return isLeaving;
    }

    /** Whether no draft waits for anything. */
    boolean isQuiet() {
        return cut == null && waitingCount == 0;
    }

    boolean isTailFull() {
        return position - projectedThrough >= config.tailEntriesMax() || tailBytes >= config.tailBytesMax();
    }

    // ---- what comes in
    // ----------------------------------------------------------------------------------------------------------

    /** Takes the drafts in; those that cannot wait are refused at once. */
    void offer(Ask ask) {
        if (ask.isReplied()) return;
        asks.addLast(ask);
        List<Draft> drafts = ask.drafts();
        for (int i = 0; i < drafts.size(); i++) offer(ask, i, drafts.get(i));
        turn.moved(this);
    }

    private void offer(Ask ask, int index, Draft draft) {
        Answer.Refused broken = ask.brokenBy(draft);
        if (broken != null) {
            ask.answer(index, broken);
            return;
        }
        int size = DRAFT_BYTES;
        for (Content content : draft.contents()) size += EntryCodec.sizeOf(content);
        Answer.Refused wrong = Rules.shape(draft, shard, size, config.draftBytesMax());
        if (wrong != null) {
            ask.answer(index, wrong);
            return;
        }
        Digest digest;
        try {
            digest = digests.of(draft);
        } catch (IllegalArgumentException e) {
            ask.answer(index, new Answer.Refused(ErrorCode.BAD_FRAME, "a number is out of range"));
            return;
        }
        if (isLeaving
                || waitingCount >= config.shardWaitingMax()
                || waitingBytes + size > config.shardWaitingBytesMax()
                || isTailFull()) {
            ask.answer(index, BUSY);
            return;
        }
        Conversation conversation = conversation(draft.conversationId());
        if (conversation.waiting().size() >= config.conversationWaitingMax()) {
            ask.answer(index, BUSY);
            return;
        }
        History.IdKey key = new History.IdKey(draft.conversationId(), draft.senderId(), draft.clientMessageId());
        WaitingDraft waiting = new WaitingDraft(
                ask, index, draft, key, digest, size, conversation, reading().use());
        ask.waits(waiting);
        waitingCount++;
        waitingBytes += size;
        conversation.waiting().addLast(waiting);
        if (conversation.isLoaded()) loaded.touch(conversation);
        else load(conversation);
        if (!ids.containsKey(key)) lookUpId(waiting);
        long target = waiting.targetSequence();
        if (target > 0 && conversation.recent().get(target) == null) lookUpTarget(waiting);
        queueIfReady(conversation);
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

    /** Has the conversation loaded. */
    void load(Conversation conversation) {
        if (conversation.loadAsked) return;
        conversation.loadAsked = true;
        conversation.reading = reading().use();
        turn.wantLoad(conversation);
    }

    // ---- what was looked up
    // -----------------------------------------------------------------------------------------------------

    /**
     * A conversation as projected, read first, and its members, read then; what the log says behind that comes from memory.
     *
     * @param row null: nothing of it is projected
     */
    void loaded(Conversation conversation, Directory.@Nullable Conversation row, List<Membership> members) {
        if (isEnded) return;
        conversation.loadAsked = false;
        readDone(conversation);
        Standing standing = row == null ? Standing.NONE : Standing.of(row, members);
        Recent entries = conversation.recent();
        for (long next = Math.max(standing.head() + 1, entries.first()); ; next++) {
            Entry entry = entries.get(next);
            if (entry == null) break;
            if (entry.sequence() != standing.head() + 1) {
                throw new IllegalStateException("a hole in " + conversation.id() + " before " + entry.sequence());
            }
            standing = standing.after(entry);
        }
        conversation.stands(standing);
        conversation.projected =
                Math.max(conversation.projected, row == null ? 0 : row.head().sequence());
        loaded.add(conversation);
        queueIfReady(conversation);
    }

    /** When senders spoke last, from the newest projected entries, newest first; what came since is in memory. */
    void lastSpokeFound(Conversation conversation, List<StoredEntry> entries) {
        conversation.slowAsked = false;
        readDone(conversation);
        if (!conversation.isLoaded()) return;
        Standing durable = conversation.durable();
        Standing decided = conversation.decided();
        conversation.stands(
                durable.isSlow() ? durable.withLastSpoke(lastSpoke(conversation, durable.head(), entries)) : durable,
                decided.isSlow() ? decided.withLastSpoke(lastSpoke(conversation, decided.head(), entries)) : decided);
        queueIfReady(conversation);
    }

    private static Map<UserId, Long> lastSpoke(Conversation conversation, long head, List<StoredEntry> entries) {
        Map<UserId, Long> spoke = new HashMap<>();
        for (StoredEntry stored : entries) {
            Entry entry = stored.entry();
            if (entry.kind() == Kind.MESSAGE) spoke.merge(entry.senderId(), entry.sentAt(), Math::max);
        }
        Recent recent = conversation.recent();
        for (long next = recent.first(); next <= head; next++) {
            Entry entry = recent.get(next);
            if (entry != null && entry.kind() == Kind.MESSAGE) {
                spoke.merge(entry.senderId(), entry.sentAt(), Math::max);
            }
        }
        return spoke;
    }

    void idFound(WaitingDraft draft, History.@Nullable KnownId known) {
        draft.idFound(known);
        queueIfReady(draft.conversation());
    }

    void targetFound(WaitingDraft draft, @Nullable StoredEntry target) {
        draft.targetFound(target);
        queueIfReady(draft.conversation());
    }

    /** The conversation cannot be read: what waits there is refused, and nothing else suffers. */
    void damaged(Conversation conversation) {
        if (conversation.loadAsked || conversation.slowAsked) readDone(conversation);
        conversation.loadAsked = false;
        conversation.slowAsked = false;
        for (WaitingDraft draft : List.copyOf(conversation.waiting())) answer(draft, DAMAGED);
        conversation.waiting().clear();
        spreading.forget(conversation);
    }

    private void readDone(Conversation conversation) {
        if (conversation.reading != null) conversation.reading.done();
        conversation.reading = null;
    }

    private void lookUpId(WaitingDraft draft) {
        if (draft.idAsked) return;
        draft.idAsked = true;
        turn.wantId(draft);
    }

    private void lookUpTarget(WaitingDraft draft) {
        if (draft.targetAsked) return;
        draft.targetAsked = true;
        turn.wantTarget(draft);
    }

    /** Whether all is known that the draft is decided on; asks for what is not. */
    private boolean isReady(WaitingDraft draft) {
        Conversation conversation = draft.conversation();
        if (!conversation.isLoaded()) {
            load(conversation);
            return false;
        }
        if (!draft.idLookedUp && !ids.containsKey(draft.key())) {
            lookUpId(draft);
            return false;
        }
        Standing standing = conversation.decided();
        long target = draft.targetSequence();
        if (target > 0
                && target <= standing.head()
                && !draft.targetLookedUp
                && conversation.recent().get(target) == null) {
            lookUpTarget(draft);
            return false;
        }
        if (standing.isSlow()
                && standing.lastSpoke() == null
                && draft.draft().contents().getFirst() instanceof Content.Message) {
            lookUpLastSpoke(conversation);
            return false;
        }
        return true;
    }

    private void lookUpLastSpoke(Conversation conversation) {
        if (conversation.slowAsked) return;
        conversation.slowAsked = true;
        conversation.reading = reading().use();
        turn.wantLastSpoke(conversation);
    }

    private void queueIfReady(Conversation conversation) {
        if (conversation.isQueued) return;
        WaitingDraft first = conversation.waiting().peekFirst();
        if (first == null || !isReady(first)) return;
        conversation.isQueued = true;
        queue.addLast(conversation);
        turn.moved(this);
    }

    // ---- the cut
    // ----------------------------------------------------------------------------------------------------------------

    /** Drafts that were decided together, and what becomes of them once their entries are durable, or refusals confirmed. */
    private static final class Cut {
        final List<Entry> entries = new ArrayList<>();
        final List<Placing> placings = new ArrayList<>();
        final List<Resting> resting = new ArrayList<>();
        final List<WaitingDraft> decided = new ArrayList<>();
        int bytes;
    }

    /** @param draft the one that the entry is the last of; null for the first of two */
    private record Placing(
            Kept kept, List<UserId> recipients, @Nullable WaitingDraft draft, Answer.@Nullable Placed answer) {}

    /** @param sequence of the entry in the same cut that the answer tells of; 0: none */
    private record Resting(WaitingDraft draft, Answer answer, long sequence) {}

    /** The next step; null if one is being made, or nothing waits that can be decided. */
    @Nullable
    Step next(long nowMillis) {
        if (cut != null || queue.isEmpty() || isTailFull()) return null;
        Cut next = new Cut();
        cut = next;
        while (!queue.isEmpty() && next.decided.size() < DECIDED_MAX) {
            Conversation conversation = queue.getFirst();
            WaitingDraft draft = conversation.waiting().peekFirst();
            if (draft != null && isReady(draft)) {
                if (!hasRoom(next, draft)) break;
                conversation.waiting().removeFirst();
                decide(next, draft, nowMillis);
            }
            queue.removeFirst();
            conversation.isQueued = false;
            queueIfReady(conversation);
        }
        if (!next.entries.isEmpty()) {
            return new Step.Append(new Batch(shard, position, epoch, owner, batchId(), List.copyOf(next.entries)));
        }
        if (!next.decided.isEmpty()) return new Step.Confirm(position);
        cut = null;
        return null;
    }

    private boolean hasRoom(Cut next, WaitingDraft draft) {
        if (next.entries.isEmpty()) return true;
        return next.entries.size() + draft.draft().contents().size() <= config.batchEntriesMax()
                && next.bytes + draft.size() <= config.batchBytesMax();
    }

    private void decide(Cut next, WaitingDraft draft, long nowMillis) {
        Entry before = ids.get(draft.key());
        if (before != null) {
            Answer answer = duplicate(draft, before.sequence(), before.sentAt(), before.countable(), before.digest());
            if (before.position() > position) {
                draft.out(true);
                rest(next, draft, answer, before.sequence());
            } else {
                answerOnceTold(draft, answer, before.sequence());
            }
            return;
        }
        History.KnownId known = draft.known();
        if (known != null) {
            answerOnceTold(
                    draft, duplicate(draft, known.sequence(), known.sentAt(), 0, known.digest()), known.sequence());
            return;
        }
        Answer.Refused broken = draft.ask().brokenBy(draft.draft());
        if (broken != null) {
            answer(draft, broken);
            return;
        }
        switch (rules.decide(draft, nowMillis)) {
            case Decision.Place place -> place(next, draft, place.contents(), nowMillis);
            case Decision.Unchanged unchanged -> rest(next, draft, new Answer.Unchanged(unchanged.head()), 0);
            case Decision.Refuse refuse -> {
                draft.ask().breakOff(draft.draft(), refuse.refusal());
                rest(next, draft, refuse.refusal(), 0);
            }
        }
    }

    private static Answer duplicate(WaitingDraft draft, long sequence, long sentAt, long countable, Digest digest) {
        return digest.equals(draft.digest())
                ? new Answer.Placed(sequence, sentAt, countable, true)
                : Rules.OTHER_CONTENT;
    }

    private static void rest(Cut next, WaitingDraft draft, Answer answer, long sequence) {
        next.decided.add(draft);
        next.resting.add(new Resting(draft, answer, sequence));
    }

    private void place(Cut next, WaitingDraft waiting, List<Content> contents, long nowMillis) {
        Draft draft = waiting.draft();
        Conversation conversation = waiting.conversation();
        Answer.Placed answer = null;
        for (int i = 0; i < contents.size(); i++) {
            Content content = contents.get(i);
            boolean isFirst = i == 0;
            boolean isLast = i == contents.size() - 1;
            Standing before = conversation.decided();
            long sequence = before.head() + 1;
            boolean isMessage = content.kind() == Kind.MESSAGE;
            Entry entry = new Entry(
                    conversation.id(),
                    sequence,
                    position + next.entries.size() + 1,
                    Math.max(before.sentAt(), nowMillis),
                    draft.senderId(),
                    isFirst ? draft.clientMessageId() : "",
                    waiting.digest(),
                    draft.origin(),
                    before.countable() + (isMessage ? 1 : 0),
                    isMessage ? sequence : before.lastMessage(),
                    content);
            Standing after = before.after(entry);
            conversation.decide(after);
            conversation.recent().add(entry);
            if (isFirst) {
                ids.put(waiting.key(), entry);
                answer = new Answer.Placed(sequence, entry.sentAt(), entry.countable(), false);
            }
            int size = EntryCodec.sizeOf(entry);
            Kept kept = new Kept(conversation, isFirst ? waiting.key() : null, entry, size);
            next.entries.add(entry);
            next.bytes += size;
            next.placings.add(
                    new Placing(kept, recipients(entry, after), isLast ? waiting : null, isLast ? answer : null));
        }
        waiting.out(true);
        next.decided.add(waiting);
    }

    /** The members behind the entry, and those whom it removes. */
    private static List<UserId> recipients(Entry entry, Standing after) {
        return switch (entry.content()) {
            case Content.MembersRemoved removed -> after.members().since(entry.sequence());
            case Content.MemberLeft left -> after.members().since(entry.sequence());
            default -> after.members().present();
        };
    }

    private BatchId batchId() {
        BatchId id = new BatchId(random.nextLong(), random.nextLong());
        return id.equals(BatchId.NONE) ? batchId() : id;
    }

    // ---- what became of it
    // ------------------------------------------------------------------------------------------------------

    /** The batch is durable: what was decided is the log now. */
    void appended() {
        Cut done = takeCut();
        for (WaitingDraft draft : done.decided) draft.conversation().settle();
        for (Placing placing : done.placings) {
            position = placing.kept.position();
            remember(placing.kept);
        }
        for (Placing placing : done.placings) {
            Conversation conversation = placing.kept.conversation();
            Entry entry = placing.kept.entry();
            if (conversation.isHeld() || entry.kind() != Kind.MESSAGE) {
                Conversation.Held held = new Conversation.Held(entry, placing.recipients);
                if (placing.draft != null && placing.answer != null) held.answerWith(placing.draft, placing.answer);
                conversation.hold(held);
            } else {
                turn.told(entry, placing.recipients);
                if (placing.draft != null && placing.answer != null) answer(placing.draft, placing.answer);
            }
        }
        answerResting(done);
    }

    /** The head is where it was thought to be: refusals stand. */
    void confirmed() {
        answerResting(takeCut());
    }

    /** Another was first, and nothing of the step was written: all that was decided is void, and will be decided again, in the same order. */
    void lost() {
        Cut lost = takeCut();
        for (int i = lost.placings.size() - 1; i >= 0; i--) {
            Kept kept = lost.placings.get(i).kept;
            kept.conversation().recent().removeLast();
            if (kept.key() != null) ids.remove(kept.key());
        }
        Set<Conversation> touched = new LinkedHashSet<>();
        for (WaitingDraft draft : lost.decided) {
            draft.conversation().forgetDecided();
            touched.add(draft.conversation());
        }
        for (int i = lost.decided.size() - 1; i >= 0; i--) {
            WaitingDraft draft = lost.decided.get(i);
            draft.out(false);
            if (!draft.hasLeft()) draft.conversation().waiting().addFirst(draft);
        }
        for (Conversation conversation : queue) {
            conversation.isQueued = false;
            touched.add(conversation);
        }
        queue = new ArrayDeque<>();
        for (Conversation conversation : touched) queueIfReady(conversation);
    }

    /** The next entry of the log, which another appended, or this owner in an earlier life. */
    void read(Entry entry) {
        if (cut != null) throw new IllegalStateException("a step is being made");
        if (entry.position() != position + 1) {
            throw new IllegalStateException("position " + entry.position() + " behind " + position);
        }
        position = entry.position();
        Conversation conversation = conversation(entry.conversationId());
        History.IdKey key = entry.clientMessageId().isEmpty()
                ? null
                : new History.IdKey(entry.conversationId(), entry.senderId(), entry.clientMessageId());
        if (key != null) ids.put(key, entry);
        conversation.recent().add(entry);
        if (conversation.isLoaded() && entry.sequence() > conversation.durable().head()) {
            conversation.stands(conversation.durable().after(entry));
        }
        remember(new Kept(conversation, key, entry, EntryCodec.sizeOf(entry)));
        if (conversation.isHeld() || entry.kind() != Kind.MESSAGE) {
            conversation.hold(new Conversation.Held(entry, List.of()));
        }
        turn.moved(this);
    }

    private void remember(Kept kept) {
        recent.addLast(kept);
        recentBytes += kept.size();
        tailBytes += kept.size();
        kept.conversation().unprojected++;
        projecting.add(kept);
    }

    private void answerResting(Cut done) {
        for (Resting resting : done.resting) {
            if (resting.sequence > 0) answerOnceTold(resting.draft, resting.answer, resting.sequence);
            else answer(resting.draft, resting.answer);
        }
        for (Resting resting : done.resting) forgetIfNothing(resting.draft.conversation());
    }

    private Cut takeCut() {
        Cut taken = cut;
        if (taken == null) throw new IllegalStateException("no step is being made");
        cut = null;
        turn.moved(this);
        return taken;
    }

    /** Answers now, or with the entry at the sequence if that may not be told yet. */
    private void answerOnceTold(WaitingDraft draft, Answer answer, long sequence) {
        Conversation conversation = draft.conversation();
        Conversation.Held held = conversation.heldAt(sequence);
        if (held != null && held.entry().content() instanceof Content.ConversationCreated) {
            Conversation.Held second = conversation.heldAt(sequence + 1);
            if (second != null && second.entry().clientMessageId().isEmpty()) held = second;
        }
        if (held == null) {
            answer(draft, answer);
            return;
        }
        draft.out(true);
        held.answerWith(draft, answer);
    }

    private void answer(WaitingDraft draft, Answer answer) {
        if (draft.hasLeft()) return;
        draft.leave();
        waitingCount--;
        waitingBytes -= draft.size();
        draft.reading().done();
        draft.ask().answer(draft.index(), answer);
    }

    // ---- projections
    // ------------------------------------------------------------------------------------------------------------

    /** The entries to project now; null: none, or it is not the time. */
    @Nullable
    List<Kept> toProject(long now) {
        return projecting.next(now);
    }

    /** When {@link #toProject} is to be asked again. */
    long projectAt() {
        return projecting.dueAt();
    }

    boolean isProjected() {
        return projecting.isEmpty();
    }

    /** Those in flight are projected: what waited for that is told. */
    void projected() {
        for (Kept kept : projecting.done()) {
            Conversation conversation = kept.conversation();
            tailBytes -= kept.size();
            conversation.unprojected--;
            conversation.projected =
                    Math.max(conversation.projected, kept.entry().sequence());
            spreading.projected(kept);
            release(conversation);
        }
        projectedThrough = projecting.through(position);
        trim();
        turn.moved(this);
    }

    /** Those in flight may be projected or not: they are tried again. */
    void projectionFailed(long now) {
        projecting.failed(now);
    }

    private void release(Conversation conversation) {
        for (Conversation.Held held = conversation.firstHeld(); held != null; held = conversation.firstHeld()) {
            Entry entry = held.entry();
            if (entry.kind() != Kind.MESSAGE && entry.sequence() > conversation.projected) return;
            conversation.releaseFirst();
            if (!held.recipients().isEmpty()) turn.told(entry, held.recipients());
            for (int i = 0; i < held.drafts().size(); i++) {
                answer(held.drafts().get(i), held.answers().get(i));
            }
        }
    }

    // ---- memory
    // -----------------------------------------------------------------------------------------------------------------

    /** What is read from the projections from now on holds all entries up to here. */
    private Reading reading() {
        Reading last = readings.peekLast();
        if (last != null && last.through() == projectedThrough) return last;
        Reading next = new Reading(projectedThrough);
        readings.addLast(next);
        return next;
    }

    /** All entries behind this position are in memory. */
    private long floor() {
        for (Reading first = readings.peekFirst(); first != null; first = readings.peekFirst()) {
            if (first.isInUse()) return first.through();
            readings.removeFirst();
        }
        return projectedThrough;
    }

    private void trim() {
        long floor = floor();
        while (recentBytes > config.recentBytesMax()
                && !recent.isEmpty()
                && recent.getFirst().position() <= floor) {
            Kept kept = recent.removeFirst();
            recentBytes -= kept.size();
            if (kept.key() != null) ids.remove(kept.key(), kept.entry());
            kept.conversation().recent().removeFirst();
            forgetIfNothing(kept.conversation());
        }
    }

    /** Makes room for others: what the conversation had in memory is read again when it is wanted. */
    void unload(Conversation conversation) {
        conversation.unload();
        forgetIfNothing(conversation);
    }

    /** A conversation that does not exist, or is not loaded, is nothing to keep. */
    private void forgetIfNothing(Conversation conversation) {
        if (conversation.isBusy() || !conversation.recent().isEmpty()) return;
        if (conversation.isLoaded() && conversation.durable().exists()) return;
        loaded.remove(conversation);
        conversation.unload();
        conversations.remove(conversation.id(), conversation);
    }

    /** A pull of the conversation was answered. */
    void pulled(Conversation conversation) {
        forgetIfNothing(conversation);
    }

    // ---- the end
    // ----------------------------------------------------------------------------------------------------------------

    /** Refuses what waited too long and was not sent to the store; says of the rest that its outcome is not known. */
    void expire(long now) {
        while (!asks.isEmpty() && asks.getFirst().isReplied()) asks.removeFirst();
        Set<Conversation> left = null;
        for (Ask ask : asks) {
            long waited = now - ask.arrived();
            if (waited < config.unsentMillis()) break;
            if (ask.isReplied()) continue;
            for (WaitingDraft draft : ask.waiting()) {
                if (draft == null || draft.hasLeft() || draft.isOut()) continue;
                answer(draft, UNAVAILABLE);
                if (left == null) left = new LinkedHashSet<>();
                left.add(draft.conversation());
            }
            if (waited >= config.answerMillis()) ask.answerUnknown();
        }
        if (left != null) forgetLeft(left);
    }

    private void forgetLeft(Collection<Conversation> all) {
        for (Conversation conversation : all) {
            conversation.waiting().removeIf(WaitingDraft::hasLeft);
            queueIfReady(conversation);
        }
    }

    /** The shard is to go to another: what was not sent to the store goes there; what was is waited for. */
    void leave(@Nullable String newOwner) {
        isLeaving = true;
        for (Ask ask : asks) {
            ask.answerUnsentMoved(shard, newOwner);
            for (WaitingDraft draft : ask.waiting()) if (draft != null && !draft.isOut()) answer(draft, UNAVAILABLE);
        }
        forgetWaiting();
    }

    /** The shard belongs to another: nothing more is decided, and whatever still waits is told so. */
    void end(@Nullable String newOwner) {
        isLeaving = true;
        isEnded = true;
        for (Ask ask : asks) {
            ask.answerMoved(shard, newOwner);
            for (WaitingDraft draft : ask.waiting()) if (draft != null) draft.leave();
        }
        asks.clear();
        forgetWaiting();
        cut = null;
        List<Conversation> all = List.copyOf(conversations.values());
        conversations.clear();
        for (Conversation conversation : all) {
            loaded.remove(conversation);
            conversation.loadAsked = false;
            conversation.slowAsked = false;
            List<Runnable> pulls = conversation.onceLoaded;
            conversation.onceLoaded = null;
            if (pulls != null) pulls.forEach(Runnable::run);
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
