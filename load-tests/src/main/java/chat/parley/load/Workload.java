package chat.parley.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** One of the workloads: connects the fleet, loads it, and says a line for each phase. */
interface Workload {
    /** @param lines takes the fields of each phase as soon as it is over */
    void run(Fleet fleet, Consumer<Map<String, Object>> lines) throws Exception;

    /** The line of a phase in which so many sessions were connected. */
    static Map<String, Object> connectLine(Fleet fleet, String phase, int count, double seconds) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("phase", phase);
        line.put("n", count);
        line.put("sec", Json.round(seconds, 2));
        line.put("conn_s", Json.round(count / seconds, 1));
        Window.percentiles(line, "login", fleet.loginNanos());
        line.put("errors", fleet.window().errors);
        line.put("closes", fleet.window().closes);
        return line;
    }
}
