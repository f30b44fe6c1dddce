package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Violation;
import chat.parley.store.embedded.FaultyStores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After a power cut all that was acknowledged is there; which a kill does not show, since the kernel lives on. */
@Tag("slow")
class PowerCutTest {
    private static final int CUTS = 2;

    private final SplittableRandom random = new SplittableRandom(3);

    @TempDir
    private Path folder;

    @Test
    void aNodeKeepsItsPromisesWhenThePowerFails() throws Exception {
        Ordeal ordeal = new Ordeal("power cut", "journaled", folder, 3);
        ordeal.run(CUTS, this::cutPower).mustHold();
        assertThat(ordeal.odd()).isEmpty();
    }

    @Test
    void aNodeThatAcknowledgesBeforeTheSyncIsFoundOut() throws Exception {
        Ordeal ordeal = new Ordeal("power cut, acknowledged before the sync", "hasty", folder, 4);
        assertThat(ordeal.run(CUTS, this::cutPower).counts()).containsKey(Violation.Kind.LOST);
    }

    private void cutPower(Path data) throws IOException {
        System.out.println("  cut: " + FaultyStores.cutPower(data, random) + " bytes were not on the disk");
    }
}
