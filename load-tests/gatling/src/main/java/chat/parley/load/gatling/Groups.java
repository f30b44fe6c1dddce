package chat.parley.load.gatling;

import io.gatling.javaapi.core.PopulationBuilder;
import java.util.List;
import java.util.stream.IntStream;

/** Users in conversations of one size, who talk all the while. */
final class Groups {
    private Groups() {}

    /** Those users, each in one conversation of that size, at the rate that the run says. */
    static PopulationBuilder talking(Run run, int size, Transport transport) throws Exception {
        List<Device> devices = run.devices();
        run.converse(devices, run.groupsOf(size));
        return Life.of(run, run.listed().name(), transport, visits(run, devices), Life.TICK_MILLIS);
    }

    /** All of them send, each its share of the rate. */
    static List<Visit> visits(Run run, List<Device> devices) {
        double perSecond = (double) run.value("rate") / run.users();
        return IntStream.range(0, run.users())
                .mapToObj(user -> new Visit(run, user, devices.get(user), new Steady(run, user, perSecond)))
                .toList();
    }
}
