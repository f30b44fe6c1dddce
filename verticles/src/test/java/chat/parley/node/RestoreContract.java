package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients see of data that was restored, on either store: by the commands, whole nodes and sockets. */
abstract class RestoreContract {
    @TempDir
    Path folder;

    /** Settings of the nodes and commands, but for {@code store.path}. @param life which data: before the restore, or after it */
    abstract List<String> settings(Life life) throws Exception;

    enum Life {
        FIRST,
        SECOND
    }

    /** How a command ended. */
    record Said(int code, String out, String err) {}

    @Test
    void aClientThatHadSeenMoreThanTheBackupHasComesOutRight() throws Exception {
        Path backup = folder.resolve("backup");
        String conversation;
        String incarnation;
        long seen;
        try (TestNode node = start(Life.FIRST)) {
            Caller anna = node.caller("anna");
            conversation = anna.post("/v1/conversations", "{\"type\":\"direct\",\"memberIds\":[\"ben\"]}")
                    .json()
                    .getString("conversationId");
            for (int i = 1; i <= 3; i++)
                assertThat(say(anna, conversation, "kept " + i).status()).isEqualTo(201);
            Said said = command(Life.FIRST, "backup", backup.toString());
            assertThat(said.err()).isEmpty();
            assertThat(said.out())
                    .containsPattern("backup: 1 conversations, 5 entries, \\d+\\.\\d MiB in .* s, incarnation \\d+\\.");
            for (int i = 1; i <= 4; i++) say(anna, conversation, "lost " + i);
            try (Device ben = Device.connect(node.port())) {
                ben.says(Device.hello(node.caller("ben").token(), "phone")
                        .put("cursors", new JsonObject().put(conversation, 0)));
                incarnation = ben.next("welcome").getString("incarnation");
                seen = ben.next(frame -> Long.valueOf(9).equals(frame.getLong("sequence")))
                        .getLong("sequence");
            }
        }

        Said said = command(Life.SECOND, "restore", backup.toString());
        assertThat(said.err()).isEmpty();
        assertThat(said.out()).containsPattern("restored: 1 conversations, 5 entries, .* incarnation \\d+\\.");

        try (TestNode node = start(Life.SECOND)) {
            Caller anna = node.caller("anna");
            Caller ben = node.caller("ben");
            try (Device phone = Device.connect(node.port())) {
                phone.says(Device.hello(ben.token(), "phone")
                        .put("cursors", new JsonObject().put(conversation, seen))
                        .put("incarnation", incarnation));
                assertThat(phone.next().getString("incarnation")).isNotEqualTo(incarnation);
                JsonObject synced = phone.next();
                assertThat(synced.getString("type"))
                        .as("no entry comes before it")
                        .isEqualTo("synced");
                assertThat(synced.getJsonObject("heads")
                                .getJsonObject(conversation)
                                .getLong("head"))
                        .isEqualTo(5);

                // By its rules it has forgotten all, and reads what there is.
                JsonObject page = ben.get("/v1/conversations/" + conversation + "/messages?after=0")
                        .json();
                List<String> shown = new ArrayList<>();
                for (Object entry : page.getJsonArray("entries")) shown.add(brief((JsonObject) entry));
                assertThat(shown).containsExactly("2 null", "3 kept 1", "4 kept 2", "5 kept 3");

                assertThat(say(anna, conversation, "kept 2").json().getLong("sequence"))
                        .isEqualTo(4);
                assertThat(say(anna, conversation, "lost 2").json().getLong("sequence"))
                        .isEqualTo(6);
                assertThat(say(anna, conversation, "lost 1").json().getLong("sequence"))
                        .isEqualTo(7);
                assertThat(brief(phone.next("message_event"))).isEqualTo("6 lost 2");
                assertThat(brief(phone.next("message_event"))).isEqualTo("7 lost 1");
                JsonObject ack = phone.asks(Device.send("ben-1", conversation, "what was that"));
                assertThat(ack.getLong("sequence")).isEqualTo(8);
            }
            // One that says its old cursors, and not which life they are of.
            try (Device naive = Device.connect(node.port())) {
                naive.says(
                        Device.hello(ben.token(), "tablet").put("cursors", new JsonObject().put(conversation, seen)));
                naive.next("synced");
                for (int i = 9; i <= 10; i++) say(anna, conversation, "new " + i);
                assertThat(brief(naive.next("message_event"))).isEqualTo("9 new 9");
                assertThat(brief(naive.next("message_event"))).isEqualTo("10 new 10");
            }
        }
    }

    private static String brief(JsonObject entry) {
        return entry.getLong("sequence") + " " + entry.getString("body");
    }

    /** The body is its client's id, too. */
    static Caller.Answer say(Caller who, String conversation, String body) {
        String message = new JsonObject()
                .put("clientMessageId", body.replace(' ', '-'))
                .put("body", body)
                .encode();
        return who.post("/v1/conversations/" + conversation + "/messages", message);
    }

    TestNode start(Life life) throws Exception {
        return TestNode.start(path(life), settings(life).toArray(String[]::new));
    }

    private Path path(Life life) {
        return folder.resolve("data-" + life);
    }

    Said command(Life life, String... words) throws Exception {
        List<String> settings = new ArrayList<>(settings(life));
        settings.add("store.path=" + path(life));
        return command(List.of(words), settings);
    }

    static Said command(List<String> words, List<String> settings) {
        List<String> arguments = new ArrayList<>(words);
        arguments.addAll(
                List.of("--conf", Path.of("..", "conf", "embedded.json").toString()));
        for (String setting : settings) arguments.addAll(List.of("--set", setting));
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = Main.run(
                arguments,
                Node::openStore,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Said(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
