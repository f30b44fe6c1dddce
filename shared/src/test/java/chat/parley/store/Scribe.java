package chat.parley.store;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Writes conversations as their sequencer does: takes shards over, gives entries their places, appends and projects them. */
public final class Scribe {
    public static final UserId ANN = new UserId("ann");
    public static final UserId BOB = new UserId("bob");
    public static final UserId EVE = new UserId("eve");
    private static final long SENT_AT = 1_700_000_000_000L;
    private static final String OWNER = "scribe";

    private Stores stores;
    private final Map<Integer, ShardHead> heads = new HashMap<>();
    private final Map<ConversationId, Entry> lasts = new HashMap<>();
    private final Map<ConversationId, Map<UserId, Role>> members = new HashMap<>();
    private int batches;

    public Scribe(Stores stores) {
        this.stores = stores;
    }

    /** The stores were closed and opened again. */
    public void reopened(Stores stores) {
        this.stores = stores;
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.await(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer", e);
        }
    }

    /** The n-th of the conversations of a shard. */
    public static ConversationId conversation(int shard, int n) {
        int found = 0;
        for (int i = 0; ; i++) {
            var conversation = new ConversationId("conversation-" + i);
            if (conversation.shard() == shard && ++found > n) return conversation;
        }
    }

    /** The head of the shard; the first time it is taken over. */
    public ShardHead head(int shard) {
        return heads.computeIfAbsent(shard, first -> {
            await(stores.log().takeOver(await(stores.log().head(shard)), OWNER));
            return await(stores.log().head(shard));
        });
    }

    /** An entry at the next place of its conversation and shard, not written yet. */
    public Entry place(ConversationId conversation, UserId sender, Content content) {
        Entry last = lasts.get(conversation);
        long sequence = last == null ? 1 : last.sequence() + 1;
        boolean counts = content instanceof Content.Message;
        long countable = (last == null ? 0 : last.countable()) + (counts ? 1 : 0);
        ShardHead head = head(conversation.shard());
        Map<UserId, Role> present = members.computeIfAbsent(conversation, first -> new HashMap<>());
        change(present, sender, content);
        var entry = new Entry(
                conversation,
                sequence,
                head.position() + 1,
                SENT_AT + 1_000 * head.position(),
                sender,
                "client-" + sequence,
                new Digest(1, sequence, head.position()),
                "session-1",
                countable,
                counts ? sequence : last == null ? 0 : last.lastMessage(),
                present.size(),
                (int) present.values().stream().filter(Role.OWNER::equals).count(),
                content);
        lasts.put(conversation, entry);
        var placed = new ShardHead(head.shard(), head.position() + 1, head.epoch(), head.owner(), head.batchId());
        heads.put(head.shard(), placed);
        return entry;
    }

    private static void change(Map<UserId, Role> present, UserId sender, Content content) {
        switch (content) {
            case Content.ConversationCreated created ->
                present.put(sender, created.type() == ConversationType.DIRECT ? Role.MEMBER : Role.OWNER);
            case Content.MembersAdded added -> added.userIds().forEach(user -> present.put(user, added.role()));
            case Content.MembersRemoved removed ->
                removed.departures().forEach(departure -> present.remove(departure.userId()));
            case Content.MemberLeft left -> present.remove(left.departure().userId());
            case Content.RoleChanged changed -> present.put(changed.userId(), changed.role());
            default -> {}
        }
    }

    /** Appends and projects an entry as it was before entries counted members. */
    public void uncounted(ConversationId conversation, UserId sender, Content content) {
        Entry counted = place(conversation, sender, content);
        Entry entry = new Entry(
                conversation,
                counted.sequence(),
                counted.position(),
                counted.sentAt(),
                sender,
                counted.clientMessageId(),
                counted.digest(),
                counted.origin(),
                counted.countable(),
                counted.lastMessage(),
                content);
        append(List.of(entry));
        project(List.of(entry));
    }

    /** The batch of these entries, which lie side by side. */
    public Batch batch(List<Entry> entries) {
        Entry first = entries.getFirst();
        ShardHead head = head(first.conversationId().shard());
        return new Batch(
                head.shard(), first.position() - 1, head.epoch(), head.owner(), new BatchId(7, ++batches), entries);
    }

    /** Appends the entries to the log of their shard, and no more. */
    public Appended append(List<Entry> entries) {
        return await(stores.log().append(batch(entries)));
    }

    public void project(List<Entry> entries) {
        for (Entry entry : entries) {
            await(stores.projections().project(entry.conversationId().shard(), List.of(entry)));
        }
    }

    /** Appends and projects entries of one sender. */
    public List<Entry> write(ConversationId conversation, UserId sender, Content... contents) {
        List<Entry> entries = new ArrayList<>();
        for (Content content : contents) entries.add(place(conversation, sender, content));
        if (!(append(entries) instanceof Appended.Done)) throw new AssertionError("another writes to this store");
        project(entries);
        return entries;
    }

    /** A new group of Ann, who owns it, and the others. */
    public List<Entry> group(ConversationId conversation, UserId... others) {
        var created = new Content.ConversationCreated(ConversationType.GROUP, new Settings("team", 0));
        if (others.length == 0) return write(conversation, ANN, created);
        return write(conversation, ANN, created, new Content.MembersAdded(Arrays.asList(others), Role.MEMBER));
    }

    public Entry message(ConversationId conversation, UserId sender, String body) {
        return write(conversation, sender, Content.Message.of(body)).getFirst();
    }
}
