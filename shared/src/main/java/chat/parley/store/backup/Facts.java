package chat.parley.store.backup;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Objects;

/**
 * What a backup is of.
 *
 * @param store the {@code store.type} of the data
 * @param incarnation the life of the data that it is from
 * @param conversations how many there are in it; of those begun while it was made, Cassandra's counts 200,000 at most
 * @param entries of all conversations
 * @param beganAt what was acknowledged before is in it
 */
public record Facts(String store, long incarnation, long conversations, long entries, Instant beganAt) {
    /** Of the folder and of what is in its files, for either store. */
    static final int VERSION = 1;

    String toJson() {
        return new JsonObject()
                        .put("version", VERSION)
                        .put("store", store)
                        .put("incarnation", incarnation)
                        .put("conversations", conversations)
                        .put("entries", entries)
                        .put("beganAt", beganAt.toString())
                        .encodePrettily()
                + "\n";
    }

    /** @throws BackupTrouble if it is of another version, or says nothing that can be understood; {@code where} is its folder */
    static Facts of(String json, String where) throws BackupTrouble {
        try {
            JsonObject said = new JsonObject(json);
            int version = said.getInteger("version");
            if (version != VERSION)
                throw new BackupTrouble("The backup in " + where + " has format " + version
                        + ", and this program reads format " + VERSION + "; restore it with the program that made it.");
            return new Facts(
                    Objects.requireNonNull(said.getString("store")),
                    said.getLong("incarnation"),
                    said.getLong("conversations"),
                    said.getLong("entries"),
                    Instant.parse(said.getString("beganAt")));
        } catch (DecodeException | ClassCastException | NullPointerException | DateTimeParseException notOne) {
            throw new BackupTrouble("The backup in " + where + " does not say what it is; it was altered.", notOne);
        }
    }
}
