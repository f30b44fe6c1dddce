package chat.parley.gateway.api;

import chat.parley.bus.Loop;
import chat.parley.gateway.Unread;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Entry;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Mute;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import chat.parley.wire.EventJson;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a member sees of a conversation at a glance: its settings, its head, what is unread, its last message. */
final class Overview {
    /** Of the entry by which the maker of a direct conversation adds the other. */
    private static final long PEER_SEQUENCE = 2;

    private final Directory directory;
    private final History history;
    private final Loop loop;

    Overview(Stores stores, Loop loop) {
        this.directory = stores.directory();
        this.history = stores.history();
        this.loop = loop;
    }

    /**
     * Those of the conversations that the user is a member of, in the order given; what is shown is read before the membership that
     * allows it.
     */
    Future<List<View>> of(UserId user, List<ConversationId> conversations) {
        Map<ConversationId, Directory.Conversation> known = new LinkedHashMap<>();
        Map<ConversationId, Directory.ReadPointer> pointers = new LinkedHashMap<>();
        Map<ConversationId, Mute> mutes = new LinkedHashMap<>();
        Map<History.EntryKey, StoredEntry> entries = new LinkedHashMap<>();
        return directory
                .conversations(conversations)
                .compose(found -> {
                    known.putAll(found);
                    return directory.readPointers(user, found.keySet());
                })
                .compose(found -> {
                    pointers.putAll(found);
                    return directory.mutes(user, known.keySet());
                })
                .compose(found -> {
                    mutes.putAll(found);
                    return directory.memberships(user, known.keySet());
                })
                .compose(memberships -> history.entries(shown(known.values(), memberships)))
                .compose(found -> {
                    entries.putAll(found);
                    return directory.memberships(user, known.keySet());
                })
                .map(memberships -> {
                    List<View> views = new ArrayList<>();
                    for (ConversationId id : conversations) {
                        Directory.Conversation conversation = known.get(id);
                        Membership membership = memberships.get(id);
                        if (conversation == null || membership == null || !membership.isMember()) continue;
                        views.add(view(conversation, membership, pointers.get(id), held(mutes.get(id)), entries));
                    }
                    return views;
                });
    }

    private @Nullable Mute held(@Nullable Mute mute) {
        return mute != null && mute.holds(loop.millis()) ? mute : null;
    }

    /** The last message of each, the entry by which the user joined, and that which names the other of a direct one. */
    private static Set<History.EntryKey> shown(
            Iterable<Directory.Conversation> conversations, Map<ConversationId, Membership> memberships) {
        Set<History.EntryKey> keys = new LinkedHashSet<>();
        for (Directory.Conversation conversation : conversations) {
            ConversationId id = conversation.conversationId();
            Membership membership = memberships.get(id);
            if (membership == null || !membership.isMember()) continue;
            keys.add(new History.EntryKey(id, membership.last().joined()));
            if (conversation.type() == ConversationType.DIRECT) keys.add(new History.EntryKey(id, PEER_SEQUENCE));
            long lastMessage = conversation.head().lastMessage();
            if (membership.mayRead(lastMessage)) keys.add(new History.EntryKey(id, lastMessage));
        }
        return keys;
    }

    private static View view(
            Directory.Conversation conversation,
            Membership membership,
            Directory.@Nullable ReadPointer pointer,
            @Nullable Mute mute,
            Map<History.EntryKey, StoredEntry> entries) {
        ConversationId id = conversation.conversationId();
        Directory.Head head = conversation.head();
        Interval present = membership.last();
        long readSequence = Math.max(present.joined() - 1, pointer == null ? 0 : pointer.sequence());
        StoredEntry joined = entries.get(new History.EntryKey(id, present.joined()));
        StoredEntry last = membership.mayRead(head.lastMessage())
                ? entries.get(new History.EntryKey(id, head.lastMessage()))
                : null;
        return new View(
                conversation,
                membership,
                peer(conversation, membership.userId(), entries),
                joined == null ? null : (Long) joined.entry().sentAt(),
                readSequence,
                Unread.of(membership, head, pointer),
                mute,
                last);
    }

    private static @Nullable UserId peer(
            Directory.Conversation conversation, UserId user, Map<History.EntryKey, StoredEntry> entries) {
        if (conversation.type() != ConversationType.DIRECT) return null;
        StoredEntry stored = entries.get(new History.EntryKey(conversation.conversationId(), PEER_SEQUENCE));
        if (stored == null || !(stored.entry().content() instanceof Content.MembersAdded added)) return null;
        UserId maker = stored.entry().senderId();
        return maker.equals(user) ? added.userIds().getFirst() : maker;
    }

    /**
     * @param peerId the other of a direct conversation
     * @param joinedAt Unix milliseconds
     * @param unread messages behind the read pointer
     */
    record View(
            Directory.Conversation conversation,
            Membership membership,
            @Nullable UserId peerId,
            @Nullable Long joinedAt,
            long readSequence,
            long unread,
            @Nullable Mute mute,
            @Nullable StoredEntry lastMessage) {
        JsonWriter write(JsonWriter out) {
            out.beginObject()
                    .safeField("conversationId", conversation.conversationId().value())
                    .safeField("type", conversation.type().wireName())
                    .optional("name", conversation.settings().name())
                    .optional("peerId", peerId == null ? null : peerId.value())
                    .field("slowModeMillis", conversation.settings().slowModeMillis())
                    .field("messagesPerMinute", conversation.settings().messagesPerMinute())
                    .safeField("writers", conversation.settings().writers().wireName())
                    .safeField("role", membership.role().wireName())
                    .field("head", conversation.head().sequence())
                    .field("unread", unread)
                    .field("readSequence", readSequence)
                    .optional("joinedAt", joinedAt);
            if (mute != null) Mutes.write(mute, out.name("mute"));
            if (lastMessage != null) out.name("lastMessage").raw(event(lastMessage, membership.userId()));
            return out.endObject();
        }
    }

    private static byte[] event(StoredEntry stored, UserId reader) {
        Entry entry = stored.entry();
        byte[] event = EventJson.encode(entry, stored.editedAt(), stored.deletedAt());
        return entry.senderId().equals(reader) ? EventJson.withClientMessageId(event, entry.clientMessageId()) : event;
    }
}
