package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** On the embedded store. */
class EmbeddedRestoreTest extends RestoreContract {
    @Override
    List<String> settings(Life life) {
        return List.of();
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        assertRefused(command(Life.FIRST, "backup", folder.resolve("backup").toString()), "There is no store in ");
        assertRefused(command(Life.FIRST, "restore", folder.resolve("none").toString()), "There is no folder ");
        assertRefused(command(Life.FIRST, "renew"), "There is no store in ");
        try (TestNode node = start(Life.FIRST)) {
            assertThat(node.port()).isPositive();
            assertRefused(command(Life.FIRST, "renew"), "is in use by another process");
            assertThat(command(Life.FIRST, "backup", folder.resolve("backup").toString())
                            .code())
                    .isZero();
            assertRefused(
                    command(Life.FIRST, "restore", folder.resolve("backup").toString()), "is in use by another");
        }
        assertThat(command(Life.FIRST, "renew").out())
                .matches("renewed: 0 conversations, 0 entries, incarnation \\d+\\.\n");
        assertRefused(command(Life.FIRST, "restore", folder.resolve("backup").toString()), "There is a store in ");
        assertThat(command(Life.FIRST, "backup").code()).isEqualTo(2);
        assertThat(command(Life.FIRST, "renew", "what").code()).isEqualTo(2);
    }

    private static void assertRefused(Said said, String part) {
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.out()).isEmpty();
        assertThat(said.err()).startsWith("parley: ").contains(part).endsWith(".\n");
        assertThat(said.err().lines()).hasSize(1);
    }
}
