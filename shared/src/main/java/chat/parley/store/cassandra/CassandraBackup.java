package chat.parley.store.cassandra;

import chat.parley.model.ConversationId;
import chat.parley.store.BatchId;
import chat.parley.store.CannotOpen;
import chat.parley.store.Incarnations;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.backup.Backup;
import chat.parley.store.backup.BackupTrouble;
import chat.parley.store.backup.Facts;
import chat.parley.store.backup.NewBackup;
import chat.parley.store.backup.Progress;
import chat.parley.store.backup.RowsReader;
import chat.parley.store.cassandra.CopiedLogs.Shard;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Backup and restore of the data in Cassandra, through the driver, while nodes run. Package-info says why what is read over a long time is one state of the
 * data.
 */
public final class CassandraBackup {
    /** The {@code store.type} of such data. */
    public static final String TYPE = "cassandra";

    private static final String FORMAT_FILE = "format.json";
    private static final int OUT_MAX = 128;
    private static final int WAITING_MAX = 10_000;
    private static final CopiedTable CONVERSATIONS = CopiedTable.projected("conversations", "conversation_id");

    /** All but {@code format} and the logs. */
    static final List<CopiedTable> TABLES = List.of(
            CONVERSATIONS,
            CopiedTable.projected("ids", "conversation_id, sender_id, client_message_id"),
            CopiedTable.projected("history", "conversation_id, bucket"),
            CopiedTable.projected("members", "conversation_id"),
            CopiedTable.projected("inbox", "user_id"),
            CopiedTable.projected("bans", "conversation_id"),
            CopiedTable.projected("invitations", "conversation_id"),
            CopiedTable.stampedBy(
                    "read_pointers",
                    CopiedTable.stamped("sequence", "user_id", "conversation_id", "sequence", "countable"),
                    CopiedTable.stamped("delivered", "user_id", "conversation_id", "delivered")),
            CopiedTable.stampedBy("last_seen", CopiedTable.stamped("at", "user_id", "at")),
            CopiedTable.clocked("devices"),
            CopiedTable.clocked("user_settings"),
            CopiedTable.clocked("mutes"));

    /** Those besides. */
    static final List<String> OTHERS = List.of("format", "shard_log", "shard_cursors");

    private final Connection connection;
    private final Requests requests;
    private final Progress progress;

    private CassandraBackup(Vertx vertx, Connection connection, Progress progress) {
        this.connection = connection;
        this.requests = new Requests(vertx, connection.client(), OUT_MAX, WAITING_MAX);
        this.progress = progress;
    }

    /**
     * Backs the keyspace up, whether nodes use it or not. Blocks for as long as it takes to read it.
     *
     * @param to a folder that is new or empty
     */
    public static Facts make(Vertx vertx, CassandraOptions options, Path to, Progress progress)
            throws BackupTrouble, CannotOpen {
        try (Connection connection = Connection.openKeyspace(vertx, options)) {
            Format format = format(connection, options);
            return new CassandraBackup(vertx, connection, progress).make(format, NewBackup.in(to));
        } catch (IOException e) {
            throw BackupTrouble.of(to, e);
        }
    }

    private static Format format(Connection connection, CassandraOptions options) throws CannotOpen {
        return Format.of(
                options.keyspace(), CassandraSchema.said(connection), CassandraSchema.VERSION, options.partitionRows());
    }

    /** The cursors, then the tables, then the logs: package-info says why. */
    private Facts make(Format format, NewBackup backup) throws BackupTrouble, CannotOpen, IOException {
        Instant beganAt = Instant.now();
        CopiedLogs logs = new CopiedLogs(connection, requests, format);
        List<ShardCursors> cursors = logs.cursors();
        for (CopiedTable each : TABLES) each.save(connection, requests, backup, progress);
        Map<String, Long> behind = new HashMap<>(); // of as many conversations as something was said in meanwhile
        List<Shard> shards = logs.save(
                cursors,
                backup,
                entry -> behind.merge(entry.conversationId().value(), entry.sequence(), Math::max),
                progress);
        try (OutputStream out = backup.file(FORMAT_FILE)) {
            out.write(describe(format, shards).encodePrettily().getBytes(StandardCharsets.UTF_8));
        }
        Facts facts = count(backup, behind, format.incarnation(), beganAt);
        backup.finish(facts);
        return facts;
    }

    private JsonObject describe(Format format, List<Shard> shards) throws CannotOpen {
        JsonArray all = new JsonArray();
        for (Shard each : shards) {
            all.add(new JsonObject()
                    .put("position", each.head().position())
                    .put("epoch", each.head().epoch())
                    .put("owner", each.head().owner())
                    .put(
                            "batch",
                            List.of(
                                    each.head().batchId().high(),
                                    each.head().batchId().low()))
                    .put("trimmed", each.trimmed())
                    .put("projected", each.cursors().projected())
                    .put("fannedOut", each.cursors().fannedOut())
                    .put("exported", each.cursors().exported()));
        }
        return new JsonObject()
                .put("schema", format.version())
                .put("partitionRows", format.partitionRows())
                .put("digestKey", HexFormat.of().formatHex(format.digestKey()))
                .put("remembered", CassandraSchema.remembered(connection))
                .put("shards", all);
    }

    /** The entries of a conversation are 1 to its head, which is that of the log if the table was behind when it was read. */
    private static Facts count(NewBackup backup, Map<String, Long> behind, long incarnation, Instant beganAt)
            throws IOException {
        long conversations = 0;
        long entries = 0;
        try (RowsReader rows = new RowsReader(backup.read(CONVERSATIONS.file()))) {
            int id = rows.columns().indexOf("conversation_id text");
            int sequence = rows.columns().indexOf("sequence bigint");
            for (var row = rows.next(); row != null; row = rows.next()) {
                ByteBuffer known = row.get(sequence);
                String conversation = StandardCharsets.UTF_8
                        .decode(Objects.requireNonNull(row.get(id)).duplicate())
                        .toString();
                Long logged = behind.remove(conversation);
                long head = Math.max(known == null ? 0 : known.getLong(known.position()), logged == null ? 0 : logged);
                if (head > 0) conversations++;
                entries += head;
            }
        }
        for (long head : behind.values()) entries += head;
        return new Facts(TYPE, incarnation, conversations + behind.size(), entries, beganAt);
    }

    /**
     * Makes the data of a backup in a keyspace that has none, in another life than any before; the keyspace and its tables are made if they are not there. Until
     * it has ended no node starts on that keyspace. Blocks.
     *
     * @return what is there now
     */
    public static Facts restore(Vertx vertx, CassandraOptions options, Path from, Progress progress)
            throws BackupTrouble, CannotOpen {
        Backup backup = Backup.open(from, TYPE);
        try {
            progress.begin("checked", backup.bytes());
            backup.check(progress);
            JsonObject described = described(backup, from);
            int schema = described.getInteger("schema");
            if (schema > CassandraSchema.VERSION)
                throw new BackupTrouble("The backup in " + from + " has version " + schema
                        + " of the schema, and this program knows up to version " + CassandraSchema.VERSION
                        + "; use a newer one.");
            CassandraSchema.apply(vertx, options);
            try (Connection connection = Connection.openKeyspace(vertx, options)) {
                return new CassandraBackup(vertx, connection, progress).restore(backup, described, options);
            }
        } catch (IOException e) {
            throw BackupTrouble.of(from, e);
        }
    }

    private static JsonObject described(Backup backup, Path from) throws BackupTrouble, IOException {
        try (InputStream in = backup.file(FORMAT_FILE)) {
            return new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (DecodeException notOne) {
            throw new BackupTrouble("The backup in " + from + " does not say what its data is.", notOne);
        }
    }

    private Facts restore(Backup backup, JsonObject described, CassandraOptions options)
            throws BackupTrouble, CannotOpen, IOException {
        Format made = format(connection, options); // refuses a keyspace that an earlier restore was not done with
        requireEmpty();
        if (described.getLong("partitionRows") != made.partitionRows())
            throw new BackupTrouble("The logs in the backup have " + described.getLong("partitionRows")
                    + " positions in a partition, and this program " + made.partitionRows()
                    + "; restore it with the program that made it.");
        CassandraSchema.say(connection, Format.RESTORING, "since " + Instant.now(), null);
        String digestKey = described.getString("digestKey");
        CassandraSchema.say(
                connection, Format.DIGEST_KEY, digestKey, HexFormat.of().formatHex(made.digestKey()));
        long incarnation = Incarnations.other(backup.facts().incarnation());
        CassandraSchema.say(
                connection, Format.INCARNATION, String.valueOf(incarnation), String.valueOf(made.incarnation()));
        for (Map.Entry<String, Object> each : described.getJsonObject("remembered"))
            CassandraSchema.say(connection, each.getKey(), String.valueOf(each.getValue()), null);
        Format format = new Format(
                made.version(),
                made.shards(),
                made.partitionRows(),
                incarnation,
                HexFormat.of().parseHex(digestKey));
        long positionZero = CassandraProjections.stamp(incarnation, 0);
        for (CopiedTable each : TABLES) each.load(connection, requests, backup, positionZero, progress);
        CopiedLogs logs = new CopiedLogs(connection, requests, format);
        List<Shard> shards = shards(described);
        logs.load(shards, backup, progress);
        logs.settle(shards, progress);
        Facts facts = count(incarnation);
        CassandraSchema.unsay(connection, Format.RESTORING);
        return facts;
    }

    private void requireEmpty() throws BackupTrouble, CannotOpen {
        List<String> tables = new ArrayList<>(List.of("shard_log", "shard_cursors"));
        for (CopiedTable each : TABLES) tables.add(each.name());
        for (String table : tables) {
            SimpleStatement any = SimpleStatement.newInstance("SELECT * FROM " + table + " LIMIT 1");
            if (connection.ask(any).one() != null)
                throw new BackupTrouble("There is data in the keyspace " + connection.keyspace()
                        + " already; set another store.cassandra.keyspace, or drop that one.");
        }
    }

    private static List<Shard> shards(JsonObject described) {
        List<Shard> shards = new ArrayList<>();
        JsonArray all = described.getJsonArray("shards");
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            JsonObject its = all.getJsonObject(shard);
            JsonArray batch = its.getJsonArray("batch");
            shards.add(new Shard(
                    new ShardHead(
                            shard,
                            its.getLong("position"),
                            its.getLong("epoch"),
                            its.getString("owner"),
                            new BatchId(batch.getLong(0), batch.getLong(1))),
                    its.getLong("trimmed"),
                    new ShardCursors(its.getLong("projected"), its.getLong("fannedOut"), its.getLong("exported"))));
        }
        return shards;
    }

    /** What is in the tables. */
    private Facts count(long incarnation) throws BackupTrouble, CannotOpen, IOException {
        long[] counted = new long[2];
        CONVERSATIONS.scan(connection, requests, row -> {
            if (row.isNull("sequence")) return;
            counted[0]++;
            counted[1] += row.getLong("sequence");
        });
        return new Facts(TYPE, incarnation, counted[0], counted[1], Instant.now());
    }

    /**
     * Begins another life of data that was brought to its place by other means than {@link #restore}, as by snapshots of Cassandra, and writes again what follows
     * from the entries behind the cursors. No node uses the keyspace. If it ends in the middle, it is run again.
     */
    public static Facts renew(Vertx vertx, CassandraOptions options, Progress progress)
            throws BackupTrouble, CannotOpen {
        try (Connection connection = Connection.openKeyspace(vertx, options)) {
            Format former = format(connection, options);
            long incarnation = Incarnations.after(former.incarnation());
            if (incarnation == 0)
                throw new BackupTrouble("The data in the keyspace " + options.keyspace()
                        + " had all lives that it can have; back it up with ./parley backup, and restore that.");
            // First of all: what is stamped with the next life is above what is written in this one.
            CassandraSchema.say(
                    connection, Format.INCARNATION, String.valueOf(incarnation), String.valueOf(former.incarnation()));
            var renewing = new CassandraBackup(vertx, connection, progress);
            CopiedLogs logs = new CopiedLogs(connection, renewing.requests, format(connection, options));
            logs.settle(logs.shards(), progress);
            return renewing.count(incarnation);
        } catch (IOException e) {
            if (e.getCause() instanceof BackupTrouble trouble) throw trouble;
            throw new IllegalStateException("no file is read or written", e);
        }
    }
}
