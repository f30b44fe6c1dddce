package chat.parley.simulator;

/** What repeats a run. */
final class Command {
    private Command() {}

    static String of(long seed) {
        return "mvn -q -Dquick -pl shared,verticles test -Dtest=SimulatorTest -Dsimulator.seed=" + seed
                + " -Dsimulator.trace=trace.txt";
    }
}
