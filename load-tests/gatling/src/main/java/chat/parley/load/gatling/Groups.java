package chat.parley.load.gatling;

import io.gatling.javaapi.core.PopulationBuilder;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Users in conversations of one size, who talk all the while. */
final class Groups {
    private Groups() {}

    /** Those users, each in one conversation of that size, at the rate that the run says. */
    static PopulationBuilder talking(Run run, int size, Transport transport) throws Exception {
        List<Device> devices = run.devices();
        run.converse(devices, run.groupsOf(size));
        return Life.of(run, run.listed().name(), transport, visits(run, devices, user -> true), Life.TICK_MILLIS);
    }

    /** Those who send, each its share of the rate. */
    static List<Visit> visits(Run run, List<Device> devices, IntPredicate sends) {
        int[] senders = IntStream.range(0, run.users()).filter(sends).toArray();
        double perSecond = (double) run.value("rate") / senders.length;
        return IntStream.of(senders)
                .mapToObj(user -> new Visit(run, user, devices.get(user), new Steady(run, user, perSecond)))
                .toList();
    }
}
