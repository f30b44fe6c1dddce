package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Violation;
import chat.parley.store.embedded.FaultyStores;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** After a power cut all that was acknowledged is there; which a kill does not show, since the kernel lives on. */
@Execution(ExecutionMode.CONCURRENT)
@Tag("slow")
class PowerCutTest {
    private static final int CUTS = 2;

    @TempDir
    private Path folder;

    @Test
    void aNodeKeepsItsPromisesWhenThePowerFails() throws Exception {
        Ordeal ordeal = new Ordeal("power cut", "journaled", folder, 3);
        ordeal.run(CUTS, cutPower(FaultyStores.anyPart(new SplittableRandom(3))))
                .mustHold();
        assertThat(ordeal.odd()).isEmpty();
    }

    /** What its second life acknowledged is not synced, so the cut takes it. */
    @Test
    void aNodeThatAcknowledgesBeforeTheSyncIsFoundOut() throws Exception {
        Ordeal ordeal = new Ordeal("power cut, acknowledged before the sync", "hasty", folder, 4);
        assertThat(ordeal.run(CUTS, cutPower(rest -> 0)).counts()).containsKey(Violation.Kind.LOST);
    }

    private static Ordeal.Aftermath cutPower(LongUnaryOperator kept) {
        return data -> System.out.println("  cut: " + FaultyStores.cutPower(data, kept) + " bytes were lost");
    }
}
