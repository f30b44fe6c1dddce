package chat.parley.store.cassandra;

import chat.parley.store.CannotOpen;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.InvalidKeyspaceException;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.ServerError;
import io.vertx.cassandra.ResultSet;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The schema: what {@code schema-1.cql} and those after it say, each applied once, in that order. */
public final class CassandraSchema {
    /** The version that this program works with. */
    public static final int VERSION = 2;

    private static final long KNOWN_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);
    private static final long KNOWN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final String FORMAT_TABLE =
            "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = 'format'";

    private CassandraSchema() {}

    /**
     * Makes what is missing: the keyspace, its tables, and what the data says of itself. Blocks the caller. Not to be run twice at once: of
     * two tables that are made at once with one name, Cassandra can keep either.
     *
     * @return the version that was there before; 0: none
     */
    public static int apply(Vertx vertx, CassandraOptions options) throws CannotOpen {
        try (Connection any = Connection.open(vertx, options)) {
            any.ask("CREATE KEYSPACE IF NOT EXISTS " + options.keyspace()
                    + " WITH replication = {'class': 'NetworkTopologyStrategy', '" + options.localDatacenter() + "': "
                    + options.replication() + "}");
        }
        try (Connection connection = onceKnown(() -> Connection.openKeyspace(vertx, options))) {
            connection.ask("CREATE TABLE IF NOT EXISTS format (name text PRIMARY KEY, value text)");
            int before = Integer.parseInt(said(connection).getOrDefault(Format.VERSION, "0"));
            for (Map.Entry<String, String> each :
                    Format.first(options.partitionRows()).entrySet()) {
                say(connection, each.getKey(), each.getValue(), null);
            }
            for (int version = before + 1; version <= VERSION; version++) {
                for (String statement : statements(version)) connection.ask(statement);
                String former = version == 1 ? null : String.valueOf(version - 1);
                say(connection, Format.VERSION, String.valueOf(version), former);
            }
            return before;
        }
    }

    /** What is there as soon as all nodes know what has just been made. */
    private interface Asked<T> {
        T ask() throws CannotOpen;
    }

    /**
     * A node that does not know a new keyspace yet refuses whoever asks for it, and one that has not heard of a new table, or only just, fails
     * ("does not exist", "Unknown CF");
     * the driver has waited for those nodes only that it knew to be up, which in a cluster that has just started are few. Asks until neither
     * is so, for half a minute at most.
     */
    private static <T> T onceKnown(Asked<T> asked) throws CannotOpen {
        long until = System.nanoTime() + KNOWN_NANOS_MAX;
        while (true) {
            try {
                return asked.ask();
            } catch (CannotOpen unknown) {
                boolean isNew = unknown.getCause() instanceof InvalidKeyspaceException
                        || unknown.getCause() instanceof InvalidQueryException
                        || unknown.getCause() instanceof ServerError;
                if (!isNew || System.nanoTime() > until) throw unknown;
                LockSupport.parkNanos(KNOWN_PAUSE_NANOS);
            }
        }
    }

    /** What the data says of itself; empty where there is no data. */
    static Map<String, String> said(Connection connection) throws CannotOpen {
        Map<String, String> said = new HashMap<>();
        if (connection
                        .ask(SimpleStatement.newInstance(FORMAT_TABLE, connection.keyspace()))
                        .one()
                == null) return said;
        for (String name : Format.NAMES) {
            SimpleStatement value = SimpleStatement.newInstance("SELECT value FROM format WHERE name = ?", name)
                    .setConsistencyLevel(DefaultConsistencyLevel.LOCAL_SERIAL);
            Row row = onceKnown(() -> connection.ask(value)).one();
            String its = row == null ? null : row.getString("value");
            if (its != null) said.put(name, its);
        }
        return said;
    }

    /** Unless it was said otherwise meanwhile. Whether that is said now. @param former null: nothing */
    static boolean say(Connection connection, String name, String value, @Nullable String former) throws CannotOpen {
        SimpleStatement update = SimpleStatement.builder("UPDATE format SET value = ? WHERE name = ? IF value = ?")
                .addPositionalValues(value, name)
                .addPositionalValue(former)
                .build();
        ResultSet answer = onceKnown(() -> connection.ask(update));
        if (answer.wasApplied()) return true;
        Row found = answer.one(); // this very one, if it was carried out before and then asked for again
        return found != null
                && found.getColumnDefinitions().contains("value")
                && value.equals(found.getString("value"));
    }

    static void unsay(Connection connection, String name) throws CannotOpen {
        connection.ask(SimpleStatement.newInstance("DELETE FROM format WHERE name = ? IF EXISTS", name));
    }

    /** What is remembered with the data ({@code ShardLog.remember}), by the names in the table. */
    static Map<String, String> remembered(Connection connection) throws CannotOpen {
        Map<String, String> remembered = new HashMap<>();
        for (Row row : connection.ask("SELECT name, value FROM format").currentPage()) {
            String name = String.valueOf(row.getString("name"));
            if (name.startsWith(CassandraLog.REMEMBERED)) remembered.put(name, String.valueOf(row.getString("value")));
        }
        return remembered;
    }

    private static List<String> statements(int version) {
        String file = "/cassandra/schema-" + version + ".cql";
        try (InputStream in = CassandraSchema.class.getResourceAsStream(file)) {
            if (in == null) throw new IllegalStateException(file + " is not packaged");
            List<String> statements = new ArrayList<>();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^--.*$", "");
            for (String statement : text.split(";\\s*\\n", -1)) {
                if (!statement.isBlank()) statements.add(statement.strip());
            }
            return statements;
        } catch (IOException e) {
            throw new IllegalStateException(file + " cannot be read", e);
        }
    }
}
