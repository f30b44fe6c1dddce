package chat.parley.store.memory;

import chat.parley.model.Ban;
import chat.parley.model.ConversationId;
import chat.parley.model.Device;
import chat.parley.model.DeviceId;
import chat.parley.model.Entry;
import chat.parley.model.Invitation;
import chat.parley.model.Membership;
import chat.parley.model.Mute;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.BatchId;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.LogRow;
import chat.parley.store.Projection;
import chat.parley.store.Projections;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that is durable, in one place; every process sees it through its own {@link Weather}. Not for several threads.
 *
 * <p>With {@code deferred} the rows of an entry are written by {@link Projections#project}, else with the append.
 */
public final class MemoryStore {
    private static final int PAGE_BYTES_LEAST = 1;

    private final boolean deferred;
    private final long incarnation;
    private final Tables tables = new Tables();
    private final Map<Integer, List<LogRow>> logs = new TreeMap<>();
    private final Map<Integer, ShardHead> heads = new TreeMap<>();
    private final Map<Integer, ShardCursors> cursors = new TreeMap<>();
    private final Map<String, String> remembered = new TreeMap<>();
    private final Map<String, Directory.ReadPointer> pointers = new TreeMap<>();
    private final Map<String, Map<String, Device>> devices = new TreeMap<>();
    private final Map<UserId, UserSettings> settings = new TreeMap<>();
    private final Map<UserId, Long> lastSeen = new TreeMap<>();
    private final Map<String, Mute> mutes = new TreeMap<>();
    private long lost;
    private long takeOvers;

    public MemoryStore(boolean deferred, long incarnation) {
        this.deferred = deferred;
        this.incarnation = incarnation;
    }

    /** The ports as one process sees them. */
    public Stores stores(Weather weather) {
        return new Stores(new Log(weather), new Projector(weather), new Reader(weather), new Book(weather));
    }

    /** A store that writes whatever it is told to, over what is there: for tests that must find out. */
    public Stores storesWithoutCompare(Weather weather) {
        Log log = new Log(weather) {
            @Override
            public Future<Appended> append(Batch batch) {
                return weather.write(() -> overwrite(batch));
            }
        };
        return new Stores(log, new Projector(weather), new Reader(weather), new Book(weather));
    }

    /** The log of a shard as it is: for checks, not for nodes. */
    public List<LogRow> log(int shard) {
        return Collections.unmodifiableList(logs.getOrDefault(shard, List.of()));
    }

    /** How many appends and take-overs found another before them. */
    public long conflicts() {
        return lost;
    }

    /** How often a shard went to another owner. */
    public long takeOvers() {
        return takeOvers;
    }

    /** All projected rows as one text. */
    public String dump() {
        return tables.dump();
    }

    private ShardHead headOf(int shard) {
        return heads.getOrDefault(shard, new ShardHead(shard, 0, 0, "", BatchId.NONE));
    }

    private Appended overwrite(Batch batch) {
        List<LogRow> log = logs.computeIfAbsent(batch.shard(), s -> new ArrayList<>());
        if (batch.expected() > log.size()) throw new IllegalStateException("a hole before " + batch.expected());
        log.subList((int) batch.expected(), log.size()).clear();
        write(batch, log);
        return new Appended.Done();
    }

    private Appended append(Batch batch) {
        ShardHead head = headOf(batch.shard());
        if (head.position() != batch.expected()
                || head.epoch() != batch.epoch()
                || !head.owner().equals(batch.owner())) {
            lost++;
            return new Appended.Lost(head);
        }
        write(batch, logs.computeIfAbsent(batch.shard(), s -> new ArrayList<>()));
        return new Appended.Done();
    }

    private void write(Batch batch, List<LogRow> log) {
        for (Entry entry : batch.entries()) {
            if (entry.position() != log.size() + 1) throw new IllegalArgumentException("position " + entry.position());
            log.add(new LogRow(entry, batch.id()));
            if (!deferred) Projection.of(entry, row -> tables.write(row, entry.position()));
        }
        heads.put(
                batch.shard(),
                new ShardHead(batch.shard(), batch.lastPosition(), batch.epoch(), batch.owner(), batch.id()));
    }

    private Appended take(ShardHead seen, String owner) {
        ShardHead head = headOf(seen.shard());
        if (head.position() != seen.position() || head.epoch() != seen.epoch()) {
            lost++;
            return new Appended.Lost(head);
        }
        heads.put(seen.shard(), new ShardHead(seen.shard(), head.position(), head.epoch() + 1, owner, head.batchId()));
        if (!head.owner().isEmpty() && !head.owner().equals(owner)) takeOvers++;
        return new Appended.Done();
    }

    private class Log implements ShardLog {
        private final Weather weather;

        Log(Weather weather) {
            this.weather = weather;
        }

        @Override
        public Future<Appended> append(Batch batch) {
            return weather.write(() -> MemoryStore.this.append(batch));
        }

        @Override
        public Future<ShardHead> head(int shard) {
            return weather.read(() -> headOf(shard));
        }

        @Override
        public Future<Appended> takeOver(ShardHead seen, String owner) {
            return weather.write(() -> take(seen, owner));
        }

        @Override
        public Future<List<LogRow>> read(int shard, long after, int rowsMax) {
            return weather.read(() -> {
                List<LogRow> log = logs.getOrDefault(shard, List.of());
                int from = (int) Math.min(after, log.size());
                return List.copyOf(log.subList(from, Math.min(log.size(), from + rowsMax)));
            });
        }

        @Override
        public Future<Long> trimmed(int shard) {
            return weather.read(() -> 0L);
        }

        @Override
        public Future<ShardCursors> cursors(int shard) {
            return weather.read(() -> cursors.getOrDefault(shard, ShardCursors.NONE));
        }

        @Override
        public Future<Void> saveCursors(Map<Integer, ShardCursors> byShard) {
            Map<Integer, ShardCursors> copy = Map.copyOf(byShard);
            return weather.write(() -> {
                copy.forEach((shard, saved) -> cursors.merge(
                        shard,
                        saved,
                        (a, b) -> new ShardCursors(
                                Math.max(a.projected(), b.projected()),
                                Math.max(a.fannedOut(), b.fannedOut()),
                                Math.max(a.exported(), b.exported()))));
                return done();
            });
        }

        @Override
        public Future<String> remember(String name, String value) {
            return weather.write(() -> {
                String there = remembered.putIfAbsent(name, value);
                return there == null ? value : there;
            });
        }

        @Override
        public long incarnation() {
            return incarnation;
        }

        @Override
        public byte[] digestKey() {
            return new byte[32];
        }
    }

    private final class Projector implements Projections {
        private final Weather weather;

        Projector(Weather weather) {
            this.weather = weather;
        }

        @Override
        public Future<Void> project(int shard, List<Entry> entries) {
            if (!deferred) return Future.succeededFuture();
            List<Entry> copy = List.copyOf(entries);
            return weather.write(() -> {
                int rows = weather.rowsBeforeFailure();
                int[] left = {rows};
                for (Entry entry : copy) {
                    Projection.of(entry, row -> {
                        if (left[0]-- > 0) tables.write(row, entry.position());
                    });
                }
                if (left[0] < 0) throw new IllegalStateException("projection broke off after " + rows + " rows");
                return done();
            });
        }
    }

    private final class Reader implements History {
        private final Weather weather;

        Reader(Weather weather) {
            this.weather = weather;
        }

        @Override
        public Future<List<StoredEntry>> after(ConversationId conversation, long after, int entriesMax, int bytesMax) {
            return weather.read(() -> {
                List<StoredEntry> page = new ArrayList<>();
                long next = after + 1;
                long bytes = 0;
                for (Entry entry :
                        tables.log(conversation).tailMap(after, false).values()) {
                    // a projection may have written 4 before 3: a page ends in front of the hole
                    if (entry.sequence() != next || page.size() == entriesMax || bytes >= bytesMax) break;
                    page.add(tables.shown(entry));
                    bytes += chat.parley.model.EntryCodec.sizeOf(entry) + PAGE_BYTES_LEAST;
                    next++;
                }
                return page;
            });
        }

        @Override
        public Future<List<StoredEntry>> before(
                ConversationId conversation, long before, int entriesMax, int bytesMax) {
            return weather.read(() -> {
                List<StoredEntry> page = new ArrayList<>();
                long bytes = 0;
                for (Entry entry : tables.log(conversation)
                        .headMap(before, false)
                        .descendingMap()
                        .values()) {
                    if (page.size() == entriesMax || bytes >= bytesMax) break;
                    page.add(tables.shown(entry));
                    bytes += chat.parley.model.EntryCodec.sizeOf(entry) + PAGE_BYTES_LEAST;
                }
                return page;
            });
        }

        @Override
        public Future<Map<IdKey, KnownId>> ids(Collection<IdKey> keys) {
            List<IdKey> copy = List.copyOf(keys);
            return weather.read(() -> found(copy, tables::id));
        }

        @Override
        public Future<Map<EntryKey, StoredEntry>> entries(Collection<EntryKey> keys) {
            List<EntryKey> copy = List.copyOf(keys);
            return weather.read(() -> found(copy, key -> tables.entry(key.conversationId(), key.sequence())));
        }
    }

    private final class Book implements Directory {
        private final Weather weather;

        Book(Weather weather) {
            this.weather = weather;
        }

        @Override
        public Future<Map<ConversationId, Conversation>> conversations(Collection<ConversationId> conversations) {
            List<ConversationId> copy = List.copyOf(conversations);
            return weather.read(() -> found(copy, tables::conversation));
        }

        @Override
        public Future<List<Membership>> members(
                ConversationId conversation, String prefix, String afterUser, int membersMax) {
            return weather.read(() -> tables.members(conversation, prefix, afterUser, membersMax));
        }

        @Override
        public Future<Map<ConversationId, Membership>> memberships(
                UserId user, Collection<ConversationId> conversations) {
            List<ConversationId> copy = List.copyOf(conversations);
            return weather.read(() -> found(copy, conversation -> tables.membership(conversation, user)));
        }

        @Override
        public Future<Map<UserId, Membership>> memberships(ConversationId conversation, Collection<UserId> users) {
            List<UserId> copy = List.copyOf(users);
            return weather.read(() -> found(copy, user -> tables.membership(conversation, user)));
        }

        @Override
        public Future<List<Ban>> bans(ConversationId conversation, String afterUser, int bansMax) {
            return weather.read(() -> tables.bans(conversation, afterUser, bansMax));
        }

        @Override
        public Future<Optional<Ban>> ban(ConversationId conversation, UserId user) {
            return weather.read(() -> tables.bans(conversation, "", Integer.MAX_VALUE).stream()
                    .filter(ban -> ban.userId().equals(user))
                    .findFirst());
        }

        @Override
        public Future<List<Invitation>> invitations(ConversationId conversation) {
            return weather.read(() -> tables.invitations(conversation));
        }

        @Override
        public Future<List<Membership>> inbox(UserId user) {
            return weather.read(() -> tables.inbox(user));
        }

        @Override
        public Future<Map<ConversationId, Head>> heads(Collection<ConversationId> conversations) {
            List<ConversationId> copy = List.copyOf(conversations);
            return weather.read(() -> found(copy, tables::head));
        }

        @Override
        public Future<Map<ConversationId, ReadPointer>> readPointers(
                UserId user, Collection<ConversationId> conversations) {
            List<ConversationId> copy = List.copyOf(conversations);
            return weather.read(() -> found(copy, conversation -> pointers.get(user + "/" + conversation)));
        }

        @Override
        public Future<Map<UserId, ReadPointer>> readPointers(ConversationId conversation, Collection<UserId> users) {
            List<UserId> copy = List.copyOf(users);
            return weather.read(() -> found(copy, user -> pointers.get(user + "/" + conversation)));
        }

        @Override
        public Future<Void> moveReadPointers(Collection<ReadPointer> moved) {
            List<ReadPointer> copy = List.copyOf(moved);
            return weather.write(() -> {
                for (ReadPointer pointer : copy) {
                    pointers.merge(pointer.userId() + "/" + pointer.conversationId(), pointer, ReadPointer::with);
                }
                return done();
            });
        }

        @Override
        public Future<Map<UserId, Long>> lastSeen(Collection<UserId> users) {
            List<UserId> copy = List.copyOf(users);
            return weather.read(() -> found(copy, lastSeen::get));
        }

        @Override
        public Future<Void> saveLastSeen(Map<UserId, Long> saved) {
            Map<UserId, Long> copy = Map.copyOf(saved);
            return weather.write(() -> {
                copy.forEach((user, at) -> lastSeen.merge(user, at, Math::max));
                return done();
            });
        }

        @Override
        public Future<List<Device>> devices(UserId user) {
            return weather.read(() ->
                    List.copyOf(devices.getOrDefault(user.value(), Map.of()).values()));
        }

        @Override
        public Future<Void> saveDevice(Device device) {
            return weather.write(() -> {
                devices.computeIfAbsent(device.userId().value(), u -> new TreeMap<>())
                        .put(device.deviceId().value(), device);
                return done();
            });
        }

        @Override
        public Future<Boolean> removeDevice(UserId user, DeviceId device) {
            return weather.write(() -> {
                Map<String, Device> own = devices.get(user.value());
                return own != null && own.remove(device.value()) != null;
            });
        }

        @Override
        public Future<Map<UserId, UserSettings>> userSettings(Collection<UserId> users) {
            List<UserId> copy = List.copyOf(users);
            return weather.read(() -> found(copy, user -> settings.getOrDefault(user, UserSettings.DEFAULT)));
        }

        @Override
        public Future<UserSettings> changeUserSettings(UserId user, UserSettings.Change change) {
            return weather.write(() -> {
                UserSettings changed = change.of(settings.getOrDefault(user, UserSettings.DEFAULT));
                settings.put(user, changed);
                return changed;
            });
        }

        @Override
        public Future<Map<ConversationId, Mute>> mutes(UserId user, Collection<ConversationId> conversations) {
            List<ConversationId> copy = List.copyOf(conversations);
            return weather.read(() -> found(copy, conversation -> mutes.get(user + "/" + conversation)));
        }

        @Override
        public Future<Void> saveMute(UserId user, ConversationId conversation, @Nullable Mute mute) {
            return weather.write(() -> {
                if (mute == null) mutes.remove(user + "/" + conversation);
                else mutes.put(user + "/" + conversation, mute);
                return done();
            });
        }
    }

    private static <K, V> Map<K, V> found(List<K> keys, Look<K, V> look) {
        Map<K, V> found = new LinkedHashMap<>();
        for (K key : keys) {
            V value = look.at(key);
            if (value != null) found.put(key, value);
        }
        return found;
    }

    /** A row, or none. */
    private interface Look<K, V> {
        @Nullable
        V at(K key);
    }

    @SuppressWarnings("NullAway") // the only value of Void
    private static Void done() {
        return null;
    }
}
