package chat.parley.clients;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The tests of the operators' page: of what it makes of answers, and in a browser. */
@Tag("real")
class OpsTest {
    @TestFactory
    Stream<DynamicNode> ofThePage() throws Exception {
        return JsTests.of(Path.of("ops"), "test", Duration.ofMinutes(2));
    }
}
