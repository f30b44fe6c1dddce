package chat.parley.load.gatling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class RunTest {
    @Test
    void aCommandGivesATokenOrASentenceInTime() throws Exception {
        assertThat(Run.token("echo for", "ann", 20)).isEqualTo("for ann");
        assertThatThrownBy(() -> Run.token("false", "ann", 20))
                .isInstanceOf(IOException.class)
                .hasMessage("'false' gave no token for ann");
        assertThatThrownBy(() -> Run.token("tail -f /dev/null", "/dev/null", 1))
                .isInstanceOf(IOException.class)
                .hasMessage("'tail -f /dev/null' took longer than 1 s for a token");
    }
}
