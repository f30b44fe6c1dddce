package chat.parley.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ServerFrameTest {
    private static final ConversationId C = new ConversationId("c-1");
    private static final UserId ALICE = new UserId("alice@x");

    static Stream<Said> frames() {
        Map<ConversationId, Long> heads = new LinkedHashMap<>();
        heads.put(C, 7L);
        heads.put(new ConversationId("c_2"), 9007199254740991L);
        Map<ConversationId, ServerFrame.SyncedHead> synced = new LinkedHashMap<>();
        synced.put(C, new ServerFrame.SyncedHead(1, 5, 7));
        synced.put(new ConversationId("c_2"), new ServerFrame.SyncedHead(3, 0, 3));
        return Stream.of(
                new Said(
                        new ServerFrame.Welcome(
                                "r\"",
                                "s1",
                                ALICE,
                                new DeviceId("phone"),
                                1700000000000L,
                                "w",
                                25000,
                                Limits.DEFAULT,
                                List.of("a", "b"),
                                "17",
                                3),
                        "{'type':'welcome','ref':'r\\\"','sessionId':'s1','userId':'alice@x','deviceId':'phone','serverTime':1700000000000,'watermark':'w','heartbeatMillis':25000,"
                            + "'limits':{'messageBytesMax':65536,'bodyBytesMax':16384,'httpBodyBytesMax':262144,'extBytesMax':2048,'attachmentsMax':10,'mentionsMax':50,'jsonDepthMax':16,"
                            + "'pageEntriesMax':200,'cursorsMax':1000,'groupMembersMax':200000},'features':['a','b'],'incarnation':'17','unreadTotal':3}"),
                new Said(
                        new ServerFrame.MessageAck(null, "m 1\n", C, 42, 1700000000000L, false),
                        "{'type':'message_ack','clientMessageId':'m 1\\n"
                            + "','conversationId':'c-1','messageId':'c-1.42','sequence':42,'sentAt':1700000000000,'duplicate':false}"),
                new Said(
                        new ServerFrame.MessageAck("é", "m", C, 1, 0, true),
                        "{'type':'message_ack','ref':'é','clientMessageId':'m','conversationId':'c-1','messageId':'c-1.1','sequence':1,'sentAt':0,'duplicate':true}"),
                new Said(
                        new ServerFrame.Gap(C, 1, 5, ServerFrame.GapReason.NOT_MEMBER),
                        "{'type':'gap','conversationId':'c-1','from':1,'to':5,'reason':'not_member'}"),
                new Said(
                        new ServerFrame.Synced("r", synced, "w", true),
                        "{'type':'synced','ref':'r','heads':{'c-1':{'first':1,'sentThrough':5,'head':7},'c_2':{'first':3,'sentThrough':0,'head':3}},'watermark':'w','more':true}"),
                new Said(
                        new ServerFrame.Synced(null, Map.of(), "w", false),
                        "{'type':'synced','heads':{},'watermark':'w'}"),
                new Said(
                        new ServerFrame.Heartbeat("r", 5, "w", heads),
                        "{'type':'heartbeat','ref':'r','serverTime':5,'watermark':'w','heads':{'c-1':7,'c_2':9007199254740991}}"),
                new Said(
                        new ServerFrame.Heartbeat(null, 5, "w", Map.of()),
                        "{'type':'heartbeat','serverTime':5,'watermark':'w','heads':{}}"),
                new Said(
                        new ServerFrame.Heads(heads, Map.of()),
                        "{'type':'heads','heads':{'c-1':7,'c_2':9007199254740991}}"),
                new Said(
                        new ServerFrame.Heads(Map.of(C, 7L), Map.of(C, List.of(5L, 6L))),
                        "{'type':'heads','heads':{'c-1':7},'mentions':{'c-1':[5,6]}}"),
                new Said(
                        new ServerFrame.Resync(List.of(C, new ConversationId("d")), "overflow"),
                        "{'type':'resync','conversationIds':['c-1','d'],'reason':'overflow'}"),
                new Said(new ServerFrame.Resync(null, "overflow"), "{'type':'resync','all':true,'reason':'overflow'}"),
                new Said(
                        new ServerFrame.ReceiptEvent(C, ALICE, ReceiptType.DELIVERED, 7, null),
                        "{'type':'receipt_event','conversationId':'c-1','userId':'alice@x','receiptType':'delivered','sequence':7}"),
                new Said(
                        new ServerFrame.ReceiptEvent(C, ALICE, ReceiptType.READ, 7, new ServerFrame.Own(9, 2, 30)),
                        "{'type':'receipt_event','conversationId':'c-1','userId':'alice@x','receiptType':'read','sequence':7,'head':9,'unread':2,'unreadTotal':30}"),
                new Said(
                        new ServerFrame.TypingEvent(C, ALICE, true),
                        "{'type':'typing_event','conversationId':'c-1','userId':'alice@x','active':true}"),
                new Said(
                        new ServerFrame.PresenceEvent(ALICE, ServerFrame.Status.OFFLINE, 9L),
                        "{'type':'presence_event','userId':'alice@x','status':'offline','lastSeenAt':9}"),
                new Said(
                        new ServerFrame.PresenceEvent(ALICE, ServerFrame.Status.ONLINE, null),
                        "{'type':'presence_event','userId':'alice@x','status':'online'}"),
                new Said(
                        new ServerFrame.GoAway(1500, "drain"),
                        "{'type':'goaway','retryAfterMillis':1500,'reason':'drain'}"),
                new Said(
                        new ServerFrame.Error(ErrorCode.SLOW_MODE, "wait", 900, "r", "m", C),
                        "{'type':'error','code':'slow_mode','message':'wait','retryable':true,'retryAfterMillis':900,'ref':'r','clientMessageId':'m','conversationId':'c-1'}"),
                new Said(
                        new ServerFrame.Error(ErrorCode.BAD_FRAME, "not JSON", 0, null, null, null),
                        "{'type':'error','code':'bad_frame','message':'not JSON','retryable':false}"));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void aFrameIsSaidAsTheProtocolHasIt(Said said) {
        assertThat(new String(FrameCodec.encode(said.frame), StandardCharsets.UTF_8))
                .isEqualTo(said.json.replace('\'', '"'));
    }

    @Test
    void everyFrameIsAmongThem() {
        assertThat(frames().map(said -> said.frame.getClass().getSimpleName()).distinct())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ServerFrame.class.getPermittedSubclasses())
                        .map(Class::getSimpleName)
                        .toList());
    }

    @Test
    void aRefusalIsAnsweredWithAnErrorThatNamesIt() {
        assertThat(new Decoded.Refusal(ErrorCode.TOO_LARGE, "long", null, "r", "m", C).toError())
                .isEqualTo(new ServerFrame.Error(ErrorCode.TOO_LARGE, "long", 0, "r", "m", C));
    }

    record Said(ServerFrame frame, String json) {}
}
