package chat.parley.store.cassandra;

import chat.parley.store.CannotOpen;
import chat.parley.store.backup.Backup;
import chat.parley.store.backup.BackupTrouble;
import chat.parley.store.backup.NewBackup;
import chat.parley.store.backup.Progress;
import chat.parley.store.backup.RowsReader;
import chat.parley.store.backup.RowsWriter;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.vertx.cassandra.ResultSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table that is backed up as it is, in one file: each value as Cassandra has it. What it was stamped with is not kept: see {@link
 * CassandraBackup}.
 *
 * @param partitionKey its columns
 * @param stamps what is written with which stamp
 */
record CopiedTable(String name, String partitionKey, List<Stamped> stamps) {
    private static final int RANGES_BITS = 4;
    private static final int PAGE_ROWS = 200;
    private static final int CHUNK_ROWS = 500;
    private static final int CHUNK_BYTES = 4 << 20;
    private static final String STAMP = "its_stamp";

    /** Older than anything that a clock says. */
    private static final long OLDEST = 1;

    /**
     * Columns that are written with one stamp.
     *
     * @param columns null: all
     * @param by the column whose value is the stamp; null: what follows from the logs gets that of position 0, all else the oldest
     */
    record Stamped(@Nullable List<String> columns, @Nullable String by, boolean isOfTheLogs) {}

    /** What follows from the logs. */
    static CopiedTable projected(String name, String partitionKey) {
        return new CopiedTable(name, partitionKey, List.of(new Stamped(null, null, true)));
    }

    /** What the clock of its writer stamped. */
    static CopiedTable clocked(String name) {
        return new CopiedTable(name, "user_id", List.of(new Stamped(null, null, false)));
    }

    static CopiedTable stampedBy(String name, Stamped... stamps) {
        return new CopiedTable(name, "user_id", List.of(stamps));
    }

    static Stamped stamped(String by, String... columns) {
        return new Stamped(List.of(columns), by, false);
    }

    String file() {
        return name + ".rows.gz";
    }

    /** Something done with a row. */
    interface Reading {
        void row(Row row) throws IOException;
    }

    /** Reads the table in ranges of tokens, page by page. */
    void scan(Connection connection, Requests requests, Reading reading) throws CannotOpen, BackupTrouble, IOException {
        scan(connection.prepare(ranges()), connection, requests, reading);
    }

    private String ranges() {
        String token = "token(" + partitionKey + ")";
        return "SELECT * FROM " + name + " WHERE " + token + " >= ? AND " + token + " <= ?";
    }

    private static void scan(PreparedStatement select, Connection connection, Requests requests, Reading reading)
            throws BackupTrouble, IOException {
        Asking asking = new Asking(connection);
        long width = 1L << (Long.SIZE - RANGES_BITS);
        for (long i = 0; i < 1 << RANGES_BITS; i++) {
            long first = Long.MIN_VALUE + i * width;
            Statement<?> page =
                    select.bind(first, first + width - 1).setPageSize(PAGE_ROWS).setIdempotent(true);
            while (page != null) {
                Statement<?> asked = page;
                ResultSet rows = asking.ask(() -> requests.send(asked));
                for (Row row : rows.currentPage()) reading.row(row);
                ByteBuffer next = rows.getExecutionInfo().getPagingState();
                page = next == null ? null : asked.setPagingState(next);
            }
        }
    }

    void save(Connection connection, Requests requests, NewBackup backup, Progress progress)
            throws CannotOpen, BackupTrouble, IOException {
        PreparedStatement select = connection.prepare(ranges());
        List<String> columns = new ArrayList<>();
        for (ColumnDefinition each : select.getResultSetDefinitions()) columns.add(column(each));
        progress.begin(name, 0);
        try (RowsWriter out = new RowsWriter(backup.file(file()), columns)) {
            scan(select, connection, requests, row -> {
                List<@Nullable ByteBuffer> values = new ArrayList<>(columns.size());
                for (int i = 0; i < columns.size(); i++) values.add(row.getBytesUnsafe(i));
                out.add(values);
                progress.add(1);
            });
        }
    }

    private static String column(ColumnDefinition of) {
        return of.getName().asInternal() + " " + of.getType().asCql(true, true);
    }

    /** @param positionZero the stamp of what follows from the logs, before anything that will be written */
    void load(Connection connection, Requests requests, Backup backup, long positionZero, Progress progress)
            throws CannotOpen, BackupTrouble, IOException {
        Asking asking = new Asking(connection);
        progress.begin(name, 0);
        try (RowsReader in = new RowsReader(backup.file(file()))) {
            List<Insert> inserts = new ArrayList<>();
            for (Stamped each : stamps) inserts.add(new Insert(connection, in.columns(), each, positionZero));
            List<BoundStatement> chunk = new ArrayList<>();
            int bytes = 0;
            for (var row = in.next(); row != null; row = in.next()) {
                for (ByteBuffer value : row) bytes += value == null ? 0 : value.remaining();
                for (Insert each : inserts) each.bind(row, chunk);
                progress.add(1);
                if (chunk.size() < CHUNK_ROWS && bytes < CHUNK_BYTES) continue;
                write(asking, requests, chunk);
                bytes = 0;
            }
            write(asking, requests, chunk);
        }
    }

    /** Writes them all, and forgets them. */
    static void write(Asking asking, Requests requests, List<BoundStatement> rows) throws BackupTrouble {
        List<BoundStatement> all = List.copyOf(rows);
        asking.ask(() -> requests.all(all));
        rows.clear();
    }

    /** Writes one part of each row. */
    private final class Insert {
        private final PreparedStatement statement;
        private final List<Integer> places = new ArrayList<>();
        private final int stampedBy;
        private final long stamp;

        Insert(Connection connection, List<String> columns, Stamped of, long positionZero)
                throws CannotOpen, BackupTrouble {
            List<String> names = new ArrayList<>();
            int by = -1;
            for (int i = 0; i < columns.size(); i++) {
                String column = columns.get(i).substring(0, columns.get(i).indexOf(' '));
                if (column.equals(of.by)) by = i;
                if (of.columns != null && !of.columns.contains(column)) continue;
                names.add(column);
                places.add(i);
            }
            stampedBy = by;
            stamp = of.isOfTheLogs ? positionZero : OLDEST;
            statement = connection.prepare("INSERT INTO " + name + " (" + String.join(", ", names) + ") VALUES (:"
                    + String.join(", :", names) + ") USING TIMESTAMP :" + STAMP);
            for (int i = 0; i < names.size(); i++) {
                String written = columns.get(places.get(i));
                String wanted = column(statement.getVariableDefinitions().get(i));
                if (!written.equals(wanted))
                    throw new BackupTrouble("The backup has a column " + written + " in the table " + name
                            + ", and the schema has " + wanted + "; restore it with the program that made it.");
            }
        }

        void bind(List<@Nullable ByteBuffer> row, List<BoundStatement> into) {
            long its = stamp;
            if (stampedBy >= 0) {
                ByteBuffer value = row.get(stampedBy);
                if (value == null) return; // was never written
                its = value.getLong(value.position());
            }
            BoundStatementBuilder bound = statement.boundStatementBuilder().setLong(STAMP, its);
            for (int i = 0; i < places.size(); i++) {
                ByteBuffer value = row.get(places.get(i));
                if (value != null) bound = bound.setBytesUnsafe(i, value);
            }
            into.add(bound.setIdempotence(true).build());
        }
    }
}
