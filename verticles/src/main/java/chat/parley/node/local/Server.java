package chat.parley.node.local;

import chat.parley.servers.CannotStart;
import chat.parley.servers.CassandraServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A foreign server of the cluster: how it is started, and what nodes are to be told of it. */
interface Server {
    /** What it is called, in sentences and as its folder. */
    String name();

    /** All that it listens at, that for clients first. */
    List<Integer> ports();

    /** What starts it, with its data in this folder. */
    List<String> command(Path folder, String host) throws IOException, CannotStart;

    /** Adds to the settings of a node. */
    void tell(JsonObject settings, String host);

    /** @param classPath of its artifacts */
    record Cassandra(String classPath) implements Server {
        @Override
        public String name() {
            return "cassandra";
        }

        @Override
        public List<Integer> ports() {
            return List.of(CassandraServer.PORT, CassandraServer.STORAGE_PORT);
        }

        @Override
        public List<String> command(Path folder, String host) throws IOException, CannotStart {
            CassandraServer.configure(folder, host, host, CassandraServer.DURABLE);
            return CassandraServer.command(folder, classPath, List.of());
        }

        @Override
        public void tell(JsonObject settings, String host) {
            settings.getJsonObject("store")
                    .put("type", "cassandra")
                    .put(
                            "cassandra",
                            new JsonObject()
                                    .put("contactPoints", new JsonArray().add(host + ":" + CassandraServer.PORT))
                                    .put("replication", 1));
        }
    }
}
