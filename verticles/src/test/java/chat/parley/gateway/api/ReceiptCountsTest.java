package chat.parley.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.Caller;
import chat.parley.node.Caller.Answer;
import chat.parley.node.TestNode;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many have a message, and have read it: of a node as it is served. Each asks once, as what is read stays for a second. */
class ReceiptCountsTest {
    @TempDir
    private static Path folder;

    private static TestNode node;
    private static int made;

    @BeforeAll
    static void start() {
        node = TestNode.start(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void whoHasItAndWhoHasReadItIsCountedWithoutItsSender() {
        Group group = new Group("ann", "bob", "eve", "dan");
        long message = group.say("ann");
        group.receipt("bob", "read", message);
        group.receipt("eve", "delivered", message);
        group.receipt("dan", "read", message);

        JsonObject counts = group.counts("bob", message);
        assertThat(counts).isEqualTo(counts(message, 3, 3, 2));
        assertThat(group.ask("bob", message + "/receipts?users=true").json().getJsonArray("users").stream()
                        .map(Object::toString))
                .containsExactlyInAnyOrder(
                        new JsonObject()
                                .put("userId", group.id("bob"))
                                .put("readSequence", message)
                                .put("deliveredSequence", message)
                                .toString(),
                        new JsonObject()
                                .put("userId", group.id("dan"))
                                .put("readSequence", message)
                                .put("deliveredSequence", message)
                                .toString(),
                        new JsonObject()
                                .put("userId", group.id("eve"))
                                .put("readSequence", 1)
                                .put("deliveredSequence", message)
                                .toString());
    }

    @Test
    void whoCameLaterOrHasGoneIsNotCounted() {
        Group group = new Group("ann", "bob", "eve");
        long message = group.say("ann");
        group.receipt("bob", "read", message);
        assertThat(group.call("ann")
                        .delete(group.path + "/members/" + group.id("bob"))
                        .status())
                .isEqualTo(200);
        group.call("ann").post(group.path + "/members", "{\"userIds\":[\"late\"]}");

        assertThat(group.counts("ann", message)).isEqualTo(counts(message, 1, 0, 0));
    }

    @Test
    void whatIsNotToldIsNotCounted() {
        Group group = new Group("ann", "bob", "eve");
        long message = group.say("ann");
        set(group.call("bob"), "readReceipts", false);
        set(group.call("eve"), "invisible", true);
        group.receipt("bob", "read", message);
        group.receipt("eve", "delivered", message);

        assertThat(group.counts("ann", message)).isEqualTo(counts(message, 2, 1, 0));
        JsonObject his = group.counts("bob", message);
        assertThat(his.containsKey("read")).as("who does not tell is not told").isFalse();
        assertThat(his.getInteger("delivered")).isEqualTo(1);
    }

    @Test
    void onlyOfAMessageThatAMemberMayRead() {
        Group group = new Group("ann", "bob");
        long message = group.say("ann");
        assertThat(group.call("ann").delete(group.path + "/messages/" + message).status())
                .isEqualTo(200);
        assertThat(group.counts("bob", message)).as("a tombstone").isEqualTo(counts(message, 1, 0, 0));
        Stream.of("1", "2", message + 1, message + 2, "0", "x", "99999999999999999999")
                .forEach(other -> assertThat(
                                group.ask("bob", other + "/receipts").brief())
                        .isEqualTo("404 not_found"));
        assertThat(group.ask("bob", message + "/receipts?users=yes").brief()).isEqualTo("400 bad_frame");

        group.call("ann").post(group.path + "/members", "{\"userIds\":[\"newcomer\"]}");
        assertThat(node.caller("newcomer")
                        .get(group.path + "/messages/" + message + "/receipts")
                        .brief())
                .isEqualTo("404 not_found");
    }

    private static void set(Caller caller, String name, boolean value) {
        assertThat(caller.patch(
                                "/v1/settings",
                                new JsonObject().put(name, value).encode())
                        .status())
                .isEqualTo(200);
    }

    private static JsonObject counts(long sequence, int members, int delivered, int read) {
        return new JsonObject()
                .put("sequence", sequence)
                .put("members", members)
                .put("delivered", delivered)
                .put("read", read);
    }

    /** Of users that are nowhere else. */
    private static final class Group {
        final String path;
        private final int number = ++made;

        Group(String owner, String... others) {
            List<String> ids = Stream.of(others).map(this::id).toList();
            Answer created = call(owner)
                    .post(
                            "/v1/conversations",
                            new JsonObject()
                                    .put("type", "group")
                                    .put("memberIds", ids)
                                    .encode());
            path = "/v1/conversations/" + created.json().getString("conversationId");
        }

        String id(String user) {
            return user + number;
        }

        Caller call(String user) {
            return node.caller(id(user));
        }

        long say(String user) {
            return call(user)
                    .post(path + "/messages", "{\"body\":\"hello\"}")
                    .json()
                    .getLong("sequence");
        }

        void receipt(String user, String type, long sequence) {
            JsonObject receipt = new JsonObject()
                    .put("messageId", path.substring(path.lastIndexOf('/') + 1) + "." + sequence)
                    .put("receiptType", type)
                    .put("deviceId", "phone");
            assertThat(call(user).post("/v1/receipts", receipt.encode()).status())
                    .isEqualTo(204);
        }

        Answer ask(String user, String what) {
            return call(user).get(path + "/messages/" + what);
        }

        JsonObject counts(String user, long sequence) {
            Answer answer = ask(user, sequence + "/receipts");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            return answer.json();
        }
    }
}
