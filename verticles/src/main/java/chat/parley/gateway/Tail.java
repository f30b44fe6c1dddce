package chat.parley.gateway;

import chat.parley.bus.Address;
import chat.parley.bus.Bus;
import chat.parley.bus.Pull;
import chat.parley.bus.Pulled;
import chat.parley.bus.Topology;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.store.LogRow;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads to the very end of a conversation, past what is projected: asks the owner of its shard, and if that does not answer in time,
 * reads the log itself. So a read needs the store, never the owner.
 */
final class Tail {
    private static final Logger LOG = LoggerFactory.getLogger(Tail.class);
    private static final int LOG_ROWS = 1_000;
    private static final int PAGE_BYTES = 1 << 20;

    private final Bus bus;
    private final Topology topology;
    private final Stores stores;
    private final long ownerMillis;

    /** By shard, the read that is under way; the promise is of the next one, which all who come meanwhile share. */
    private final Map<Integer, Promise<Rest>> next = new HashMap<>();

    private final Set<Integer> reading = new HashSet<>();

    Tail(Bus bus, Topology topology, Stores stores, long ownerMillis) {
        this.bus = bus;
        this.topology = topology;
        this.stores = stores;
        this.ownerMillis = ownerMillis;
    }

    /**
     * The entries behind {@code after}, ascending and without a hole, at most so many; with the head, and the memberships of the users as
     * of a moment not before it.
     *
     * @param known a sequence that is known to exist: an owner that does not know of it is not believed
     */
    Future<Pulled> read(ConversationId conversation, long after, int entriesMax, List<UserId> users, long known) {
        return ask(new Pull(conversation, after, entriesMax, users)).transform(answer -> {
            if (answer.succeeded()
                    && answer.result() instanceof Pulled pulled
                    && isFit(pulled, conversation, after, known)) {
                return Future.succeededFuture(pulled);
            }
            LOG.debug("the owner of {} has not told its end: reading the log", conversation, answer.cause());
            return readAlone(conversation, after, entriesMax, users);
        });
    }

    private Future<Object> ask(Pull pull) {
        int shard = pull.conversationId().shard();
        String owner = topology.sequencerOwner(shard);
        return owner == null
                ? Future.failedFuture("shard " + shard + " has no owner")
                : bus.request(topology.addressOf(owner, Address.sequencer(shard)), pull, ownerMillis);
    }

    private static boolean isFit(Pulled pulled, ConversationId conversation, long after, long known) {
        if (!pulled.conversationId().equals(conversation) || pulled.head() < known) return false;
        long next = after + 1;
        for (Entry entry : pulled.entries()) if (entry.sequence() != next++) return false;
        return !pulled.entries().isEmpty() || pulled.head() <= after;
    }

    /**
     * What is projected is read behind the cursor that says so, with the log beside it; the memberships behind both, as they must not be older than
     * an entry that is handed out: else whoever was removed meanwhile could read what was said afterwards.
     */
    private Future<Pulled> readAlone(ConversationId conversation, long after, int entriesMax, List<UserId> users) {
        Directory directory = stores.directory();
        return rest(conversation.shard()).compose(rest -> {
            Future<List<StoredEntry>> page = stores.history().after(conversation, after, entriesMax, PAGE_BYTES);
            Future<Map<ConversationId, Directory.Head>> heads = directory.heads(List.of(conversation));
            Future<Map<UserId, Membership>> memberships =
                    Future.all(page, heads).compose(read -> directory.memberships(conversation, users));
            return Future.all(rest.entries, page, memberships)
                    .map(read -> joined(
                            conversation,
                            after,
                            entriesMax,
                            page.result(),
                            heads.result().get(conversation),
                            rest.epoch,
                            rest.entries.result(),
                            users,
                            memberships.result()));
        });
    }

    /** What the shard's log holds behind the projected cursor, read once for all who ask while the read before is under way. */
    private Future<Rest> rest(int shard) {
        if (reading.contains(shard)) {
            return next.computeIfAbsent(shard, none -> Promise.promise()).future();
        }
        reading.add(shard);
        Future<Rest> begun = Future.succeededFuture().compose(now -> readRest(shard));
        begun.compose(rest -> rest.entries).onComplete(done -> {
            reading.remove(shard);
            Promise<Rest> waiting = next.remove(shard);
            if (waiting != null) rest(shard).onComplete(waiting);
        });
        return begun;
    }

    private Future<Rest> readRest(int shard) {
        Future<ShardCursors> cursors = stores.log().cursors(shard);
        Future<ShardHead> head = stores.log().head(shard);
        return Future.all(cursors, head)
                .map(read -> new Rest(
                        head.result().epoch(),
                        rows(head.result(), new ArrayList<>(), cursors.result().projected())));
    }

    /** None if more is projected than there was when the head was read. */
    private Future<List<Entry>> rows(ShardHead head, List<Entry> entries, long position) {
        if (position >= head.position()) return Future.succeededFuture(entries);
        return stores.log().read(head.shard(), position, LOG_ROWS).compose(rows -> {
            if (rows.isEmpty())
                return Future.failedFuture("the log of shard " + head.shard() + " ends before its head");
            long last = position;
            for (LogRow row : rows) {
                last = row.entry().position();
                if (last <= head.position()) entries.add(row.entry());
            }
            return rows(head, entries, last);
        });
    }

    private static Pulled joined(
            ConversationId conversation,
            long after,
            int entriesMax,
            List<StoredEntry> page,
            Directory.@Nullable Head head,
            long epoch,
            List<Entry> rest,
            List<UserId> users,
            Map<UserId, Membership> memberships) {
        List<Entry> entries = new ArrayList<>(page.size());
        for (StoredEntry stored : page) entries.add(stored.entry());
        long next = entries.isEmpty() ? after + 1 : entries.getLast().sequence() + 1;
        long end = Math.max(head == null ? 0 : head.sequence(), entries.isEmpty() ? 0 : next - 1);
        Map<UserId, Membership> present = new LinkedHashMap<>(memberships);
        for (Entry entry : rest) {
            if (!entry.conversationId().equals(conversation)) continue;
            end = Math.max(end, entry.sequence());
            apply(entry, users, present);
            if (entry.sequence() != next || entries.size() >= entriesMax) continue;
            entries.add(entry);
            next++;
        }
        return new Pulled(conversation, epoch, end, entries, List.copyOf(present.values()));
    }

    /** Moves those of the memberships that were asked for; those who were never in the conversation come in with their first. */
    private static void apply(Entry entry, List<UserId> asked, Map<UserId, Membership> memberships) {
        switch (entry.content()) {
            case Content.ConversationCreated created -> {
                if (asked.contains(entry.senderId())) join(entry, entry.senderId(), Role.OWNER, memberships);
            }
            case Content.MembersAdded added -> {
                for (UserId user : added.userIds()) {
                    if (asked.contains(user)) join(entry, user, added.role(), memberships);
                }
            }
            case Content.MembersRemoved removed -> {
                for (Content.Departure departure : removed.departures()) leave(entry, departure, memberships);
            }
            case Content.MemberLeft left -> leave(entry, left.departure(), memberships);
            case Content.RoleChanged changed ->
                memberships.computeIfPresent(changed.userId(), (user, its) -> changed(its, changed.role(), entry));
            default -> {}
        }
    }

    private static void join(Entry entry, UserId user, Role role, Map<UserId, Membership> memberships) {
        Membership former = memberships.get(user);
        if (former != null && former.last().joined() >= entry.sequence()) return;
        List<Interval> intervals = new ArrayList<>(former == null ? List.of() : former.intervals());
        intervals.add(new Interval(entry.sequence(), 0, entry.countable()));
        memberships.put(user, new Membership(entry.conversationId(), user, role, List.copyOf(intervals)));
    }

    private static Membership changed(Membership former, Role role, Entry entry) {
        boolean isOf = former.isMember() && former.last().joined() < entry.sequence();
        return isOf ? new Membership(former.conversationId(), former.userId(), role, former.intervals()) : former;
    }

    private static void leave(Entry entry, Content.Departure departure, Map<UserId, Membership> memberships) {
        Membership former = memberships.get(departure.userId());
        if (former == null || !former.isMember() || former.last().joined() >= entry.sequence()) return;
        List<Interval> intervals = new ArrayList<>(former.intervals());
        Interval last = intervals.removeLast();
        intervals.add(new Interval(last.joined(), entry.sequence(), last.countable()));
        memberships.put(
                departure.userId(),
                new Membership(former.conversationId(), former.userId(), former.role(), List.copyOf(intervals)));
    }

    /** @param entries behind the cursor up to the head; they are read while the tables are */
    private record Rest(long epoch, Future<List<Entry>> entries) {}
}
