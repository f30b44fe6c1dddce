package chat.parley.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Counter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Many seeds; what each does is in {@link Simulation}. System properties: {@code simulator.seeds} how many (1,000), {@code simulator.first}
 * from which on (1), {@code simulator.threads} how many at once, {@code simulator.seedsOfEverySize} how many with large groups (4); or {@code simulator.seed} for one, {@code simulator.scenario} for the
 * situation of a mutant or {@code EVERY_SIZE}, and {@code simulator.trace} for the file that shows what happened in it.
 */
@Execution(ExecutionMode.CONCURRENT)
class SimulatorTest {
    private static final int SEEDS = 1_000;

    private static final long SEEDS_OF_EVERY_SIZE = Long.getLong("simulator.seedsOfEverySize", 4);

    private static final int FAILURES_SHOWN = 5;
    private static final int FAILURES_ENOUGH = 20;

    @Test
    void manySeedsKeepEveryPromise() throws Exception {
        if (System.getProperty("simulator.seed") != null) {
            oneSeedKeepsEveryPromise();
            return;
        }
        long first = Long.getLong("simulator.first", 1);
        Totals totals = new Totals();
        List<String> failures = run(first, first + Long.getLong("simulator.seeds", SEEDS), totals, Options::of);
        System.out.println(totals);
        assertThat(failures).isEmpty();
        assertThat(totals.fewestEvents()).isGreaterThanOrEqualTo(2_000);
        assertThat(totals.fewestFaults()).isGreaterThanOrEqualTo(3);
        assertThat(totals.harms()).containsOnlyKeys(Nemesis.Harm.values());
        assertThat(totals.takeOvers()).isPositive();
        assertThat(totals.dropped()).isPositive();
        for (Counter must : List.of(
                Counter.CONFLICTS,
                Counter.UNKNOWN_OUTCOMES,
                Counter.RESUMES,
                Counter.PULLS,
                Counter.POINTERS,
                Counter.UNREADS)) {
            assertThat(totals.count(must)).as(must.toString()).isPositive();
        }
    }

    private static void oneSeedKeepsEveryPromise() throws IOException {
        long seed = Long.getLong("simulator.seed");
        String scenario = System.getProperty("simulator.scenario");
        Options options;
        if (scenario == null) options = Options.of(seed);
        else if (scenario.equals(Options.EVERY_SIZE)) options = Options.ofEverySize(seed);
        else options = Mutant.valueOf(scenario).scenario(seed);
        String file = System.getProperty("simulator.trace");
        Outcome outcome;
        if (file == null) {
            outcome = new Simulation(seed, options, null).run();
        } else {
            try (PrintWriter text = new PrintWriter(Files.newBufferedWriter(Path.of(file)))) {
                outcome = new Simulation(seed, options, text).run();
            }
        }
        System.out.println(outcome);
        assertThat(outcome.holds()).isTrue();
    }

    /**
     * Groups of 50, 500 and 5,000 members, two that cross a threshold, or a channel of 50,000; most are never online, and many go and come
     * back while there are sends.
     */
    @Test
    void groupsOfEverySizeKeepEveryPromise() throws Exception {
        Totals totals = new Totals();
        List<String> failures = run(1, 1 + SEEDS_OF_EVERY_SIZE, totals, Options::ofEverySize);
        System.out.println(totals);
        assertThat(failures).isEmpty();
        assertThat(totals.fewestFaults()).isGreaterThanOrEqualTo(3);
        assertThat(totals.count(Counter.MEMBERS_CHANGED)).isGreaterThanOrEqualTo(SEEDS_OF_EVERY_SIZE * 1_000L);
        assertThat(totals.count(Counter.THRESHOLDS_CROSSED)).isGreaterThanOrEqualTo(SEEDS_OF_EVERY_SIZE * 4L);
    }

    @Test
    void aSeedIsTheSameRunEachTime() {
        for (long seed = 1; seed <= 4; seed++) {
            Outcome once = new Simulation(seed, Options.of(seed), null).run();
            Outcome again = new Simulation(seed, Options.of(seed), null).run();
            assertThat(again.hash()).isEqualTo(once.hash());
            assertThat(again.events()).isEqualTo(once.events());
        }
    }

    /** Runs the seeds over the cores; returns what failed, as far as it is worth reading. */
    static List<String> run(long first, long end, Totals totals, LongFunction<Options> optionsOf) throws Exception {
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        int threads =
                Integer.getInteger("simulator.threads", Runtime.getRuntime().availableProcessors());
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                long own = first + i;
                all.add(workers.submit(() -> {
                    for (long seed = own; seed < end; seed += threads) {
                        if (failures.size() >= FAILURES_ENOUGH) return;
                        Outcome outcome = new Simulation(seed, optionsOf.apply(seed), null).run();
                        totals.add(outcome);
                        if (!outcome.holds()) failures.add(outcome.toString());
                    }
                }));
            }
            for (Future<?> worker : all) worker.get();
        }
        return failures.subList(0, Math.min(failures.size(), FAILURES_SHOWN));
    }
}
