package chat.parley.gateway.api;

import chat.parley.bus.Loop;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Invitation;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.store.Stores;
import chat.parley.wire.BadInput;
import chat.parley.wire.Fields;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** {@code /v1/conversations/{conversationId}/invitations} and {@code /v1/invitations/{token}}. */
final class Invitations {
    private static final long LIFE_SECONDS_MAX = 366L * 24 * 60 * 60;
    private static final int USES_MAX = 1_000_000;
    private static final int INVITATION_BYTES = 224;

    private final Directory directory;
    private final byte[] key;
    private final Conversations conversations;
    private final Room room;
    private final Writes writes;
    private final Loop loop;

    Invitations(Stores stores, Conversations conversations, Room room, Writes writes, Loop loop) {
        this.directory = stores.directory();
        this.key = stores.log().digestKey();
        this.conversations = conversations;
        this.room = room;
        this.writes = writes;
        this.loop = loop;
    }

    Future<Reply> create(Asked asked) throws BadInput {
        Fields body = asked.optionalBody();
        Long lifeSeconds = body == null ? null : body.optionalWhole("expiresInSeconds", 1, LIFE_SECONDS_MAX);
        Long usesMax = body == null ? null : body.optionalWhole("usesMax", 1, USES_MAX);
        ConversationId conversation = asked.conversation();
        String clientMessageId = asked.clientMessageId();
        InvitationToken token = InvitationToken.of(key, conversation, asked.user(), clientMessageId);
        long lifeMillis = lifeSeconds == null ? 0 : 1000 * lifeSeconds;
        long mostUses = usesMax == null ? 0 : usesMax;
        Content made = new Content.InvitationCreated(token.invitationId(), lifeMillis, mostUses, 0, 0);
        return writes.write(conversation, asked.user(), clientMessageId, List.of(made), done -> switch (done) {
            case Writes.Done.Placed placed -> {
                long expiresAt = lifeMillis == 0 ? 0 : placed.sentAt() + lifeMillis;
                yield made(
                        placed.duplicate() ? 200 : 201,
                        token,
                        new Invitation(
                                token.invitationId(), 0, asked.user(), placed.sentAt(), expiresAt, mostUses, 0, false));
            }
            case Writes.Done.Unchanged unchanged ->
                found(token, invitation -> true, invitation -> made(200, token, invitation));
        });
    }

    /** As it was made, also to who asks again: what has become of it since is no answer to that. */
    private static Future<Reply> made(int status, InvitationToken token, Invitation invitation) {
        JsonWriter out = new JsonWriter(INVITATION_BYTES).beginObject().safeField("token", token.text());
        return new Reply.Json(status, write(invitation, out).endObject().toBytes()).now();
    }

    /** Those by which somebody may still join. */
    Future<Reply> list(Asked asked) throws BadInput {
        ConversationId conversation = asked.conversation();
        return directory
                .invitations(conversation)
                .compose(all -> Rank.ifAdmin(directory, asked.user(), conversation, () -> {
                    JsonWriter out = new JsonWriter(64 + INVITATION_BYTES * all.size())
                            .beginObject()
                            .name("invitations")
                            .beginArray();
                    for (Invitation each : all) {
                        if (each.isOpen(loop.millis()))
                            write(each, out.beginObject()).endObject();
                    }
                    return Reply.ok(out.endArray().endObject()).now();
                }));
    }

    private static JsonWriter write(Invitation invitation, JsonWriter out) {
        return out.safeField("invitationId", invitation.invitationId())
                .safeField("createdBy", invitation.createdBy().value())
                .field("createdAt", invitation.createdAt())
                .optional("expiresAt", invitation.expiresAt() == 0 ? null : (Long) invitation.expiresAt())
                .optional("usesMax", invitation.usesMax() == 0 ? null : (Long) invitation.usesMax())
                .field("uses", invitation.uses());
    }

    Future<Reply> revoke(Asked asked) throws BadInput {
        Content revoked = new Content.InvitationRevoked(asked.invitationId(), 0);
        return writes.write(
                asked.conversation(), asked.user(), asked.clientMessageId(), List.of(revoked), Writes::changed);
    }

    /** What it leads to, for whoever is not banned, as long as somebody may join by it. */
    Future<Reply> look(Asked asked) {
        InvitationToken token = InvitationToken.parse(asked.token());
        if (token == null) return Reply.notFound().now();
        UserId user = asked.user();
        ConversationId id = token.conversationId();
        return found(
                token,
                invitation -> invitation.isOpen(loop.millis()),
                invitation -> isBanned(id, user)
                        .compose(isBanned -> isBanned
                                ? Reply.notFound().now()
                                : directory.conversations(List.of(id)).map(found -> {
                                    Directory.Conversation conversation = found.get(id);
                                    return conversation == null ? Reply.notFound() : show(conversation);
                                })));
    }

    private static Reply show(Directory.Conversation conversation) {
        int members = conversation.head().memberCount();
        return Reply.ok(new JsonWriter(INVITATION_BYTES)
                .beginObject()
                .safeField("conversationId", conversation.conversationId().value())
                .safeField("type", conversation.type().wireName())
                .optional("name", conversation.settings().name())
                .optional("memberCount", members == Entry.NOT_COUNTED ? null : (Integer) members)
                .endObject());
    }

    private Future<Boolean> isBanned(ConversationId conversation, UserId user) {
        return directory
                .ban(conversation, user)
                .map(ban -> ban.isPresent() && ban.get().holds());
    }

    Future<Reply> join(Asked asked) throws BadInput {
        InvitationToken token = InvitationToken.parse(asked.token());
        if (token == null) return Reply.notFound().now();
        UserId user = asked.user();
        ConversationId conversation = token.conversationId();
        String clientMessageId = asked.clientMessageId();
        Content.InvitationUse use = new Content.InvitationUse(token.invitationId(), 0, 0);
        Content joined = new Content.MembersAdded(List.of(user), Role.MEMBER, use);
        return room.ifThereIs(
                user,
                List.of(user),
                conversation,
                () -> writes.write(
                        conversation,
                        user,
                        clientMessageId,
                        List.of(joined),
                        done -> conversations.read(user, conversation)));
    }

    private Future<Reply> found(
            InvitationToken token, Predicate<Invitation> isShown, Function<Invitation, Future<Reply>> reply) {
        return directory.invitations(token.conversationId()).compose(all -> {
            for (Invitation each : all) {
                if (each.invitationId().equals(token.invitationId()) && isShown.test(each)) return reply.apply(each);
            }
            return Reply.notFound().now();
        });
    }
}
