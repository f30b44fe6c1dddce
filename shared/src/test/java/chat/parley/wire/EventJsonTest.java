package chat.parley.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Attachment;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.Kind;
import chat.parley.model.Mention;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.model.Writers;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventJsonTest {
    private static final UserId BOB = new UserId("bob");
    private static final UserId EVE = new UserId("eve");

    static Stream<Told> events() {
        return Stream.of(
                new Told(
                        new Content.Message(
                                "hi \"you\"\n😀",
                                "text/plain",
                                List.of(
                                        new Attachment("https://h/x", null, "n", "image/png", 5, 1, 2, 3L, "sha"),
                                        new Attachment(null, "b", "n", "c", 0, null, null, null, null)),
                                List.of(new Mention(BOB, 0, 2), new Mention(null, null, null)),
                                3,
                                "{\"a\": [1,\t{}]}"),
                        "'kind':'message','senderId':'alice','sentAt':1700000000000,'body':'hi \\\"you\\\"\\n"
                            + "😀','contentType':'text/plain',"
                            + "'attachments':[{'url':'https://h/x','name':'n','contentType':'image/png','size':5,'width':1,'height':2,'durationMillis':3,'digest':'sha'},{'blobId':'b','name':'n','contentType':'c','size':0}],'mentions':[{'userId':'bob','from':0,'length':2},{'all':true}],'replyTo':3,'ext':{'a':"
                            + " [1,\t{}]}"),
                new Told(
                        Content.Message.of(""), "'kind':'message','senderId':'alice','sentAt':1700000000000,'body':''"),
                new Told(
                        new Content.Edit(4, "new", List.of(5L)),
                        "'kind':'edit','senderId':'alice','sentAt':1700000000000,'targetSequence':4,'body':'new'"),
                new Told(
                        new Content.Delete(4, List.of(5L)),
                        "'kind':'delete','senderId':'alice','sentAt':1700000000000,'targetSequence':4"),
                new Told(
                        new Content.ConversationCreated(ConversationType.GROUP, new Settings("Grün", 500)),
                        "'kind':'conversation_created','senderId':'alice','sentAt':1700000000000,'conversationType':'group','name':'Grün','slowModeMillis':500,'messagesPerMinute':0,'writers':'all'"),
                new Told(
                        new Content.ConversationCreated(ConversationType.DIRECT, Settings.NONE),
                        "'kind':'conversation_created','senderId':'alice','sentAt':1700000000000,'conversationType':'direct','slowModeMillis':0,'messagesPerMinute':0,'writers':'all'"),
                new Told(
                        new Content.ConversationUpdated(new Settings("n", 0)),
                        "'kind':'conversation_updated','senderId':'alice','sentAt':1700000000000,'name':'n','slowModeMillis':0,'messagesPerMinute':0,'writers':'all'"),
                new Told(
                        new Content.ConversationUpdated(new Settings(null, 0, 60, Writers.ADMINS)),
                        "'kind':'conversation_updated','senderId':'alice','sentAt':1700000000000,'slowModeMillis':0,'messagesPerMinute':60,'writers':'admins'"),
                new Told(
                        new Content.MembersAdded(List.of(BOB, EVE), Role.MEMBER),
                        "'kind':'member_added','senderId':'alice','sentAt':1700000000000,'userIds':['bob','eve'],'role':'member'"),
                new Told(
                        new Content.MembersAdded(List.of(BOB), Role.MEMBER, new Content.InvitationUse("abc", 3, 1)),
                        "'kind':'member_added','senderId':'alice','sentAt':1700000000000,'userIds':['bob'],'role':'member','invitationId':'abc'"),
                new Told(
                        new Content.UserBanned(BOB),
                        "'kind':'user_banned','senderId':'alice','sentAt':1700000000000,'userIds':['bob']"),
                new Told(
                        new Content.UserUnbanned(BOB),
                        "'kind':'user_unbanned','senderId':'alice','sentAt':1700000000000,'userIds':['bob']"),
                new Told(
                        new Content.InvitationCreated("abc", 5, 7, 3, 9),
                        "'kind':'invitation_created','senderId':'alice','sentAt':1700000000000,'invitationId':'abc','expiresAt':9,'usesMax':7"),
                new Told(
                        new Content.InvitationCreated("abc", 0, 0, 3, 0),
                        "'kind':'invitation_created','senderId':'alice','sentAt':1700000000000,'invitationId':'abc'"),
                new Told(
                        new Content.InvitationRevoked("abc", 3),
                        "'kind':'invitation_revoked','senderId':'alice','sentAt':1700000000000,'invitationId':'abc'"),
                new Told(
                        new Content.MembersRemoved(
                                List.of(new Content.Departure(BOB, 2), new Content.Departure(EVE, 2))),
                        "'kind':'member_removed','senderId':'alice','sentAt':1700000000000,'userIds':['bob','eve']"),
                new Told(
                        new Content.MemberLeft(new Content.Departure(BOB, 2)),
                        "'kind':'member_left','senderId':'alice','sentAt':1700000000000,'userIds':['bob']"),
                new Told(
                        new Content.RoleChanged(BOB, 2, Role.ADMIN),
                        "'kind':'role_changed','senderId':'alice','sentAt':1700000000000,'userIds':['bob'],'role':'admin'"));
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEntryIsToldByItsKind(Told told) {
        assertThat(text(EventJson.encode(entry(told.content))))
                .isEqualTo(("{'type':'message_event','messageId':'c-1.42','conversationId':'c-1','sequence':42,"
                                + told.json + "}")
                        .replace('\'', '"'));
    }

    @Test
    void everyKindIsAmongThem() {
        assertThat(events().map(told -> told.content.kind()).distinct()).containsExactlyInAnyOrder(Kind.values());
    }

    @ParameterizedTest
    @MethodSource("events")
    void theSendersDevicesLearnTheClientMessageIdToo(Told told) {
        byte[] event = EventJson.encode(entry(told.content));
        JsonObject forSender = new JsonObject(text(EventJson.withClientMessageId(event, "m \"1\" é")));
        assertThat(forSender.remove("clientMessageId")).isEqualTo("m \"1\" é");
        assertThat(forSender).isEqualTo(new JsonObject(text(event)));
    }

    @Test
    void anAmendedMessageSaysWhenItWasEdited() {
        assertThat(text(EventJson.encode(entry(Content.Message.of("new")), 5L, null)))
                .endsWith("\"body\":\"new\",\"editedAt\":5}");
    }

    @Test
    void aTombstoneShowsNothingOfTheMessage() {
        Content.Message erased =
                new Content.Message("rest", "c", List.of(), List.of(new Mention(BOB, null, null)), 3, "{\"a\":1}");
        JsonObject tombstone = new JsonObject(text(EventJson.encode(entry(erased), 5L, 6L)));
        assertThat(tombstone.fieldNames())
                .containsExactly(
                        "type",
                        "messageId",
                        "conversationId",
                        "sequence",
                        "kind",
                        "senderId",
                        "sentAt",
                        "deleted",
                        "editedAt",
                        "deletedAt");
        assertThat(tombstone.getBoolean("deleted")).isTrue();
        assertThat(tombstone.getLong("deletedAt")).isEqualTo(6);
    }

    @Test
    void anEditOfADeletedMessageShowsNoBody() {
        JsonObject edit =
                new JsonObject(text(EventJson.encode(entry(new Content.Edit(4, "rest", List.of())), null, 6L)));
        assertThat(edit.getLong("targetSequence")).isEqualTo(4);
        assertThat(edit.getBoolean("deleted")).isTrue();
        assertThat(edit.containsKey("body")).isFalse();
    }

    @Test
    void ofALargeGroupItIsCountedWhoComesAndGoes() {
        Entry added = behind(101, new Content.MembersAdded(List.of(BOB, EVE), Role.ADMIN));
        Entry removed = behind(101, new Content.MembersRemoved(List.of(new Content.Departure(BOB, 1))));
        assertThat(EventJson.isForSome(added)).isTrue();
        assertThat(text(EventJson.encodeCounted(added))).endsWith("\"userCount\":2,\"role\":\"admin\"}");
        assertThat(EventJson.isForSome(removed)).isTrue();
        assertThat(new JsonObject(text(EventJson.encodeCounted(removed))).fieldNames())
                .contains("userCount")
                .doesNotContain("userIds");
    }

    @Test
    void ofALargeGroupABanNamesNobodyEither() {
        for (Content content : List.of(new Content.UserBanned(BOB), new Content.UserUnbanned(BOB))) {
            assertThat(EventJson.isForSome(behind(100, content))).isFalse();
            Entry entry = behind(101, content);
            assertThat(EventJson.isForSome(entry)).isTrue();
            assertThat(text(EventJson.encodeCounted(entry)))
                    .endsWith("\"userCount\":1}")
                    .doesNotContain(BOB.value());
        }
    }

    @Test
    void ofASmallGroupAndOfWhoLeavesEverybodyIsTold() {
        assertThat(EventJson.isForSome(behind(100, new Content.MembersAdded(List.of(BOB), Role.MEMBER))))
                .isFalse();
        assertThat(EventJson.isForSome(behind(5_000, new Content.MemberLeft(new Content.Departure(BOB, 1)))))
                .isFalse();
        assertThat(EventJson.isForSome(behind(5_000, Content.Message.of("hi")))).isFalse();
    }

    private static Entry behind(int members, Content content) {
        Entry any = entry(content);
        return new Entry(
                any.conversationId(),
                any.sequence(),
                any.position(),
                any.sentAt(),
                any.senderId(),
                any.clientMessageId(),
                any.digest(),
                any.origin(),
                any.countable(),
                any.lastMessage(),
                members,
                1,
                content);
    }

    static Entry entry(Content content) {
        return new Entry(
                new ConversationId("c-1"),
                42,
                7,
                1700000000000L,
                new UserId("alice"),
                "m",
                new Digest(1, 2, 3),
                "s",
                10,
                41,
                content);
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    record Told(Content content, String json) {}
}
