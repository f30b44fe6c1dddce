package chat.parley.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.contract.Contract;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The frames are as the contract says; and the contract would notice if they were not. */
class ContractTest {
    static Stream<String> said() {
        return Stream.concat(
                        ServerFrameTest.frames().map(said -> FrameCodec.encode(said.frame())),
                        EventJsonTest.events().map(told -> EventJson.encode(EventJsonTest.entry(told.content()))))
                .map(json -> new String(json, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("said")
    void whatTheServerSaysIsInTheContract(String frame) {
        Contract.serverText(frame);
        Contract.serverText("[" + frame + "," + frame + "]");
    }

    @ParameterizedTest
    @MethodSource("said")
    void anythingElseWouldBeNoticed(String frame) {
        List<String> mutants = new ArrayList<>();
        JsonObject root = new JsonObject(frame);
        mutate(root, root, mutants);
        assertThat(mutants).hasSizeGreaterThan(3);
        assertThat(mutants).noneMatch(ContractTest::isInTheContract);
    }

    private static boolean isInTheContract(String text) {
        try {
            Contract.serverText(text);
            return true;
        } catch (AssertionError against) {
            return false;
        }
    }

    @Test
    void tombstonesAndAmendedMessagesAreInTheContract() {
        EventJsonTest.events().map(EventJsonTest.Told::content).forEach(content -> {
            if (content.kind().wireName().matches("message|edit")) {
                Contract.serverText(text(EventJson.encode(EventJsonTest.entry(content), 5L, null)));
                Contract.serverText(text(EventJson.encode(EventJsonTest.entry(content), null, 6L)));
            }
            Contract.serverText(
                    text(EventJson.withClientMessageId(EventJson.encode(EventJsonTest.entry(content)), "mine")));
        });
    }

    /** One more field in each object, and another type for each value, but where the application has its own. */
    private static void mutate(JsonObject root, JsonObject at, List<String> mutants) {
        at.put("surprise", true);
        mutants.add(root.encode());
        at.remove("surprise");
        for (String name : List.copyOf(at.fieldNames())) {
            if (name.equals("ext")) continue;
            Object value = at.getValue(name);
            at.put(name, new JsonObject().put("another", "type"));
            mutants.add(root.encode());
            at.put(name, value);
            if (value instanceof JsonObject object) mutate(root, object, mutants);
            if (value instanceof JsonArray array) {
                for (Object each : array) if (each instanceof JsonObject object) mutate(root, object, mutants);
            }
        }
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
