package chat.parley.gateway.api;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.model.Writers;
import chat.parley.store.Directory;
import chat.parley.store.Stores;
import chat.parley.wire.BadInput;
import chat.parley.wire.Fields;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /v1/conversations} and {@code /v1/conversations/{conversationId}}. */
final class Conversations {
    private static final int NAME_MAX = 128;
    private static final int MEMBER_IDS_MAX = 1_000;
    private static final long SLOW_MODE_MILLIS_MAX = 24L * 60 * 60 * 1000;
    private static final int MESSAGES_PER_MINUTE_MAX = 6_000;
    private static final int VIEW_BYTES = 512;

    private static final Comparator<Active> NEWEST_FIRST = Comparator.comparingLong(Active::at)
            .reversed()
            .thenComparing(active -> active.conversation().value());

    private final Directory directory;
    private final Overview overview;
    private final Room room;
    private final Writes writes;
    private final ApiConfig config;
    private final SecureRandom random;

    Conversations(Stores stores, Overview overview, Room room, Writes writes, ApiConfig config, SecureRandom random) {
        this.directory = stores.directory();
        this.overview = overview;
        this.room = room;
        this.writes = writes;
        this.config = config;
        this.random = random;
    }

    Future<Reply> create(Asked asked) throws BadInput {
        Fields body = asked.body();
        UserId creator = asked.user();
        ConversationType type = body.one("type", ConversationType.values());
        List<UserId> others = body.userIds("memberIds", type == ConversationType.DIRECT ? 1 : 0, MEMBER_IDS_MAX);
        if (others.contains(creator)) throw BadInput.badFrame("memberIds names you: it is of the others");
        String name = body.optionalString("name", 1, NAME_MAX);
        String request = asked.givenId("clientRequestId");
        ConversationId conversation;
        if (type == ConversationType.DIRECT) {
            if (others.size() > 1) throw BadInput.badFrame("a direct conversation is with one other");
            if (name != null) throw BadInput.badFrame("a direct conversation has no name");
            conversation = ConversationId.direct(creator, others.getFirst());
        } else {
            int othersMax = config.limits().groupMembersMax() - 1;
            if (others.size() > othersMax) throw BadInput.tooLarge("memberIds has more than " + othersMax);
            conversation = request == null ? ConversationId.random(random) : ConversationId.requested(creator, request);
        }
        List<Content> contents = new ArrayList<>();
        Settings settings = new Settings(name, 0);
        contents.add(new Content.ConversationCreated(type, settings));
        if (!others.isEmpty()) contents.add(new Content.MembersAdded(others, Role.MEMBER));
        String clientMessageId = request == null ? UUID.randomUUID().toString() : request;
        List<UserId> all = new ArrayList<>(others);
        all.add(creator);
        return room.ifThereIs(
                creator,
                all,
                conversation,
                () -> writes.write(conversation, creator, clientMessageId, contents, done -> switch (done) {
                    case Writes.Done.Placed placed ->
                        new Reply.Json(
                                        placed.duplicate() ? 200 : 201,
                                        placed.json()
                                                .safeField("type", type.wireName())
                                                .optional("name", name)
                                                .endObject()
                                                .toBytes())
                                .now();
                    case Writes.Done.Unchanged unchanged -> read(creator, conversation);
                }));
    }

    Future<Reply> list(Asked asked) throws BadInput {
        int limit = (int) asked.query("limit", 1, config.limits().pageEntriesMax(), config.pageEntriesDefault());
        Active behind = Active.parse(asked.cursor());
        UserId user = asked.user();
        return directory
                .inbox(user)
                .compose(inbox -> {
                    Set<ConversationId> mine = new LinkedHashSet<>();
                    for (Membership membership : inbox) {
                        if (membership.isMember()) mine.add(membership.conversationId());
                    }
                    return directory.heads(mine);
                })
                .compose(heads -> {
                    List<Active> page = newest(heads, behind);
                    boolean hasMore = page.size() > limit;
                    List<Active> shown = hasMore ? page.subList(0, limit) : page;
                    return overview.of(
                                    user,
                                    shown.stream().map(Active::conversation).toList())
                            .map(views -> list(views, hasMore ? shown.getLast() : null));
                });
    }

    private static List<Active> newest(Map<ConversationId, Directory.Head> heads, @Nullable Active behind) {
        List<Active> active = new ArrayList<>(heads.size());
        heads.forEach((conversation, head) -> {
            Active each = new Active(head.sentAt(), conversation);
            if (behind == null || NEWEST_FIRST.compare(each, behind) > 0) active.add(each);
        });
        active.sort(NEWEST_FIRST);
        return active;
    }

    private static Reply list(List<Overview.View> views, @Nullable Active last) {
        JsonWriter out = new JsonWriter(64 + VIEW_BYTES * views.size())
                .beginObject()
                .name("conversations")
                .beginArray();
        for (Overview.View view : views) view.write(out);
        out.endArray();
        if (last != null) out.field("cursor", last.cursor());
        return Reply.ok(out.endObject());
    }

    Future<Reply> read(Asked asked) throws BadInput {
        return read(asked.user(), asked.conversation());
    }

    Future<Reply> read(UserId user, ConversationId conversation) {
        return overview.of(user, List.of(conversation))
                .map(views -> views.isEmpty()
                        ? Reply.notFound()
                        : Reply.ok(views.getFirst().write(new JsonWriter(VIEW_BYTES))));
    }

    Future<Reply> update(Asked asked) throws BadInput {
        Fields body = asked.body();
        Long slowModeMillis = body.optionalWhole("slowModeMillis", 0, SLOW_MODE_MILLIS_MAX);
        Long messagesPerMinute = body.optionalWhole("messagesPerMinute", 0, MESSAGES_PER_MINUTE_MAX);
        Writers whoWrites = body.optionalOne("writers", Writers.values());
        boolean setsName = body.hasOrNull("name");
        if (!setsName && slowModeMillis == null && messagesPerMinute == null && whoWrites == null) {
            throw BadInput.badFrame("none of the settings is there");
        }
        Settings settings = new Settings(
                body.optionalString("name", 1, NAME_MAX),
                slowModeMillis == null ? 0 : slowModeMillis,
                messagesPerMinute == null ? 0 : messagesPerMinute.intValue(),
                whoWrites == null ? Writers.ALL : whoWrites);
        ConversationId conversation = asked.conversation();
        UserId user = asked.user();
        Content update = new Content.ConversationUpdated(
                settings, setsName, slowModeMillis != null, messagesPerMinute != null, whoWrites != null);
        return writes.write(conversation, user, asked.clientMessageId(), List.of(update), done -> switch (done) {
            case Writes.Done.Placed placed ->
                Reply.ok(placed.json().endObject()).now();
            case Writes.Done.Unchanged unchanged -> read(user, conversation);
        });
    }

    /** Where a conversation stands in its members' lists. */
    private record Active(long at, ConversationId conversation) {
        String cursor() {
            return Asked.cursorOf(at + "." + conversation.value());
        }

        static @Nullable Active parse(@Nullable String mark) throws BadInput {
            if (mark == null) return null;
            int dot = mark.indexOf('.');
            if (dot < 1 || dot > 16 || !ConversationId.isValid(mark.substring(dot + 1))) throw Asked.badCursor();
            try {
                return new Active(Long.parseLong(mark.substring(0, dot)), new ConversationId(mark.substring(dot + 1)));
            } catch (NumberFormatException e) {
                throw Asked.badCursor();
            }
        }
    }
}
