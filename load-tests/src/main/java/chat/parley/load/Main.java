package chat.parley.load;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** {@code w1|w2|w4|w5|presence [key=value …]}: runs one workload and prints its figures; README.md says what they mean. */
public final class Main {
    private static final String SYNCS = "parley_store_syncs_total";
    private static final int BODY_BYTES = 200;

    private final String name;
    private final Settings settings;
    private final List<Map<String, Object>> lines = new ArrayList<>();

    private Main(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
    }

    public static void main(String[] arguments) {
        try {
            if (arguments.length == 0
                    || !List.of("w1", "w2", "w4", "w5", "presence").contains(arguments[0])) {
                throw new IllegalArgumentException(
                        "usage: ./parley bench w1|w2|w4|w5|presence [key=value ...]; load-tests/README.md says what"
                                + " there is.");
            }
            Settings settings = new Settings(Arrays.copyOfRange(arguments, 1, arguments.length));
            if (settings.text("transport") != null && !arguments[0].equals("w4"))
                throw new IllegalArgumentException("'transport' is for w4: the others send on WebSockets.");
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
        if (settings.text("port") != null) {
            List<Long> pids = Arrays.stream(settings.numbers("pids", ""))
                    .mapToObj(Long::valueOf)
                    .toList();
            int ops = settings.number("ops", 8081);
            return measure(settings.number("port", 0), pids, ops);
        }
        Path home = Path.of(Objects.requireNonNull(System.getProperty("parley.home"), "parley.home"));
        try (NodeProcess node = NodeProcess.start(home, cores)) {
            return measure(node.port(), List.of(node.pid()), node.opsPort());
        }
    }

    private boolean measure(int port, List<Long> pids, int opsPort) throws Exception {
        String host = Objects.requireNonNullElse(settings.text("host"), "127.0.0.1");
        Proc proc = new Proc(pids);
        Accounts accounts = new Accounts(host, port);
        Workload workload = switch (name) {
            case "w1" -> Saturation.ofPairs(settings, accounts);
            case "w2" -> Saturation.ofGroups(settings, accounts);
            case "w4" -> new Idle(settings, accounts, proc);
            case "presence" -> new Presence(settings, accounts);
            default -> new Return(settings, accounts);
        };
        int bodyBytes = Math.max(Template.ID_LENGTH, settings.number("body", BODY_BYTES));
        Fleet fleet = new Fleet(host, port, bodyBytes, Carrier.of(settings.text("transport")), proc);
        double syncsBefore = NodeProcess.metric(opsPort, SYNCS);
        workload.run(fleet, this::line);
        double syncs = NodeProcess.metric(opsPort, SYNCS) - syncsBefore;
        System.out.println(summary(fleet.window(), syncsBefore < 0 ? "not known" : String.format("%,.0f", syncs)));
        return holds(fleet.window());
    }

    private void line(Map<String, Object> fields) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("server", "parley");
        line.put("workload", name);
        line.putAll(fields);
        lines.add(line);
        System.out.println(Json.line(line));
    }

    private String summary(Window run, String syncs) {
        String figures = switch (name) {
            case "w1" -> of("closed", "acked_s", "acked/s") + cpu("closed");
            case "w2" -> of("closed", "deliv_s", "deliveries/s") + cpu("closed");
            case "w4" -> of(lines.getLast().getOrDefault("phase", "").toString(), "kb_per_conn", "kB a connection");
            case "presence" ->
                figure("verdict", "p99_ratio") + " times the p99 of messages without, at most "
                        + figure("verdict", "presence_s_max") + " presence events in a second, all true after "
                        + figure("verdict", "true_after_sec") + " s";
            default -> of("resume", "total_sec", "s until all have what they missed") + cpu("resume");
        };
        return name + ": " + figures + "; " + String.format("%,d", run.acksOfRun) + " acks, " + syncs + " fdatasync; "
                + (holds(run)
                        ? "order kept, none lost or twice"
                        : "BROKEN: see lost, dup, out_of_order, holes, errors");
    }

    private static boolean holds(Window run) {
        return run.lostOfRun + run.duplicatesOfRun + run.outOfOrder + run.holes + run.errors + run.closes == 0;
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
