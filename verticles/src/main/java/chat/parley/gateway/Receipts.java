package chat.parley.gateway;

import chat.parley.bus.Loop;
import chat.parley.bus.Signals;
import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import chat.parley.wire.ReceiptType;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What devices say of how far they and their users have come: clamped to what is there and theirs, written, and then told to the others. Of
 * each user and conversation the first goes at once, and the furthest of what follows a second later; all that is due goes in one batch.
 * They are told only what is written: so nobody sees a pointer go back, though the process be killed.
 */
final class Receipts {
    private static final Logger LOG = LoggerFactory.getLogger(Receipts.class);
    private static final long PACE_MILLIS = 1_000;
    private static final long BATCH_MILLIS = 50;
    private static final int KEYS_MAX = 50_000;
    private static final int BATCH_MAX = 1_000;

    /** So often, about once a second, whoever asks waits along for an entry to come into the tables. */
    private static final int TRIES_MAX = 3;

    private final Loop loop;
    private final Directory directory;
    private final History history;
    private final Gates gates;
    private final Roster roster;
    private final Signalling signalling;
    private final Pace<Key, Wanted> pace = new Pace<>(PACE_MILLIS, KEYS_MAX, Wanted::with);
    private boolean isPlanned;
    private boolean isSettling;

    Receipts(Loop loop, Stores stores, Gates gates, Roster roster, Signalling signalling) {
        this.loop = loop;
        this.directory = stores.directory();
        this.history = stores.history();
        this.gates = gates;
        this.roster = roster;
        this.signalling = signalling;
    }

    /**
     * Completes once it is written, or said nothing new; fails if the store does not answer, or the entry does not come into its tables.
     *
     * @param origin the session that said it; empty: none
     */
    Future<Taken> take(UserId user, ConversationId conversation, ReceiptType type, long sequence, String origin) {
        Promise<Taken> asker = Promise.promise();
        Wanted wanted = new Wanted(
                new Key(conversation, user),
                type == ReceiptType.READ ? sequence : 0,
                sequence,
                origin,
                List.of(asker),
                0);
        if (!pace.offer(wanted.key, wanted, loop.monotonicMillis())) return Future.succeededFuture(Taken.BUSY);
        plan();
        return asker.future();
    }

    /** Writes what waits at once. */
    void hurry() {
        pace.hurry();
        settle();
    }

    private void plan() {
        if (isPlanned || isSettling || !pace.isWaiting()) return;
        isPlanned = true;
        loop.after(BATCH_MILLIS, () -> {
            isPlanned = false;
            settle();
        });
    }

    private void settle() {
        if (isSettling) return;
        List<Wanted> batch = pace.due(loop.monotonicMillis(), BATCH_MAX);
        if (batch.isEmpty()) {
            plan();
            return;
        }
        isSettling = true;
        Batch settling = new Batch(batch);
        settling.read()
                .compose(read -> directory.moveReadPointers(settling.moves()))
                .onComplete(written -> {
                    isSettling = false;
                    settling.answer(written);
                    plan();
                    if (written.succeeded()) tell(settling);
                    else LOG.warn("{} receipts were not written", batch.size(), written.cause());
                });
    }

    private void tell(Batch settled) {
        Set<UserId> users = new LinkedHashSet<>();
        Map<ConversationId, Future<List<UserId>>> members = new LinkedHashMap<>();
        for (Move move : settled.moved) {
            users.add(move.pointer.userId());
            members.computeIfAbsent(move.pointer.conversationId(), roster::of);
        }
        if (users.isEmpty()) return;
        directory
                .userSettings(users)
                .compose(settings -> Future.all(List.copyOf(members.values())).map(read -> settings))
                .onSuccess(settings -> {
                    List<Signals.Receipt> receipts = new ArrayList<>();
                    for (Move move : settled.moved) {
                        UserId user = move.pointer.userId();
                        Future<List<UserId>> all = members.get(move.pointer.conversationId());
                        if (all != null)
                            move.tell(all.result(), settings.getOrDefault(user, UserSettings.DEFAULT), receipts);
                    }
                    signalling.sayReceipts(receipts);
                })
                .onFailure(broken -> LOG.warn("{} receipts were not told", settled.moved.size(), broken));
    }

    /** What became of a receipt. */
    enum Taken {
        DONE,
        /** There is no such conversation, or the user is no member. */
        NOT_FOUND,
        /** Too many wait; nothing was kept of it. */
        BUSY
    }

    private record Key(ConversationId conversationId, UserId userId) {}

    /** @param read 0: not said */
    private record Wanted(Key key, long read, long delivered, String origin, List<Promise<Taken>> askers, int tries) {
        Wanted with(Wanted later) {
            List<Promise<Taken>> all = new ArrayList<>(askers);
            all.addAll(later.askers);
            return new Wanted(
                    key,
                    Math.max(read, later.read),
                    Math.max(delivered, later.delivered),
                    later.read >= read ? later.origin : origin,
                    all,
                    Math.max(tries, later.tries));
        }

        void answer(Taken taken) {
            for (Promise<Taken> asker : askers) asker.complete(taken);
        }

        void fail(Throwable broken) {
            for (Promise<Taken> asker : askers) asker.fail(broken);
        }
    }

    /** How a user's pointer moves. */
    private record Move(Directory.ReadPointer pointer, boolean isRead, boolean isDelivered, String origin) {
        /** @param members nobody, where there are too many */
        void tell(List<UserId> members, UserSettings settings, List<Signals.Receipt> receipts) {
            UserId user = pointer.userId();
            List<UserId> others = members.stream()
                    .filter(member -> !member.equals(user) && !settings.blocks(member))
                    .toList();
            boolean isReadShown = isRead && settings.readReceipts() && !others.isEmpty();
            if (isRead)
                receipts.add(receipt(
                        ReceiptType.READ, pointer.sequence(), isReadShown ? with(user, others) : List.of(user)));
            if (isDelivered && !settings.invisible() && !others.isEmpty())
                receipts.add(receipt(ReceiptType.DELIVERED, pointer.delivered(), others));
        }

        private static List<UserId> with(UserId user, List<UserId> others) {
            List<UserId> all = new ArrayList<>(others);
            all.add(user);
            return all;
        }

        private Signals.Receipt receipt(ReceiptType type, long sequence, List<UserId> users) {
            return new Signals.Receipt(pointer.conversationId(), pointer.userId(), type, sequence, origin, users);
        }
    }

    /** Receipts that are settled together: few reads for many. */
    private final class Batch {
        private final List<Wanted> all;
        private final Map<ConversationId, Directory.Head> heads = new HashMap<>();
        private final Map<History.EntryKey, StoredEntry> entries = new HashMap<>();
        private final Map<Key, Membership> memberships = new HashMap<>();
        private final Map<Key, Directory.ReadPointer> pointers = new HashMap<>();
        final List<Move> moved = new ArrayList<>();

        Batch(List<Wanted> all) {
            this.all = all;
        }

        /** What is there first, memberships behind it: nobody moves over what they may not read. */
        Future<Void> read() {
            Map<ConversationId, List<UserId>> byConversation = new LinkedHashMap<>();
            for (Wanted each : all)
                byConversation
                        .computeIfAbsent(each.key.conversationId, any -> new ArrayList<>())
                        .add(each.key.userId);
            return directory
                    .heads(byConversation.keySet())
                    .compose(found -> {
                        heads.putAll(found);
                        return history.entries(readWithin());
                    })
                    .compose(found -> {
                        entries.putAll(found);
                        List<Future<?>> reads = new ArrayList<>();
                        byConversation.forEach((conversation, users) -> {
                            reads.add(directory
                                    .readPointers(conversation, users)
                                    .onSuccess(read -> read.forEach(
                                            (user, pointer) -> pointers.put(new Key(conversation, user), pointer))));
                            reads.add(directory
                                    .memberships(conversation, users)
                                    .onSuccess(read -> read.forEach(
                                            (user, member) -> memberships.put(new Key(conversation, user), member))));
                        });
                        return Future.all(reads);
                    })
                    .mapEmpty();
        }

        /** The entries whose running counts no head tells. */
        private Set<History.EntryKey> readWithin() {
            Set<History.EntryKey> keys = new LinkedHashSet<>();
            for (Wanted each : all) {
                Directory.Head head = heads.get(each.key.conversationId);
                if (head != null && each.read > 0 && each.read < head.sequence())
                    keys.add(new History.EntryKey(each.key.conversationId, each.read));
            }
            return keys;
        }

        List<Directory.ReadPointer> moves() {
            for (Wanted each : all) move(each);
            return moved.stream().map(Move::pointer).toList();
        }

        private void move(Wanted wanted) {
            Key key = wanted.key;
            Directory.Head head = heads.get(key.conversationId);
            Membership membership = memberships.get(key);
            if (head == null || membership == null || !membership.isMember()) return;
            Directory.ReadPointer present =
                    pointers.getOrDefault(key, new Directory.ReadPointer(key.conversationId, key.userId, 0, 0, 0));
            long joined = membership.last().joined();
            long delivered = Math.min(wanted.delivered, head.sequence());
            boolean isDelivered = delivered >= joined && delivered > present.delivered();
            long read = Math.min(wanted.read, head.sequence());
            long countable = countable(key.conversationId, read, head);
            boolean isRead = read >= joined && read > present.sequence() && countable >= 0;
            if (isRead || isDelivered) {
                Directory.ReadPointer pointer = present.with(new Directory.ReadPointer(
                        key.conversationId,
                        key.userId,
                        isRead ? read : 0,
                        isRead ? countable : 0,
                        isDelivered ? delivered : 0));
                moved.add(new Move(pointer, isRead, isDelivered, wanted.origin));
            }
        }

        /** −1: not known. */
        private long countable(ConversationId conversation, long read, Directory.Head head) {
            if (read == head.sequence()) return head.countable();
            StoredEntry entry = entries.get(new History.EntryKey(conversation, read));
            return entry == null ? -1 : entry.entry().countable();
        }

        void answer(AsyncResult<Void> written) {
            for (Wanted each : all) {
                Membership membership = memberships.get(each.key);
                if (written.failed()) each.fail(written.cause());
                else if (membership == null || !membership.isMember()) each.answer(Taken.NOT_FOUND);
                else if (isPassedOnly(each)) tryAgain(each);
                else each.answer(Taken.DONE);
            }
        }

        /** Whether the entry is there, as the gate says, but not in the tables yet. */
        private boolean isPassedOnly(Wanted wanted) {
            Directory.Head head = heads.get(wanted.key.conversationId);
            Gate gate = gates.get(wanted.key.conversationId);
            return head != null
                    && wanted.delivered > head.sequence()
                    && gate != null
                    && gate.cursor() >= wanted.delivered;
        }

        private void tryAgain(Wanted wanted) {
            int tries = wanted.tries + 1;
            boolean isLong = tries >= TRIES_MAX;
            if (isLong) wanted.fail(new IllegalStateException("the entry is not in the tables yet"));
            List<Promise<Taken>> askers = isLong ? List.of() : wanted.askers;
            Wanted again = new Wanted(wanted.key, wanted.read, wanted.delivered, wanted.origin, askers, tries);
            if (!pace.offer(again.key, again, loop.monotonicMillis())) again.answer(Taken.BUSY);
        }
    }
}
