package chat.parley.simulator;

import chat.parley.checker.Verdict;
import java.util.List;
import java.util.Map;

/**
 * What a run came to.
 *
 * @param command repeats it
 * @param hash of its trace
 * @param dropped messages to nodes that did not acknowledge
 * @param broken what went wrong beside what the checker found
 */
record Outcome(
        String command,
        long seed,
        long hash,
        long events,
        Map<Nemesis.Harm, Integer> harms,
        Verdict verdict,
        List<String> broken,
        long takeOvers,
        long holes,
        long resyncs,
        long dropped,
        Map<String, Long> refusals) {
    boolean holds() {
        return verdict.holds() && broken.isEmpty();
    }

    int faults() {
        return harms.values().stream().mapToInt(times -> times).sum();
    }

    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder("seed ").append(seed).append(": ").append(verdict);
        for (String what : broken) text.append("\n  BROKEN: ").append(what);
        return text.append("\n  repeat it: ").append(command).toString();
    }
}
