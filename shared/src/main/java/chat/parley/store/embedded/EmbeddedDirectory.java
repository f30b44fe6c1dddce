package chat.parley.store.embedded;

import chat.parley.model.Ban;
import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.ConversationId;
import chat.parley.model.Device;
import chat.parley.model.DeviceId;
import chat.parley.model.Invitation;
import chat.parley.model.Membership;
import chat.parley.model.Mute;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory;
import chat.parley.store.embedded.Tables.ConversationRecord;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

final class EmbeddedDirectory implements Directory {
    private final Readers readers;
    private final Writer writer;

    EmbeddedDirectory(Readers readers, Writer writer) {
        this.readers = readers;
        this.writer = writer;
    }

    @Override
    public Future<Map<ConversationId, Conversation>> conversations(Collection<ConversationId> conversations) {
        List<ConversationId> asked = List.copyOf(conversations);
        return readers.read(onlyOf(asked), rocks -> {
            Map<ConversationId, Head> heads = getAll(rocks, Family.HEADS, asked, Keys::head, Tables::head);
            Map<ConversationId, ConversationRecord> records =
                    getAll(rocks, Family.TABLES, asked, Keys::conversation, ConversationRecord::decode);
            Map<ConversationId, Conversation> found = new LinkedHashMap<>();
            records.forEach((id, record) -> {
                Head head = heads.get(id);
                if (record.type() == null || head == null) return;
                found.put(id, new Conversation(id, record.type(), record.settings(), head));
            });
            return found;
        });
    }

    @Override
    public Future<List<Membership>> members(
            ConversationId conversation, String prefix, String afterUser, int membersMax) {
        return readers.read(conversation, rocks -> {
            List<Membership> members = new ArrayList<>();
            byte[] all = Keys.members(conversation);
            byte[] asked = Keys.members(conversation, prefix);
            try (RocksIterator rows = rocks.iterator(Family.TABLES)) {
                rows.seek(afterUser.compareTo(prefix) < 0 ? asked : Keys.memberAfter(conversation, afterUser));
                for (; rows.isValid() && members.size() < membersMax; rows.next()) {
                    byte[] key = rows.key();
                    if (!Keys.startsWith(key, asked)) break;
                    var user = new UserId(Keys.rest(key, all));
                    addIfKnown(members, MemberRecord.decode(rows.value()).membership(conversation, user));
                }
                rows.status();
            }
            return members;
        });
    }

    @Override
    public Future<Map<ConversationId, Membership>> memberships(UserId user, Collection<ConversationId> conversations) {
        List<ConversationId> asked = List.copyOf(conversations);
        return readers.read(
                onlyOf(asked),
                rocks -> memberships(
                        rocks, asked, id -> Keys.member(id, user), (id, record) -> record.membership(id, user)));
    }

    @Override
    public Future<Map<UserId, Membership>> memberships(ConversationId conversation, Collection<UserId> users) {
        List<UserId> asked = List.copyOf(users);
        return readers.read(
                conversation,
                rocks -> memberships(
                        rocks,
                        asked,
                        user -> Keys.member(conversation, user),
                        (user, record) -> record.membership(conversation, user)));
    }

    private static <K> Map<K, Membership> memberships(
            Rocks rocks, List<K> asked, Function<K, byte[]> key, Reading<K> membership) throws RocksDBException {
        Map<K, Membership> found = new LinkedHashMap<>();
        getAll(rocks, Family.TABLES, asked, key, MemberRecord::decode).forEach((each, record) -> {
            Membership known = membership.of(each, record);
            if (known != null) found.put(each, known);
        });
        return found;
    }

    private interface Reading<K> {
        @Nullable
        Membership of(K key, MemberRecord record);
    }

    @Override
    public Future<List<Membership>> inbox(UserId user) {
        return readers.read(null, rocks -> {
            List<Membership> inbox = new ArrayList<>();
            byte[] prefix = Keys.inbox(user);
            try (RocksIterator rows = rocks.iterator(Family.TABLES)) {
                for (rows.seek(prefix); rows.isValid(); rows.next()) {
                    byte[] key = rows.key();
                    if (!Keys.startsWith(key, prefix)) break;
                    var conversation = new ConversationId(Keys.rest(key, prefix));
                    addIfKnown(inbox, MemberRecord.decode(rows.value()).membership(conversation, user));
                }
                rows.status();
            }
            return inbox;
        });
    }

    @Override
    public Future<List<Ban>> bans(ConversationId conversation, String afterUser, int bansMax) {
        return readers.read(conversation, rocks -> {
            List<Ban> bans = new ArrayList<>();
            byte[] prefix = Keys.bans(conversation);
            try (RocksIterator rows = rocks.iterator(Family.TABLES)) {
                rows.seek(afterUser.isEmpty() ? prefix : Keys.banAfter(conversation, afterUser));
                for (; rows.isValid() && bans.size() < bansMax; rows.next()) {
                    byte[] key = rows.key();
                    if (!Keys.startsWith(key, prefix)) break;
                    var user = new UserId(Keys.rest(key, prefix));
                    bans.add(BanRecord.decode(user, rows.value()).ban());
                }
                rows.status();
            }
            return bans;
        });
    }

    @Override
    public Future<Optional<Ban>> ban(ConversationId conversation, UserId user) {
        return readers.read(
                conversation,
                rocks -> Optional.ofNullable(getAll(
                                rocks,
                                Family.TABLES,
                                List.of(user),
                                id -> Keys.ban(conversation, id),
                                row -> BanRecord.decode(user, row).ban())
                        .get(user)));
    }

    @Override
    public Future<List<Invitation>> invitations(ConversationId conversation) {
        return readers.read(conversation, rocks -> {
            List<Invitation> invitations = new ArrayList<>();
            byte[] prefix = Keys.invitations(conversation);
            try (RocksIterator rows = rocks.iterator(Family.TABLES)) {
                for (rows.seek(prefix); rows.isValid(); rows.next()) {
                    if (!Keys.startsWith(rows.key(), prefix)) break;
                    Invitation invitation =
                            InvitationRecord.decode(rows.value()).shown();
                    if (invitation != null) invitations.add(invitation);
                }
                rows.status();
            }
            return invitations;
        });
    }

    private static void addIfKnown(List<Membership> all, @Nullable Membership membership) {
        if (membership != null) all.add(membership);
    }

    @Override
    public Future<Map<ConversationId, Head>> heads(Collection<ConversationId> conversations) {
        List<ConversationId> asked = List.copyOf(conversations);
        return readers.read(onlyOf(asked), rocks -> getAll(rocks, Family.HEADS, asked, Keys::head, Tables::head));
    }

    @Override
    public Future<Map<ConversationId, ReadPointer>> readPointers(
            UserId user, Collection<ConversationId> conversations) {
        List<ConversationId> asked = List.copyOf(conversations);
        return readers.read(onlyOf(asked), rocks -> {
            Map<ConversationId, ReadPointer> found = new LinkedHashMap<>();
            getAll(rocks, Family.TABLES, asked, id -> Keys.pointer(user, id), ByteReader::new)
                    .forEach((id, in) -> found.put(id, readPointer(id, user, in)));
            return found;
        });
    }

    @Override
    public Future<Map<UserId, ReadPointer>> readPointers(ConversationId conversation, Collection<UserId> users) {
        List<UserId> asked = List.copyOf(users);
        return readers.read(conversation, rocks -> {
            Map<UserId, ReadPointer> found = new LinkedHashMap<>();
            getAll(rocks, Family.TABLES, asked, user -> Keys.pointer(user, conversation), ByteReader::new)
                    .forEach((user, in) -> found.put(user, readPointer(conversation, user, in)));
            return found;
        });
    }

    private static ReadPointer readPointer(ConversationId conversation, UserId user, ByteReader in) {
        return new ReadPointer(conversation, user, in.getVar(), in.getVar(), in.hasMore() ? in.getVar() : 0);
    }

    @Override
    public Future<Void> moveReadPointers(Collection<ReadPointer> pointers) {
        List<ReadPointer> moved = List.copyOf(pointers);
        Future<Boolean> written = writer.write(64 * moved.size(), commit -> {
            for (ReadPointer pointer : moved) {
                byte[] key = Keys.pointer(pointer.userId(), pointer.conversationId());
                byte[] row = commit.get(Family.TABLES, key);
                ReadPointer merged = pointer;
                if (row != null) {
                    ReadPointer present = readPointer(pointer.conversationId(), pointer.userId(), new ByteReader(row));
                    merged = present.with(pointer);
                    if (merged.equals(present)) continue;
                }
                commit.put(
                        Family.TABLES,
                        key,
                        new ByteWriter(16)
                                .putVar(merged.sequence())
                                .putVar(merged.countable())
                                .putVar(merged.delivered())
                                .toBytes());
            }
            return true;
        });
        return written.mapEmpty();
    }

    @Override
    public Future<Map<UserId, Long>> lastSeen(Collection<UserId> users) {
        List<UserId> asked = List.copyOf(users);
        return readers.read(
                null,
                rocks -> getAll(rocks, Family.TABLES, asked, Keys::lastSeen, row -> new ByteReader(row).getVar()));
    }

    @Override
    public Future<Void> saveLastSeen(Map<UserId, Long> lastSeen) {
        Map<UserId, Long> saved = Map.copyOf(lastSeen);
        Future<Boolean> written = writer.write(64 * saved.size(), commit -> {
            for (Map.Entry<UserId, Long> each : saved.entrySet()) {
                byte[] key = Keys.lastSeen(each.getKey());
                byte[] present = commit.get(Family.TABLES, key);
                if (present != null && new ByteReader(present).getVar() >= each.getValue()) continue;
                commit.put(
                        Family.TABLES,
                        key,
                        new ByteWriter(10).putVar(each.getValue()).toBytes());
            }
            return true;
        });
        return written.mapEmpty();
    }

    @Override
    public Future<List<Device>> devices(UserId user) {
        return readers.read(null, rocks -> {
            List<Device> devices = new ArrayList<>();
            byte[] prefix = Keys.devices(user);
            try (RocksIterator rows = rocks.iterator(Family.TABLES)) {
                for (rows.seek(prefix); rows.isValid(); rows.next()) {
                    byte[] key = rows.key();
                    if (!Keys.startsWith(key, prefix)) break;
                    var in = new ByteReader(rows.value());
                    devices.add(new Device(
                            user, new DeviceId(Keys.rest(key, prefix)), in.getVar(), in.getVar(), in.getOptional()));
                }
                rows.status();
            }
            return devices;
        });
    }

    @Override
    public Future<Void> saveDevice(Device device) {
        Future<Boolean> written = writer.write(128, commit -> {
            commit.put(
                    Family.TABLES,
                    Keys.device(device.userId(), device.deviceId()),
                    new ByteWriter(64)
                            .putVar(device.firstSeenAt())
                            .putVar(device.lastSeenAt())
                            .putOptional(device.client())
                            .toBytes());
            return true;
        });
        return written.mapEmpty();
    }

    @Override
    public Future<Boolean> removeDevice(UserId user, DeviceId device) {
        return writer.write(0, commit -> {
            byte[] key = Keys.device(user, device);
            if (commit.get(Family.TABLES, key) == null) return false;
            commit.delete(Family.TABLES, key);
            commit.sync();
            return true;
        });
    }

    @Override
    public Future<Map<UserId, UserSettings>> userSettings(Collection<UserId> users) {
        List<UserId> asked = List.copyOf(users);
        return readers.read(null, rocks -> {
            Map<UserId, UserSettings> found = getAll(rocks, Family.TABLES, asked, Keys::user, SettingsRecord::decode);
            for (UserId user : asked) found.putIfAbsent(user, UserSettings.DEFAULT);
            return found;
        });
    }

    @Override
    public Future<UserSettings> changeUserSettings(UserId user, UserSettings.Change change) {
        return writer.write(SettingsRecord.BYTES, commit -> {
            byte[] key = Keys.user(user);
            byte[] present = commit.get(Family.TABLES, key);
            UserSettings changed = change.of(present == null ? UserSettings.DEFAULT : SettingsRecord.decode(present));
            commit.put(Family.TABLES, key, SettingsRecord.encode(changed));
            commit.sync();
            return changed;
        });
    }

    @Override
    public Future<Map<ConversationId, Mute>> mutes(UserId user, Collection<ConversationId> conversations) {
        List<ConversationId> asked = List.copyOf(conversations);
        return readers.read(
                null, rocks -> getAll(rocks, Family.TABLES, asked, id -> Keys.mute(user, id), EmbeddedDirectory::mute));
    }

    private static Mute mute(byte[] row) {
        var in = new ByteReader(row);
        return new Mute(in.getVar(), in.getByte() == 1);
    }

    @Override
    public Future<Void> saveMute(UserId user, ConversationId conversation, @Nullable Mute mute) {
        Future<Boolean> written = writer.write(128, commit -> {
            byte[] key = Keys.mute(user, conversation);
            if (mute == null) commit.delete(Family.TABLES, key);
            else
                commit.put(
                        Family.TABLES,
                        key,
                        new ByteWriter(12)
                                .putVar(mute.until())
                                .putByte(mute.exceptMentions() ? 1 : 0)
                                .toBytes());
            commit.sync();
            return true;
        });
        return written.mapEmpty();
    }

    private static <K, V> Map<K, V> getAll(
            Rocks rocks, Family family, List<K> asked, Function<K, byte[]> key, Function<byte[], V> decode)
            throws RocksDBException {
        List<byte[]> keys = new ArrayList<>(asked.size());
        for (K each : asked) keys.add(key.apply(each));
        List<byte @Nullable []> rows = rocks.get(family, keys);
        Map<K, V> found = new LinkedHashMap<>();
        for (int i = 0; i < asked.size(); i++) {
            byte[] row = rows.get(i);
            if (row != null) found.put(asked.get(i), decode.apply(row));
        }
        return found;
    }

    /** The conversation that a damage is reported of: known if one alone was asked for. */
    private static @Nullable ConversationId onlyOf(List<ConversationId> asked) {
        return asked.size() == 1 ? asked.get(0) : null;
    }
}
