package chat.parley.clients;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The tests of the JavaScript client. */
@Tag("real")
class SdkTest {
    private static final Path SDK = Path.of("js");

    @TestFactory
    Stream<DynamicNode> alone() throws Exception {
        return JsTests.of(SDK, "test/unit", Duration.ofMinutes(2));
    }

    @TestFactory
    Stream<DynamicNode> againstANode() throws Exception {
        return JsTests.of(SDK, "test/real", Duration.ofMinutes(5));
    }
}
