package chat.parley.load.gatling;

import chat.parley.load.ClusterProcess;
import chat.parley.load.Cores;
import chat.parley.load.NodeProcess;
import io.gatling.app.Gatling$;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code NAME [--url URL | --nodes N] [--SETTING NUMBER …]}: runs one simulation and writes its report. */
public final class Main {
    private static final String NODES = "nodes";
    private static final String REPORT = "report";
    private static final int NODES_MAX = 9;
    private static final String USAGE = """
        usage: ./parley load NAME [OPTIONS]
               ./parley load --list           a name and a line for each
               ./parley load NAME --help      what it can be told

          --url URL[,URL...]       load these servers, whose users take them in turn; else a node is started for the run
          --nodes N                start a cluster of so many nodes (1 to 9) in place of a node
          --token-command COMMAND  prints a token for the user whose id is its last argument; else development tokens
          --report FOLDER          where the report goes; else load-reports/NAME-TIME
          --SETTING N              a setting of the simulation\
        """;

    private final Listed listed;
    private final Map<String, String> options;

    private Main(Listed listed, Map<String, String> options) {
        this.listed = listed;
        this.options = options;
    }

    public static void main(String[] arguments) {
        try {
            System.exit(run(List.of(arguments)));
        } catch (IllegalArgumentException | IllegalStateException e) {
            System.err.println("parley load: " + e.getMessage());
            System.exit(2);
        } catch (Exception e) {
            System.err.println("parley load: " + e);
            System.exit(2);
        }
    }

    private static int run(List<String> arguments) throws Exception {
        if (arguments.isEmpty()) throw new IllegalArgumentException("which simulation?\n" + USAGE);
        String name = arguments.getFirst();
        if (name.equals("--list")) {
            Listed.all().forEach(each -> System.out.printf("%-16s  %s%n", each.name(), each.question()));
            return 0;
        }
        if (name.equals("--help")) {
            System.out.println(USAGE);
            return 0;
        }
        Listed listed = Listed.of(name);
        if (arguments.contains("--help")) {
            System.out.println(listed.name() + ": " + listed.question() + "\n\n" + help(listed));
            return 0;
        }
        Main main = new Main(listed, options(listed, arguments.subList(1, arguments.size())));
        return main.run() ? 0 : 1;
    }

    private static String help(Listed listed) {
        return listed.settings().stream()
                .map(each -> String.format(
                        "  --%-9s %,d to %,d, else %,d: %s",
                        each.name(), each.min(), each.max(), each.otherwise(), each.what()))
                .collect(Collectors.joining("\n"));
    }

    private static Map<String, String> options(Listed listed, List<String> arguments) {
        List<String> settings = listed.settings().stream().map(Setting::name).toList();
        List<String> known = Stream.concat(Stream.of(Run.URL, NODES, Run.TOKEN_COMMAND, REPORT), settings.stream())
                .toList();
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            String option = arguments.get(i);
            String name = option.startsWith("--") ? option.substring(2) : "";
            if (!known.contains(name))
                throw new IllegalArgumentException(listed.name() + " has no option '" + option + "'; it has --"
                        + String.join(", --", known) + ".");
            if (i + 1 == arguments.size()) throw new IllegalArgumentException(option + " wants a value.");
            options.put(name, arguments.get(i + 1));
        }
        options.forEach((name, value) -> {
            if (settings.contains(name)) System.setProperty(name, value);
        });
        listed.check(); // before anything is started
        if (options.containsKey(NODES) && options.containsKey(Run.URL))
            throw new IllegalArgumentException("--nodes starts servers, and --url names some: only one can be.");
        return options;
    }

    private boolean run() throws Exception {
        String command = options.get(Run.TOKEN_COMMAND);
        if (command != null) System.setProperty(Run.TOKEN_COMMAND, command);
        String url = options.get(Run.URL);
        if (url != null)
            return load(Stream.of(url.split(",")).map(Main::checked).toList());
        if (command != null)
            throw new IllegalArgumentException(
                    "--token-command is for servers of --url; others give tokens themselves.");
        Path home = Path.of(Objects.requireNonNull(System.getProperty("parley.home"), "parley.home"));
        int nodes = nodes();
        System.out.println("starting " + (nodes == 0 ? "a node" : "a cluster, nodes: " + nodes) + " ...");
        if (nodes == 0) {
            try (NodeProcess node = NodeProcess.start(home, Cores.shared(), List.of())) {
                return load(List.of(url(node.address())));
            }
        }
        try (ClusterProcess cluster = ClusterProcess.start(home, Cores.shared(), nodes)) {
            return load(cluster.nodes().stream().map(Main::url).toList());
        }
    }

    /** How many a cluster is to have; 0: none is asked for. */
    private int nodes() {
        String said = options.get(NODES);
        if (said == null) return 0;
        if (said.matches("[1-" + NODES_MAX + "]")) return Integer.parseInt(said);
        throw new IllegalArgumentException("--nodes has to be 1 to " + NODES_MAX + ", not '" + said + "'.");
    }

    private static String url(InetSocketAddress address) {
        return "http://" + address.getHostString() + ":" + address.getPort();
    }

    private static String checked(String url) {
        URI address;
        try {
            address = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--url has to be like http://127.0.0.1:8080, not '" + url + "'.", e);
        }
        String scheme = address.getScheme();
        if (address.getHost() == null || !("http".equals(scheme) || "https".equals(scheme)))
            throw new IllegalArgumentException("--url has to be like http://127.0.0.1:8080, not '" + url + "'.");
        return url.replaceFirst("/$", "");
    }

    private boolean load(List<String> urls) throws Exception {
        System.setProperty(Run.URL, String.join(",", urls));
        requireToken();
        Path report = report();
        Path raw = Files.createDirectories(report).resolve("gatling");
        System.out.println(listed.name() + ": " + listed.question() + "\nmaking users and conversations at "
                + String.join(", ", urls) + " ...");
        int status;
        try (Progress progress = new Progress()) {
            status = Gatling$.MODULE$.fromArgs(
                    new String[] {"--simulation", listed.type().getName(), "--results-folder", raw.toString()});
        }
        Run run = Run.current();
        if (run == null) throw new IllegalStateException("the simulation did not begin.");
        Summary summary = new Summary(run, status == 0, page(report, raw));
        summary.write(report);
        summary.lines().forEach(System.out::println);
        System.out.println("summary: " + report.resolve("summary.html"));
        return summary.holds();
    }

    /** Before it is a matter of Gatling's. */
    private static void requireToken() throws Exception {
        try {
            Run.accounts().tokens(1);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "there is no token: " + e.getMessage() + " Of a server that gives no development tokens, say"
                            + " --token-command.",
                    e);
        }
    }

    private Path report() throws IOException {
        String said = options.get(REPORT);
        if (said == null) {
            String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
            return Path.of("load-reports", listed.name() + "-" + time);
        }
        Path folder = Path.of(said);
        if (Files.exists(folder.resolve("summary.json")))
            throw new IllegalArgumentException("--report " + said + " has a report already.");
        return folder;
    }

    /** Gatling's own, below the folder of the report; null if it wrote none. */
    private static @Nullable String page(Path report, Path raw) throws IOException {
        if (!Files.isDirectory(raw)) return null;
        List<Path> runs = new ArrayList<>();
        try (Stream<Path> found = Files.list(raw)) {
            found.filter(each -> Files.exists(each.resolve("index.html"))).forEach(runs::add);
        }
        return runs.isEmpty()
                ? null
                : report.relativize(runs.getFirst().resolve("index.html")).toString();
    }
}
