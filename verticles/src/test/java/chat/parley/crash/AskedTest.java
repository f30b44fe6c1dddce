package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.How;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class AskedTest {
    private final Asked open = new Asked(new JsonObject().put("talk", 7), How.RESUME, false);

    @Test
    void whatWasOnItsWayWhenItWasAskedIsNoAnswer() {
        assertThat(open.how("talk", 20, 19)).isEqualTo(How.LIVE);
        assertThat(open.how("talk", 8, 20)).isEqualTo(How.RESUME);
        assertThat(open.how("talk", 21, 20)).as("in order with the answer").isEqualTo(How.RESUME);
    }

    @Test
    void anAnswerBeginsAtTheCursorOrBehindAGapOrBelowWhatCameLive() {
        assertThat(open.how("talk", 8, 0)).isEqualTo(How.RESUME);
        Asked behind = new Asked(new JsonObject().put("talk", 7), How.PULL, false);
        behind.gap("talk");
        assertThat(behind.how("talk", 12, 0)).isEqualTo(How.PULL);
        Asked below = new Asked(new JsonObject().put("talk", 7), How.RESUME, false);
        assertThat(below.how("talk", 12, 15)).isEqualTo(How.RESUME);
    }

    @Test
    void nothingIsOnItsWayToASessionThatBegins() {
        Asked hello = new Asked(new JsonObject().put("talk", 7), How.RESUME, true);
        assertThat(hello.how("talk", 20, 0)).isEqualTo(How.RESUME);
        assertThat(hello.how("other", 1, 0)).isEqualTo(How.LIVE);
    }
}
