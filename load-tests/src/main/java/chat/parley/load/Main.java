package chat.parley.load;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** {@code w1|w2|w3|w4|w5|presence|slow|tax|ways|capacity [key=value …]}: runs one workload and prints its figures; README.md says what they mean. */
public final class Main {
    private static final String SYNCS = "parley_store_syncs_total";
    private static final String KEPT = "order kept, none lost or twice";
    private static final String BROKEN = "BROKEN: see lost, dup, late, out_of_order, holes, errors, closes";
    private static final int BODY_BYTES = 200;
    private static final List<String> WORKLOADS =
            List.of("w1", "w2", "w3", "w4", "w5", "presence", "slow", "tax", "ways", "capacity");

    /** Of a cluster: by then its nodes run what the compiler makes of them. */
    private static final String TAX_WARM_SECONDS = "40";

    private final String name;
    private final Settings settings;
    private final List<Map<String, Object>> lines = new ArrayList<>();

    /** What all lines of now say besides. */
    private Map<String, Object> besides = Map.of();

    private Main(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
    }

    public static void main(String[] arguments) {
        try {
            if (arguments.length == 0 || !WORKLOADS.contains(arguments[0])) {
                throw new IllegalArgumentException("usage: ./parley bench " + String.join("|", WORKLOADS)
                        + " [key=value ...]; load-tests/README.md says what there is.");
            }
            Settings settings = new Settings(Arrays.copyOfRange(arguments, 1, arguments.length));
            if (settings.text("transport") != null && !arguments[0].equals("w4"))
                throw new IllegalArgumentException("'transport' is for w4: the others send on WebSockets.");
            if (settings.text("way") != null
                    && (!arguments[0].equals("w3") || settings.text("way").equals("heads")))
                throw new IllegalArgumentException("'way' is for w3: inline, worker or channel.");
            boolean holds = new Main(arguments[0], settings).run();
            System.exit(holds ? 0 : 1);
        } catch (IllegalArgumentException | IllegalStateException e) {
            System.err.println("parley bench: " + e.getMessage());
            System.exit(2);
        } catch (Exception e) {
            System.err.println("parley bench: " + e);
            System.exit(2);
        }
    }

    private boolean run() throws Exception {
        Cores cores = new Cores();
        cores.pinDriver();
        System.err.println(cores);
        Path home = Path.of(Objects.requireNonNull(System.getProperty("parley.home"), "parley.home"));
        if (name.equals("tax")) return tax(home, cores);
        if (name.equals("ways")) return ways(home, cores);
        if (name.equals("capacity")) return capacity(home, cores);
        if (settings.text("port") != null) {
            List<Long> pids = Arrays.stream(settings.numbers("pids", ""))
                    .mapToObj(Long::valueOf)
                    .toList();
            String host = Objects.requireNonNullElse(settings.text("host"), "127.0.0.1");
            InetSocketAddress there = new InetSocketAddress(host, settings.number("port", 0));
            return measure(List.of(there), pids, settings.number("ops", 8081));
        }
        String way = settings.text("way");
        List<String> others = way == null ? List.of() : Ways.Way.of(way).settings();
        try (NodeProcess node = NodeProcess.start(home, cores, others)) {
            return measure(List.of(node.address()), List.of(node.pid()), node.opsPort());
        }
    }

    private boolean measure(List<InetSocketAddress> nodes, List<Long> pids, int opsPort) throws Exception {
        double syncsBefore = NodeProcess.metric(opsPort, SYNCS);
        Window run = load(nodes, pids);
        double syncs = NodeProcess.metric(opsPort, SYNCS) - syncsBefore;
        System.out.println(summary(run, syncsBefore < 0 ? "not known" : String.format("%,.0f", syncs)));
        return run.holds();
    }

    /** Makes a workload. */
    private interface Made {
        Workload of(Accounts accounts, Proc proc) throws Exception;
    }

    private Window load(List<InetSocketAddress> nodes, List<Long> pids) throws Exception {
        return load(nodes, pids, (accounts, proc) -> switch (name) {
            case "w1" -> Saturation.ofPairs(settings, accounts);
            case "w2", "tax" -> Saturation.ofGroups(settings, accounts);
            case "w3" -> Saturation.ofOneGroup(settings, accounts);
            case "w4" -> new Idle(settings, accounts, proc);
            case "presence" -> new Presence(settings, accounts);
            case "slow" -> new Slow(settings, accounts, proc);
            default -> new Return(settings, accounts);
        });
    }

    private Window load(List<InetSocketAddress> nodes, List<Long> pids, Made made) throws Exception {
        Proc proc = new Proc(pids);
        Workload workload = made.of(new Accounts(nodes.getFirst()), proc);
        int bodyBytes = Math.max(Template.ID_LENGTH, settings.number("body", BODY_BYTES));
        Fleet fleet = new Fleet(nodes, bodyBytes, Carrier.of(settings.text("transport")), proc);
        workload.run(fleet, this::line);
        return fleet.window();
    }

    /** What a delivery costs the nodes of a cluster, of one and then of two. */
    private boolean tax(Path home, Cores cores) throws Exception {
        settings.or("warm", TAX_WARM_SECONDS);
        boolean holds = true;
        List<String> costs = new ArrayList<>();
        double[] micros = new double[2];
        for (int nodes = 1; nodes <= 2; nodes++) {
            lines.clear();
            try (ClusterProcess cluster = ClusterProcess.start(home, cores, nodes)) {
                holds &= load(cluster.nodes(), cluster.pids()).holds();
            }
            micros[nodes - 1] =
                    Double.parseDouble(figure("closed", "srv_us_per_deliv").toString());
            costs.add(micros[nodes - 1] + " µs");
        }
        System.out.printf(
                "tax: a delivery takes %.2f times the processor time on two nodes (%s of one, %s of two); %s%n",
                micros[1] / micros[0], costs.get(0), costs.get(1), holds ? KEPT : BROKEN);
        return holds;
    }

    /** What a delivery costs by each way of the fan-out, against the size of a group; as a picture, too. */
    private boolean ways(Path home, Cores cores) throws Exception {
        boolean holds = true;
        for (Ways.Way way : Ways.Way.values()) {
            try (NodeProcess node = NodeProcess.start(home, cores, way.settings())) {
                holds &= load(
                                List.of(node.address()),
                                List.of(node.pid()),
                                (accounts, proc) -> new Ways(settings, accounts, way))
                        .holds();
            }
        }
        Path picture = Path.of(Objects.requireNonNullElse(settings.text("picture"), "ways.svg"));
        Files.writeString(picture, Ways.plot(settings, lines).svg());
        System.out.println("ways: drawn in " + picture + "; " + (holds ? KEPT : BROKEN));
        return holds;
    }

    /** Deliveries against size, latency against load, memory against connections; as pictures, too. */
    private boolean capacity(Path home, Cores cores) throws Exception {
        boolean holds = true;
        for (Capacity.Step step : Capacity.steps(settings)) {
            besides = Map.of(
                    "step", step.name(),
                    "shows", step.kind(),
                    "size", step.settings().number("size", 0));
            try (NodeProcess node = NodeProcess.start(home, cores, step.ofNode())) {
                holds &= load(List.of(node.address()), List.of(node.pid()), step::workload)
                        .holds();
            }
        }
        Path pictures = Path.of(Objects.requireNonNullElse(settings.text("pictures"), "."));
        Capacity.draw(pictures, settings, lines);
        System.out.println("capacity: drawn in " + pictures + "; " + (holds ? KEPT : BROKEN));
        return holds;
    }

    private void line(Map<String, Object> fields) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("server", "parley");
        line.put("workload", name);
        line.putAll(besides);
        line.putAll(fields);
        lines.add(line);
        System.out.println(Json.line(line));
    }

    private String summary(Window run, String syncs) {
        String figures = switch (name) {
            case "w1" -> of("closed", "acked_s", "acked/s") + cpu("closed");
            case "w2" -> of("closed", "deliv_s", "deliveries/s") + cpu("closed");
            case "w3" ->
                of("closed", "deliv_s", "deliveries/s") + cpu("closed") + ", the last member after "
                        + figure("closed", "last_p50_ms") + " ms";
            case "w4" -> of(lines.getLast().getOrDefault("phase", "").toString(), "kb_per_conn", "kB a connection");
            case "presence" ->
                figure("verdict", "p99_ratio") + " times the p99 of messages without, at most "
                        + figure("verdict", "presence_s_max") + " presence events in a second, all true after "
                        + figure("verdict", "true_after_sec") + " s";
            case "slow" ->
                figure("verdict", "p99_ratio") + " times the p99 of the others, heap + "
                        + figure("verdict", "heap_growth_mb") + " MB, " + figure("verdict", "complete") + " of "
                        + figure("verdict", "stuck") + " complete "
                        + figure("verdict", "caught_up_sec") + " s after they read again";
            default -> of("resume", "total_sec", "s until all have what they missed") + cpu("resume");
        };
        return name + ": " + figures + "; " + String.format("%,d", run.acksOfRun) + " acks, " + syncs + " fdatasync; "
                + (run.holds() ? KEPT : BROKEN);
    }

    private String of(String phase, String field, String unit) {
        Object value = figure(phase, field);
        return (value instanceof Double number ? String.format(number < 100 ? "%.1f" : "%,.0f", number) : value) + " "
                + unit;
    }

    private String cpu(String phase) {
        return " (server " + figure(phase, "srv_cpu") + " of a core, driver " + figure(phase, "cli_cpu") + ")";
    }

    private Object figure(String phase, String field) {
        return lines.stream()
                .filter(line -> phase.equals(line.get("phase")))
                .map(line -> line.getOrDefault(field, "?"))
                .findFirst()
                .orElse("?");
    }
}
