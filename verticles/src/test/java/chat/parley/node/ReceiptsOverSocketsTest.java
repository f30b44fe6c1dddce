package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Receipts and typing between clients of a node as it is served: several gateways, sockets and HTTP. */
class ReceiptsOverSocketsTest {
    @TempDir
    private static Path folder;

    private static TestNode node;

    @BeforeAll
    static void start() {
        node = TestNode.start(folder);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void aSenderSeesWhatWasDeliveredAndRead() {
        String group = group("ann", "bob", "eve");
        try (Device ann = device("ann", "phone");
                Device bob = device("bob", "phone");
                Device laptop = device("bob", "laptop");
                Device eve = device("eve", "phone")) {
            ann.says(Device.send("m1", group, "hello"));
            assertThat(ann.next("message_ack").getLong("sequence")).isEqualTo(3);
            for (Device each : new Device[] {bob, laptop, eve}) each.next("message_event");

            bob.says(receipt(group, "delivered", 3));
            assertThat(ann.next("receipt_event")).isEqualTo(event(group, "bob", "delivered", 3));
            assertThat(eve.next("receipt_event")).isEqualTo(event(group, "bob", "delivered", 3));
            bob.says(receipt(group, "read", 3));
            assertThat(ann.next("receipt_event")).isEqualTo(event(group, "bob", "read", 3));
            assertThat(laptop.next("receipt_event"))
                    .isEqualTo(event(group, "bob", "read", 3)
                            .put("head", 3)
                            .put("unread", 0)
                            .put("unreadTotal", 0));

            assertThat(member("ann", group, "bob").getLong("readSequence")).isEqualTo(3);
            assertThat(member("ann", group, "bob").getLong("deliveredSequence")).isEqualTo(3);
            assertThat(member("ann", group, "eve").getLong("readSequence")).isEqualTo(1);
            assertThat(member("ann", group, "eve").getLong("deliveredSequence")).isEqualTo(1);
        }
    }

    @Test
    void aReceiptOverHttpIsInTheInboxOnceItIsAnswered() {
        String group = group("finn", "gus");
        try (Device finn = device("finn", "phone")) {
            for (int i = 0; i < 3; i++) finn.says(Device.send("m" + i, group, "hello"));
            for (int i = 0; i < 3; i++) finn.next("message_ack");
            assertThat(conversation("gus", group).getLong("unread")).isEqualTo(3);

            JsonObject receipt = new JsonObject()
                    .put("messageId", group + ".4")
                    .put("receiptType", "read")
                    .put("deviceId", "watch");
            assertThat(node.caller("gus").post("/v1/receipts", receipt.encode()).status())
                    .isEqualTo(204);

            assertThat(conversation("gus", group).getLong("unread")).isEqualTo(1);
            assertThat(conversation("gus", group).getLong("readSequence")).isEqualTo(4);
            assertThat(finn.next("receipt_event")).isEqualTo(event(group, "gus", "read", 4));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 not_found | {'messageId': 'GROUP.1', 'receiptType': 'read', 'deviceId': 'd'}",
                "404 not_found | {'messageId': 'none.1', 'receiptType': 'read', 'deviceId': 'd'}",
                "400 bad_frame | {'messageId': 'GROUP.0', 'receiptType': 'read', 'deviceId': 'd'}",
                "400 bad_frame | {'messageId': 'GROUP', 'receiptType': 'read', 'deviceId': 'd'}",
                "400 bad_frame | {'messageId': 'GROUP.x', 'receiptType': 'read', 'deviceId': 'd'}",
                "400 bad_frame | {'messageId': 'GROUP.9007199254740992', 'receiptType': 'read', 'deviceId': 'd'}",
                "400 bad_frame | {'messageId': 'GROUP.1', 'receiptType': 'seen', 'deviceId': 'd'}",
                "400 bad_frame | {'messageId': 'GROUP.1', 'receiptType': 'read', 'deviceId': 'not a device'}",
                "400 bad_frame | {'messageId': 'GROUP.1', 'receiptType': 'read'}",
                "400 bad_frame | {'messageId': 7, 'receiptType': 'read', 'deviceId': 'd'}",
            })
    void aReceiptThatCannotBeIsRefused(String refusal, String body) {
        String group = group("hal", "ida");
        String json = body.replace('\'', '"').replace("GROUP", group);
        assertThat(node.caller("stranger").post("/v1/receipts", json).brief()).isEqualTo(refusal);
    }

    @Test
    void whoDoesNotTellIsNotTold() {
        String group = group("joe", "kim");
        JsonObject off = new JsonObject().put("readReceipts", false);
        try (Device joe = device("joe", "phone");
                Device kim = device("kim", "phone")) {
            joe.says(Device.send("m1", group, "hello"));
            kim.next("message_event");
            assertThat(node.caller("kim").patch("/v1/settings", off.encode()).status())
                    .isEqualTo(200);

            kim.says(receipt(group, "read", 3));
            assertThat(joe.next("receipt_event")).isEqualTo(event(group, "kim", "delivered", 3));
            assertThat(member("kim", group, "kim").getLong("readSequence")).isEqualTo(3);
            assertThat(member("joe", group, "kim").containsKey("readSequence")).isFalse();
            assertThat(member("joe", group, "kim").getLong("deliveredSequence")).isEqualTo(3);
            assertThat(member("kim", group, "joe").containsKey("readSequence")).isFalse();
        }
    }

    @Test
    void whoHasItOpenSeesOthersTyping() {
        String group = group("lea", "max");
        try (Device lea = device("lea", "phone");
                Device max = device("max", "phone")) {
            lea.says(Device.frame("open").put("conversationId", group));
            lea.next("synced");
            max.says(Device.frame("typing").put("conversationId", group).put("active", true));
            assertThat(lea.next("typing_event"))
                    .isEqualTo(Device.frame("typing_event")
                            .put("conversationId", group)
                            .put("userId", "max")
                            .put("active", true));
        }
    }

    private static JsonObject conversation(String user, String id) {
        return node.caller(user).get("/v1/conversations/" + id).json();
    }

    private static JsonObject member(String asker, String group, String user) {
        return node.caller(asker).get("/v1/conversations/" + group + "/members").json().getJsonArray("members").stream()
                .map(JsonObject.class::cast)
                .filter(member -> member.getString("userId").equals(user))
                .findFirst()
                .orElseThrow();
    }

    private static JsonObject receipt(String group, String type, long sequence) {
        return Device.frame("receipt")
                .put("conversationId", group)
                .put("receiptType", type)
                .put("sequence", sequence);
    }

    private static JsonObject event(String group, String user, String type, long sequence) {
        return Device.frame("receipt_event")
                .put("conversationId", group)
                .put("userId", user)
                .put("receiptType", type)
                .put("sequence", sequence);
    }

    private static String group(String creator, String... others) {
        JsonObject group = new JsonObject().put("type", "group").put("memberIds", new JsonArray(List.of(others)));
        return node.caller(creator)
                .post("/v1/conversations", group.encode())
                .json()
                .getString("conversationId");
    }

    private static Device device(String user, String id) {
        return Device.welcome(node.port(), node.caller(user).token(), id);
    }
}
