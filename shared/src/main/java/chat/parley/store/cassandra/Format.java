package chat.parley.store.cassandra;

import chat.parley.model.ConversationId;
import chat.parley.store.CannotOpen;
import chat.parley.store.Incarnations;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * What the data says of itself, in the table {@code format}: written once, with the first version of the schema.
 *
 * @param version of the schema
 * @param incarnation below 2^23, so that incarnation × 2^40 + position is a number of 63 bits
 */
record Format(int version, int shards, long partitionRows, long incarnation, byte[] digestKey) {
    static final String VERSION = "version";
    private static final String SHARDS = "shards";
    private static final String PARTITION_ROWS = "partition_rows";
    static final String INCARNATION = "incarnation";
    static final String DIGEST_KEY = "digest_key";

    /** While the data of a backup is being written. */
    static final String RESTORING = "restoring";

    static final List<String> NAMES = List.of(VERSION, SHARDS, PARTITION_ROWS, INCARNATION, DIGEST_KEY, RESTORING);
    private static final int DIGEST_KEY_BYTES = 32;

    /** What new data says; the version follows when the tables are there. */
    static Map<String, String> first(long partitionRows) {
        byte[] digestKey = new byte[DIGEST_KEY_BYTES];
        new SecureRandom().nextBytes(digestKey);
        return Map.of(
                SHARDS, String.valueOf(ConversationId.SHARDS),
                PARTITION_ROWS, String.valueOf(partitionRows),
                INCARNATION, String.valueOf(Incarnations.first()),
                DIGEST_KEY, HexFormat.of().formatHex(digestKey));
    }

    /** @throws CannotOpen if this program cannot work with such data */
    static Format of(String keyspace, Map<String, String> said, int version, long partitionRows) throws CannotOpen {
        if (said.containsKey(RESTORING)) {
            throw new CannotOpen("A restore into the keyspace " + keyspace
                    + " has not ended; drop the keyspace, and run ./parley restore again.");
        }
        Format format;
        try {
            format = new Format(
                    Integer.parseInt(said.getOrDefault(VERSION, "0")),
                    Integer.parseInt(said.getOrDefault(SHARDS, "")),
                    Long.parseLong(said.getOrDefault(PARTITION_ROWS, "")),
                    Long.parseLong(said.getOrDefault(INCARNATION, "")),
                    HexFormat.of().parseHex(said.getOrDefault(DIGEST_KEY, "")));
        } catch (IllegalArgumentException incomplete) {
            throw new CannotOpen("The keyspace " + keyspace + " does not say what its data is; run ./parley schema.");
        }
        if (format.version < version) {
            throw new CannotOpen("The schema of the keyspace " + keyspace + " has version " + format.version
                    + ", and this program needs version " + version + "; run ./parley schema.");
        }
        if (format.version > version) {
            throw new CannotOpen("The schema of the keyspace " + keyspace + " has version " + format.version
                    + ", and this program knows up to version " + version + "; use a newer one.");
        }
        if (format.shards != ConversationId.SHARDS) {
            throw new CannotOpen("The data in the keyspace " + keyspace + " was made with " + format.shards
                    + " shards, and this program has " + ConversationId.SHARDS + "; that cannot be changed.");
        }
        if (format.partitionRows != partitionRows) {
            throw new CannotOpen("The logs in the keyspace " + keyspace + " have " + format.partitionRows
                    + " positions in a partition, and this program " + partitionRows + "; that cannot be changed.");
        }
        return format;
    }
}
