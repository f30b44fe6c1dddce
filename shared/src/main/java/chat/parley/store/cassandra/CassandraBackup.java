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
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

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
    private static final int BEGUN_MAX = 200_000;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(3);
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
            try (NewBackup backup = NewBackup.in(to)) {
                return new CassandraBackup(vertx, connection, progress).make(format, backup);
            }
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
        Set<String> begun = new HashSet<>();
        List<Shard> shards = logs.save(
                cursors,
                backup,
                entry -> {
                    if (entry.sequence() == 1 && begun.size() < BEGUN_MAX)
                        begun.add(entry.conversationId().value());
                },
                progress);
        try (OutputStream out = backup.file(FORMAT_FILE)) {
            out.write(describe(format, shards).encodePrettily().getBytes(StandardCharsets.UTF_8));
        }
        long entries = 0;
        for (Shard each : shards) entries += each.head().position();
        Facts facts = new Facts(TYPE, format.incarnation(), conversations(backup, begun), entries, beganAt);
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

    /** Those with an entry, in the table or begun behind the cursors: of the latter {@link #BEGUN_MAX} are counted. */
    private static long conversations(NewBackup backup, Set<String> begun) throws IOException {
        long conversations = 0;
        try (RowsReader rows = new RowsReader(backup.read(CONVERSATIONS.file()))) {
            int id = rows.columns().indexOf("conversation_id text");
            int sequence = rows.columns().indexOf("sequence bigint");
            for (var row = rows.next(); row != null; row = rows.next()) {
                if (row.get(sequence) == null) continue;
                ByteBuffer its = Objects.requireNonNull(row.get(id));
                begun.remove(StandardCharsets.UTF_8.decode(its.duplicate()).toString());
                conversations++;
            }
        }
        return conversations + begun.size();
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
        say(Format.RESTORING, "since " + Instant.now(), null);
        requireEmpty(); // of a node that had started before
        String digestKey = described.getString("digestKey");
        say(Format.DIGEST_KEY, digestKey, HexFormat.of().formatHex(made.digestKey()));
        long incarnation = Incarnations.other(backup.facts().incarnation());
        say(Format.INCARNATION, String.valueOf(incarnation), String.valueOf(made.incarnation()));
        for (Map.Entry<String, Object> each : described.getJsonObject("remembered"))
            say(each.getKey(), String.valueOf(each.getValue()), null);
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
        List<ShardHead> now = logs.shards().stream().map(Shard::head).toList();
        if (!now.equals(restoredHeads(shards)))
            throw new BackupTrouble("A node wrote to the keyspace " + connection.keyspace()
                    + " while it was restored; end all nodes, drop the keyspace, and run ./parley restore again.");
        Facts facts = count(incarnation);
        CassandraSchema.unsay(connection, Format.RESTORING);
        return facts;
    }

    private void say(String name, String value, @Nullable String former) throws BackupTrouble, CannotOpen {
        if (!CassandraSchema.say(connection, name, value, former))
            throw new BackupTrouble("Another changed what the keyspace " + connection.keyspace() + " says of itself ("
                    + name + ") at the same time; see that nobody else restores or renews it.");
    }

    /** As they are if nobody has written since; who had a shard without positions is not restored. */
    private static List<ShardHead> restoredHeads(List<Shard> shards) {
        List<ShardHead> heads = new ArrayList<>();
        for (Shard each : shards)
            heads.add(each.head().position() == 0 ? new ShardHead(each.number(), 0, 0, "", BatchId.NONE) : each.head());
        return heads;
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

    /** The shards, of which none has moved for a while. @throws BackupTrouble if a node still writes */
    private List<Shard> quiet(CopiedLogs logs) throws BackupTrouble {
        List<Shard> before = logs.shards();
        long until = System.nanoTime() + QUIET_NANOS;
        for (long left = QUIET_NANOS; left > 0; left = until - System.nanoTime()) LockSupport.parkNanos(left);
        List<Shard> now = logs.shards();
        if (now.equals(before)) return now;
        throw new BackupTrouble("A node still writes to the keyspace " + connection.keyspace()
                + "; end all nodes, and run ./parley renew again.");
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
            var renewing = new CassandraBackup(vertx, connection, progress);
            List<Shard> shards = renewing.quiet(new CopiedLogs(connection, renewing.requests, former));
            // First of all: what is stamped with the next life is above what is written in this one.
            renewing.say(Format.INCARNATION, String.valueOf(incarnation), String.valueOf(former.incarnation()));
            CopiedLogs logs = new CopiedLogs(connection, renewing.requests, format(connection, options));
            logs.settle(shards, progress);
            for (Shard each : logs.shards())
                if (!each.head().equals(shards.get(each.number()).head()))
                    throw new BackupTrouble("A node wrote to the keyspace " + options.keyspace()
                            + " while it was renewed; end all nodes, and run ./parley renew again.");
            return renewing.count(incarnation);
        } catch (IOException e) {
            if (e.getCause() instanceof BackupTrouble trouble) throw trouble;
            throw new IllegalStateException("no file is read or written", e);
        }
    }
}
