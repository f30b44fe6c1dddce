package chat.parley.bus;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class UnreadableTest {
    private static final String HERE = "sequencer.of-this-test"; // others may log meanwhile
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(Unreadable.class);

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getFormattedMessage().contains(HERE)) lines.add(event.getFormattedMessage());
        }
    };
    private final Level before = LOGGER.getLevel();
    private long now = 12;

    @BeforeEach
    void listen() {
        appender.start();
        LOGGER.addAppender(appender);
        LOGGER.setAdditive(false);
        LOGGER.setLevel(Level.WARN);
    }

    @AfterEach
    void leave() {
        LOGGER.setLevel(before);
        LOGGER.setAdditive(true);
        LOGGER.detachAppender(appender);
    }

    @Test
    void thousandsAreOneLineAMinute() {
        Unreadable unreadable = new Unreadable(() -> now);
        for (int i = 0; i < 1_000; i++)
            unreadable.refuse(HERE, new IllegalArgumentException("Pull of version 2, not 1"));
        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("refused 1 messages of other nodes that cannot be read, the last of them to " + HERE
                        + ": Pull of version 2, not 1.");

        now += TimeUnit.SECONDS.toNanos(59);
        unreadable.refuse(HERE, new IllegalArgumentException("cut short"));
        assertThat(lines).hasSize(1);
        now += TimeUnit.SECONDS.toNanos(1);
        unreadable.refuse(HERE, new IllegalArgumentException("cut short"));
        assertThat(lines).hasSize(2);
        assertThat(lines.getLast()).startsWith("refused 1001 messages").contains("cut short");
        assertThat(unreadable.count()).isEqualTo(1_002);
    }
}
