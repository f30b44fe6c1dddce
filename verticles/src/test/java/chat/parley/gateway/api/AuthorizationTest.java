package chat.parley.gateway.api;

import static chat.parley.node.Device.frame;
import static chat.parley.node.Device.send;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.Caller;
import chat.parley.node.Caller.Answer;
import chat.parley.node.Carrier;
import chat.parley.node.Device;
import chat.parley.node.Person;
import chat.parley.node.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Who may do what: each operation, by each one there is, over HTTP and, where it exists there, over each transport of sockets. What is
 * allowed is done in conversations made for it; all that is refused is tried in the same two, which have to be as before at the end. What is
 * not found is answered as what never was, to the letter.
 */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
class AuthorizationTest {
    private static final String TABLE = """
        operation       owner admin     member    removed   left      stranger  nobody          peer
        see             ok    ok        ok        not_found not_found not_found unauthenticated ok
        see_in_list     ok    ok        ok        not_found not_found not_found unauthenticated ok
        page            ok    ok        ok        ok        ok        not_found unauthenticated ok
        count_receipts  ok    ok        ok        not_found not_found not_found unauthenticated ok
        list_members    ok    ok        ok        not_found not_found not_found unauthenticated ok
        send            ok    ok        ok        not_found not_found not_found unauthenticated ok
        reply           ok    ok        ok        not_found not_found not_found unauthenticated ok
        edit_own        ok    ok        ok        not_found not_found not_found unauthenticated ok
        edit_others     no    no        no        not_found not_found not_found unauthenticated no
        delete_own      ok    ok        ok        not_found not_found not_found unauthenticated ok
        delete_others   ok    ok        no        not_found not_found not_found unauthenticated no
        rename          ok    ok        no        not_found not_found not_found unauthenticated no
        slow_down       ok    ok        no        not_found not_found not_found unauthenticated no
        set_rate        ok    ok        no        not_found not_found not_found unauthenticated no
        set_writers     ok    ok        no        not_found not_found not_found unauthenticated no
        mention_all     ok    ok        no        not_found not_found not_found unauthenticated no
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
        list_bans       ok    ok        no        not_found not_found not_found unauthenticated no
        ban_member      ok    ok        no        not_found not_found not_found unauthenticated no
        ban_stranger    ok    ok        no        not_found not_found not_found unauthenticated no
        ban_owner       ok    no        no        not_found not_found not_found unauthenticated no
        unban           ok    ok        no        not_found not_found not_found unauthenticated no
        invite          ok    ok        no        not_found not_found not_found unauthenticated no
        see_invitations ok    ok        no        not_found not_found not_found unauthenticated no
        revoke_unknown  not_found not_found no    not_found not_found not_found unauthenticated no
        look_unknown    not_found not_found not_found not_found not_found not_found unauthenticated not_found
        join_unknown    not_found not_found not_found not_found not_found not_found unauthenticated not_found
        mute            ok    ok        ok        not_found not_found not_found unauthenticated ok
        unmute          ok    ok        ok        not_found not_found not_found unauthenticated ok
        sync            ok    ok        ok        ok        ok        not_found unauthenticated ok
        open            ok    ok        ok        ok        ok        not_found unauthenticated ok
        read            ok    ok        ok        not_found not_found not_found unauthenticated ok
        type            ok    ok        ok        not_found not_found not_found unauthenticated ok
        """;

    private static final List<String> BY_SOCKET = List.of(
            "send",
            "reply",
            "mention_all",
            "edit_own",
            "edit_others",
            "delete_own",
            "delete_others",
            "sync",
            "open",
            "read",
            "type");

    /** There is no HTTP for these. */
    private static final List<String> BY_SOCKET_ONLY = List.of("sync", "open", "type");

    /** These are answered by nothing but what others see of them. */
    private static final List<String> TOLD_TO_OTHERS = List.of("read", "type");

    /** The WebSocket, and each of SockJS. */
    private static final List<String> TRANSPORTS = Stream.concat(
                    Stream.of("WS"), Stream.of(Carrier.values()).map(Carrier::name))
            .toList();

    private static final Map<String, Caller> CALLERS = new HashMap<>();

    /** Those of the transport that is tried now, by user. */
    private static final Map<String, Asking> SESSIONS = new HashMap<>();

    private static String transportNow = "";

    /** How the last of its kind was answered, by transport, operation and role. */
    private static final Map<String, JsonObject> REFUSED = new HashMap<>();

    /** Where what is allowed is done by several, none of whom changes anything for the next. */
    private static final Map<String, Place> SHARED = new HashMap<>();

    @TempDir
    private static Path folder;

    private static TestNode node;

    /** Where nothing may change. */
    private static Place group;

    private static Place direct;
    private static int made;

    /** A conversation with everybody in their roles, and where the messages are. */
    private record Place(String path, String id, Map<String, Long> own, long others, String otherUser) {
        /** What was never there, and is asked for in the same way. */
        Place thatNeverWas() {
            String never = "A".repeat(id.length());
            return new Place(path.replace(id, never), never, own, others, otherUser);
        }
    }

    /** A session on any transport. */
    private interface Asking {
        JsonObject asks(JsonObject frame) throws Exception;

        void says(JsonObject frame) throws Exception;

        void close();
    }

    @BeforeAll
    static void start() {
        // Sessions of which nobody reads for a while are no dead ones here.
        node = TestNode.start(folder.resolve("data"), "http.pingSeconds=600", "sockjs.heartbeatSeconds=600");
        for (String user : List.of(
                "owner", "admin", "member", "removed", "left", "stranger", "peer", "coowner", "coadmin", "target"))
            CALLERS.put(user, node.caller(user));
        CALLERS.put("nobody", new Caller(node.port(), "not.a.token"));
        group = makeGroup();
        direct = makeDirect();
    }

    @AfterAll
    static void stop() {
        SESSIONS.values().forEach(Asking::close);
        node.close();
    }

    @TestFactory
    Stream<DynamicTest> everybodyMayDoWhatTheTableSays() {
        List<DynamicTest> cells = new ArrayList<>();
        everyCell((operation, role, expected) -> {
            if (!BY_SOCKET_ONLY.contains(operation)) addOverHttp(cells, operation, role, expected);
        });
        for (String transport : TRANSPORTS)
            everyCell((operation, role, expected) -> {
                if (BY_SOCKET.contains(operation)) addOverSocket(cells, transport, operation, role, expected);
            });
        assertThat(cells).hasSizeGreaterThan(700);
        System.out.println("authorization: " + cells.size() + " cells");
        long groupHead = head("owner", group);
        long directHead = head("peer", direct);
        cells.add(DynamicTest.dynamicTest("nothing that was refused changed anything", () -> {
            assertThat(head("owner", group)).isEqualTo(groupHead);
            assertThat(head("peer", direct)).isEqualTo(directHead);
        }));
        return cells.stream();
    }

    private interface Cell {
        void add(String operation, String role, String expected);
    }

    private static void everyCell(Cell cell) {
        List<String> lines = TABLE.lines().toList();
        String[] roles = lines.getFirst().split(" +");
        for (String line : lines.subList(1, lines.size())) {
            String[] said = line.split(" +");
            for (int i = 1; i < roles.length; i++)
                if (!said[i].equals("-")) cell.add(said[0], roles[i], said[i].equals("no") ? "forbidden" : said[i]);
        }
    }

    private static void addOverHttp(List<DynamicTest> cells, String operation, String role, String expected) {
        String what = operation + " by " + role + " over HTTP ";
        cells.add(DynamicTest.dynamicTest(
                what + "is " + expected,
                () -> assertThat(overHttp(operation, role, place(role, expected)))
                        .isEqualTo(expected)));
        if (!expected.equals("not_found") || operation.equals("see_in_list")) return;
        cells.add(DynamicTest.dynamicTest(what + "is as if it never was", () -> {
            Place place = place(role, expected);
            Answer refused = answer(operation, role, place);
            Answer never = answer(operation, role, place.thatNeverWas());
            assertThat(refused.body()).isEqualTo(never.body());
            assertThat(undated(refused)).isEqualTo(undated(never));
        }));
    }

    private static Map<String, String> undated(Answer answer) {
        Map<String, String> headers = new HashMap<>(answer.headers());
        headers.remove("date");
        return headers;
    }

    private static void addOverSocket(
            List<DynamicTest> cells, String transport, String operation, String role, String expected) {
        String what = operation + " by " + role + " over " + transport + " ";
        cells.add(DynamicTest.dynamicTest(what + "is " + expected, () -> {
            Place place = expected.equals("ok") ? sharedPlace(transport, operation, role) : place(role, expected);
            assertThat(overSocket(transport, operation, role, place)).isEqualTo(expected);
        }));
        if (!expected.equals("not_found")) return;
        cells.add(DynamicTest.dynamicTest(what + "is as if it never was", () -> {
            JsonObject never = sessions(transport)
                    .get(role)
                    .asks(frameOf(operation, role, place(role, expected).thatNeverWas()));
            assertThat(withoutIds(never)).isEqualTo(withoutIds(REFUSED.get(transport + operation + role)));
        }));
    }

    /** Without what was in the question, and without the time. */
    private static JsonObject withoutIds(JsonObject answer) {
        JsonObject rest = answer.copy();
        for (String name : List.of("ref", "clientMessageId", "conversationId", "watermark")) rest.remove(name);
        return rest;
    }

    @Test
    void theTokenOfAnotherDoesNotHelp() throws Exception {
        try (Device device = Device.connect(node.port())) {
            device.says(Device.hello("not.a.token", "phone"));
            assertThat(device.next().getString("code")).isEqualTo("unauthenticated");
            assertThat(device.closeCode()).isEqualTo(4401);
        }
        Asking mine = sessions("WS").get("stranger");
        JsonObject answer =
                mine.asks(frame("reauth").put("token", CALLERS.get("owner").token()));
        assertThat(answer.getString("code")).isEqualTo("unauthenticated");
        assertThat(overSocket("WS", "send", "stranger", group)).isEqualTo("not_found");
    }

    private static Place place(String role, String expected) {
        boolean isAlone = expected.equals("ok");
        if (role.equals("peer")) return isAlone ? makeDirect() : direct;
        return isAlone ? makeGroup() : group;
    }

    /** What only one can do needs a place for each; else the roles can share one. */
    private static Place sharedPlace(String transport, String operation, String role) {
        if (role.equals("peer") || operation.equals("delete_others")) return place(role, "ok");
        return SHARED.computeIfAbsent(transport + " " + operation, key -> makeGroup());
    }

    private static String overHttp(String operation, String role, Place place) {
        Answer answer = answer(operation, role, place);
        if (answer.status() >= 400) {
            assertThat(answer.json().getInteger("status")).isEqualTo(answer.status());
            return answer.code();
        }
        if (operation.equals("see_in_list") && !answer.body().contains(place.id)) return "not_found";
        return "ok";
    }

    private static Answer answer(String operation, String role, Place place) {
        Caller caller = CALLERS.get(role);
        long own = place.own.getOrDefault(role, place.others);
        return switch (operation) {
            case "see" -> caller.get(place.path);
            case "see_in_list" -> caller.get("/v1/conversations?limit=200");
            case "page" -> caller.get(place.path + "/messages");
            case "count_receipts" -> caller.get(place.path + "/messages/" + place.others + "/receipts");
            case "list_members" -> caller.get(place.path + "/members");
            case "send" -> caller.post(place.path + "/messages", "{\"body\":\"x\"}");
            case "reply" -> caller.post(place.path + "/messages", "{\"body\":\"x\",\"replyTo\":" + place.others + "}");
            case "edit_own" -> caller.patch(place.path + "/messages/" + own, "{\"body\":\"x\"}");
            case "edit_others" -> caller.patch(place.path + "/messages/" + place.others, "{\"body\":\"x\"}");
            case "delete_own" -> caller.delete(place.path + "/messages/" + own);
            case "delete_others" -> caller.delete(place.path + "/messages/" + place.others);
            case "rename" -> caller.patch(place.path, "{\"name\":\"x\"}");
            case "slow_down" -> caller.patch(place.path, "{\"slowModeMillis\":1}");
            case "set_rate" -> caller.patch(place.path, "{\"messagesPerMinute\":1}");
            case "set_writers" -> caller.patch(place.path, "{\"writers\":\"admins\"}");
            case "mention_all" ->
                caller.post(place.path + "/messages", "{\"body\":\"x\",\"mentions\":[{\"all\":true}]}");
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
            case "list_bans" -> caller.get(place.path + "/bans");
            case "ban_member" -> caller.call("PUT", place.path + "/bans/target", null);
            case "ban_stranger" -> caller.call("PUT", place.path + "/bans/new", null);
            case "ban_owner" -> caller.call("PUT", place.path + "/bans/coowner", null);
            case "unban" -> caller.delete(place.path + "/bans/new");
            case "invite" -> caller.post(place.path + "/invitations", "{}");
            case "see_invitations" -> caller.get(place.path + "/invitations");
            case "revoke_unknown" -> caller.delete(place.path + "/invitations/unknown");
            case "look_unknown" -> caller.get("/v1/invitations/" + place.id + "." + "A".repeat(27));
            case "join_unknown" -> caller.post("/v1/invitations/" + place.id + "." + "A".repeat(27), "{}");
            case "mute" -> caller.call("PUT", place.path + "/mute", "{}");
            case "unmute" -> caller.delete(place.path + "/mute");
            case "read" ->
                caller.post(
                        "/v1/receipts",
                        "{\"receiptType\":\"read\",\"deviceId\":\"phone\",\"messageId\":\"" + place.id + "."
                                + place.others + "\"}");
            default -> throw new IllegalArgumentException(operation);
        };
    }

    private static String overSocket(String transport, String operation, String role, Place place) throws Exception {
        if (role.equals("nobody")) return withoutToken(transport, operation, place);
        Asking session = sessions(transport).get(role);
        boolean isMember = place != group && place != direct;
        if (isMember && TOLD_TO_OTHERS.contains(operation)) return toldToOthers(session, operation, role, place);
        JsonObject answer = session.asks(frameOf(operation, role, place));
        REFUSED.put(transport + operation + role, answer);
        return switch (answer.getString("type")) {
            case "message_ack" -> "ok";
            case "synced" -> answer.getJsonObject("heads").containsKey(place.id) ? "ok" : "not_found";
            default -> answer.getString("code");
        };
    }

    /** The pointer moves, or somebody else hears of it; as that may be lost, it is said again. */
    private static String toldToOthers(Asking session, String operation, String role, Place place) throws Exception {
        JsonObject frame = frameOf(operation, role, place);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        if (operation.equals("read")) {
            session.says(frame);
            while (sequenceOf("readSequence", role, place) < sequenceOf("head", role, place))
                assertThat(System.nanoTime()).as("not read").isLessThan(until);
            return "ok";
        }
        String token = CALLERS.get(place.otherUser).token();
        try (Person other = Person.welcome(Carrier.RAW_WEBSOCKET, node.port(), token, "phone", null)) {
            other.says(frame("open").put("conversationId", place.id));
            while (other.heard("typing_event")
                    .noneMatch(event -> event.getString("conversationId").equals(place.id)
                            && event.getString("userId").equals(role))) {
                assertThat(System.nanoTime()).as("not heard").isLessThan(until);
                synchronise(other, place);
                session.says(frame);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
            return "ok";
        }
    }

    /** Who is owed entries is not told who types. */
    private static void synchronise(Person person, Place place) throws Exception {
        for (JsonObject resync : person.heard("resync").toList()) {
            JsonObject cursors = new JsonObject();
            for (Object each : resync.getJsonArray("conversationIds", JsonArray.of(place.id)))
                cursors.put((String) each, 0);
            person.says(frame("sync").put("cursors", cursors));
        }
    }

    private static long sequenceOf(String name, String role, Place place) {
        return ok(CALLERS.get(role).get(place.path)).getLong(name);
    }

    /** Those of this transport; of the one before none is left. */
    private static Map<String, Asking> sessions(String transport) throws Exception {
        if (transportNow.equals(transport)) return SESSIONS;
        SESSIONS.values().forEach(Asking::close);
        SESSIONS.clear();
        transportNow = transport;
        for (String user : List.of("owner", "admin", "member", "removed", "left", "stranger", "peer"))
            SESSIONS.put(user, open(transport, CALLERS.get(user).token()));
        return SESSIONS;
    }

    private static Asking open(String transport, String token) throws Exception {
        if (transport.equals("WS")) {
            Device device = Device.welcome(node.port(), token, "laptop");
            return new Asking() {
                @Override
                public JsonObject asks(JsonObject frame) {
                    return device.asks(frame);
                }

                @Override
                public void says(JsonObject frame) {
                    device.says(frame);
                }

                @Override
                public void close() {
                    device.close();
                }
            };
        }
        Person person = Person.welcome(Carrier.valueOf(transport), node.port(), token, "laptop", null);
        return new Asking() {
            @Override
            public JsonObject asks(JsonObject frame) throws Exception {
                return person.asks(frame);
            }

            @Override
            public void says(JsonObject frame) throws Exception {
                person.says(frame);
            }

            @Override
            public void close() {
                person.close();
            }
        };
    }

    private static JsonObject frameOf(String operation, String role, Place place) {
        long own = place.own.getOrDefault(role, place.others);
        String id = "c" + ++made;
        JsonObject target = new JsonObject().put("clientMessageId", id).put("conversationId", place.id);
        return switch (operation) {
            case "send" -> send(id, place.id, "x");
            case "reply" -> send(id, place.id, "x").put("replyTo", place.others);
            case "mention_all" ->
                send(id, place.id, "x").put("mentions", JsonArray.of(new JsonObject().put("all", true)));
            case "edit_own" ->
                target.put("type", "edit_message").put("sequence", own).put("body", "x");
            case "edit_others" ->
                target.put("type", "edit_message").put("sequence", place.others).put("body", "x");
            case "delete_own" -> target.put("type", "delete_message").put("sequence", own);
            case "delete_others" -> target.put("type", "delete_message").put("sequence", place.others);
            case "sync" -> frame("sync").put("cursors", new JsonObject().put(place.id, 0));
            case "open" -> frame("open").put("conversationId", place.id);
            case "read" ->
                frame("receipt")
                        .put("conversationId", place.id)
                        .put("receiptType", "read")
                        .put("sequence", 1_000_000);
            case "type" -> frame("typing").put("conversationId", place.id).put("active", true);
            default -> throw new IllegalArgumentException(operation);
        };
    }

    /** Whoever has said no hello has to before anything else, whatever they ask for. */
    private static String withoutToken(String transport, String operation, Place place) throws Exception {
        JsonObject frame = frameOf(operation, "nobody", place);
        if (!transport.equals("WS")) {
            try (Person person = new Person(Carrier.valueOf(transport), node.port())) {
                String code = person.asks(frame).getString("code");
                assertThat(person.closed()).contains("4401");
                return code;
            }
        }
        try (Device device = Device.connect(node.port())) {
            String code = device.asks(frame).getString("code");
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
        Place place = new Place(path, id, new HashMap<>(), say("target", path), "target");
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
        return new Place(path, id, new HashMap<>(Map.of("peer", say("peer", path))), say(other, path), other);
    }

    private static long say(String user, String path) {
        return ok(CALLERS.get(user).post(path + "/messages", "{\"body\":\"hello\"}"))
                .getLong("sequence");
    }

    private static long head(String user, Place place) {
        return sequenceOf("head", user, place);
    }

    private static JsonObject ok(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isLessThan(300);
        return answer.json();
    }
}
