package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.crash.PartitionOrdeal.Cut;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A cluster whose nodes cannot reach each other, though all of them reach the store and take sends, loses nothing that any of them
 * acknowledged, has nothing twice, and keeps all in one order; and soon after the network heals it is one cluster again.
 */
@Isolated
@Tag("real")
class PartitionTest {
    /** After which all is acknowledged and delivered again; the goal is 20 s, on a machine that does nothing else. */
    private static final double WELL_SECONDS_MAX = 60;

    @TempDir
    private Path folder;

    @Test
    @Timeout(600)
    void aClusterKeepsItsPromisesWhileItIsSplit() throws Exception {
        keepsItsPromises(Scale.TOWN, List.of(Cut.split("n1", 20), Cut.mute("n2", 15)), 7);
    }

    @Test
    @Tag("long")
    @Timeout(3_600)
    void aClusterKeepsItsPromisesThroughEveryKindOfCut() throws Exception {
        keepsItsPromises(
                Scale.CITY,
                List.of(
                        Cut.split("n3", 30),
                        Cut.split("n2", 30),
                        Cut.split("n1", 30),
                        Cut.mute("n2", 30),
                        Cut.deaf("n3", 30),
                        Cut.between("n1", "n2", 30),
                        Cut.between("n2", "n3", 30),
                        Cut.between("n3", "n1", 30)),
                8);
    }

    private void keepsItsPromises(Scale scale, List<Cut> cuts, long seed) throws Exception {
        PartitionOrdeal ordeal = new PartitionOrdeal(folder, scale, seed);
        ordeal.run(cuts).mustHold();
        assertThat(ordeal.odd()).isEmpty();
        assertThat(ordeal.healed())
                .allSatisfy(each -> assertThat(Math.max(each.acknowledged(), each.delivered()))
                        .as("seconds until all was well after the %s", each)
                        .isLessThan(WELL_SECONDS_MAX));
        assertThat(ordeal.healed())
                .filteredOn(each -> each.cut().isSplit())
                .allSatisfy(split -> assertThat(split.conflicts())
                        .as("conflicts of the %s", split)
                        .isPositive());
    }
}
