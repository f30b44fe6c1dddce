package chat.parley.clients;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The tests of the web client, in a browser. */
@Tag("real")
class WebTest {
    @TestFactory
    Stream<DynamicNode> inABrowser() throws Exception {
        return JsTests.of(Path.of("web"), "test", Duration.ofMinutes(4));
    }
}
