package chat.parley.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a capacity is planned with: deliveries a second against the size of the group, latency against load for each way of the fan-out, memory
 * against connections. Each step has a node of its own, so that none finds what the one before left in its heap.
 */
final class Capacity {
    private static final String SIZES = "10,30,100,300,1000,3000";
    private static final String SHARES = "0.1,0.2,0.4,0.6,0.7,0.8,0.9";
    private static final String POINTS = "1000,2000,5000,10000,19000";
    private static final int USERS_LEAST = 1_000;
    private static final double[] LOADS = {10_000, 30_000, 100_000, 300_000, 1_000_000};

    /** A run on a node. @param name what its lines are called by */
    record Step(String name, Kind kind, List<String> ofNode, Settings settings) {
        Workload workload(Accounts accounts, Proc proc) throws Exception {
            return kind == Kind.CONNECTIONS
                    ? new Idle(settings, accounts, proc)
                    : Saturation.ofGroups(settings, accounts);
        }
    }

    /** What a step shows. */
    enum Kind {
        SIZE,
        LOAD,
        CONNECTIONS
    }

    private Capacity() {}

    static List<Step> steps(Settings settings) {
        List<Step> steps = new ArrayList<>();
        for (int size : settings.numbers("sizes", SIZES)) {
            steps.add(new Step(
                    "size " + size,
                    Kind.SIZE,
                    List.of(),
                    groupsOf(settings, size).with("at", "0")));
        }
        for (Ways.Way way : List.of(Ways.Way.INLINE, Ways.Way.WORKER, Ways.Way.CHANNEL)) {
            int size = way == Ways.Way.INLINE ? 50 : 1_000;
            Settings its = groupsOf(settings, size).with("way", way.toString()).or("at", SHARES);
            steps.add(new Step(way + ", groups of " + size, Kind.LOAD, way.settings(), its));
        }
        steps.add(new Step("idle", Kind.CONNECTIONS, List.of(), settings.or("points", POINTS)));
        return steps;
    }

    private static Settings groupsOf(Settings settings, int size) {
        return settings.with("size", String.valueOf(size))
                .with("groups", String.valueOf(Math.max(1, USERS_LEAST / size)))
                .or("window", "8")
                .or("warm", "15");
    }

    /** Draws three pictures into the folder. @param lines of all steps, each with the {@code step} that it is of and what that {@code shows} */
    static void draw(Path folder, Settings settings, List<Map<String, Object>> lines) throws IOException {
        double[] sizes =
                Arrays.stream(settings.numbers("sizes", SIZES)).asDoubleStream().toArray();
        Plot deliveries = new Plot(
                "What a node on one core delivers, by size of the group",
                "members of the group",
                "deliveries a second",
                sizes);
        deliveries.curve("deliveries/s", points(of(Kind.SIZE, "closed", lines), "size", "deliv_s"));
        Plot latency = new Plot(
                "How long a copy takes, by load", "deliveries a second on one core", "p99 of copies, ms", LOADS);
        Map<Object, List<Map<String, Object>>> ways = new LinkedHashMap<>();
        for (Map<String, Object> line : of(Kind.LOAD, "open", lines)) {
            ways.computeIfAbsent(line.get("step"), step -> new ArrayList<>()).add(line);
        }
        ways.forEach((step, its) -> latency.curve(step.toString(), points(its, "deliv_s", "del_p99_ms")));
        Plot memory = new Plot(
                "What a session costs in memory, by how many there are",
                "sessions",
                "kB each, of the process",
                Arrays.stream(settings.numbers("points", POINTS))
                        .asDoubleStream()
                        .toArray());
        memory.curve("kB a session", points(of(Kind.CONNECTIONS, "idle@", lines), "sessions", "kb_per_conn"));
        Map<String, Plot> plots = new LinkedHashMap<>();
        plots.put("deliveries.svg", deliveries);
        plots.put("latency.svg", latency);
        plots.put("memory.svg", memory);
        Files.createDirectories(folder);
        for (Map.Entry<String, Plot> plot : plots.entrySet()) {
            Files.writeString(folder.resolve(plot.getKey()), plot.getValue().svg());
        }
    }

    /** @param phase what its name begins with */
    private static List<Map<String, Object>> of(Kind kind, String phase, List<Map<String, Object>> lines) {
        return lines.stream()
                .filter(line -> kind == line.get("shows")
                        && line.getOrDefault("phase", "").toString().startsWith(phase))
                .toList();
    }

    private static List<double[]> points(List<Map<String, Object>> lines, String x, String y) {
        return lines.stream()
                .map(line -> new double[] {Json.number(line, x), Json.number(line, y)})
                .toList();
    }
}
