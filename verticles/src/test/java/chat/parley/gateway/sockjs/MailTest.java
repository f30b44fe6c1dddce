package chat.parley.gateway.sockjs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MailTest {
    private static final int ROOM = 20;

    private final Mail mail = new Mail();

    @Test
    void theOpeningComesFirstAndOnce() {
        mail.add(quoted("a"));
        assertThat(next()).isEqualTo("o");
        assertThat(next()).isEqualTo("a[\"a\"]");
        assertThat(next()).isEqualTo("nothing");
    }

    @Test
    void aFrameTakesWhatFitsAndAtLeastOne() {
        next();
        for (String each : new String[] {"1234", "1234", "1234", "x".repeat(50), "a"}) mail.add(quoted(each));
        assertThat(next()).isEqualTo("a[\"1234\",\"1234\"]");
        assertThat(next()).isEqualTo("a[\"1234\"]");
        assertThat(next()).isEqualTo("a[\"" + "x".repeat(50) + "\"]");
        assertThat(next()).isEqualTo("a[\"a\"]");
    }

    @Test
    void whatIsUnderWayIsPendingUntilItIsTaken() {
        next();
        mail.add(quoted("abc"));
        mail.add(quoted("de"));
        assertThat(mail.frames()).isEqualTo(2);
        assertThat(mail.bytes()).isEqualTo(9);
        mail.take(ROOM);
        mail.add(quoted("f"));
        assertThat(mail.frames()).isEqualTo(3);
        assertThat(mail.bytes()).isEqualTo(12);
        mail.taken();
        assertThat(mail.frames()).isEqualTo(1);
        assertThat(mail.bytes()).isEqualTo(3);
    }

    @Test
    void theCloseComesBehindTheMessagesAndAgainAndAgain() {
        mail.add(quoted("last"));
        mail.close("c[1,\"x\"]");
        mail.close("c[2,\"y\"]");
        assertThat(next()).isEqualTo("o");
        assertThat(next()).isEqualTo("a[\"last\"]");
        for (int i = 0; i < 3; i++) assertThat(next()).isEqualTo("c[1,\"x\"]");
    }

    @Test
    void whatIsDroppedIsNotPending() {
        next();
        mail.add(quoted("under way"));
        mail.take(ROOM);
        mail.add(quoted("waiting"));
        mail.drop();
        assertThat(mail.frames()).isEqualTo(1);
        mail.taken();
        assertThat(mail.frames()).isZero();
        assertThat(mail.bytes()).isZero();
        assertThat(next()).isEqualTo("nothing");
    }

    private String next() {
        Mail.Taken taken = mail.take(ROOM);
        mail.taken();
        return taken == null ? "nothing" : new String(taken.frame(), StandardCharsets.UTF_8);
    }

    private static byte[] quoted(String text) {
        return ("\"" + text + "\"").getBytes(StandardCharsets.UTF_8);
    }
}
