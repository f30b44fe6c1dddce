package chat.parley.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each mutant is caught within a few seeds, by a violation that fits; and the same seeds hold without it. */
@Execution(ExecutionMode.CONCURRENT)
class MutantTest {
    private static final int SEEDS = 30;
    private static final int HELD = 2;

    @ParameterizedTest
    @EnumSource
    void aMutantIsCaught(Mutant mutant, @TempDir Path folder) throws Exception {
        Set<String> found = new TreeSet<>();
        ClassLoader classes = mutant.mutations.isEmpty() ? null : Mutation.classesWith(mutant.mutations, folder);
        long seed = 0;
        while (seed++ < SEEDS && !isCaught(mutant, found)) {
            found.addAll(classes == null ? Mutant.broken(mutant.name(), seed) : Mutation.broken(classes, mutant, seed));
        }
        assertThat(isCaught(mutant, found))
                .as("what %s broke within %d seeds: %s; repeat it: %s", mutant, SEEDS, found, Command.MUTANTS)
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void withoutTheMutantTheSameScenarioHolds(Mutant mutant) {
        for (long seed = 1; seed <= HELD; seed++) {
            Outcome outcome = new Simulation(seed, mutant.scenario(seed), null).run();
            assertThat(outcome.holds()).as(outcome.toString()).isTrue();
        }
    }

    private static boolean isCaught(Mutant mutant, Set<String> found) {
        return found.stream().anyMatch(mutant.caughtBy::contains);
    }
}
