package chat.parley.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Attachment;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.Mention;
import chat.parley.model.UserId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCodecTest {
    private static final ConversationId C = new ConversationId("c-1");
    private static final long MAX = 9007199254740991L;

    private final FrameCodec codec = new FrameCodec(Limits.DEFAULT);

    /** Every frame in full and at its shortest. */
    static Stream<Good> goodFrames() {
        Map<ConversationId, Long> cursors = new LinkedHashMap<>();
        cursors.put(C, 7L);
        cursors.put(new ConversationId("c_2"), 0L);
        return Stream.of(
                new Good(
                        "{'type':'hello','ref':'r','token':'t.o.k','deviceId':'phone','cursors':{'c-1':7,'c_2':0},'incarnation':'17','since':'w','client':'js/1','features':['a','b']}",
                        new ClientFrame.Hello(
                                "r", "t.o.k", new DeviceId("phone"), cursors, "17", "w", "js/1", List.of("a", "b"))),
                new Good(
                        "{'type':'hello','token':'t','deviceId':'d'}",
                        new ClientFrame.Hello(null, "t", new DeviceId("d"), null, null, null, null, List.of())),
                new Good(
                        "{'type':'hello','token':'t','deviceId':'d','cursors':{},'features':[]}",
                        new ClientFrame.Hello(null, "t", new DeviceId("d"), Map.of(), null, null, null, List.of())),
                new Good(
                        "{'ref':'r','clientMessageId':'m"
                            + " 1','conversationId':'c-1','body':'hi','contentType':'text/plain',"
                            + "'attachments':[{'url':'https://h/x','name':'n','contentType':'image/png','size':5,'width':1,'height':2,'durationMillis':3,'digest':'sha'},{'blobId':'b','name':'n','contentType':'c','size':0}],'mentions':[{'userId':'u@x','from':0,'length':2},{'all':true}],'replyTo':3,'ext':{'a':"
                            + " [1,\t{}]},'type':'send_message'}",
                        new ClientFrame.SendMessage(
                                "r",
                                "m 1",
                                C,
                                new Content.Message(
                                        "hi",
                                        "text/plain",
                                        List.of(
                                                new Attachment(
                                                        "https://h/x", null, "n", "image/png", 5, 1, 2, 3L, "sha"),
                                                new Attachment(null, "b", "n", "c", 0, null, null, null, null)),
                                        List.of(new Mention(new UserId("u@x"), 0, 2), new Mention(null, null, null)),
                                        3,
                                        "{\"a\": [1,\t{}]}"))),
                new Good(
                        "{'type':'send_message','clientMessageId':'m','conversationId':'c-1','body':''}",
                        new ClientFrame.SendMessage(null, "m", C, Content.Message.of(""))),
                new Good(
                        "{'type':'edit_message','ref':'r','clientMessageId':'m','conversationId':'c-1','sequence':9007199254740991,'body':'x'}",
                        new ClientFrame.EditMessage("r", "m", C, MAX, "x")),
                new Good(
                        "{'type':'delete_message','ref':'r','clientMessageId':'m','conversationId':'c-1','sequence':1}",
                        new ClientFrame.DeleteMessage("r", "m", C, 1)),
                new Good("{'type':'sync','ref':'r','cursors':{'c-1':7,'c_2':0}}", new ClientFrame.Sync("r", cursors)),
                new Good(
                        "{'type':'receipt','ref':'r','conversationId':'c-1','receiptType':'delivered','sequence':1}",
                        new ClientFrame.Receipt("r", C, ReceiptType.DELIVERED, 1)),
                new Good(
                        "{'type':'receipt','conversationId':'c-1','receiptType':'read','sequence':2}",
                        new ClientFrame.Receipt(null, C, ReceiptType.READ, 2)),
                new Good(
                        "{'type':'typing','ref':'r','conversationId':'c-1','active':true}",
                        new ClientFrame.Typing("r", C, true)),
                new Good(
                        "{'type':'typing','conversationId':'c-1','active':false}",
                        new ClientFrame.Typing(null, C, false)),
                new Good(
                        "{'type':'watch','ref':'r','userIds':['a','b']}",
                        new ClientFrame.Watch("r", List.of(new UserId("a"), new UserId("b")))),
                new Good(
                        "{'type':'unwatch','ref':'r','userIds':['a']}",
                        new ClientFrame.Unwatch("r", List.of(new UserId("a")))),
                new Good(
                        "{'type':'open','ref':'r','conversationId':'c-1','cursor':0}",
                        new ClientFrame.Open("r", C, 0L)),
                new Good("{'type':'open','conversationId':'c-1'}", new ClientFrame.Open(null, C, null)),
                new Good("{'type':'close','ref':'r','conversationId':'c-1'}", new ClientFrame.Close("r", C)),
                new Good("{'type':'heartbeat','ref':'r'}", new ClientFrame.Heartbeat("r")),
                new Good("{'type':'heartbeat'}", new ClientFrame.Heartbeat(null)),
                new Good("{'type':'reauth','ref':'r','token':'t'}", new ClientFrame.Reauth("r", "t")));
    }

    @ParameterizedTest
    @MethodSource("goodFrames")
    void aGoodFrameIsRead(Good good) {
        assertThat(decode(good.json)).isEqualTo(good.frame);
    }

    @ParameterizedTest
    @MethodSource("goodFrames")
    void theOrderOfFieldsUnknownFieldsAndNullsDoNotMatter(Good good) {
        JsonObject frame = new JsonObject(quoted(good.json));
        List<String> fields = new ArrayList<>();
        for (String name : frame.fieldNames()) fields.addFirst(field(name, frame.getValue(name)));
        fields.addFirst(field(
                "unknown",
                new JsonObject().put("type", new JsonArray().add("deep").addNull())));
        for (String name :
                List.of("ref", "contentType", "attachments", "replyTo", "ext", "since", "cursor", "features")) {
            if (!frame.containsKey(name)) fields.add("\"" + name + "\":null");
        }
        String json = "{ " + String.join(" , ", fields) + "\n}";
        if (frame.containsKey("ext"))
            json = json.replace(frame.getJsonObject("ext").encode(), "{\"a\": [1,\t{}]}");
        assertThat(decode(json)).isEqualTo(good.frame);
    }

    private static String field(String name, Object value) {
        String object = new JsonObject().put(name, value).encode();
        return object.substring(1, object.length() - 1);
    }

    /** Fields that a frame cannot do without. */
    static Stream<Lacking> lackingFrames() {
        Map<String, List<String>> required = new LinkedHashMap<>();
        required.put("hello", List.of("token", "deviceId"));
        required.put("send_message", List.of("clientMessageId", "conversationId", "body"));
        required.put("edit_message", List.of("clientMessageId", "conversationId", "sequence", "body"));
        required.put("delete_message", List.of("clientMessageId", "conversationId", "sequence"));
        required.put("sync", List.of("cursors"));
        required.put("receipt", List.of("conversationId", "receiptType", "sequence"));
        required.put("typing", List.of("conversationId", "active"));
        required.put("watch", List.of("userIds"));
        required.put("unwatch", List.of("userIds"));
        required.put("open", List.of("conversationId"));
        required.put("close", List.of("conversationId"));
        required.put("reauth", List.of("token"));
        return goodFrames()
                .map(good -> new JsonObject(quoted(good.json)))
                .flatMap(frame -> required.getOrDefault(frame.getString("type"), List.of()).stream()
                        .map(field -> new Lacking(frame, field)));
    }

    @ParameterizedTest
    @MethodSource("lackingFrames")
    void aFrameWithoutARequiredFieldIsRefused(Lacking lacking) {
        JsonObject without = lacking.frame.copy();
        without.remove(lacking.field);
        assertThat(refusal(without.encode()).message()).isEqualTo(lacking.field + " is missing");
        assertThat(refusal(without.copy().putNull(lacking.field).encode()).message())
                .isEqualTo(lacking.field + " is missing");
    }

    /** Every known field of every frame with every other JSON type in it. */
    static Stream<Lacking> knownFields() {
        return goodFrames()
                .map(good -> new JsonObject(quoted(good.json)))
                .flatMap(frame -> frame.fieldNames().stream().map(field -> new Lacking(frame, field)));
    }

    @ParameterizedTest
    @MethodSource("knownFields")
    void aFieldOfTheWrongTypeIsRefusedByName(Lacking known) {
        Object right = known.frame.getValue(known.field);
        for (Object wrong : List.of("text", 5, 1.5, true, new JsonObject(), new JsonArray())) {
            boolean isSameType =
                    wrong.getClass() == right.getClass() || wrong instanceof Number && right instanceof Number;
            if (isSameType) continue;
            Decoded.Refusal refusal =
                    refusal(known.frame.copy().put(known.field, wrong).encode());
            assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_FRAME);
            assertThat(refusal.close()).isNull();
            assertThat(refusal.message()).startsWith(known.field + " is not ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'type':null}"})
    void aFrameWithoutATypeIsRefused(String json) {
        assertThat(refusal(json)).isEqualTo(bad("type is missing"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':''}",
                "{'type':'nope'}",
                "{'type':'HELLO'}",
                "{'type':'message_ack'}",
                "{'type':'welcome'}",
                "{'type':'heartbeat '}"
            })
    void anUnknownTypeIsRefused(String json) {
        assertThat(refusal(json)).isEqualTo(bad("unknown type"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "'x'", "true", "null"})
    void whatIsNoObjectIsNoFrame(String json) {
        assertThat(refusal(json)).isEqualTo(bad("a frame is a JSON object"));
        assertThat(codec.decode(utf8("[" + quoted(json) + "]"))).containsExactly(bad("a frame is a JSON object"));
    }

    @Test
    void aTypeCanBeWrittenWithEscapes() {
        assertThat(decode("{'\\u0074ype':'\\u0068eartbeat'}")).isEqualTo(new ClientFrame.Heartbeat(null));
    }

    @Test
    void anArrayIsReadInItsOrderAndABadElementSpoilsNoOther() {
        List<Decoded> decoded = codec.decode(
                utf8(
                        quoted(
                                "[{'type':'heartbeat','ref':'1'},{'type':'typing','ref':'2','conversationId':'c-1'},7,[],{'type':'heartbeat','ref':'3'}]")));
        assertThat(decoded)
                .containsExactly(
                        new ClientFrame.Heartbeat("1"),
                        new Decoded.Refusal(ErrorCode.BAD_FRAME, "active is missing", null, "2", null, C),
                        bad("a frame is a JSON object"),
                        bad("a frame is a JSON object"),
                        new ClientFrame.Heartbeat("3"));
        assertThat(codec.decode(utf8("[]"))).isEmpty();
    }

    @Test
    void anArrayHoldsABoundedNumberOfFrames() {
        String frame = "{\"type\":\"heartbeat\"}";
        assertThat(codec.decode(utf8("[" + String.join(",", Collections.nCopies(512, frame)) + "]")))
                .hasSize(512);
        assertThat(codec.decode(utf8("[" + String.join(",", Collections.nCopies(513, frame)) + "]")))
                .containsExactly(new Decoded.Refusal(
                        ErrorCode.TOO_LARGE, "more than 512 frames in one message", null, null, null, null));
    }

    @Test
    void aTextThatIsBadAnywhereIsRefusedAsAWhole() {
        for (String json : List.of(
                "[{'type':'heartbeat'},{'type':'heartbeat'}",
                "[{'type':'heartbeat'},{'type':'heartbeat','x':01}]",
                "[{'type':'heartbeat'},{'x':1,'x':2}]",
                "{'type':'heartbeat'}{'type':'heartbeat'}",
                "[{'type':'heartbeat'}]\u0000",
                "",
                "hello",
                "{'type':'heartbeat','x':1e999999}",
                "{'type':'heartbeat','x':" + "7".repeat(400) + "}",
                "{'type':'heartbeat','x':'\\ud800'}",
                "{'type':'heartbeat','x':" + "[".repeat(16) + "]".repeat(16) + "}")) {
            List<Decoded> decoded = codec.decode(utf8(quoted(json)));
            assertThat(decoded).as(json).singleElement().isInstanceOf(Decoded.Refusal.class);
            Decoded.Refusal refusal = (Decoded.Refusal) decoded.getFirst();
            assertThat(refusal.close()).isEqualTo(CloseCode.BAD_FRAME);
            assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_FRAME);
        }
    }

    @Test
    void invalidUtf8IsRefusedWithItsOwnCloseCode() {
        byte[] bytes = utf8(quoted("{'type':'heartbeat','x':'?'}"));
        for (int wrong : new int[] {0x80, 0xc3, 0xff, 0xed}) {
            byte[] broken = bytes.clone();
            broken[bytes.length - 3] = (byte) wrong;
            assertThat(codec.decode(broken))
                    .containsExactly(new Decoded.Refusal(
                            ErrorCode.BAD_FRAME, "not UTF-8", CloseCode.BAD_UTF8, null, null, null));
        }
    }

    @Test
    void aTextOverTheLimitIsTooBig() {
        String frame = "{\"type\":\"heartbeat\"}";
        assertThat(codec.decode(utf8(frame + " ".repeat((64 << 10) - frame.length()))))
                .containsExactly(new ClientFrame.Heartbeat(null));
        assertThat(codec.decode(utf8(frame + " ".repeat((64 << 10) - frame.length() + 1))))
                .containsExactly(new Decoded.Refusal(
                        ErrorCode.TOO_LARGE, "longer than 65536 bytes", CloseCode.TOO_BIG, null, null, null));
    }

    @Test
    void onlyTheNamedPartOfTheBytesIsRead() {
        byte[] bytes = utf8("}}" + quoted("{'type':'heartbeat','ref':'é'}") + "{{");
        assertThat(codec.decode(bytes, 2, bytes.length - 4)).containsExactly(new ClientFrame.Heartbeat("é"));
    }

    @Test
    void aRefusalNamesWhatItAnswers() {
        assertThat(refusal("{'type':'send_message','ref':'r','clientMessageId':'m','conversationId':'c-1'}"))
                .isEqualTo(new Decoded.Refusal(ErrorCode.BAD_FRAME, "body is missing", null, "r", "m", C));
        assertThat(refusal("{'type':'nope','ref':'r','clientMessageId':'m','conversationId':'c/1'}"))
                .isEqualTo(new Decoded.Refusal(ErrorCode.BAD_FRAME, "unknown type", null, "r", "m", null));
        assertThat(refusal("{'type':'nope','ref':7,'clientMessageId':'','conversationId':[]}"))
                .isEqualTo(bad("ref is not a string"));
        assertThat(refusal("{'type':'nope','ref':'" + "r".repeat(129) + "'}").ref())
                .isNull();
    }

    @Test
    void aRefusalNeverRepeatsWhatAFieldHeld() {
        assertThat(refusal("{'type':'hello','token':'se\\u0000cret','deviceId':'d'}")
                        .toString())
                .doesNotContain("cret");
        assertThat(refusal("{'type':'open','conversationId':'not/an/id'}").message())
                .isEqualTo("conversationId is not a conversation id");
    }

    @Test
    void framesDoNotPrintTheirTokens() {
        assertThat(decode("{'type':'hello','token':'secret','deviceId':'d'}").toString())
                .doesNotContain("secret");
        assertThat(decode("{'type':'reauth','token':'secret'}").toString()).doesNotContain("secret");
    }

    @Test
    void bodiesAreBoundedInUtf8() {
        int max = Limits.DEFAULT.bodyBytesMax();
        assertThat(body("x".repeat(max))).isInstanceOf(ClientFrame.SendMessage.class);
        assertThat(body("x".repeat(max + 1))).isEqualTo(tooLarge("body is longer than 16384 bytes"));
        assertThat(body("é".repeat(max / 2))).isInstanceOf(ClientFrame.SendMessage.class);
        assertThat(body("é".repeat(max / 2) + "x")).isEqualTo(tooLarge("body is longer than 16384 bytes"));
        // Escapes are longer than what they stand for: it is the body that counts.
        assertThat(body("\\n".repeat(max))).isInstanceOf(ClientFrame.SendMessage.class);
        assertThat(body("\\n".repeat(max + 1))).isEqualTo(tooLarge("body is longer than 16384 bytes"));
        assertThat(refusal("{'type':'edit_message','clientMessageId':'m','conversationId':'c-1','sequence':1,'body':'"
                                + "x".repeat(max + 1) + "'}")
                        .code())
                .isEqualTo(ErrorCode.TOO_LARGE);
    }

    @Test
    void bodiesAreTakenAsTheyAre() {
        String body = "a\u0000b\u001f\u007f\"\\/\u2028\u202e é😀 \r\n";
        String json = new JsonObject()
                .put("type", "send_message")
                .put("clientMessageId", "m")
                .put("conversationId", "c-1")
                .put("body", body)
                .encode();
        assertThat(((ClientFrame.SendMessage) decode(json)).message().body()).isEqualTo(body);
    }

    @Test
    void clientMessageIdsAreOneTo64PrintableCharacters() {
        for (String good : List.of("m", "m".repeat(64), " ", "é😀", "a/b:c", "\\u0041")) {
            assertThat(withClientId(good)).as(good).isInstanceOf(ClientFrame.DeleteMessage.class);
        }
        for (String bad : List.of("", "m".repeat(65), "\\u0000", "a\\nb", "\\u007f", "\\u0085", "😀".repeat(33))) {
            assertThat(((Decoded.Refusal) withClientId(bad)).message())
                    .startsWith("clientMessageId is not 1 to 64 characters");
        }
    }

    @Test
    void idsAreOfTheirForm() {
        for (String good : List.of("c", "A-z_09", "c".repeat(64))) {
            assertThat(decode("{'type':'close','conversationId':'" + good + "'}"))
                    .isInstanceOf(ClientFrame.Close.class);
        }
        for (String bad : List.of("", "c".repeat(65), "a.b", "a/b", "a b", "é", "a\\u0000")) {
            assertThat(refusal("{'type':'close','conversationId':'" + bad + "'}")
                            .message())
                    .isEqualTo("conversationId is not a conversation id");
        }
        for (String good : List.of("u", "U.ser_1@example:x-y", "u".repeat(64))) {
            assertThat(decode("{'type':'watch','userIds':['" + good + "']}")).isInstanceOf(ClientFrame.Watch.class);
        }
        for (String bad : List.of("", "u".repeat(65), "-u", "a/b", "é", "u\\n")) {
            assertThat(refusal("{'type':'watch','userIds':['" + bad + "']}").message())
                    .isEqualTo("userIds is not a user id");
            assertThat(refusal("{'type':'hello','token':'t','deviceId':'" + bad + "'}")
                            .message())
                    .isEqualTo("deviceId is not a device id");
        }
        assertThat(refusal("{'type':'watch','userIds':[1]}").message()).isEqualTo("userIds is not a user id");
    }

    @Test
    void sequencesAreOneTo2To53Minus1() {
        for (String good : List.of("1", "9007199254740991"))
            assertThat(withSequence(good)).isInstanceOf(ClientFrame.DeleteMessage.class);
        for (String bad :
                List.of("0", "-1", "9007199254740992", "1.0", "1e3", "99999999999999999999", "18446744073709551617")) {
            assertThat(withSequence(bad))
                    .isEqualTo(new Decoded.Refusal(
                            ErrorCode.BAD_FRAME,
                            "sequence is not a whole number from 1 to 9007199254740991",
                            null,
                            null,
                            "m",
                            C));
        }
        assertThat(send("'replyTo':0")).isInstanceOf(Decoded.Refusal.class);
        assertThat(send("'replyTo':9007199254740991")).isInstanceOf(ClientFrame.SendMessage.class);
    }

    @Test
    void cursorsAreBounded() {
        assertThat(withCursors(1_000)).isInstanceOf(ClientFrame.Sync.class);
        assertThat(withCursors(1_001))
                .isEqualTo(
                        new Decoded.Refusal(ErrorCode.TOO_LARGE, "cursors has more than 1000", null, null, null, null));
        assertThat(decode("{'type':'sync','cursors':{'c':9007199254740991}}")).isInstanceOf(ClientFrame.Sync.class);
        for (String bad : List.of(
                "{'c':-1}",
                "{'c':9007199254740992}",
                "{'c':'1'}",
                "{'c':null}",
                "{'c':1.5}",
                "{'c/d':1}",
                "{'':1}",
                "{'c':{}}")) {
            assertThat(refusal("{'type':'sync','cursors':" + bad + "}").message())
                    .as(bad)
                    .startsWith("cursors ");
        }
    }

    @Test
    void usersWatchedAreBoundedAndDifferent() {
        assertThat(decode("{'type':'watch','userIds':" + users(100) + "}")).isInstanceOf(ClientFrame.Watch.class);
        assertThat(refusal("{'type':'watch','userIds':" + users(101) + "}").code())
                .isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(refusal("{'type':'watch','userIds':[]}").message()).isEqualTo("userIds has less than 1");
        assertThat(refusal("{'type':'watch','userIds':['a','a']}").message()).isEqualTo("userIds names a user twice");
    }

    @Test
    void extIsAnObjectOfAtMost2KiB() {
        assertThat(send("'ext':{'x':'" + "x".repeat(2040) + "'}")).isInstanceOf(ClientFrame.SendMessage.class);
        assertThat(send("'ext':{'x':'" + "x".repeat(2041) + "'}")).isEqualTo(tooLarge("ext is longer than 2048 bytes"));
        assertThat(send("'ext':{'x':'" + "é".repeat(1021) + "'}")).isEqualTo(tooLarge("ext is longer than 2048 bytes"));
        assertThat(send("'ext':[]")).isInstanceOf(Decoded.Refusal.class);
    }

    @Test
    void attachmentsAreBoundedAndComplete() {
        String good = "{'url':'https://h/x','name':'n','contentType':'c','size':1}";
        assertThat(send("'attachments':[" + String.join(",", Collections.nCopies(10, good)) + "]"))
                .isInstanceOf(ClientFrame.SendMessage.class);
        assertThat(send("'attachments':[" + String.join(",", Collections.nCopies(11, good)) + "]"))
                .isEqualTo(tooLarge("attachments has more than 10"));
        for (String bad : List.of(
                "1",
                "{}",
                "{'name':'n','contentType':'c','size':1}",
                "{'url':'https://h/x','blobId':'b','name':'n','contentType':'c','size':1}",
                "{'url':'https://h/x','contentType':'c','size':1}",
                "{'url':'https://h/x','name':'n','size':1}",
                "{'url':'https://h/x','name':'n','contentType':'c'}",
                "{'url':'https://h/x','name':'n','contentType':'c','size':-1}",
                "{'url':'https://h/x','name':'n','contentType':'c','size':9007199254740992}",
                "{'url':'https://h/x','name':'n','contentType':'c','size':1,'width':-1}",
                "{'url':'https://h/x','name':'n','contentType':'c','size':1,'width':1000001}",
                "{'url':'https://h/x','name':'n','contentType':'c','size':1,'height':'1'}",
                "{'url':'https://h/x','name':'n','contentType':'c','size':1,'durationMillis':1.5}",
                "{'url':'https://h/x','name':'','contentType':'c','size':1}",
                "{'url':'https://h/x','name':'a\\nb','contentType':'c','size':1}",
                "{'url':'https://h/x','name':'" + "n".repeat(256) + "','contentType':'c','size':1}",
                "{'url':'https://h/x','name':'n','contentType':'c','size':1,'digest':''}",
                "{'blobId':'','name':'n','contentType':'c','size':1}")) {
            assertThat(send("'attachments':[" + bad + "]")).as(bad).isInstanceOf(Decoded.Refusal.class);
        }
    }

    @Test
    void attachmentsAreFetchedFromTheWebOnly() {
        for (String good : List.of("http://h", "HTTPS://h/x?y#z", "https://u@h:1/x", "https://[::1]/", "https://é/ü")) {
            assertThat(withUrl(good)).as(good).isInstanceOf(ClientFrame.SendMessage.class);
        }
        for (String bad : List.of(
                "",
                "javascript:alert(1)",
                "data:text/html,x",
                "ftp://h/x",
                "file:///etc",
                "//h/x",
                "/x",
                "http:",
                "http:/h",
                "http://",
                "https:///x",
                "https://?x",
                "https://:1",
                " https://h",
                "https://h/a b",
                "https://h/\\u0000",
                "https://h/\\u0022x",
                "https://h/<x>",
                "https://h/" + "x".repeat(2048))) {
            assertThat(withUrl(bad)).as(bad).isInstanceOf(Decoded.Refusal.class);
        }
    }

    @Test
    void mentionsAreBoundedAndNameAUserOrAll() {
        String good = "{'userId':'u'}";
        assertThat(send("'mentions':[" + String.join(",", Collections.nCopies(50, good)) + "]"))
                .isInstanceOf(ClientFrame.SendMessage.class);
        assertThat(send("'mentions':[" + String.join(",", Collections.nCopies(51, good)) + "]"))
                .isEqualTo(tooLarge("mentions has more than 50"));
        assertThat(send("'mentions':[{'userId':'u','all':false}]")).isInstanceOf(ClientFrame.SendMessage.class);
        for (String bad : List.of(
                "'u'",
                "{}",
                "{'all':false}",
                "{'userId':'u','all':true}",
                "{'userId':'/'}",
                "{'userId':1}",
                "{'all':1}",
                "{'all':true,'from':-1}",
                "{'all':true,'length':2147483648}",
                "{'userId':'u','from':'1'}")) {
            assertThat(send("'mentions':[" + bad + "]")).as(bad).isInstanceOf(Decoded.Refusal.class);
        }
    }

    @Test
    void stringsOfAHelloAreBounded() {
        for (String field : List.of("incarnation:64", "since:256", "client:128", "token:8192", "ref:128")) {
            String name = field.substring(0, field.indexOf(':'));
            int max = Integer.parseInt(field.substring(name.length() + 1));
            JsonObject hello =
                    new JsonObject().put("type", "hello").put("token", "t").put("deviceId", "d");
            assertThat(decode(hello.put(name, "x".repeat(max)).encode())).isInstanceOf(ClientFrame.Hello.class);
            assertThat(refusal(hello.put(name, "x".repeat(max + 1)).encode()).message())
                    .startsWith(name + " is not");
            assertThat(refusal(hello.put(name, "").encode()).message()).startsWith(name + " is not");
            assertThat(refusal(hello.put(name, "a\u0001").encode()).message()).startsWith(name + " is not");
        }
        JsonArray features = new JsonArray();
        for (int i = 0; i < 32; i++) features.add("f" + i);
        assertThat(withFeatures(features)).isInstanceOf(ClientFrame.Hello.class);
        assertThat(withFeatures(features.copy().add("one more"))).isInstanceOf(Decoded.Refusal.class);
        assertThat(withFeatures(new JsonArray().add(1))).isInstanceOf(Decoded.Refusal.class);
        assertThat(withFeatures(new JsonArray().add("f".repeat(65)))).isInstanceOf(Decoded.Refusal.class);
    }

    @Test
    void everyFrameIsAmongTheGoodOnes() {
        assertThat(goodFrames()
                        .map(good -> good.frame.getClass().getSimpleName())
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ClientFrame.class.getPermittedSubclasses())
                        .map(Class::getSimpleName)
                        .toList());
    }

    private Decoded body(String escaped) {
        return decode("{'type':'send_message','clientMessageId':'m','conversationId':'c-1','body':'" + escaped + "'}");
    }

    private Decoded send(String field) {
        return decode("{'type':'send_message','clientMessageId':'m','conversationId':'c-1','body':''," + field + "}");
    }

    private Decoded withUrl(String url) {
        return send("'attachments':[{'url':'" + url + "','name':'n','contentType':'c','size':1}]");
    }

    private Decoded withClientId(String escaped) {
        return decode(
                "{'type':'delete_message','clientMessageId':'" + escaped + "','conversationId':'c-1','sequence':1}");
    }

    private Decoded withSequence(String number) {
        return decode(
                "{'type':'delete_message','clientMessageId':'m','conversationId':'c-1','sequence':" + number + "}");
    }

    private Decoded withFeatures(JsonArray features) {
        return decode(new JsonObject()
                .put("type", "hello")
                .put("token", "t")
                .put("deviceId", "d")
                .put("features", features)
                .encode());
    }

    private Decoded withCursors(int count) {
        JsonObject cursors = new JsonObject();
        for (int i = 0; i < count; i++) cursors.put("conversation-" + i, i);
        return decode(
                new JsonObject().put("type", "sync").put("cursors", cursors).encode());
    }

    private static String users(int count) {
        JsonArray users = new JsonArray();
        for (int i = 0; i < count; i++) users.add("user" + i);
        return users.encode();
    }

    private Decoded.Refusal refusal(String json) {
        return (Decoded.Refusal) decode(json);
    }

    private Decoded decode(String json) {
        List<Decoded> decoded = codec.decode(utf8(quoted(json)));
        assertThat(decoded).hasSize(1);
        return decoded.getFirst();
    }

    private static Decoded.Refusal bad(String message) {
        return new Decoded.Refusal(ErrorCode.BAD_FRAME, message, null, null, null, null);
    }

    private static Decoded.Refusal tooLarge(String message) {
        return new Decoded.Refusal(ErrorCode.TOO_LARGE, message, null, null, "m", C);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }

    record Good(String json, ClientFrame frame) {}

    record Lacking(JsonObject frame, String field) {}
}
