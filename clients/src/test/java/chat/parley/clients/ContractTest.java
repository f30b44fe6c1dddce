package chat.parley.clients;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The documents by which what clients say and hear is judged, and that judgement. */
@Tag("real")
class ContractTest {
    @TestFactory
    Stream<DynamicNode> ofTheNode() throws Exception {
        return JsTests.of(Path.of("testing"), "test", Duration.ofMinutes(2));
    }
}
