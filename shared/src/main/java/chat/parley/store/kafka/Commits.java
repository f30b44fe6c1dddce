package chat.parley.store.kafka;

import chat.parley.store.EventCursor;
import java.util.Map;
import java.util.TreeMap;

/**
 * The text beside a committed offset: each shard of the partition with what its consumer has seen, {@code shard:incarnation:position} with spaces between
 * them. For all shards in one partition it has 3.3 KiB at most, and Kafka takes 4 KiB.
 */
final class Commits {
    private Commits() {}

    static String text(Map<Integer, EventCursor> cursors) {
        StringBuilder text = new StringBuilder();
        cursors.forEach((shard, cursor) -> text.append(text.isEmpty() ? "" : " ")
                .append(shard)
                .append(':')
                .append(cursor.incarnation())
                .append(':')
                .append(cursor.position()));
        return text.toString();
    }

    /** What cannot be understood was written by somebody else, and says nothing. */
    static Map<Integer, EventCursor> cursors(String text) {
        Map<Integer, EventCursor> cursors = new TreeMap<>();
        for (String each : text.split(" ", -1)) {
            if (!each.matches("\\d{1,3}:\\d{1,18}:\\d{1,18}")) continue;
            String[] parts = each.split(":", -1);
            cursors.put(
                    Integer.parseInt(parts[0]), new EventCursor(Long.parseLong(parts[1]), Long.parseLong(parts[2])));
        }
        return cursors;
    }
}
