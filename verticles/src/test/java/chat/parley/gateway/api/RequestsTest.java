package chat.parley.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.Caller;
import chat.parley.node.Caller.Answer;
import chat.parley.node.RawClient;
import chat.parley.node.TestNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the HTTP API makes of requests that are not as they have to be: a problem with a code, and nothing done. */
class RequestsTest {
    @TempDir
    private static Path folder;

    private static TestNode node;
    private static Caller anna;
    private static String group;

    @BeforeAll
    static void start() {
        node = TestNode.start(folder.resolve("data"));
        anna = node.caller("anna");
        group = "/v1/conversations/"
                + anna.post("/v1/conversations", "{\"type\":\"group\",\"memberIds\":[\"ben\"],\"name\":\"G\"}")
                        .json()
                        .getString("conversationId");
    }

    @AfterAll
    static void stop() {
        assertThat(anna.get(group).json().getLong("head"))
                .as("what was refused left nothing")
                .isEqualTo(2);
        node.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Of bodies
                "POST  | /v1/conversations          | 400 bad_frame | ''",
                "POST  | /v1/conversations          | 400 bad_frame | {",
                "POST  | /v1/conversations          | 400 bad_frame | []",
                "POST  | /v1/conversations          | 400 bad_frame | \"group\"",
                "POST  | /v1/conversations          | 400 bad_frame | {} {}",
                "POST  | /v1/conversations          | 400 bad_frame | {}",
                "POST  | /v1/conversations          | 400 bad_frame | {\"type\":\"group\"}",
                "POST  | /v1/conversations          | 400 bad_frame | {\"type\":\"group\",\"memberIds\":null}",
                "POST  | /v1/conversations          | 400 bad_frame | {\"type\":\"group\",\"memberIds\":\"ben\"}",
                "POST  | /v1/conversations          | 400 bad_frame | {\"type\":\"group\",\"memberIds\":[7]}",
                "POST  | /v1/conversations          | 400 bad_frame |"
                        + " {\"type\":\"group\",\"memberIds\":[\"ben\",\"ben\"]}",
                "POST  | /v1/conversations          | 400 bad_frame | {\"type\":\"group\",\"memberIds\":[\"anna\"]}",
                "POST  | /v1/conversations          | 400 bad_frame | {\"type\":\"group\",\"memberIds\":[\"b n\"]}",
                "POST  | /v1/conversations          | 400 bad_frame |"
                        + " {\"type\":\"group\",\"memberIds\":[],\"name\":\"\"}",
                "POST  | /v1/conversations          | 400 bad_frame | {\"type\":\"group\",\"memberIds\":[],\"name\":7}",
                "POST  | /v1/conversations          | 400 bad_frame |"
                        + " {\"type\":\"group\",\"memberIds\":[],\"clientRequestId\":\"\"}",
                "POST  | /v1/conversations          | 400 bad_frame |"
                        + " {\"type\":\"group\",\"type\":\"group\",\"memberIds\":[]}",
                "POST  | /v1/conversations          | 400 bad_frame | {\"type\":\"channel\",\"memberIds\":[]}",
                "POST  | /v1/conversations          | 400 bad_frame | {\"type\":\"direct\",\"memberIds\":[]}",
                "POST  | /v1/conversations          | 400 bad_frame |"
                        + " {\"type\":\"direct\",\"memberIds\":[\"b\",\"c\"]}",
                "POST  | /v1/conversations          | 400 bad_frame | {\"type\":\"direct\",\"memberIds\":[\"anna\"]}",
                "POST  | /v1/conversations          | 400 bad_frame |"
                        + " {\"type\":\"direct\",\"memberIds\":[\"b\"],\"name\":\"x\"}",
                "POST  | /v1/conversations          | 400 bad_frame | [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
                "PATCH | {group}                    | 400 bad_frame | {}",
                "PATCH | {group}                    | 400 bad_frame | {\"name\":\"\"}",
                "PATCH | {group}                    | 400 bad_frame | {\"slowModeMillis\":-1}",
                "PATCH | {group}                    | 400 bad_frame | {\"slowModeMillis\":86400001}",
                "PATCH | {group}                    | 400 bad_frame | {\"slowModeMillis\":1.5}",
                "PATCH | {group}                    | 400 bad_frame | {\"messagesPerMinute\":6001}",
                "PATCH | {group}                    | 400 bad_frame | {\"messagesPerMinute\":-1}",
                "PATCH | {group}                    | 400 bad_frame | {\"writers\":\"nobody\"}",
                "PATCH | {group}                    | 400 bad_frame | {\"writers\":1}",
                "PUT   | {group}/mute               | 400 bad_frame | {\"until\":1}",
                "PUT   | {group}/mute               | 400 bad_frame | {\"until\":\"tomorrow\"}",
                "PUT   | {group}/mute               | 400 bad_frame | {\"exceptMentions\":1}",
                "PUT   | /v1/blocks/anna            | 400 bad_frame | {}",
                "PUT   | {group}/bans/anna          | 400 bad_frame | {}",
                "PUT   | {group}/bans/b%20n         | 404 not_found | {}",
                "POST  | {group}/invitations        | 400 bad_frame | {\"expiresInSeconds\":0}",
                "POST  | {group}/invitations        | 400 bad_frame | {\"expiresInSeconds\":31622401}",
                "POST  | {group}/invitations        | 400 bad_frame | {\"usesMax\":0}",
                "POST  | {group}/invitations        | 400 bad_frame | {\"usesMax\":\"many\"}",
                "POST  | /v1/invitations/abc        | 404 not_found | {}",
                "POST  | /v1/invitations/a.b.c      | 404 not_found | {}",
                "PUT   | /v1/blocks/b%20n           | 404 not_found | {}",
                "POST  | {group}/messages           | 400 bad_frame | {}",
                "POST  | {group}/messages           | 400 bad_frame | {\"body\":7}",
                "POST  | {group}/messages           | 400 bad_frame | {\"body\":\"\\ud800\"}",
                "POST  | {group}/messages           | 400 bad_frame | {\"body\":\"x\",\"clientMessageId\":\"\"}",
                "POST  | {group}/messages           | 400 bad_frame | {\"body\":\"x\",\"replyTo\":0}",
                "POST  | {group}/messages           | 400 bad_frame | {\"body\":\"x\",\"ext\":[]}",
                "POST  | {group}/messages           | 400 bad_frame | {\"body\":\"x\",\"attachments\":[{}]}",
                "POST  | {group}/messages           | 400 bad_frame | {\"body\":\"x\",\"mentions\":[{}]}",
                "POST  | {group}/messages           | 404 not_found | {\"body\":\"x\",\"replyTo\":77}",
                "PATCH | {group}/messages/2         | 400 bad_frame | {}",
                "PATCH | {group}/messages/2         | 404 not_found | {\"body\":\"x\"}",
                "PATCH | {group}/messages/99        | 404 not_found | {\"body\":\"x\"}",
                "PATCH | {group}/messages/0         | 404 not_found | {\"body\":\"x\"}",
                "PATCH | {group}/messages/two       | 404 not_found | {\"body\":\"x\"}",
                "PATCH | {group}/messages/-1        | 404 not_found | {\"body\":\"x\"}",
                "PATCH | {group}/messages/9007199254740992 | 404 not_found | {\"body\":\"x\"}",
                "DELETE | {group}/messages/1        | 404 not_found |",
                "DELETE | {group}/messages/3        | 404 not_found |",
                "POST  | {group}/members            | 400 bad_frame | {}",
                "POST  | {group}/members            | 400 bad_frame | {\"userIds\":[]}",
                "POST  | {group}/members            | 400 bad_frame | {\"userIds\":[\"c\",\"c\"]}",
                "POST  | {group}/members            | 400 bad_frame | {\"userIds\":[\"c\"],\"role\":\"king\"}",
                "PATCH | {group}/members/ben        | 400 bad_frame | {\"role\":\"king\"}",
                "PATCH | {group}/members/ben        | 400 bad_frame | {}",
                "PATCH | {group}/members/nobody     | 404 not_found | {\"role\":\"admin\"}",
                "PATCH | {group}/members/b%20n      | 404 not_found | {\"role\":\"admin\"}",
                // Of queries
                "GET   | /v1/conversations?limit=0       | 400 bad_frame |",
                "GET   | /v1/conversations?limit=201     | 400 bad_frame |",
                "GET   | /v1/conversations?limit=x       | 400 bad_frame |",
                "GET   | /v1/conversations?limit=        | 400 bad_frame |",
                "GET   | /v1/conversations?limit=1&limit=1 | 400 bad_frame |",
                "GET   | /v1/conversations?cursor=!      | 400 bad_frame |",
                "GET   | /v1/conversations?cursor=       | 400 bad_frame |",
                "GET   | /v1/conversations?cursor=YWJj   | 400 bad_frame |",
                "GET   | {group}/messages?after=-1       | 400 bad_frame |",
                "GET   | {group}/messages?after=1e3      | 400 bad_frame |",
                "GET   | {group}/messages?after=9007199254740992 | 400 bad_frame |",
                "GET   | {group}/messages?before=0       | 400 bad_frame |",
                "GET   | {group}/messages?after=1&before=2 | 400 bad_frame |",
                "GET   | {group}/messages?limit=201      | 400 bad_frame |",
                "GET   | {group}/members?cursor=IA       | 400 bad_frame |",
                "GET   | {group}/members?limit=-5        | 400 bad_frame |",
                // Of paths and methods
                "GET   | /v1/conversations/nobody-has-it | 404 not_found |",
                "GET   | /v1/conversations/a.b           | 404 not_found |",
                "GET   | /v1/conversations/%00           | 404 not_found |",
                "GET   | /v1/nothing                     | 404 not_found |",
                "GET   | {group}/nothing                 | 404 not_found |",
                "DELETE | /v1/devices/not%20one          | 404 not_found |",
                "DELETE | {group}                        | 405 bad_frame |",
                "PUT   | {group}                         | 405 bad_frame | {}",
                "POST  | {group}/messages/1              | 405 bad_frame | {}",
                "GET   | {group}/members/ben             | 405 bad_frame |",
                "POST  | /v1/devices                     | 405 bad_frame | {}",
            })
    void whatIsAgainstARuleIsRefused(String method, String path, String expected, String body) {
        Answer answer = anna.call(method, path.replace("{group}", group), body);
        assertThat(answer.brief()).as(answer.body()).isEqualTo(expected);
        assertProblem(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization:",
                "Authorization: Bearer",
                "Authorization: Bearer ",
                "Authorization: Bearer not.a.token",
                "Authorization: Basic YW5uYTpwYXNz",
                "Authorization: {token}",
                "Authorization: Bearer {token} {token}",
                "Authorization: Bearer {token}\r\nAuthorization: Bearer {token}",
                "Authorization:\r\nCookie: token={token}",
            })
    void whoeverIsNotKnownIsTold(String headers) {
        for (String path :
                List.of("/v1/conversations", group, group + "/messages", group + "/members", "/v1/devices")) {
            Answer answer = anna.get(path, headers.replace("{token}", anna.token()));
            assertThat(answer.brief()).isEqualTo("401 unauthenticated");
            assertThat(answer.headers()).containsEntry("www-authenticate", "Bearer");
            assertProblem(answer);
        }
    }

    @Test
    void aTokenInTheAddressDoesNotCount() {
        Answer answer = anna.get("/v1/conversations?access_token=" + anna.token(), "Authorization:");
        assertThat(answer.brief()).isEqualTo("401 unauthenticated");
    }

    @Test
    void aTokenDoesOnlyUntilItsEnd() throws Exception {
        String json = "{\"userId\":\"anna\",\"ttlSeconds\":1}";
        Caller brief =
                new Caller(node.port(), anna.post("/v1/dev/tokens", json).json().getString("token"));
        long until = System.nanoTime() + 15_000_000_000L;
        while (brief.get("/v1/devices").status() == 200 && System.nanoTime() < until) Thread.onSpinWait();
        assertThat(brief.get("/v1/devices").brief()).isEqualTo("401 unauthenticated");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Type: text/plain",
                "Content-Type: application/x-www-form-urlencoded",
                "Content-Type: multipart/form-data; boundary=x",
                "Content-Type: application/json; charset=latin1",
                "Content-Type: application/jsonp",
                "Content-Type:",
            })
    void onlyJsonIsTaken(String header) {
        Answer answer = anna.post(group + "/messages", "{\"body\":\"x\"}", header);
        assertThat(answer.brief()).isEqualTo("415 bad_frame");
        assertProblem(answer);
    }

    @Test
    void aPackedBodyIsNotTaken() {
        assertThat(anna.post(
                                group + "/messages",
                                "{\"body\":\"x\"}",
                                "Content-Type: application/json",
                                "Content-Encoding: gzip")
                        .brief())
                .isEqualTo("415 bad_frame");
    }

    @Test
    void aBodyThatIsNotUtf8IsRefused() {
        byte[] latin1 = "{\"body\":\"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(anna.callBytes("POST", group + "/messages", latin1).brief()).isEqualTo("400 bad_frame");
    }

    @Test
    void aBodyHasABoundAndSoDoesWhatIsInIt() {
        String path = group + "/messages";
        assertThat(anna.post(path, "{\"body\":\"" + "x".repeat(16_385) + "\"}").brief())
                .isEqualTo("413 too_large");
        assertThat(anna.post(path, "{\"body\":\"" + "x".repeat(256 << 10) + "\"}")
                        .brief())
                .isEqualTo("413 too_large");
        String attachment = "{\"url\":\"https://a.example/b\",\"name\":\"b\",\"contentType\":\"image/png\",\"size\":1}";
        assertThat(anna.post(
                                path,
                                "{\"body\":\"x\",\"attachments\":["
                                        + String.join(",", java.util.Collections.nCopies(11, attachment))
                                        + "]}")
                        .brief())
                .isEqualTo("413 too_large");
        assertThat(anna.post(path, "{\"body\":\"x\",\"ext\":{\"a\":\"" + "x".repeat(2048) + "\"}}")
                        .brief())
                .isEqualTo("413 too_large");
    }

    @Test
    void aKeyIsOneOfSixtyFourCharacters() {
        String path = group + "/messages";
        String body = "{\"body\":\"x\"}";
        assertThat(anna.post(path, body, "Idempotency-Key: " + "x".repeat(65)).brief())
                .isEqualTo("400 bad_frame");
        assertThat(anna.post(path, body, "Idempotency-Key: a\r\nIdempotency-Key: a")
                        .brief())
                .isEqualTo("400 bad_frame");
    }

    @Test
    void aMethodThatIsNotOfferedIsToldWhatIs() {
        Answer answer = anna.call("PUT", group + "/messages", "{}");
        assertThat(answer.brief()).isEqualTo("405 bad_frame");
        assertThat(answer.headers()).containsEntry("allow", "GET, POST");
    }

    @Test
    void noAnswerIsKeptOrGuessedAt() {
        for (String path : List.of("/v1/conversations", group, group + "/messages", "/v1/conversations/none"))
            assertThat(anna.get(path).headers())
                    .containsEntry("cache-control", "no-store")
                    .containsEntry("x-content-type-options", "nosniff");
    }

    @Test
    void unknownFieldsAndParametersAreIgnored() {
        Answer answer = anna.patch(group + "?x=1", "{\"name\":\"G\",\"colour\":\"red\"}");
        assertThat(answer.brief()).as(answer.body()).isEqualTo("200"); // it is called so already
    }

    @Test
    void requestsMayFollowOneAnotherOnAConnection() {
        try (RawClient client = RawClient.connect(node.port())) {
            for (int i = 0; i < 3; i++) {
                String head = " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + anna.token() + "\r\n";
                assertThat(client.request("GET " + group + head + "\r\n").status())
                        .isEqualTo(200);
                assertThat(client.request("POST " + group + "/messages" + head
                                        + "Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{")
                                .status())
                        .isEqualTo(400);
            }
        }
    }

    private static void assertProblem(Answer answer) {
        assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
        assertThat(answer.json().fieldNames()).contains("type", "title", "status", "detail", "code", "retryable");
        assertThat(answer.json().getInteger("status")).isEqualTo(answer.status());
        assertThat(answer.json().getString("type")).isEqualTo("urn:parley:error:" + answer.code());
        assertThat(answer.body()).doesNotContain(anna.token());
    }
}
