package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What stands in the log of a node, by the settings of the log that come along. */
@Isolated
class LogFormatTest {
    @Test
    void inJsonEachEventIsOneLineWithItsErrorAndTheCauseOfThat() throws Exception {
        List<String> lines = logged("json");
        assertThat(lines).hasSize(2);
        JsonObject plain = new JsonObject(lines.getFirst());
        assertThat(plain.fieldNames())
                .containsExactlyInAnyOrder(
                        "timestamp", "level", "threadName", "loggerName", "formattedMessage", "throwable");
        assertThat(plain.getValue("throwable")).isNull();
        assertThat(plain.getString("formattedMessage")).isEqualTo("shard 7 has \"two\nlines\"");
        assertThat(plain.getString("level")).isEqualTo("INFO");
        assertThat(plain.getString("loggerName")).isEqualTo("chat.parley.test");

        JsonObject failed = new JsonObject(lines.get(1));
        assertThat(failed.getString("level")).isEqualTo("ERROR");
        JsonObject error = failed.getJsonObject("throwable");
        assertThat(error.getString("className")).isEqualTo(IllegalStateException.class.getName());
        assertThat(error.getString("message")).isEqualTo("broken");
        assertThat(error.getJsonArray("stepArray").getJsonObject(0).getString("methodName"))
                .isEqualTo("logged");
        assertThat(error.getJsonObject("cause").getString("message")).isEqualTo("the\ncause");
    }

    @Test
    void asTextItIsMadeForPeople() throws Exception {
        assertThat(logged("text").getFirst())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ INFO  test: shard 7 has \"two");
    }

    private static List<String> logged(String format) throws Exception {
        PrintStream console = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        LoggerContext context = new LoggerContext();
        try {
            System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
            context.setMDCAdapter(new LogbackMDCAdapter());
            context.putProperty("parley.log", "INFO"); // whatever other tests have set for the process
            context.putProperty("parley.logFormat", format);
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(context);
            configurator.doConfigure(LogFormatTest.class.getResource("/logback.xml"));
            var logger = context.getLogger("chat.parley.test");
            logger.info("shard {} has {}", 7, "\"two\nlines\"");
            logger.error("failed", new IllegalStateException("broken", new IllegalArgumentException("the\ncause")));
        } finally {
            context.stop();
            System.setErr(console);
        }
        return said.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
