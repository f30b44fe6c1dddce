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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one shard's owner knows and decides: a function of the shard's log, and of the drafts that wait. One step is made at a time; each
 * draft is decided on the log and the drafts decided before it. The line is told what happened, and says through its {@link Turn}
 * what it wants looked up, answered and told.
 */
final class Line {
    private static final Logger LOG = LoggerFactory.getLogger(Line.class);
    private static final Answer.Refused BUSY =
            new Answer.Refused(ErrorCode.BUSY, "too much waits here, try again in a moment", 250);
    private static final Answer.Refused UNAVAILABLE =
            new Answer.Refused(ErrorCode.UNAVAILABLE, "not stored in time, try again", 1_000);
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
    private final Projecting projecting;
    private final Spreading spreading;
    private final @Nullable Exporting exporting;

    private final Map<ConversationId, Conversation> conversations = new LinkedHashMap<>();
    private final Deque<Ask> asks = new ArrayDeque<>();
    private Deque<Conversation> queue = new ArrayDeque<>();
    private @Nullable Cut cut;
    private long position;
    private long projectedThrough;
    private long tailBytes;
    private int waitingCount;
    private long waitingBytes;
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
        this.projecting = new Projecting(config.retryMillisMax());
        this.spreading = new Spreading(shard, epoch, projected, config);
        this.exporting = exporting;
        this.position = projected;
        this.projectedThrough = projected;
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

    /** Up to where all is projected. */
    long projectedThrough() {
        return projectedThrough;
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
        return cut == null && waitingCount == 0;
    }

    /** Drafts that are not decided, or not durable. */
    int waiting() {
        return waitingCount;
    }

    boolean isTailFull() {
        return position - projectedThrough >= config.tailEntriesMax() || tailBytes >= config.tailBytesMax();
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
        asks.addLast(ask);
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
        if (isLeaving || isFull(size)) return busy(key(draft.conversationId(), draft));
        Digest digest;
        try {
            digest = digests.of(draft);
        } catch (IllegalArgumentException e) {
            return new Answer.Refused(ErrorCode.BAD_FRAME, "a number is out of range");
        }
        Conversation conversation = conversation(draft.conversationId());
        History.IdKey key =
                key(conversation.id(), draft); // its id and not the draft's: all that is kept of it shares one
        if (conversation.waiting().size() >= config.conversationWaitingMax()) return busy(key);
        WaitingDraft waiting = new WaitingDraft(ask, index, draft, key, digest, size, conversation, memory.reading());
        ask.waits(waiting);
        waitingCount++;
        waitingBytes += size;
        conversation.waiting().addLast(waiting);
        lookUp(waiting);
        queueIfReady(conversation);
        return null;
    }

    private static History.IdKey key(ConversationId conversation, Draft draft) {
        return new History.IdKey(conversation, draft.senderId(), draft.clientMessageId());
    }

    /** Nothing was written: said only if that is not known to be wrong. */
    private Answer.Refused busy(History.IdKey key) {
        return memory.placed(key) == null ? BUSY : Ask.UNKNOWN;
    }

    private boolean isFull(int more) {
        return waitingCount >= config.shardWaitingMax()
                || waitingBytes + more > config.shardWaitingBytesMax()
                || isTailFull();
    }

    // What is looked up, and found.

    /** At once for all that waits, so that little is left to be asked when its turn comes. */
    private void lookUp(WaitingDraft draft) {
        Conversation conversation = draft.conversation();
        if (conversation.isLoaded()) loaded.touch(conversation);
        else load(conversation);
        if (memory.placed(draft.key()) == null) lookUpId(draft);
        long target = draft.targetSequence();
        if (target > 0 && conversation.recent().get(target) == null) lookUpTarget(draft);
        if (conversation.isLoaded()) lookUpMembers(draft);
    }

    /** Has the conversation loaded. */
    void load(Conversation conversation) {
        if (conversation.loadAsked || isEnded) return;
        conversation.loadAsked = true;
        conversation.reading = memory.reading();
        turn.wantLoad(conversation);
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

    /** Whether it is known how those stand to the conversation whom the draft names; asks for what is not. */
    private boolean lookUpMembers(WaitingDraft draft) {
        Conversation conversation = draft.conversation();
        Members members = conversation.decided().members();
        if (members.isWhole()) return true;
        boolean isKnown = true;
        for (UserId user : draft.users()) {
            if (members.knows(user)) continue;
            isKnown = false;
            if (!conversation.ask(user)) continue;
            WantedMembers wanted = conversation.wanted;
            if (wanted == null) {
                wanted = new WantedMembers(conversation, memory.reading());
                conversation.wanted = wanted;
                turn.wantMembers(wanted);
            }
            wanted.users().add(user);
        }
        return isKnown;
    }

    private void lookUpSpoken(Conversation conversation) {
        if (conversation.spokenAsked) return;
        conversation.spokenAsked = true;
        conversation.reading = memory.reading();
        turn.wantSpoken(conversation);
    }

    /**
     * A conversation as projected, read first, and its members, read then; what the log says behind that comes from memory. Members may be
     * read later than the conversation: what is applied twice is applied once.
     *
     * @param row null: nothing of it is projected
     * @param members null: there are too many
     */
    void loaded(Conversation conversation, Directory.@Nullable Conversation row, @Nullable List<Membership> members) {
        if (isEnded) return;
        Standing standing = row == null ? Standing.NONE : Standing.of(row, members);
        Recent entries = conversation.recent();
        for (long next = Math.max(standing.head() + 1, entries.first()); ; next++) {
            Entry entry = entries.get(next);
            if (entry == null) break;
            if (next != standing.head() + 1) {
                throw new IllegalStateException(
                        conversation.id() + " is projected up to " + standing.head() + ", its tail begins at " + next);
            }
            standing = standing.after(entry);
        }
        readDone(conversation);
        conversation.loadAsked = false;
        conversation.stands(standing);
        conversation.projected =
                Math.max(conversation.projected, row == null ? 0 : row.head().sequence());
        loaded.add(conversation);
        conversation.waiting().forEach(this::lookUpMembers);
        queueIfReady(conversation);
        conversation.runOnceLoaded();
    }

    /** What is projected of the memberships of users; what the log says behind that comes from memory. */
    void membersFound(WantedMembers wanted, Map<UserId, Membership> rows) {
        Conversation conversation = wanted.conversation();
        if (isEnded) return;
        if (conversation.isLoaded())
            stands(conversation, standing -> known(conversation, standing, wanted.users(), rows));
        membersNotFound(wanted);
        queueIfReady(conversation);
    }

    /** Nobody waits for them any more. */
    void membersNotFound(WantedMembers wanted) {
        wanted.reading().done();
        wanted.conversation().answered(wanted.users());
        forgetIfNothing(wanted.conversation());
    }

    private Standing known(
            Conversation conversation, Standing standing, Set<UserId> users, Map<UserId, Membership> rows) {
        if (!(standing.members() instanceof KnownMembers members)) return standing;
        KnownMembers found = overlaid(conversation, users, rows, standing.head());
        return standing.withMembers(members.with(found).atMost(config.loadedMembersMax(), conversation::needed));
    }

    /** How these users stand to the conversation at the sequence; their rows were read during a {@link #reading}. */
    KnownMembers overlaid(
            Conversation conversation, Collection<UserId> users, Map<UserId, Membership> rows, long sequence) {
        Recent recent = conversation.recent();
        List<Entry> entries = new ArrayList<>(0);
        for (long next = recent.first(); next <= sequence; next++) {
            Entry entry = recent.get(next);
            if (entry == null) break;
            if (entry.kind() != Kind.MESSAGE) entries.add(entry);
        }
        return KnownMembers.overlaid(users, rows, entries);
    }

    /** Of what is read from the projections for something else than a draft, until it is done. */
    Reading reading() {
        return memory.reading();
    }

    /** Too many members to keep them all are known in part, and of these the last. */
    private Standing bounded(Conversation conversation, Standing standing) {
        int max = config.loadedMembersMax();
        if (standing.members().size() <= max) return standing;
        KnownMembers known = switch (standing.members()) {
            case WholeMembers whole -> whole.known(max);
            case KnownMembers some -> some.atMost(max, conversation::needed);
        };
        return standing.withMembers(known);
    }

    /** What was said, from projected entries; what came since is in memory. */
    void spokenFound(Conversation conversation, List<StoredEntry> entries) {
        conversation.spokenAsked = false;
        readDone(conversation);
        if (!conversation.isLoaded()) return;
        stands(conversation, standing -> withSpoken(conversation, standing, entries));
        queueIfReady(conversation);
    }

    private static Standing withSpoken(Conversation conversation, Standing standing, List<StoredEntry> stored) {
        if (!standing.settings().isPaced()) return standing;
        List<Entry> entries = new ArrayList<>();
        for (StoredEntry each : stored) if (each.entry().sequence() <= standing.head()) entries.add(each.entry());
        Recent recent = conversation.recent();
        for (long next = recent.first(); next <= standing.head(); next++) {
            Entry entry = recent.get(next);
            if (entry != null) entries.add(entry);
        }
        return standing.withSpoken(Spoken.of(entries, standing.settings()));
    }

    /** Who may come in, from projected entries; what came since is in memory. */
    void doorFound(Conversation conversation, Door projected) {
        doorReadDone(conversation);
        if (!conversation.isLoaded()) return;
        stands(conversation, standing -> withDoor(conversation, standing, projected));
        queueIfReady(conversation);
    }

    /** What was read is added to how it stands; with nothing under way that stays one and the same, and the conversation idle. */
    private void stands(Conversation conversation, UnaryOperator<Standing> more) {
        Standing durable = conversation.durable();
        Standing decided = conversation.decided();
        Standing known = more.apply(durable);
        conversation.stands(known, durable == decided ? known : more.apply(decided));
        loaded.touch(conversation);
    }

    private static Standing withDoor(Conversation conversation, Standing standing, Door projected) {
        Door door = projected;
        Recent recent = conversation.recent();
        for (long next = recent.first(); next <= standing.head(); next++) {
            Entry entry = recent.get(next);
            if (entry != null) door = door.after(entry);
        }
        return standing.withDoor(door);
    }

    /** Nobody waits for it any more. */
    void doorNotFound(Conversation conversation) {
        doorReadDone(conversation);
        forgetIfNothing(conversation);
    }

    private static void doorReadDone(Conversation conversation) {
        if (conversation.doorReading != null) conversation.doorReading.done();
        conversation.doorReading = null;
    }

    /** One of the two of a direct conversation has changed whether they block the other: what was read before counts no longer. */
    void blocksChanged(ConversationId id) {
        Conversation conversation = conversations.get(id);
        if (conversation == null) return;
        conversation.blocking = null;
        queueIfReady(conversation);
    }

    void blockingFound(Conversation conversation) {
        queueIfReady(conversation);
    }

    void idFound(WaitingDraft draft, History.@Nullable KnownId known) {
        draft.idFound(known);
        queueIfReady(draft.conversation());
    }

    void targetFound(WaitingDraft draft, @Nullable StoredEntry target) {
        draft.targetFound(target);
        queueIfReady(draft.conversation());
    }

    /** Nobody waits for the conversation any more, so that it is not read. */
    void notLoaded(Conversation conversation) {
        readDone(conversation);
        conversation.loadAsked = false;
        conversation.spokenAsked = false;
        forgetIfNothing(conversation);
    }

    /** The conversation cannot be read: what waits there is refused, and nothing else suffers. */
    void damaged(Conversation conversation) {
        readDone(conversation);
        doorReadDone(conversation);
        conversation.blocking = null;
        conversation.loadAsked = false;
        conversation.spokenAsked = false;
        for (WaitingDraft draft : conversation.waiting()) answer(draft, DAMAGED);
        conversation.waiting().clear();
        spreading.forget(conversation);
        conversation.runOnceLoaded();
    }

    private static void readDone(Conversation conversation) {
        if (conversation.reading != null) conversation.reading.done();
        conversation.reading = null;
    }

    private void queueIfReady(Conversation conversation) {
        if (conversation.isQueued) return;
        WaitingDraft first = conversation.waiting().peekFirst();
        if (first == null || !isReady(first)) return;
        conversation.isQueued = true;
        queue.addLast(conversation);
        turn.moved(this);
    }

    /** Whether all is known that the draft is decided on; asks for what is not. */
    private boolean isReady(WaitingDraft draft) {
        Conversation conversation = draft.conversation();
        if (!conversation.isLoaded()) {
            load(conversation);
            return false;
        }
        if (!draft.idLookedUp && memory.placed(draft.key()) == null) {
            lookUpId(draft);
            return false;
        }
        Standing standing = conversation.decided();
        long target = draft.targetSequence();
        boolean isTarget = target > 0 && target <= standing.head();
        if (isTarget && !draft.targetLookedUp && conversation.recent().get(target) == null) {
            lookUpTarget(draft);
            return false;
        }
        if (!lookUpMembers(draft)) return false;
        boolean isMessage = draft.draft().contents().getFirst() instanceof Content.Message;
        if (isMessage && standing.settings().isPaced() && standing.spoken() == null) {
            lookUpSpoken(conversation);
            return false;
        }
        if (standing.door() == null && Rules.isOfDoor(draft.draft())) {
            lookUpDoor(conversation);
            return false;
        }
        return isBlockingKnown(draft, standing);
    }

    private void lookUpDoor(Conversation conversation) {
        if (conversation.doorReading != null) return;
        conversation.doorReading = memory.reading();
        turn.wantDoor(conversation);
    }

    /** Nothing is said directly before it is known who of the two blocks the other. */
    private boolean isBlockingKnown(WaitingDraft draft, Standing standing) {
        List<UserId> both = Rules.both(draft.draft(), standing);
        if (both == null) return true;
        Conversation conversation = draft.conversation();
        long arrived = draft.ask().arrived();
        Blocking blocking = conversation.blocking;
        if (blocking == null || !blocking.isBelieved(arrived)) {
            blocking = new Blocking(both, arrived);
            conversation.blocking = blocking;
            turn.wantBlocking(conversation);
        }
        return blocking.isKnown();
    }

    // What is decided.

    /** The next step; null if one is being made, or nothing waits that can be decided. */
    @Nullable
    Step next(long nowMillis) {
        if (cut != null || queue.isEmpty() || isTailFull()) return null;
        Cut next = new Cut(config.batchEntriesMax(), config.batchBytesMax());
        cut = next;
        while (!queue.isEmpty() && next.isOpen()) {
            Conversation conversation = queue.getFirst();
            WaitingDraft draft = conversation.waiting().peekFirst();
            if (draft != null && isReady(draft)) {
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
            next.rest(draft, duplicate(draft, before), before.sequence());
        } else if (before != null) {
            answerOnceTold(draft, duplicate(draft, before), before.sequence());
        } else if (known != null) {
            answerOnceTold(draft, duplicate(draft, known), known.sequence());
        } else {
            Answer.Refused broken = draft.ask().brokenBefore(draft.index());
            if (broken != null) answer(draft, broken);
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
            answer(draft, POISON);
        }
    }

    private static Answer duplicate(WaitingDraft draft, Entry before) {
        return before.digest().equals(draft.digest())
                ? new Answer.Placed(before.sequence(), before.sentAt(), before.countable(), true)
                : Rules.OTHER_CONTENT;
    }

    private static Answer duplicate(WaitingDraft draft, History.KnownId before) {
        return before.digest().equals(draft.digest())
                ? new Answer.Placed(before.sequence(), before.sentAt(), 0, true)
                : Rules.OTHER_CONTENT;
    }

    private void place(Cut next, WaitingDraft waiting, List<Content> contents, long nowMillis) {
        Conversation conversation = waiting.conversation();
        Standing standing = conversation.decided();
        List<Cut.Placing> placings = new ArrayList<>(contents.size());
        Answer.Placed answer = null;
        for (int i = 0; i < contents.size(); i++) {
            Entry entry = entry(
                    waiting,
                    i == 0,
                    contents.get(i),
                    standing,
                    position + next.entries().size() + i + 1,
                    nowMillis);
            standing = standing.after(entry);
            if (answer == null) answer = new Answer.Placed(entry.sequence(), entry.sentAt(), entry.countable(), false);
            Kept kept = new Kept(conversation, i == 0 ? waiting.key() : null, entry, EntryCodec.sizeOf(entry));
            boolean isLast = i == contents.size() - 1;
            placings.add(
                    new Cut.Placing(kept, Recipients.of(entry, standing, config), isLast ? waiting : null, answer));
        }
        for (Cut.Placing placing : placings) memory.decided(placing.kept());
        conversation.decide(bounded(conversation, standing));
        waiting.out(true);
        next.place(waiting, placings);
    }

    /** Of a draft's entries only the first has its name and its origin, so that they name one entry. */
    private static Entry entry(
            WaitingDraft waiting, boolean isFirst, Content content, Standing before, long position, long nowMillis) {
        Draft draft = waiting.draft();
        long sequence = before.head() + 1;
        boolean isMessage = content.kind() == Kind.MESSAGE;
        return new Entry(
                waiting.conversation().id(),
                sequence,
                position,
                Math.max(before.sentAt(), nowMillis),
                draft.senderId(),
                isFirst ? draft.clientMessageId() : "",
                waiting.digest(),
                isFirst ? draft.origin() : "",
                before.countable() + (isMessage ? 1 : 0),
                isMessage ? sequence : before.lastMessage(),
                before.memberCountAfter(content),
                before.ownerCountAfter(content),
                content);
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
            if (draft != null) answer(draft, placing.answer());
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
            conversation.stands(isCounted ? bounded(conversation, after) : after);
        }
        durable(kept);
        if (entry.kind() != Kind.MESSAGE || conversation.isHeld()) {
            conversation.hold(new Conversation.Held(entry, Recipients.NOBODY));
        }
        turn.moved(this);
    }

    private void durable(Kept kept) {
        position = kept.position();
        tailBytes += kept.size();
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
            else answer(resting.draft(), resting.answer());
        }
        for (Cut.Resting resting : done.resting())
            forgetIfNothing(resting.draft().conversation());
    }

    /** Answers now, or with the entry at the sequence if that may not be told yet. */
    private void answerOnceTold(WaitingDraft draft, Answer answer, long sequence) {
        Conversation conversation = draft.conversation();
        Conversation.Held held = conversation.heldAt(sequence);
        Conversation.Held second = conversation.heldAt(sequence + 1);
        if (second != null && second.entry().clientMessageId().isEmpty()) held = second;
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

    // Projections.

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
        List<Kept> done = projecting.done();
        projectedThrough = projecting.through(position);
        for (Kept kept : done) {
            Conversation conversation = kept.conversation();
            tailBytes -= kept.size();
            conversation.unprojected--;
            conversation.projected =
                    Math.max(conversation.projected, kept.entry().sequence());
            spreading.projected(kept);
            if (conversation.isHeld()) release(conversation);
        }
        memory.projected(projectedThrough, this::forgetIfNothing);
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
            if (!held.recipients().isNobody()) turn.told(entry, held.recipients());
            for (int i = 0; i < held.drafts().size(); i++) {
                answer(held.drafts().get(i), held.answers().get(i));
            }
        }
    }

    // What is forgotten.

    /** Makes room for others: what the conversation had in memory is read again when it is wanted. */
    void unload(Conversation conversation) {
        conversation.unload();
        forgetIfNothing(conversation);
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
        while (!asks.isEmpty() && asks.getFirst().isReplied()) asks.removeFirst();
        Set<Conversation> left = new LinkedHashSet<>();
        for (Ask ask : asks) {
            long waited = now - ask.arrived();
            if (waited < config.unsentMillis()) break;
            if (ask.isReplied()) continue;
            for (WaitingDraft draft : ask.waiting()) {
                if (draft == null || draft.hasLeft() || draft.isOut()) continue;
                answer(draft, memory.placed(draft.key()) == null ? UNAVAILABLE : Ask.UNKNOWN);
                left.add(draft.conversation());
            }
            if (waited >= config.answerMillis()) ask.answerUnknown();
        }
        for (Conversation conversation : left) {
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
            conversation.reading = null;
            conversation.doorReading = null;
            conversation.loadAsked = false;
            conversation.spokenAsked = false;
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
