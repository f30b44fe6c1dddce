package chat.parley.simulator;

/** What repeats a run. */
final class Command {
    /** Whether all mutants are caught. */
    static final String MUTANTS = "mvn -q -Dquick -pl shared,verticles test -Dtest=MutantTest#aMutantIsCaught";

    private Command() {}

    static String of(long seed, Options options) {
        String scenario = options.scenario() == null ? "" : " -Dsimulator.scenario=" + options.scenario();
        return "mvn -q -Dquick -pl shared,verticles test -Dtest=SimulatorTest -Dsimulator.seed=" + seed + scenario
                + " -Dsimulator.trace=trace.txt";
    }
}
