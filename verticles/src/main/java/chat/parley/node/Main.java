package chat.parley.node;

import chat.parley.gateway.auth.DevTokens;
import chat.parley.model.UserId;
import chat.parley.node.admin.AdminCommand;
import chat.parley.node.admin.Credential;
import chat.parley.node.cluster.Certificates;
import chat.parley.node.cluster.ClusterConfig;
import chat.parley.node.local.LocalCluster;
import chat.parley.store.CannotOpen;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraSchema;
import io.vertx.core.Vertx;
import java.io.PrintStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The command line of a node. What goes wrong before it is ready is one sentence and an exit code. */
public final class Main {
    private static final int FAILED = 1;
    private static final int MISUSED = 2;
    private static final String HELP = """
        usage: parley COMMAND [ARGUMENTS]

          serve [--conf FILE] [--set NAME=VALUE]...
                         start a node; without arguments: embedded store in ./data, development tokens, loopback
          token USER [--ttl SECONDS] [--conf FILE] [--set NAME=VALUE]...
                         print a development token for USER
          schema [--conf FILE] [--set NAME=VALUE]...
                         make what is missing of the tables in Cassandra, where store.type says that
          backup FOLDER [--conf FILE] [--set NAME=VALUE]...
                         copy the data to a new folder, while nodes run or not
          restore FOLDER [--conf FILE] [--set NAME=VALUE]...
                         make the data of such a copy, where there is none; clients begin anew on it
          renew [--conf FILE] [--set NAME=VALUE]...
                         say that the data was brought back by other means, before a node starts on it
          certs FOLDER NODE...
                         make certificates for the nodes of a cluster, of an authority of their own
          cluster [FOLDER] [--host ADDRESS] [--nodes COUNT]
                         start a whole small cluster on this machine, for trying, with its data in ./cluster-data:
                         three nodes, or as many as is said, and a Cassandra, a Redis and a Kafka
          admin status
          admin scale gateway|fanout|sequencer COUNT [--node NODE]
          admin drain NODE [--force]
          admin why MESSAGE_ID USER
                         ask or tell the nodes that run: how they are, as a table; how many instances of a verticle
                         one has; that it takes no more clients, hands over what it has, and ends; where a message was
                         for a user's devices.
                         Each takes --json, --url http://127.0.0.1:8081 (the operators' port of any node) and
                         --credential-file FILE; without these the settings say where (--conf, --set)
          --help         this list
          --version      the version

        Settings can also be given as environment variables: PARLEY_HTTP_PORT=8080 for http.port.
        All of them are listed in conf/README.md.
        """;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), Node::openStore, System.out, System.err));
    }

    /** Returns at once or, as a node, when it has ended. */
    static int run(List<String> arguments, Node.Opening opening, PrintStream out, PrintStream err) {
        try {
            if (arguments.contains("--help")) {
                out.print(HELP);
                return 0;
            }
            Arguments rest = new Arguments(arguments);
            switch (rest.command()) {
                case "serve" -> serve(rest, opening, out);
                case "token" -> token(rest, out);
                case "schema" -> schema(rest, out);
                case "backup", "restore", "renew" -> data(rest, out);
                case "certs" -> certs(rest, out);
                case "cluster" -> cluster(rest, out);
                case "admin" -> admin(rest, out);
                case "-h", "help" -> out.print(HELP);
                case "--version" -> out.println("parley " + version());
                case "" -> throw new Misuse("a command is missing");
                default -> throw new Misuse("there is no command '" + rest.command() + "'");
            }
            return 0;
        } catch (Misuse misuse) {
            err.println("parley: " + misuse.getMessage() + "; --help lists what there is.");
            return MISUSED;
        } catch (Refusal refusal) {
            err.println("parley: " + refusal.getMessage());
            return FAILED;
        }
    }

    private static void serve(Arguments arguments, Node.Opening opening, PrintStream out) throws Refusal, Misuse {
        arguments.requireNoMore();
        NodeConfig config = arguments.config();
        System.setProperty("parley.log", config.log().level()); // before the first logger is asked for
        System.setProperty("parley.logFormat", config.log().format());
        Node node = Node.start(config, opening);
        node.endOnSignal();
        String address = "http://" + config.http().host() + ":" + node.port();
        StringBuilder ready = new StringBuilder("parley ready " + address + "\n");
        if (config.auth().dev()) {
            ready.append("a token: ./parley token alice\n");
            ready.append("     or: curl -s -d '{\"userId\":\"alice\"}' " + address + "/v1/dev/tokens\n");
        }
        ready.append("for operators: http://" + config.ops().host() + ":" + node.opsPort() + "/admin/\n");
        out.print(ready);
        out.flush();
        while (node.awaitEnd()) {
            node = Node.start(config, opening);
            node.endOnSignal();
        }
    }

    private static void token(Arguments arguments, PrintStream out) throws Refusal, Misuse {
        long ttlSeconds = arguments.ttlSeconds();
        String user = arguments.next();
        arguments.requireNoMore();
        if (user == null) throw new Misuse("token wants the name of a user");
        if (!UserId.isValid(user))
            throw new Refusal("'" + user
                    + "' cannot be a user: letters, digits and _ . @ : -, at most 64, the first a letter or digit.");
        NodeConfig config = arguments.config();
        if (!config.auth().dev()) throw new Refusal("there are no development tokens where auth.dev is false.");
        out.println(DevTokenRequest.token(config, new UserId(user), ttlSeconds));
    }

    private static void schema(Arguments arguments, PrintStream out) throws Refusal, Misuse {
        arguments.requireNoMore();
        NodeConfig config = arguments.config();
        System.setProperty("parley.log", "WARN");
        int before = applySchema(config);
        out.println("version " + CassandraSchema.VERSION + " of the schema "
                + (before == CassandraSchema.VERSION ? "was there." : "is there now."));
    }

    /** Returns the version that was there; 0: none. */
    private static int applySchema(NodeConfig config) throws Refusal {
        CassandraOptions cassandra = config.cassandra();
        if (cassandra == null)
            throw new Refusal("the embedded store needs no schema; set store.type to cassandra for one there.");
        Vertx vertx = Vertx.vertx();
        try {
            return CassandraSchema.apply(vertx, cassandra);
        } catch (CannotOpen cannot) {
            throw new Refusal(String.valueOf(cannot.getMessage()));
        } finally {
            vertx.close();
        }
    }

    private static void data(Arguments arguments, PrintStream out) throws Refusal, Misuse {
        String command = arguments.command();
        String folder = arguments.next();
        if (folder == null && !command.equals("renew")) throw new Misuse(command + " wants a folder");
        if (folder != null && command.equals("renew")) throw new Misuse("what is '" + folder + "'");
        arguments.requireNoMore();
        NodeConfig config = arguments.config();
        System.setProperty("parley.log", "WARN");
        DataCommands commands = new DataCommands(config, out);
        if (folder == null) commands.renew();
        else if (command.equals("backup")) commands.backup(Path.of(folder));
        else commands.restore(Path.of(folder));
    }

    private static void certs(Arguments arguments, PrintStream out) throws Refusal, Misuse {
        String folder = arguments.next();
        List<String> nodes = new ArrayList<>();
        for (String node = arguments.next(); node != null; node = arguments.next()) nodes.add(node);
        if (folder == null || nodes.isEmpty()) throw new Misuse("certs wants a folder and the names of nodes");
        arguments.requireNoMore();
        for (String node : nodes)
            if (!NodeConfig.isName(node)) throw new Refusal("a node cannot be called '" + node + "'.");
        Certificates certificates = new Certificates(Path.of(folder));
        certificates.make(nodes);
        for (String node : nodes) {
            ClusterConfig.Tls tls = certificates.of(node);
            out.println(node + ": cluster.tls.keys=" + tls.keys() + " cluster.tls.trust=" + tls.trust()
                    + " cluster.tls.password=" + tls.password());
        }
    }

    private static void cluster(Arguments arguments, PrintStream out) throws Refusal, Misuse {
        String folder = arguments.next();
        arguments.requireNoMore();
        String host = arguments.host();
        if (!NodeConfig.isLoopback(host))
            throw new Refusal("the cluster gives tokens to whoever asks, so --host has to be an address of loopback,"
                    + " not '" + host + "'.");
        System.setProperty("parley.log", "WARN");
        LocalCluster.run(
                Path.of(folder == null ? "cluster-data" : folder),
                host,
                arguments.nodes(),
                Arguments.home().resolve("shared/servers"),
                out,
                file -> applySchema(NodeConfig.read(Settings.of(file, Map.of(), List.of()))));
    }

    private static void admin(Arguments arguments, PrintStream out) throws Refusal, Misuse {
        String what = String.valueOf(arguments.next());
        AdminCommand command = arguments.admin(out);
        switch (what) {
            case "status" -> {
                arguments.requireNoMore();
                command.status();
            }
            case "scale" -> {
                String verticle = arguments.next();
                String count = arguments.next();
                arguments.requireNoMore();
                if (verticle == null || count == null || !count.matches("[0-9]{1,4}"))
                    throw new Misuse("admin scale wants a verticle and how many instances of it");
                command.scale(verticle, Integer.parseInt(count), arguments.node);
            }
            case "drain" -> {
                String node = arguments.next();
                arguments.requireNoMore();
                if (node == null) throw new Misuse("admin drain wants the name of a node");
                command.drain(node, arguments.isForced);
            }
            case "why" -> {
                String message = arguments.next();
                String user = arguments.next();
                arguments.requireNoMore();
                if (message == null || user == null) throw new Misuse("admin why wants the id of a message and a user");
                command.why(message, user);
            }
            default -> throw new Misuse("admin wants one of status, scale, drain and why");
        }
    }

    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }

    /** The command line is not as it should be. */
    private static final class Misuse extends Exception {
        private static final long serialVersionUID = 1;

        Misuse(String message) {
            super(message);
        }
    }

    /** What stands behind the command; options anywhere. */
    private static final class Arguments {
        private final String command;
        private final List<String> plain = new ArrayList<>();
        private final List<String> assignments = new ArrayList<>();
        private @Nullable String conf;
        private @Nullable String ttl;
        private @Nullable String host;
        private @Nullable String nodes;
        private @Nullable String node;
        private @Nullable String url;
        private @Nullable String credentialFile;
        private boolean isJson;
        private boolean isForced;

        Arguments(List<String> arguments) throws Misuse {
            command = arguments.isEmpty() ? "" : arguments.getFirst();
            for (int i = 1; i < arguments.size(); i++) {
                String argument = arguments.get(i);
                if (!argument.startsWith("--")) {
                    plain.add(argument);
                    continue;
                }
                if (argument.equals("--json") || argument.equals("--force")) {
                    if (argument.equals("--json")) isJson = true;
                    else isForced = true;
                    continue;
                }
                int equals = argument.indexOf('=');
                boolean isJoined = equals > 0 && !argument.startsWith("--set ");
                String option = isJoined ? argument.substring(0, equals) : argument;
                if (!isJoined && i + 1 == arguments.size()) throw new Misuse(option + " wants a value");
                String value = isJoined ? argument.substring(equals + 1) : arguments.get(++i);
                switch (option) {
                    case "--conf" -> conf = value;
                    case "--set" -> assignments.add(value);
                    case "--ttl" -> ttl = value;
                    case "--host" -> host = value;
                    case "--nodes" -> nodes = value;
                    case "--node" -> node = value;
                    case "--url" -> url = value;
                    case "--credential-file" -> credentialFile = value;
                    default -> throw new Misuse("there is no option " + option);
                }
            }
        }

        String command() {
            return command;
        }

        @Nullable
        String next() {
            return plain.isEmpty() ? null : plain.removeFirst();
        }

        void requireNoMore() throws Misuse {
            if (!plain.isEmpty()) throw new Misuse("what is '" + plain.getFirst() + "'");
            if (ttl != null && !command.equals("token")) throw new Misuse("there is no option --ttl for " + command);
            boolean isForAdmin = node != null || url != null || credentialFile != null || isJson || isForced;
            if (isForAdmin && !command.equals("admin"))
                throw new Misuse("--node, --url, --credential-file, --json and --force are options of admin");
            boolean isCluster = command.equals("cluster");
            if (host != null && !isCluster) throw new Misuse("there is no option --host for " + command);
            if (nodes != null && !isCluster) throw new Misuse("there is no option --nodes for " + command);
            if (isCluster && (conf != null || !assignments.isEmpty()))
                throw new Misuse("the nodes of cluster have settings of their own");
        }

        long ttlSeconds() throws Misuse {
            if (ttl == null) return DevTokens.TTL_SECONDS_DEFAULT;
            try {
                long seconds = Long.parseLong(ttl);
                if (seconds >= 1 && seconds <= DevTokens.TTL_SECONDS_MAX) return seconds;
            } catch (NumberFormatException notANumber) {
                // said below
            }
            throw new Misuse("--ttl is 1 to " + DevTokens.TTL_SECONDS_MAX + " seconds");
        }

        String host() {
            return host == null ? "127.0.0.1" : host;
        }

        int nodes() throws Misuse {
            if (nodes == null) return LocalCluster.NODES;
            if (nodes.matches("[1-9]")) return Integer.parseInt(nodes);
            throw new Misuse("--nodes is 1 to 9");
        }

        AdminCommand admin(PrintStream out) throws Refusal, Misuse {
            String address = url;
            Path file = credentialFile == null ? null : Path.of(credentialFile);
            if (address == null || file == null) {
                NodeConfig config = config();
                String host = config.ops().host();
                if (address == null)
                    address = "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                            + config.ops().port();
                if (file == null) file = Credential.file(config.ops().credentialFile(), config.storeFolder());
            }
            try {
                URI uri = new URI(address);
                if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme()) || uri.getHost() == null)
                    throw new Misuse("--url is like http://127.0.0.1:8081");
                return new AdminCommand(uri, file, isJson, out);
            } catch (URISyntaxException notOne) {
                throw new Misuse("--url is like http://127.0.0.1:8081");
            }
        }

        NodeConfig config() throws Refusal {
            Path file = conf != null ? Path.of(conf) : home().resolve("conf").resolve("embedded.json");
            return NodeConfig.read(Settings.of(file, System.getenv(), assignments));
        }

        /** Where Parley is installed; the launcher says it. */
        private static Path home() {
            return Path.of(System.getProperty("parley.home", "."));
        }
    }
}
