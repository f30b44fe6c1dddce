package chat.parley.gateway.api;

import static chat.parley.node.Device.frame;
import static chat.parley.node.Device.send;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.Caller;
import chat.parley.node.Caller.Answer;
import chat.parley.node.Device;
import chat.parley.node.TestNode;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who may do what: each operation, by each one there is, over HTTP and, where it exists there, over the socket. What is allowed is done
 * in a conversation made for it; all that is refused is tried in the same two, which have to be as before at the end.
 */
class AuthorizationTest {
    private static final String TABLE = """
        operation       owner admin     member    removed   left      stranger  nobody          peer
        see             ok    ok        ok        not_found not_found not_found unauthenticated ok
        see_in_list     ok    ok        ok        not_found not_found not_found unauthenticated ok
        page            ok    ok        ok        ok        ok        not_found unauthenticated ok
        list_members    ok    ok        ok        not_found not_found not_found unauthenticated ok
        send            ok    ok        ok        not_found not_found not_found unauthenticated ok
        reply           ok    ok        ok        not_found not_found not_found unauthenticated ok
        edit_own        ok    ok        ok        not_found not_found not_found unauthenticated ok
        edit_others     no    no        no        not_found not_found not_found unauthenticated no
        delete_own      ok    ok        ok        not_found not_found not_found unauthenticated ok
        delete_others   ok    ok        no        not_found not_found not_found unauthenticated no
        rename          ok    ok        no        not_found not_found not_found unauthenticated no
        slow_down       ok    ok        no        not_found not_found not_found unauthenticated no
        add_member      ok    ok        no        not_found not_found not_found unauthenticated no
        add_admin       ok    ok        no        not_found not_found not_found unauthenticated no
        add_owner       ok    no        no        not_found not_found not_found unauthenticated no
        come_back       -     -         -         not_found not_found not_found unauthenticated -
        make_admin      ok    ok        no        not_found not_found not_found unauthenticated no
        make_owner      ok    no        no        not_found not_found not_found unauthenticated no
        make_me_owner   -     no        no        not_found not_found not_found unauthenticated no
        demote_owner    ok    no        no        not_found not_found not_found unauthenticated no
        remove_member   ok    ok        no        not_found not_found not_found unauthenticated no
        remove_admin    ok    ok        no        not_found not_found not_found unauthenticated no
        remove_owner    ok    no        no        not_found not_found not_found unauthenticated no
        leave           ok    ok        ok        ok        ok        not_found unauthenticated no
        sync            ok    ok        ok        ok        ok        not_found unauthenticated ok
        open            ok    ok        ok        ok        ok        not_found unauthenticated ok
        """;

    private static final List<String> BY_SOCKET =
            List.of("send", "reply", "edit_own", "edit_others", "delete_own", "delete_others", "sync", "open");

    /** There is no HTTP for these. */
    private static final List<String> BY_SOCKET_ONLY = List.of("sync", "open");

    private static final Map<String, Caller> CALLERS = new HashMap<>();
    private static final Map<String, Device> DEVICES = new HashMap<>();

    @TempDir
    private static Path folder;

    private static TestNode node;

    /** Where nothing may change. */
    private static Place group;

    private static Place direct;
    private static int made;

    /** A conversation with everybody in their roles, and where the messages are. */
    private record Place(String path, String id, Map<String, Long> own, long others) {}

    @BeforeAll
    static void start() {
        node = TestNode.start(folder.resolve("data"));
        for (String user : List.of(
                "owner", "admin", "member", "removed", "left", "stranger", "peer", "coowner", "coadmin", "target"))
            CALLERS.put(user, node.caller(user));
        CALLERS.put("nobody", new Caller(node.port(), "not.a.token"));
        for (String user : List.of("owner", "admin", "member", "removed", "left", "stranger", "peer"))
            DEVICES.put(user, Device.welcome(node.port(), CALLERS.get(user).token(), "phone"));
        group = makeGroup();
        direct = makeDirect();
    }

    @AfterAll
    static void stop() {
        DEVICES.values().forEach(Device::close);
        node.close();
    }

    @TestFactory
    Stream<DynamicTest> everybodyMayDoWhatTheTableSays() {
        List<DynamicTest> cells = new ArrayList<>();
        List<String> lines = TABLE.lines().toList();
        String[] roles = lines.getFirst().split(" +");
        for (String line : lines.subList(1, lines.size())) {
            String[] cell = line.split(" +");
            for (int i = 1; i < roles.length; i++) {
                String operation = cell[0];
                String role = roles[i];
                String expected = cell[i].equals("no") ? "forbidden" : cell[i];
                if (expected.equals("-")) continue;
                if (!BY_SOCKET_ONLY.contains(operation))
                    cells.add(DynamicTest.dynamicTest(
                            operation + " by " + role + " over HTTP is " + expected,
                            () -> assertThat(overHttp(operation, role, place(role, expected)))
                                    .isEqualTo(expected)));
                if (BY_SOCKET.contains(operation))
                    cells.add(DynamicTest.dynamicTest(
                            operation + " by " + role + " over the socket is " + expected,
                            () -> assertThat(overSocket(operation, role, place(role, expected)))
                                    .isEqualTo(expected)));
            }
        }
        long groupHead = head("owner", group);
        long directHead = head("peer", direct);
        cells.add(DynamicTest.dynamicTest("nothing that was refused changed anything", () -> {
            assertThat(head("owner", group)).isEqualTo(groupHead);
            assertThat(head("peer", direct)).isEqualTo(directHead);
        }));
        System.out.println("authorization: " + (cells.size() - 1) + " cells");
        return cells.stream();
    }

    @Test
    void theTokenOfAnotherDoesNotHelp() {
        try (Device device = Device.connect(node.port())) {
            device.says(Device.hello("not.a.token", "phone"));
            assertThat(device.next().getString("code")).isEqualTo("unauthenticated");
            assertThat(device.closeCode()).isEqualTo(4401);
        }
        Device mine = DEVICES.get("stranger");
        JsonObject answer =
                mine.asks(frame("reauth").put("token", CALLERS.get("owner").token()));
        assertThat(answer.getString("code")).isEqualTo("unauthenticated");
        assertThat(overSocket("send", "stranger", group)).isEqualTo("not_found");
    }

    private static Place place(String role, String expected) {
        boolean isAlone = expected.equals("ok");
        if (role.equals("peer")) return isAlone ? makeDirect() : direct;
        return isAlone ? makeGroup() : group;
    }

    private static String overHttp(String operation, String role, Place place) {
        Caller caller = CALLERS.get(role);
        long own = place.own.getOrDefault(role, place.others);
        Answer answer = switch (operation) {
            case "see" -> caller.get(place.path);
            case "see_in_list" -> caller.get("/v1/conversations?limit=200");
            case "page" -> caller.get(place.path + "/messages");
            case "list_members" -> caller.get(place.path + "/members");
            case "send" -> caller.post(place.path + "/messages", "{\"body\":\"x\"}");
            case "reply" -> caller.post(place.path + "/messages", "{\"body\":\"x\",\"replyTo\":" + place.others + "}");
            case "edit_own" -> caller.patch(place.path + "/messages/" + own, "{\"body\":\"x\"}");
            case "edit_others" -> caller.patch(place.path + "/messages/" + place.others, "{\"body\":\"x\"}");
            case "delete_own" -> caller.delete(place.path + "/messages/" + own);
            case "delete_others" -> caller.delete(place.path + "/messages/" + place.others);
            case "rename" -> caller.patch(place.path, "{\"name\":\"x\"}");
            case "slow_down" -> caller.patch(place.path, "{\"slowModeMillis\":1}");
            case "add_member" -> caller.post(place.path + "/members", "{\"userIds\":[\"new\"]}");
            case "add_admin" -> add(caller, place, "new", "admin");
            case "add_owner" -> add(caller, place, "new", "owner");
            case "come_back" -> add(caller, place, role, "member");
            case "make_admin" -> makeRole(caller, place, "target", "admin");
            case "make_owner" -> makeRole(caller, place, "target", "owner");
            case "make_me_owner" -> makeRole(caller, place, role, "owner");
            case "demote_owner" -> makeRole(caller, place, "coowner", "member");
            case "remove_member" -> caller.delete(place.path + "/members/target");
            case "remove_admin" -> caller.delete(place.path + "/members/coadmin");
            case "remove_owner" -> caller.delete(place.path + "/members/coowner");
            case "leave" -> caller.delete(place.path + "/members/" + role);
            default -> throw new IllegalArgumentException(operation);
        };
        if (answer.status() >= 400) {
            assertThat(answer.json().getInteger("status")).isEqualTo(answer.status());
            return answer.code();
        }
        if (operation.equals("see_in_list") && !answer.body().contains(place.id)) return "not_found";
        return "ok";
    }

    private static String overSocket(String operation, String role, Place place) {
        if (role.equals("nobody")) return withoutToken(operation, place);
        long own = place.own.getOrDefault(role, place.others);
        JsonObject answer = DEVICES.get(role).asks(frameOf(operation, own, place));
        return switch (answer.getString("type")) {
            case "message_ack" -> "ok";
            case "synced" -> answer.getJsonObject("heads").containsKey(place.id) ? "ok" : "not_found";
            default -> answer.getString("code");
        };
    }

    private static JsonObject frameOf(String operation, long own, Place place) {
        String id = "c" + ++made;
        JsonObject target = new JsonObject().put("clientMessageId", id).put("conversationId", place.id);
        return switch (operation) {
            case "send" -> send(id, place.id, "x");
            case "reply" -> send(id, place.id, "x").put("replyTo", place.others);
            case "edit_own" ->
                target.put("type", "edit_message").put("sequence", own).put("body", "x");
            case "edit_others" ->
                target.put("type", "edit_message").put("sequence", place.others).put("body", "x");
            case "delete_own" -> target.put("type", "delete_message").put("sequence", own);
            case "delete_others" -> target.put("type", "delete_message").put("sequence", place.others);
            case "sync" -> frame("sync").put("cursors", new JsonObject().put(place.id, 0));
            case "open" -> frame("open").put("conversationId", place.id);
            default -> throw new IllegalArgumentException(operation);
        };
    }

    /** Whoever has said no hello has to before anything else, whatever they ask for. */
    private static String withoutToken(String operation, Place place) {
        try (Device device = Device.connect(node.port())) {
            String code = device.asks(frameOf(operation, place.others, place)).getString("code");
            assertThat(device.closeCode()).isEqualTo(4401);
            return code;
        }
    }

    private static Answer add(Caller caller, Place place, String user, String role) {
        return caller.post(place.path + "/members", "{\"userIds\":[\"" + user + "\"],\"role\":\"" + role + "\"}");
    }

    private static Answer makeRole(Caller caller, Place place, String user, String role) {
        return caller.patch(place.path + "/members/" + user, "{\"role\":\"" + role + "\"}");
    }

    private static Place makeGroup() {
        Caller owner = CALLERS.get("owner");
        String id = ok(owner.post("/v1/conversations", """
            {"type":"group","memberIds":["admin","member","removed","left","coowner","coadmin","target"]}\
            """)).getString("conversationId");
        String path = "/v1/conversations/" + id;
        Place place = new Place(path, id, new HashMap<>(), say("target", path));
        ok(makeRole(owner, place, "admin", "admin"));
        ok(makeRole(owner, place, "coadmin", "admin"));
        ok(makeRole(owner, place, "coowner", "owner"));
        for (String user : List.of("owner", "admin", "member", "removed", "left")) place.own.put(user, say(user, path));
        ok(owner.delete(path + "/members/removed"));
        ok(CALLERS.get("left").delete(path + "/members/left"));
        return place;
    }

    private static Place makeDirect() {
        String other = "other" + ++made;
        CALLERS.put(other, node.caller(other));
        String id = ok(CALLERS.get("peer")
                        .post("/v1/conversations", "{\"type\":\"direct\",\"memberIds\":[\"" + other + "\"]}"))
                .getString("conversationId");
        String path = "/v1/conversations/" + id;
        return new Place(path, id, new HashMap<>(Map.of("peer", say("peer", path))), say(other, path));
    }

    private static long say(String user, String path) {
        return ok(CALLERS.get(user).post(path + "/messages", "{\"body\":\"hello\"}"))
                .getLong("sequence");
    }

    private static long head(String user, Place place) {
        return ok(CALLERS.get(user).get(place.path)).getLong("head");
    }

    private static JsonObject ok(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isLessThan(300);
        return answer.json();
    }
}
