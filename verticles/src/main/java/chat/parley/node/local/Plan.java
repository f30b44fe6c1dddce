package chat.parley.node.local;

import chat.parley.node.cluster.Certificates;
import chat.parley.node.cluster.ClusterConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is where.
 *
 * @param folder of all data, logs and settings
 * @param host an address of loopback: all of it is there
 * @param count of nodes
 */
record Plan(Path folder, String host, int count, List<Server> servers) {
    private static final int HTTP_PORT = 8080;
    private static final int HTTP_PORTS_APART = 10;
    private static final int MEMBERSHIP_PORT = 5701;
    private static final int BUS_PORT = 15_701;

    /** Of a node: clients, operators, membership, event bus. */
    record NodePorts(int http, int ops, int membership, int bus) {
        List<Integer> all() {
            return List.of(http, ops, membership, bus);
        }
    }

    List<String> nodes() {
        return IntStream.rangeClosed(1, count).mapToObj(i -> "n" + i).toList();
    }

    NodePorts ports(String node) {
        int number = nodes().indexOf(node);
        int http = HTTP_PORT + number * HTTP_PORTS_APART;
        return new NodePorts(http, http + 1, MEMBERSHIP_PORT + number, BUS_PORT + number);
    }

    /** Where clients come to. */
    String address(String node) {
        return "http://" + host + ":" + ports(node).http;
    }

    Path log(String name) {
        return folder.resolve(name + ".log");
    }

    Path settingsFile(String node) {
        return folder.resolve(node + ".json");
    }

    Certificates certificates() {
        return new Certificates(folder.resolve("certs"));
    }

    /** All that the node is told. */
    JsonObject settings(String node) {
        NodePorts ports = ports(node);
        ClusterConfig.Tls tls = certificates().of(node);
        JsonArray members = new JsonArray();
        for (String each : nodes()) members.add(host + ":" + ports(each).membership);
        JsonObject settings = new JsonObject()
                .put("node", new JsonObject().put("name", node))
                .put("http", new JsonObject().put("host", host).put("port", ports.http))
                .put("ops", new JsonObject().put("host", host).put("port", ports.ops))
                .put("auth", new JsonObject().put("dev", true))
                .put("store", new JsonObject().put("path", folder.toString()))
                .put(
                        "cluster",
                        new JsonObject()
                                .put("enabled", true)
                                .put("host", host)
                                .put("port", ports.membership)
                                .put("busPort", ports.bus)
                                .put("members", members)
                                .put(
                                        "tls",
                                        new JsonObject()
                                                .put("keys", tls.keys().toString())
                                                .put("trust", tls.trust().toString())
                                                .put("password", tls.password().toString())));
        for (Server server : servers) server.tell(settings, host);
        return settings;
    }
}
