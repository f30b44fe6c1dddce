package chat.parley.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.contract.Contract;
import java.nio.charset.StandardCharsets;
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
        List<String> mutants = Contract.mutants(frame);
        assertThat(mutants).hasSizeGreaterThan(3);
        assertThat(mutants).noneMatch(mutant -> Contract.holds(() -> Contract.serverText(mutant)));
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

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
