package chat.parley.gateway.api;

import static chat.parley.node.Device.send;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.Caller;
import chat.parley.node.Caller.Answer;
import chat.parley.node.Device;
import chat.parley.node.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each route of the HTTP API, over real sockets, against a whole node. */
class ApiTest {
    private static final String CONVERSATIONS = "/v1/conversations";

    @TempDir
    private static Path folder;

    private static TestNode node;
    private static Caller anna;
    private static Caller ben;
    private static Caller carla;
    private static int made;

    @BeforeAll
    static void start() {
        node = TestNode.start(folder.resolve("data"), "limits.conversationsMax=200", "limits.groupMembersMax=100");
        anna = node.caller("anna");
        ben = node.caller("ben");
        carla = node.caller("carla");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    // Conversations.

    @Test
    void aGroupIsCreatedWithItsMembersInOneGo() {
        Answer created =
                anna.post(CONVERSATIONS, "{\"type\":\"group\",\"name\":\"Team\",\"memberIds\":[\"ben\",\"carla\"]}");
        assertThat(created.status()).isEqualTo(201);
        JsonObject seen = ok(ben.get(CONVERSATIONS + "/" + created.json().getString("conversationId")));
        assertThat(seen.getString("type")).isEqualTo("group");
        assertThat(seen.getString("name")).isEqualTo("Team");
        assertThat(seen.getString("role")).isEqualTo("member");
        assertThat(seen.getLong("head")).isEqualTo(2);
        assertThat(seen.getLong("unread")).isZero();
        assertThat(seen.getLong("readSequence")).isEqualTo(1);
        assertThat(seen.getLong("joinedAt")).isEqualTo(created.json().getLong("sentAt"));
        assertThat(seen.containsKey("lastMessage")).isFalse();
    }

    @Test
    void aDirectConversationIsTheSameWhoeverAsks() {
        Caller one = fresh();
        String other = "other" + ++made;
        Answer created = one.post(CONVERSATIONS, "{\"type\":\"direct\",\"memberIds\":[\"" + other + "\"]}");
        assertThat(created.status()).isEqualTo(201);
        String id = created.json().getString("conversationId");
        Answer again = one.post(CONVERSATIONS, "{\"type\":\"direct\",\"memberIds\":[\"" + other + "\"]}");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().getString("conversationId")).isEqualTo(id);
        Answer back = node.caller(other)
                .post(CONVERSATIONS, "{\"type\":\"direct\",\"memberIds\":[\"user" + (made - 1) + "\"]}");
        assertThat(back.status()).as(back.body()).isEqualTo(200);
        assertThat(back.json().getString("conversationId")).isEqualTo(id);
    }

    @Test
    void aDirectConversationNamesTheOther() {
        Caller maker = fresh();
        String me = "user" + made;
        Caller other = fresh();
        String peer = "user" + made;
        String path = path(maker.post(CONVERSATIONS, "{\"type\":\"direct\",\"memberIds\":[\"" + peer + "\"]}"));

        assertThat(ok(maker.get(path)).getString("peerId")).isEqualTo(peer);
        assertThat(ok(other.get(path)).getString("peerId")).isEqualTo(me);
        for (Caller each : List.of(maker, other)) {
            JsonObject row =
                    ok(each.get(CONVERSATIONS)).getJsonArray("conversations").getJsonObject(0);
            assertThat(row).isEqualTo(ok(each.get(path)));
        }
        assertThat(ok(anna.get(group())).containsKey("peerId")).isFalse();
    }

    @Test
    void aCreationIsDoneOnceHoweverOftenItIsAskedFor() throws Exception {
        String wish = "{\"type\":\"group\",\"name\":\"%s\",\"memberIds\":[\"ben\"],\"clientRequestId\":\"wish-1\"}";
        List<Answer> race = all(8, i -> () -> anna.post(CONVERSATIONS, wish.formatted("Wish")));
        assertThat(race).extracting(Answer::status).containsOnlyOnce(201).containsOnly(200, 201);
        assertThat(race.stream()
                        .map(answer -> answer.json().getString("conversationId"))
                        .distinct())
                .hasSize(1);
        assertThat(anna.post(CONVERSATIONS, wish.formatted("Other")).brief()).isEqualTo("409 conflict");
        Answer bens = ben.post(CONVERSATIONS, wish.replace("ben", "anna").formatted("Wish"));
        assertThat(bens.status()).as("the same wish of another").isEqualTo(201);
        Answer byKey = anna.post(
                CONVERSATIONS,
                "{\"type\":\"group\",\"name\":\"Wish\",\"memberIds\":[\"ben\"]}",
                "Idempotency-Key: wish-1");
        assertThat(byKey.status()).as("a key is the same as the field").isEqualTo(200);
    }

    @Test
    void aGroupHasSoManyMembers() {
        assertThat(anna.post(CONVERSATIONS, creation(users(100))).brief()).isEqualTo("413 too_large");
        String path = path(anna.post(CONVERSATIONS, creation(users(99))));
        assertThat(addMember(anna, path, "one-more").brief()).isEqualTo("413 too_large");
        JsonObject members = ok(anna.get(path + "/members?limit=200"));
        assertThat(members.getJsonArray("members")).hasSize(100);
    }

    @Test
    void aUserIsInSoManyConversations() {
        Caller busy = fresh();
        for (int i = 0; i < 200; i++) ok(busy.post(CONVERSATIONS, "{\"type\":\"group\",\"memberIds\":[]}"));
        assertThat(busy.post(CONVERSATIONS, "{\"type\":\"group\",\"memberIds\":[]}")
                        .brief())
                .isEqualTo("413 too_large");
        String path = group();
        assertThat(addMember(anna, path, "user" + made).brief()).isEqualTo("413 too_large");
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonObject page = ok(busy.get(CONVERSATIONS + "?limit=70" + cursor));
            page.getJsonArray("conversations")
                    .forEach(each -> seen.add(((JsonObject) each).getString("conversationId")));
            cursor = page.containsKey("cursor") ? "&cursor=" + page.getString("cursor") : "";
        } while (!cursor.isEmpty());
        assertThat(seen).hasSize(200).doesNotHaveDuplicates();
    }

    @Test
    void theListShowsWhatHappenedLastFirst() {
        Caller user = fresh();
        String first = path(user.post(CONVERSATIONS, "{\"type\":\"group\",\"memberIds\":[\"ben\"]}"));
        String second = path(user.post(CONVERSATIONS, "{\"type\":\"group\",\"memberIds\":[\"ben\"]}"));
        String third = path(user.post(CONVERSATIONS, "{\"type\":\"group\",\"memberIds\":[\"ben\"]}"));
        say(ben, second, "news");
        JsonArray list = ok(user.get(CONVERSATIONS)).getJsonArray("conversations");
        assertThat(list.stream().map(each -> CONVERSATIONS + "/" + ((JsonObject) each).getString("conversationId")))
                .startsWith(second)
                .containsExactlyInAnyOrder(first, second, third);
        JsonObject top = list.getJsonObject(0);
        assertThat(top.getLong("unread")).isEqualTo(1);
        assertThat(top.getJsonObject("lastMessage").getString("body")).isEqualTo("news");
        say(user, second, "read");
        await("who answers has read", () -> ok(user.get(second)).getLong("unread") == 0);
        ok(user.delete(second + "/members/ben"));
        assertThat(ok(ben.get(CONVERSATIONS + "?limit=200")).encode())
                .doesNotContain(second.substring(CONVERSATIONS.length() + 1));
    }

    @Test
    void aGroupIsRenamedAndSlowedDown() {
        String path = group();
        assertThat(ok(anna.patch(path, "{\"name\":\"New\"}")).getLong("sequence"))
                .isEqualTo(3);
        assertThat(ok(anna.patch(path, "{\"name\":\"New\"}")).getLong("head"))
                .as("it is so already")
                .isEqualTo(3);
        ok(anna.patch(path, "{\"slowModeMillis\":60000}"));
        assertThat(ok(ben.get(path)).getString("name")).isEqualTo("New");
        ok(ben.post(path + "/messages", "{\"body\":\"one\"}"));
        Answer soon = ben.post(path + "/messages", "{\"body\":\"two\"}");
        assertThat(soon.brief()).isEqualTo("429 slow_mode");
        assertThat(soon.json().getBoolean("retryable")).isTrue();
        assertThat(soon.json().getLong("retryAfterMillis")).isBetween(1L, 60_000L);
        assertThat(Long.parseLong(soon.headers().get("retry-after"))).isBetween(1L, 60L);
        say(anna, path, "owners");
        say(anna, path, "are free");
        ok(anna.patch(path, "{\"name\":null,\"slowModeMillis\":0}"));
        assertThat(ok(ben.get(path)).containsKey("name")).isFalse();
        say(ben, path, "two");
    }

    @Test
    void aRateHoldsForAllMembersTogether() {
        String path = group();
        ok(anna.patch(path, "{\"messagesPerMinute\":2}"));
        assertThat(ok(ben.get(path)).getInteger("messagesPerMinute")).isEqualTo(2);
        say(ben, path, "one");
        say(anna, path, "two");
        Answer soon = ben.post(path + "/messages", "{\"body\":\"three\"}");
        assertThat(soon.brief()).isEqualTo("429 rate_limited");
        assertThat(soon.json().getLong("retryAfterMillis")).isBetween(1L, 30_000L);
        say(anna, path, "owners are free");
    }

    @Test
    void whereAdminsAloneWriteMembersAreToldSo() {
        String path = group();
        ok(anna.patch(path, "{\"writers\":\"admins\"}"));
        assertThat(ok(ben.get(path)).getString("writers")).isEqualTo("admins");
        assertThat(ben.post(path + "/messages", "{\"body\":\"x\"}").brief()).isEqualTo("403 forbidden");
        say(anna, path, "owners write");
        ok(anna.patch(path, "{\"name\":\"News\"}"));
        assertThat(ok(ben.get(path)).getString("writers")).as("stays").isEqualTo("admins");
    }

    @Test
    void whoIsBannedIsOutAndStaysOutUntilTheBanIsLifted() {
        Caller owner = fresh();
        String path = path(owner.post(CONVERSATIONS, "{\"type\":\"group\",\"memberIds\":[\"ben\",\"carla\"]}"));
        Answer banned = owner.call("PUT", path + "/bans/ben", null, "Idempotency-Key: ban-1");
        assertThat(ok(banned).getLong("sequence")).isEqualTo(3);
        assertThat(ok(owner.call("PUT", path + "/bans/ben", null, "Idempotency-Key: ban-1"))
                        .getBoolean("duplicate"))
                .isTrue();
        assertThat(ok(owner.call("PUT", path + "/bans/ben", null)).getBoolean("unchanged"))
                .isTrue();
        ok(owner.call("PUT", path + "/bans/dora", null));
        assertThat(ben.get(path).brief()).isEqualTo("404 not_found");
        Answer refused = owner.post(path + "/members", "{\"userIds\":[\"erik\",\"ben\",\"dora\"]}");
        assertThat(refused.brief()).isEqualTo("403 forbidden");
        assertThat(refused.json().getString("detail")).endsWith(": ben, dora");
        JsonObject first = ok(owner.get(path + "/bans?limit=1"));
        assertThat(first.getJsonArray("bans").getJsonObject(0).getString("userId"))
                .isEqualTo("ben");
        JsonObject second = ok(owner.get(path + "/bans?cursor=" + first.getString("cursor")));
        assertThat(second.getJsonArray("bans").getJsonObject(0).getString("userId"))
                .isEqualTo("dora");
        assertThat(second.containsKey("cursor")).isFalse();
        ok(owner.delete(path + "/bans/ben"));
        ok(owner.post(path + "/members", "{\"userIds\":[\"ben\"]}"));
        assertThat(ok(owner.get(path + "/bans")).getJsonArray("bans")).hasSize(1);
    }

    @Test
    void byALinkOneLooksAndJoinsAsOftenAsItSays() throws Exception {
        Caller owner = fresh();
        String path =
                path(owner.post(CONVERSATIONS, "{\"type\":\"group\",\"name\":\"Club\",\"memberIds\":[\"carla\"]}"));
        String wish = "{\"usesMax\":2,\"expiresInSeconds\":600,\"clientMessageId\":\"wish\"}";
        Answer made = owner.post(path + "/invitations", wish);
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().getLong("expiresAt")).isGreaterThan(System.currentTimeMillis());
        Answer again = owner.post(path + "/invitations", wish);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(made.json());
        String link = "/v1/invitations/" + made.json().getString("token");
        Caller guest = fresh();
        JsonObject seen = ok(guest.get(link));
        assertThat(seen.getString("name")).isEqualTo("Club");
        assertThat(seen.getInteger("memberCount")).isEqualTo(2);
        assertThat(guest.get(path).brief()).as("not joined yet").isEqualTo("404 not_found");

        JsonObject joined = ok(guest.post(link, null));
        assertThat(CONVERSATIONS + "/" + joined.getString("conversationId")).isEqualTo(path);
        assertThat(joined.getString("role")).isEqualTo("member");
        assertThat(ok(guest.post(link, null)).getString("conversationId"))
                .as("joined already")
                .isEqualTo(joined.getString("conversationId"));
        List<Caller> rivals = new ArrayList<>();
        for (int i = 0; i < 6; i++) rivals.add(fresh());
        List<Answer> race = all(6, i -> () -> rivals.get(i).post(link, null));
        assertThat(race).extracting(Answer::status).containsOnlyOnce(200).containsOnly(200, 404);
        assertThat(ok(guest.post(link, null)).getString("conversationId"))
                .as("used up, but joined")
                .isEqualTo(joined.getString("conversationId"));
        assertThat(fresh().get(link).body())
                .isEqualTo(fresh().get(link.replace(id(path), "never")).body());
        assertThat(ok(owner.get(path + "/invitations")).getJsonArray("invitations"))
                .isEmpty();
        assertThat(guest.get(path + "/messages?after=0").body())
                .contains("invitationId")
                .doesNotContain("token");
    }

    @Test
    void whoRepeatsThatItInvitesIsToldTheSameThoughTheInvitationIsGone() {
        Caller owner = fresh();
        String path = path(owner.post(CONVERSATIONS, "{\"type\":\"group\",\"memberIds\":[\"carla\"]}"));
        String wish = "{\"expiresInSeconds\":600,\"clientMessageId\":\"wish\"}";
        JsonObject made = owner.post(path + "/invitations", wish).json();
        ok(owner.delete(path + "/invitations/" + made.getString("invitationId")));
        assertThat(owner.post(path + "/invitations", null).status())
                .as("another takes its place")
                .isEqualTo(201);

        Answer again = owner.post(path + "/invitations", wish);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(made);
        assertThat(ok(owner.get(path + "/invitations")).getJsonArray("invitations"))
                .as("nothing is made again")
                .hasSize(1);
        assertThat(owner.post(path + "/invitations", "{\"clientMessageId\":\"wish\"}")
                        .brief())
                .isEqualTo("409 conflict");
    }

    @Test
    void aRevokedLinkLeadsNowhereAndABannedUserNowhereByAny() {
        Caller owner = fresh();
        String path = path(owner.post(CONVERSATIONS, "{\"type\":\"group\",\"memberIds\":[\"carla\"]}"));
        JsonObject first = owner.post(path + "/invitations", null).json();
        JsonObject second = owner.post(path + "/invitations", null).json();
        assertThat(ok(owner.get(path + "/invitations")).getJsonArray("invitations"))
                .hasSize(2);
        ok(owner.delete(path + "/invitations/" + first.getString("invitationId")));
        Caller guest = fresh();
        String me = "user" + made;
        String revoked = "/v1/invitations/" + first.getString("token");
        String open = "/v1/invitations/" + second.getString("token");
        assertThat(guest.post(revoked, null).brief()).isEqualTo("404 not_found");
        assertThat(guest.get(revoked).brief()).isEqualTo("404 not_found");
        ok(owner.call("PUT", path + "/bans/" + me, null));
        assertThat(guest.get(open).body()).isEqualTo(guest.get(revoked).body());
        assertThat(guest.post(open, null).body())
                .isEqualTo(guest.post(revoked, null).body());
        ok(owner.delete(path + "/bans/" + me));
        ok(guest.post(open, null));
    }

    @Test
    void aMemberMutesAConversationForThemselves() {
        String path = group();
        assertThat(ok(ben.call("PUT", path + "/mute", null))).isEqualTo(new JsonObject().put("exceptMentions", false));
        assertThat(ok(ben.get(path)).getJsonObject("mute")).isEqualTo(new JsonObject().put("exceptMentions", false));
        assertThat(ok(anna.get(path)).containsKey("mute")).isFalse();
        long until = System.currentTimeMillis() + 3_600_000;
        ok(ben.call("PUT", path + "/mute", "{\"until\":" + until + ",\"exceptMentions\":true}"));
        say(anna, path, "unread all the same");
        JsonObject row =
                ok(ben.get(CONVERSATIONS)).getJsonArray("conversations").getJsonObject(0);
        assertThat(row.getJsonObject("mute"))
                .isEqualTo(new JsonObject().put("until", until).put("exceptMentions", true));
        assertThat(row.getLong("unread")).isEqualTo(1);
        assertThat(ben.delete(path + "/mute").status()).isEqualTo(204);
        assertThat(ben.delete(path + "/mute").status()).isEqualTo(204);
        assertThat(ok(ben.get(path)).containsKey("mute")).isFalse();
    }

    @Test
    void aMuteThatIsOverIsNotShown() {
        String path = group();
        long until = System.currentTimeMillis() + 2_000;
        ok(ben.call("PUT", path + "/mute", "{\"until\":" + until + "}"));
        boolean isShown = true;
        while (isShown && System.currentTimeMillis() < until + 30_000)
            isShown = ok(ben.get(path)).containsKey("mute");
        assertThat(isShown).isFalse();
        assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(until);
    }

    @Test
    void whoIsBlockedFindsNoDirectConversationAndIsHeardAgainOnceUnblocked() {
        Caller one = fresh();
        String first = "user" + made;
        Caller other = fresh();
        String second = "user" + made;
        String path = path(one.post(CONVERSATIONS, "{\"type\":\"direct\",\"memberIds\":[\"" + second + "\"]}"));
        say(other, path, "before");
        String retried = "{\"body\":\"hi\",\"clientMessageId\":\"once\"}";
        assertThat(other.post(path + "/messages", retried).status()).isEqualTo(201);

        assertThat(one.call("PUT", "/v1/blocks/" + second, null).status()).isEqualTo(204);
        assertThat(one.call("PUT", "/v1/blocks/" + second, null).status()).isEqualTo(204);
        assertThat(ok(one.get("/v1/blocks"))).isEqualTo(new JsonObject("{\"userIds\":[\"" + second + "\"]}"));
        Answer blocked = other.post(path + "/messages", "{\"body\":\"hello?\"}");
        Answer never = other.post(CONVERSATIONS + "/never/messages", "{\"body\":\"hello?\"}");
        assertThat(blocked.body()).isEqualTo(never.body());
        assertThat(other.post(path + "/messages", retried).status())
                .as("a retry")
                .isEqualTo(200);
        assertThat(one.post(path + "/messages", "{\"body\":\"x\"}").brief()).isEqualTo("403 forbidden");
        assertThat(other.post(CONVERSATIONS, "{\"type\":\"direct\",\"memberIds\":[\"" + first + "\"]}")
                        .brief())
                .isEqualTo("404 not_found");
        assertThat(ok(other.get(path + "/messages?after=0")).getJsonArray("entries"))
                .as("what the other may read of what was said")
                .hasSize(3);

        assertThat(one.delete("/v1/blocks/" + second).status()).isEqualTo(204);
        say(other, path, "again");
        assertThat(ok(one.get("/v1/blocks")).getJsonArray("userIds")).isEmpty();
    }

    // Messages.

    @Test
    void aMessageIsSentOnceWhateverItComesBy() {
        String path = group();
        String body = "{\"body\":\"hi\",\"clientMessageId\":\"m1\"}";
        Answer first = anna.post(path + "/messages", body);
        assertThat(first.status()).isEqualTo(201);
        JsonObject ack = first.json();
        assertThat(ack.getString("messageId")).isEqualTo(id(path) + ".3");
        assertThat(ack.getBoolean("duplicate")).isFalse();
        JsonObject repeated = ack.copy().put("duplicate", true);
        Answer again = anna.post(path + "/messages", body);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(repeated);
        assertThat(anna.post(path + "/messages", "{\"body\":\"hi\"}", "Idempotency-Key: m1")
                        .json())
                .isEqualTo(repeated);
        try (Device device = Device.welcome(node.port(), anna.token(), "phone")) {
            JsonObject bySocket = device.asks(send("m1", id(path), "hi"));
            bySocket.remove("type");
            bySocket.remove("ref");
            assertThat(bySocket).isEqualTo(repeated);
            assertThat(device.asks(send("m1", id(path), "ho")).getString("code"))
                    .isEqualTo("conflict");
            device.asks(send("m2", id(path), "by socket"));
        }
        assertThat(anna.post(path + "/messages", "{\"body\":\"by socket\",\"clientMessageId\":\"m2\"}")
                        .json()
                        .getBoolean("duplicate"))
                .isTrue();
        assertThat(anna.post(path + "/messages", "{\"body\":\"ho\",\"clientMessageId\":\"m1\"}")
                        .brief())
                .isEqualTo("409 conflict");
        assertThat(ben.post(path + "/messages", body).status())
                .as("the same id of another is another message")
                .isEqualTo(201);
        assertThat(ok(anna.get(path)).getLong("head")).isEqualTo(5);
    }

    @Test
    void ofARaceOfRetriesOneIsPlaced() throws Exception {
        String path = group();
        List<Answer> race =
                all(8, i -> () -> anna.post(path + "/messages", "{\"body\":\"hi\"}", "Idempotency-Key: race"));
        assertThat(race).extracting(Answer::status).containsOnlyOnce(201).containsOnly(200, 201);
        assertThat(race).extracting(answer -> answer.json().getLong("sequence")).containsOnly(3L);
    }

    @Test
    void aRetryIsKnownAfterEditAndDelete() {
        String path = group();
        ok(anna.post(path + "/messages", "{\"body\":\"one\",\"clientMessageId\":\"m1\"}"));
        ok(anna.patch(path + "/messages/3", "{\"body\":\"two\",\"clientMessageId\":\"e1\"}"));
        ok(anna.delete(path + "/messages/3", "Idempotency-Key: d1"));
        for (JsonObject retry : List.of(
                ok(anna.post(path + "/messages", "{\"body\":\"one\",\"clientMessageId\":\"m1\"}")),
                ok(anna.patch(path + "/messages/3", "{\"body\":\"two\"}", "Idempotency-Key: e1")),
                ok(anna.delete(path + "/messages/3", "Idempotency-Key: d1"))))
            assertThat(retry.getBoolean("duplicate")).isTrue();
        assertThat(ok(anna.get(path)).getLong("head")).isEqualTo(5);
        assertThat(anna.patch(path + "/messages/3", "{\"body\":\"three\"}").brief())
                .as("it is deleted")
                .isEqualTo("404 not_found");
        assertThat(anna.delete(path + "/messages/3").brief()).isEqualTo("404 not_found");
    }

    @Test
    void aPageShowsWhatBecameOfAMessage() {
        String path = group();
        say(anna, path, "secret one");
        say(anna, path, "secret two");
        ok(anna.patch(path + "/messages/3", "{\"body\":\"better\"}"));
        ok(anna.patch(path + "/messages/4", "{\"body\":\"secret three\"}"));
        ok(anna.delete(path + "/messages/4"));
        Answer page = ben.get(path + "/messages?after=2");
        assertThat(page.body()).doesNotContain("secret");
        List<JsonObject> entries = entries(page);
        assertThat(entries)
                .extracting(entry -> entry.getString("kind"))
                .containsExactly("message", "message", "edit", "edit", "delete");
        assertThat(entries.get(0).getString("body")).isEqualTo("better");
        assertThat(entries.get(0).getLong("editedAt")).isEqualTo(entries.get(2).getLong("sentAt"));
        assertThat(entries.get(1).getBoolean("deleted")).isTrue();
        assertThat(entries.get(1).getLong("deletedAt")).isEqualTo(entries.get(4).getLong("sentAt"));
        assertThat(entries.get(1).containsKey("body")).isFalse();
        assertThat(entries.get(3).getString("body")).isEmpty();
        assertThat(entries.get(4).getLong("targetSequence")).isEqualTo(4);
        assertThat(entries.get(0).containsKey("clientMessageId"))
                .as("that is anna's")
                .isFalse();
        assertThat(entries(anna.get(path + "/messages?after=2")).getFirst().containsKey("clientMessageId"))
                .isTrue();
    }

    @Test
    void pagesGoBothWaysToTheEnds() {
        String path = group();
        for (int i = 3; i <= 9; i++) say(anna, path, "m" + i);
        assertThat(sequences(ben.get(path + "/messages?after=0&limit=4"))).containsExactly(2L, 3L, 4L, 5L);
        assertThat(sequences(ben.get(path + "/messages?after=5&limit=4"))).containsExactly(6L, 7L, 8L, 9L);
        assertThat(sequences(ben.get(path + "/messages?after=9"))).isEmpty();
        assertThat(sequences(ben.get(path + "/messages?after=9007199254740991")))
                .isEmpty();
        assertThat(sequences(ben.get(path + "/messages?limit=3"))).containsExactly(9L, 8L, 7L);
        assertThat(sequences(ben.get(path + "/messages?before=7&limit=9"))).containsExactly(6L, 5L, 4L, 3L, 2L);
        assertThat(sequences(ben.get(path + "/messages?before=1"))).isEmpty();
        JsonObject page = ok(ben.get(path + "/messages"));
        assertThat(page.getLong("first")).isEqualTo(2);
        assertThat(page.getLong("head")).isEqualTo(9);
        assertThat(page.getJsonArray("gaps").encode())
                .as("what was before he came")
                .isEqualTo("[{\"from\":1,\"to\":1,\"reason\":\"not_member\"}]");
    }

    @Test
    void allThatAMessageHoldsComesBack() {
        String path = group();
        say(anna, path, "first");
        String message = """
            {"body":"caf\u00e9 \\u0000 <b>","contentType":"text/markdown","replyTo":3,"ext":{"a":[1,2.50]},\
            "attachments":[{"url":"https://a.example/b.png","name":"b.png","contentType":"image/png","size":7,"width":2}],\
            "mentions":[{"userId":"ben","from":0,"length":4},{"all":true}]}\
            """;
        ok(anna.post(path + "/messages", message));
        JsonObject entry = entries(ben.get(path + "/messages?limit=1")).getFirst();
        JsonObject sent = new JsonObject(message);
        for (String field : sent.fieldNames())
            assertThat(entry.getValue(field)).as(field).isEqualTo(sent.getValue(field));
    }

    // Members.

    @Test
    void whoWasRemovedReadsToTheEndOfTheirTimeAndNotBeyond() {
        String path = group();
        say(anna, path, "before");
        ok(anna.delete(path + "/members/ben"));
        say(anna, path, "behind his back");
        Answer page = ben.get(path + "/messages");
        assertThat(sequences(page)).containsExactly(4L, 3L, 2L);
        assertThat(page.json().getLong("head")).isEqualTo(4);
        assertThat(page.body()).doesNotContain("behind");
        assertThat(sequences(ben.get(path + "/messages?after=4"))).isEmpty();
        assertThat(ben.get(path).brief()).isEqualTo("404 not_found");

        ok(addMember(anna, path, "ben"));
        say(anna, path, "welcome back");
        Answer whole = ben.get(path + "/messages?after=0");
        assertThat(sequences(whole)).containsExactly(2L, 3L, 4L, 6L, 7L);
        assertThat(whole.body()).doesNotContain("behind");
        assertThat(whole.json().getJsonArray("gaps").encode())
                .isEqualTo(
                        "[{\"from\":1,\"to\":1,\"reason\":\"not_member\"},{\"from\":5,\"to\":5,\"reason\":\"not_member\"}]");
        assertThat(ben.post(path + "/messages", "{\"body\":\"x\",\"replyTo\":5}")
                        .brief())
                .isEqualTo("404 not_found");
        assertThat(ok(ben.get(path)).getLong("unread")).isEqualTo(1);
    }

    @Test
    void rolesAreGivenAndTakenAndTheLastOwnerStays() {
        String path = group();
        assertThat(anna.delete(path + "/members/anna").brief())
                .as("the last owner")
                .isEqualTo("403 forbidden");
        assertThat(anna.patch(path + "/members/anna", "{\"role\":\"member\"}").brief())
                .isEqualTo("403 forbidden");
        ok(anna.patch(path + "/members/ben", "{\"role\":\"owner\"}"));
        long head = ok(anna.get(path)).getLong("head");
        JsonObject same = ok(anna.patch(path + "/members/ben", "{\"role\":\"owner\"}"));
        assertThat(same.getBoolean("unchanged")).isTrue();
        assertThat(same.getLong("head")).isEqualTo(head);
        ok(anna.delete(path + "/members/anna"));
        assertThat(ok(anna.delete(path + "/members/anna")).getBoolean("unchanged"))
                .as("she has left already")
                .isTrue();
        JsonArray members = ok(ben.get(path + "/members")).getJsonArray("members");
        assertThat(members).hasSize(1);
        assertThat(members.getJsonObject(0).getString("role")).isEqualTo("owner");
        ok(ben.delete(path + "/members/ben"));
        assertThat(ben.get(path).brief()).as("the last one may go").isEqualTo("404 not_found");
    }

    @Test
    void whoIsThereIsNotAddedAgainAndWhoIsNotIsNotRemoved() {
        String path = group();
        JsonObject same = ok(addMember(anna, path, "ben"));
        assertThat(same.getBoolean("unchanged")).isTrue();
        assertThat(same.getLong("head")).isEqualTo(2);
        assertThat(same.getJsonArray("members").getJsonObject(0).getString("userId"))
                .isEqualTo("ben");
        JsonObject nobody = ok(anna.delete(path + "/members/carla"));
        assertThat(nobody.getBoolean("unchanged")).isTrue();
        assertThat(nobody.getJsonArray("members")).isEmpty();
        assertThat(ok(anna.get(path)).getLong("head")).isEqualTo(2);
    }

    @Test
    void membersArePagedInOneOrder() {
        String path = path(anna.post(CONVERSATIONS, creation(users(20))));
        ok(anna.delete(path + "/members/u007"));
        Set<String> seen = new LinkedHashSet<>();
        String cursor = "";
        do {
            JsonObject page = ok(anna.get(path + "/members?limit=7" + cursor));
            for (Object each : page.getJsonArray("members")) {
                assertThat(((JsonObject) each).getLong("joinedAt")).isPositive();
                assertThat(seen.add(((JsonObject) each).getString("userId"))).isTrue();
            }
            cursor = page.containsKey("cursor") ? "&cursor=" + page.getString("cursor") : "";
        } while (!cursor.isEmpty());
        assertThat(seen).hasSize(20).contains("anna", "u000", "u019").doesNotContain("u007");
    }

    @Test
    void membersAreFoundByHowTheirIdsBegin() {
        String path = path(anna.post(CONVERSATIONS, creation(users(20))));
        ok(anna.delete(path + "/members/u013"));
        JsonObject page = ok(anna.get(path + "/members?prefix=u01&limit=5"));
        assertThat(ids(page)).containsExactly("u010", "u011", "u012", "u014", "u015");
        JsonObject rest = ok(anna.get(path + "/members?prefix=u01&limit=5&cursor=" + page.getString("cursor")));
        assertThat(ids(rest)).containsExactly("u016", "u017", "u018", "u019");
        assertThat(rest.containsKey("cursor")).isFalse();
        assertThat(ids(ok(anna.get(path + "/members?prefix=x")))).isEmpty();
        for (String bad : List.of("", "%20", "a%00", ".", "u".repeat(65)))
            assertThat(anna.get(path + "/members?prefix=" + bad).status()).isEqualTo(400);
    }

    private static List<String> ids(JsonObject page) {
        return page.getJsonArray("members").stream()
                .map(member -> ((JsonObject) member).getString("userId"))
                .toList();
    }

    // Everybody else.

    @Test
    void whatIsNotYoursLooksLikeWhatDoesNotExist() {
        String path = group();
        say(anna, path, "secret");
        String none = CONVERSATIONS + "/" + "A".repeat(id(path).length());
        List<Function<String, Answer>> all = List.of(
                at -> carla.get(at),
                at -> carla.get(at + "/messages"),
                at -> carla.get(at + "/messages?after=0"),
                at -> carla.get(at + "/messages/3/receipts"),
                at -> carla.get(at + "/members"),
                at -> carla.patch(at, "{\"name\":\"x\"}"),
                at -> carla.post(at + "/messages", "{\"body\":\"x\"}"),
                at -> carla.patch(at + "/messages/3", "{\"body\":\"x\"}"),
                at -> carla.delete(at + "/messages/3"),
                at -> addMember(carla, at, "carla"),
                at -> carla.patch(at + "/members/ben", "{\"role\":\"admin\"}"),
                at -> carla.delete(at + "/members/ben"),
                at -> carla.delete(at + "/members/carla"));
        for (Function<String, Answer> each : all) {
            Answer his = each.apply(path);
            assertThat(his.brief()).isEqualTo("404 not_found");
            assertThat(his).isEqualTo(each.apply(none));
            assertThat(his).isEqualTo(carla.get(CONVERSATIONS + "/none"));
        }
    }

    @Test
    void aDeviceIsListedAndSignedOut() {
        Caller user = fresh();
        try (Device device = Device.welcome(node.port(), user.token(), "tablet")) {
            await("it was written down", () -> user.get("/v1/devices").body().contains("\"deviceId\":\"tablet\""));
            assertThat(carla.delete("/v1/devices/tablet").status()).isEqualTo(204);
            assertThat(device.asks(Device.frame("heartbeat")).getString("type")).isEqualTo("heartbeat");
            assertThat(user.delete("/v1/devices/tablet").status()).isEqualTo(204);
            assertThat(device.closeCode()).isEqualTo(4401);
        }
        assertThat(ok(user.get("/v1/devices")).getJsonArray("devices")).isEmpty();
        assertThat(user.delete("/v1/devices/tablet").status()).isEqualTo(204);
    }

    @Test
    void aDevelopmentTokenIsGivenToWhoeverAsksAsItHasToBe() {
        Caller nobody = new Caller(node.port(), null);
        for (String bad :
                List.of("", "{", "{}", "{\"userId\":\"a b\"}", "{\"userId\":\"a\",\"ttlSeconds\":0}", "{\"userId\":7}"))
            assertThat(nobody.post("/v1/dev/tokens", bad).brief()).isEqualTo("400 bad_frame");
        assertThat(nobody.post("/v1/dev/tokens", "{\"userId\":\"a\"}", "Origin: https://evil.example")
                        .brief())
                .isEqualTo("403 forbidden");
        assertThat(nobody.post(
                                "/v1/dev/tokens",
                                "{\"userId\":\"a\"}",
                                "Content-Type: application/x-www-form-urlencoded")
                        .status())
                .as("as curl -d sends it")
                .isEqualTo(200);
        assertThat(nobody.get("/v1/dev/tokens").brief()).isEqualTo("405 bad_frame");
    }

    /** For what the node writes down about a second later. */
    private static void await(String what, BooleanSupplier isSo) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!isSo.getAsBoolean()) assertThat(System.nanoTime()).as(what).isLessThan(until);
    }

    private static Caller fresh() {
        return node.caller("user" + ++made);
    }

    /** Of anna, who owns it, and ben; entries 1 and 2. */
    private static String group() {
        return path(anna.post(CONVERSATIONS, "{\"type\":\"group\",\"memberIds\":[\"ben\"]}"));
    }

    private static String path(Answer created) {
        return CONVERSATIONS + "/" + ok(created).getString("conversationId");
    }

    private static String id(String path) {
        return path.substring(CONVERSATIONS.length() + 1);
    }

    private static List<String> users(int count) {
        return IntStream.range(0, count).mapToObj("u%03d"::formatted).toList();
    }

    private static String creation(List<String> members) {
        return new JsonObject()
                .put("type", "group")
                .put("memberIds", new JsonArray(members))
                .encode();
    }

    private static Answer addMember(Caller caller, String path, String user) {
        return caller.post(path + "/members", "{\"userIds\":[\"" + user + "\"]}");
    }

    private static void say(Caller caller, String path, String body) {
        ok(caller.post(path + "/messages", "{\"body\":\"" + body + "\"}"));
    }

    private static List<JsonObject> entries(Answer page) {
        return ok(page).getJsonArray("entries").stream()
                .map(each -> (JsonObject) each)
                .toList();
    }

    private static List<Long> sequences(Answer page) {
        return entries(page).stream().map(entry -> entry.getLong("sequence")).toList();
    }

    private static JsonObject ok(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isLessThan(300);
        return answer.json();
    }

    private static List<Answer> all(int count, Function<Integer, Callable<Answer>> call) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Callable<Answer>> calls =
                    IntStream.range(0, count).boxed().map(call).toList();
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> each : threads.invokeAll(calls)) answers.add(each.get());
            return answers;
        }
    }
}
