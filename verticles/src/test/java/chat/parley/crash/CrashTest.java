package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A node that is killed under load loses nothing that it acknowledged, has nothing twice, and keeps all in order. */
@Execution(ExecutionMode.CONCURRENT)
@Tag("slow")
class CrashTest {
    private static final int KILLS = 5;

    @TempDir
    private Path folder;

    @Test
    void aKilledNodeKeepsItsPromises() throws Exception {
        Ordeal ordeal = new Ordeal("crash, projections in the append", "", folder, 1);
        ordeal.run(KILLS, Ordeal.Aftermath.NONE).mustHold();
        assertThat(ordeal.odd()).isEmpty();
    }

    @Test
    void aKilledNodeKeepsItsPromisesWithProjectionsDeferred() throws Exception {
        Ordeal ordeal = new Ordeal("crash, projections deferred", "deferred", folder, 2);
        ordeal.run(KILLS, Ordeal.Aftermath.NONE).mustHold();
        assertThat(ordeal.odd()).isEmpty();
    }

    /** So it drops live entries all the time, and clients synchronise several conversations at once. */
    @Test
    void aKilledNodeKeepsItsPromisesWithLittleRoomInItsSockets() throws Exception {
        Ordeal ordeal = new Ordeal(
                "crash, little room", "", folder, 3, "gateway.outboxBytesMax=16384", "gateway.outboxFramesMax=16");
        ordeal.run(1, Ordeal.Aftermath.NONE).mustHold();
        assertThat(ordeal.odd()).isEmpty();
        assertThat(ordeal.resyncs()).isPositive();
    }
}
