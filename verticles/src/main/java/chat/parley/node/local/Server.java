package chat.parley.node.local;

import chat.parley.servers.CannotStart;
import chat.parley.servers.CassandraServer;
import chat.parley.servers.KafkaServer;
import chat.parley.servers.RedisServer;
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

    /** What starts it, with its data in this folder, one after the other: all but the last end by themselves. */
    List<List<String>> commands(Path folder, String host) throws IOException, CannotStart;

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
        public List<List<String>> commands(Path folder, String host) throws IOException, CannotStart {
            CassandraServer.configure(folder, host, host, CassandraServer.DURABLE);
            return List.of(CassandraServer.command(folder, classPath, List.of()));
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

    /** Installed by whoever tries. */
    record Redis() implements Server {
        /** Not the usual one, where a package of the system has one running. */
        private static final int PORT = 16_379;

        @Override
        public String name() {
            return "redis";
        }

        @Override
        public List<Integer> ports() {
            return List.of(PORT);
        }

        @Override
        public List<List<String>> commands(Path folder, String host) throws CannotStart {
            return List.of(RedisServer.command(folder, host, PORT, List.of()));
        }

        @Override
        public void tell(JsonObject settings, String host) {
            settings.put("redis", new JsonObject().put("endpoints", new JsonArray().add(host + ":" + PORT)));
        }
    }

    /** @param classPath of its artifacts */
    record Kafka(String classPath) implements Server {
        @Override
        public String name() {
            return "kafka";
        }

        @Override
        public List<Integer> ports() {
            return List.of(KafkaServer.PORT, KafkaServer.CONTROLLER_PORT);
        }

        @Override
        public List<List<String>> commands(Path folder, String host) throws IOException {
            KafkaServer.configure(folder, host, List.of());
            return KafkaServer.commands(folder, classPath);
        }

        @Override
        public void tell(JsonObject settings, String host) {
            JsonObject kafka = new JsonObject()
                    .put("brokers", new JsonArray().add(host + ":" + KafkaServer.PORT))
                    .put("replication", 1);
            settings.put("eventLog", new JsonObject().put("type", "kafka").put("kafka", kafka));
        }
    }
}
