package chat.parley.sequencer;

import static chat.parley.sequencer.Stage.ANNA;
import static chat.parley.sequencer.Stage.BEN;
import static chat.parley.sequencer.Stage.creates;
import static chat.parley.sequencer.Stage.says;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Answer;
import org.junit.jupiter.api.Test;

class SequencerVerticleTest {
    @Test
    void aMessageIsPlacedAnsweredAndRouted() {
        Stage stage = Stage.withProjectionsInTheAppend();
        stage.serving("n1");
        assertThat(stage.ask(creates(ANNA, "c1", BEN))).isEqualTo(new Answer.Placed(1, stage.loop.millis(), 0, false));
        assertThat(stage.routed()).containsExactly("1>anna", "2>anna,ben");

        assertThat(stage.ask(says(BEN, "m1", "hello"))).isEqualTo(new Answer.Placed(3, stage.loop.millis(), 1, false));
        assertThat(stage.routed()).containsExactly("3>anna,ben");
    }
}
