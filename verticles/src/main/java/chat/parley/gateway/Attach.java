package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.wire.ClientFrame;
import chat.parley.wire.FrameCodec;
import chat.parley.wire.ServerFrame;
import chat.parley.wire.ServerFrame.GapReason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings one session to where live entries go on: after a hello (all conversations of the user) or a sync (those it names). Decides what is
 * read and sent; {@link Attaching} carries it out.
 *
 * <p>For each conversation there is one sequence, its head here: what the client lacks up to it is read from the store, what is above it comes
 * by the gate. It is fixed in one turn with the gate's cursor and never below that. Until then entries that pass are only noted; from then
 * on they wait until the missing ones are sent.
 */
final class Attach {
    private static final int SYNCED_HEADS_MAX = 1_000;
    private static final int READS_AT_ONCE_MAX = 16;
    private static final int ENTRIES_AT_ONCE_MAX = 500;
    private static final long NO_CURSOR = -1;

    private enum Scope {
        ALL,
        NAMED,
        OPEN
    }

    private final UserId user;
    private final @Nullable String ref;
    private final Scope scope;
    private final Map<ConversationId, Long> cursors;
    private final GatewayConfig config;

    private final Map<ConversationId, Long> noted = new LinkedHashMap<>();
    private final Map<ConversationId, Confirmed> confirmed = new LinkedHashMap<>();

    private final Map<ConversationId, Part> parts = new LinkedHashMap<>();
    private boolean isFixed;
    private int entriesLeft;
    private long bytesLeft;

    private final List<Waiting> waiting = new ArrayList<>(0);
    private final Set<ConversationId> lost = new LinkedHashSet<>();
    private int waitingBytes;

    private Attach(
            UserId user, @Nullable String ref, Scope scope, Map<ConversationId, Long> cursors, GatewayConfig config) {
        this.user = user;
        this.ref = ref;
        this.scope = scope;
        this.cursors = cursors;
        this.config = config;
        this.entriesLeft = config.resumeEntriesMax();
        this.bytesLeft = config.resumeBytesMax();
    }

    /** Of everything the user is in; entries only where there is a cursor. */
    static Attach all(
            UserId user, @Nullable String ref, @Nullable Map<ConversationId, Long> cursors, GatewayConfig config) {
        return new Attach(user, ref, Scope.ALL, cursors == null ? Map.of() : cursors, config);
    }

    /** Of these conversations alone. */
    static Attach named(UserId user, @Nullable String ref, Map<ConversationId, Long> cursors, GatewayConfig config) {
        return new Attach(user, ref, Scope.NAMED, cursors, config);
    }

    /** Of one conversation that is on screen now; its missing entries only if there is a cursor. */
    static Attach open(UserId user, ClientFrame.Open frame, GatewayConfig config) {
        Long cursor = frame.cursor();
        return new Attach(
                user,
                frame.ref(),
                Scope.OPEN,
                Map.of(frame.conversationId(), cursor == null ? NO_CURSOR : cursor),
                config);
    }

    @Nullable
    String ref() {
        return ref;
    }

    boolean coversAll() {
        return scope == Scope.ALL;
    }

    /** Of one conversation that is on screen now. */
    boolean isOpen() {
        return scope == Scope.OPEN;
    }

    /** What was asked for by name. */
    Collection<ConversationId> asked() {
        return cursors.keySet();
    }

    boolean covers(ConversationId conversation) {
        return coversAll() || cursors.containsKey(conversation);
    }

    boolean isFixed() {
        return isFixed;
    }

    /** An entry exists that the session would get, before the heads are fixed. */
    void note(ConversationId conversation, long sequence) {
        noted.merge(conversation, sequence, Math::max);
    }

    /**
     * Fixes the heads. To be called in the turn in which the gates are told of them.
     *
     * @param heads as stored
     * @param memberships of the user, read after the heads
     * @param gates those that there are
     */
    Fixed fix(
            Map<ConversationId, Directory.Head> heads,
            List<Membership> memberships,
            Function<ConversationId, @Nullable Gate> gates) {
        parts.clear();
        Map<ConversationId, Long> doubtful = new LinkedHashMap<>();
        Map<ConversationId, Membership> all = new LinkedHashMap<>();
        for (Membership membership : memberships) all.put(membership.conversationId(), membership);
        for (Map.Entry<ConversationId, Long> each : noted.entrySet()) {
            ConversationId conversation = each.getKey();
            if (all.containsKey(conversation)) continue;
            Confirmed known = confirmed.get(conversation);
            if (known == null || known.head < each.getValue()) doubtful.put(conversation, each.getValue());
            else if (known.membership != null) all.put(conversation, known.membership);
        }
        for (Membership membership : all.values()) {
            Directory.Head stored = heads.get(membership.conversationId());
            fix(membership, stored == null ? 0 : stored.sequence(), gates, doubtful);
        }
        if (!doubtful.isEmpty()) return new Fixed.AskEnds(doubtful);
        isFixed = true;
        return new Fixed.Done();
    }

    private void fix(
            Membership stored,
            long storedHead,
            Function<ConversationId, @Nullable Gate> gates,
            Map<ConversationId, Long> doubtful) {
        ConversationId conversation = stored.conversationId();
        Confirmed known = confirmed.get(conversation);
        Gate gate = gates.apply(conversation);
        long gateCursor = gate == null ? 0 : Math.max(0, gate.cursor());
        long gateMembership = gate == null ? 0 : Math.max(0, gate.membershipSequence());
        long note = noted.getOrDefault(conversation, 0L);
        // Up to here the membership that was read is sure to be the one that counts.
        long sure = Math.max(
                storedHead, Math.max(stored.last().joined(), stored.last().left()));
        Membership membership = stored;
        if (known != null && known.head >= sure) {
            sure = known.head;
            if (known.membership != null) membership = known.membership;
        }
        long head = Math.max(Math.max(sure, gateCursor), note);
        if (head > sure && (head > gateCursor || gateMembership > sure)) doubtful.put(conversation, head);
        Part part = new Part(membership, head, config.resumeConversationEntriesMax());
        Long cursor = cursors.get(conversation);
        if (cursor != null && cursor == NO_CURSOR) cursor = null;
        boolean isBeyond = cursor != null && cursor > head && membership.isMember();
        if (isBeyond && known == null) doubtful.put(conversation, head);
        if (cursor != null && !isBeyond) part.beginAt(cursor);
        parts.put(conversation, part);
    }

    /**
     * How far a conversation goes, asked at its very end, and the user's membership there. If a cursor is beyond this too, it is from
     * another life.
     */
    void confirm(ConversationId conversation, long head, @Nullable Membership membership) {
        confirmed.put(conversation, new Confirmed(head, membership));
    }

    /** Each conversation, once the heads are fixed. */
    Collection<Part> parts() {
        return parts.values();
    }

    /** What to read next; empty: all that is sent unasked has been sent. */
    List<Read> next() {
        List<Read> reads = new ArrayList<>();
        int entries = 0;
        for (Part part : parts.values()) {
            if (!part.isWanting() || entriesLeft <= 0 || bytesLeft <= 0) continue;
            long after = part.beforeNextReadable();
            int most = (int) Math.min(part.head - after, Math.min(part.entriesLeft, entriesLeft));
            if (!reads.isEmpty() && entries + most > ENTRIES_AT_ONCE_MAX) break;
            entries += most;
            reads.add(new Read(part, after, most));
            if (reads.size() == READS_AT_ONCE_MAX || entries >= ENTRIES_AT_ONCE_MAX) break;
        }
        return reads;
    }

    /**
     * What to send of what was read.
     *
     * @param items from {@code read.after} + 1, ascending, without a hole
     * @return frames: events and gaps
     */
    List<byte[]> cut(Read read, List<Recent.Item> items) {
        Part part = read.part;
        List<byte[]> frames = new ArrayList<>(items.size());
        long gapFrom = part.sentThrough + 1;
        long through = Math.min(read.after, part.head);
        for (Recent.Item item : items) {
            if (item.sequence() != through + 1 || item.sequence() > part.head) break;
            if (part.membership.mayRead(item.sequence())) {
                if (part.entriesLeft <= 0 || entriesLeft <= 0 || bytesLeft <= 0) break;
                if (gapFrom <= through) frames.add(gap(part, gapFrom, through));
                byte[] event = item.json(user, part.membership.role());
                frames.add(event);
                part.entriesLeft--;
                entriesLeft--;
                bytesLeft -= event.length;
                gapFrom = item.sequence() + 1;
            }
            through = item.sequence();
        }
        if (gapFrom <= through) frames.add(gap(part, gapFrom, through));
        if (through <= part.sentThrough) part.giveUp();
        else part.sentThrough = through;
        return frames;
    }

    /** Nothing more of this conversation can be read. */
    void giveUp(Read read) {
        read.part.giveUp();
    }

    private static byte[] gap(Part part, long from, long to) {
        return FrameCodec.encode(new ServerFrame.Gap(part.membership.conversationId(), from, to, GapReason.NOT_MEMBER));
    }

    /** The last frames of the answer. */
    List<ServerFrame.Synced> synced(String watermark) {
        List<ServerFrame.Synced> frames = new ArrayList<>(1);
        Map<ConversationId, ServerFrame.SyncedHead> heads = new LinkedHashMap<>();
        int left = parts.size();
        for (Part part : parts.values()) {
            heads.put(
                    part.membership.conversationId(),
                    new ServerFrame.SyncedHead(part.first(), part.sentThrough, part.head));
            left--;
            if (heads.size() < SYNCED_HEADS_MAX || left == 0) continue;
            frames.add(new ServerFrame.Synced(ref, heads, watermark, true));
            heads = new LinkedHashMap<>();
        }
        frames.add(new ServerFrame.Synced(ref, heads, watermark, false));
        return frames;
    }

    /**
     * An entry passes, or a gap is said that ends at this sequence, after the heads were fixed. It waits, unless it is not above the head; past the
     * bound of the outbox it is lost, and so are those behind it.
     */
    void pass(ConversationId conversation, long sequence, byte[] frame) {
        Part part = parts.get(conversation);
        if (part != null && sequence <= part.head || lost.contains(conversation)) return;
        if (waiting.size() >= config.outboxFramesMax() || waitingBytes + frame.length > config.outboxBytesMax()) {
            lost.add(conversation);
            return;
        }
        waiting.add(new Waiting(conversation, sequence, frame));
        waitingBytes += frame.length;
    }

    /** Entries went past the session in another way. */
    void lose(ConversationId conversation) {
        if (isFixed) lost.add(conversation);
    }

    /** What passed meanwhile, to be sent behind the answer. */
    List<Waiting> waiting() {
        return waiting;
    }

    /** Conversations of which live entries were lost meanwhile. */
    Set<ConversationId> lost() {
        return lost;
    }

    /** @param frame an event or a gap */
    @SuppressWarnings("ArrayRecordComponent") // shared by reference, never changed
    record Waiting(ConversationId conversation, long sequence, byte[] frame) {}

    /** @param after and behind it at most so many entries, up to the head of the part */
    record Read(Part part, long after, int entriesMax) {}

    /** What {@link #fix} came to. */
    sealed interface Fixed {
        record Done() implements Fixed {}

        /** Where what was read may not be the last word: ask for the very ends, {@link #confirm}, and fix again. @param known sequences that exist */
        record AskEnds(Map<ConversationId, Long> known) implements Fixed {}
    }

    private record Confirmed(long head, @Nullable Membership membership) {}

    /** One conversation. */
    static final class Part {
        private final Membership membership;
        private final long head;
        private final int entriesMax;
        private long sentThrough;
        private int entriesLeft;

        private Part(Membership membership, long head, int entriesMax) {
            this.membership = membership;
            this.head = visible(membership, head);
            this.sentThrough = first() - 1;
            this.entriesMax = entriesMax;
        }

        ConversationId conversation() {
            return membership.conversationId();
        }

        boolean isMember() {
            return membership.isMember();
        }

        Role role() {
            return membership.role();
        }

        /** What is above it comes by the gate. */
        long head() {
            return head;
        }

        private long first() {
            return membership.intervals().getFirst().joined();
        }

        private void beginAt(long cursor) {
            sentThrough = Math.min(cursor, head);
            entriesLeft = entriesMax;
        }

        /** Up to the head there is something that the session did not say it has. */
        boolean lacksSome() {
            return sentThrough < head;
        }

        private boolean isWanting() {
            return entriesLeft > 0 && sentThrough < head;
        }

        private void giveUp() {
            entriesLeft = 0;
        }

        /** Behind which the next sequence is that the user may read, or the head. */
        private long beforeNextReadable() {
            for (Interval interval : membership.intervals()) {
                if (!interval.isOpen() && interval.left() <= sentThrough) continue;
                return Math.min(head, Math.max(sentThrough, interval.joined() - 1));
            }
            return head;
        }

        /** Who has left sees the conversation end there. */
        private static long visible(Membership membership, long head) {
            return membership.isMember()
                    ? head
                    : Math.min(head, membership.last().left());
        }
    }
}
