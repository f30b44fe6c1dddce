package chat.parley.store.cassandra;

import chat.parley.model.Audience;
import chat.parley.model.Ban;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Device;
import chat.parley.model.DeviceId;
import chat.parley.model.Entry;
import chat.parley.model.Invitation;
import chat.parley.model.Membership;
import chat.parley.model.Mute;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.CannotOpen;
import chat.parley.store.Directory;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who is where. What is asked of many partitions is many requests, some at once. */
final class CassandraDirectory implements Directory {
    private static final int KEYS_MAX = 100;

    private final Requests requests;
    private final Memberships memberships;
    private final Admissions admissions;
    private final PreparedStatement conversation;
    private final PreparedStatement pointer;
    private final PreparedStatement moveRead;
    private final PreparedStatement moveDelivered;
    private final PreparedStatement seen;
    private final PreparedStatement saveSeen;
    private final PreparedStatement devices;
    private final PreparedStatement device;
    private final PreparedStatement saveDevice;
    private final PreparedStatement removeDevice;
    private final PreparedStatement settings;
    private final PreparedStatement changeSettings;
    private final PreparedStatement block;
    private final PreparedStatement unblock;
    private final PreparedStatement mute;
    private final PreparedStatement saveMute;
    private final PreparedStatement removeMute;

    CassandraDirectory(Connection connection, Requests requests) throws CannotOpen {
        this.requests = requests;
        memberships = new Memberships(connection, requests);
        admissions = new Admissions(connection, requests);
        conversation = connection.prepare("SELECT type, settings, sequence, position, sent_at, countable, last_message,"
                + " member_count, owner_count FROM conversations WHERE conversation_id = ?");
        pointer = connection.prepare("SELECT sequence, countable, delivered FROM read_pointers"
                + " WHERE user_id = ? AND conversation_id = ?");
        moveRead = connection.prepare("UPDATE read_pointers USING TIMESTAMP ? SET sequence = ?, countable = ?"
                + " WHERE user_id = ? AND conversation_id = ?");
        moveDelivered = connection.prepare("UPDATE read_pointers USING TIMESTAMP ? SET delivered = ?"
                + " WHERE user_id = ? AND conversation_id = ?");
        seen = connection.prepare("SELECT at FROM last_seen WHERE user_id = ?");
        saveSeen = connection.prepare("UPDATE last_seen USING TIMESTAMP ? SET at = ? WHERE user_id = ?");
        devices = connection.prepare(
                "SELECT device_id, first_seen_at, last_seen_at, client FROM devices WHERE user_id = ?");
        device = connection.prepare("SELECT device_id FROM devices WHERE user_id = ? AND device_id = ?");
        saveDevice = connection.prepare("INSERT INTO devices (user_id, device_id, first_seen_at, last_seen_at, client)"
                + " VALUES (:user, :device, :first, :last, :client)");
        removeDevice = connection.prepare("DELETE FROM devices WHERE user_id = ? AND device_id = ?");
        settings = connection.prepare(
                "SELECT presence, presence_allow, invisible, read_receipts, blocked FROM user_settings WHERE user_id ="
                        + " ?");
        changeSettings = connection.prepare(
                "UPDATE user_settings SET presence = :presence, presence_allow = :allowed, invisible = :invisible,"
                        + " read_receipts = :receipts WHERE user_id = :user");
        block = connection.prepare("UPDATE user_settings SET blocked = blocked + ? WHERE user_id = ?");
        unblock = connection.prepare("UPDATE user_settings SET blocked = blocked - ? WHERE user_id = ?");
        mute = connection.prepare("SELECT until, except_mentions FROM mutes WHERE user_id = ? AND conversation_id = ?");
        saveMute = connection.prepare(
                "INSERT INTO mutes (user_id, conversation_id, until, except_mentions) VALUES (?, ?, ?, ?)");
        removeMute = connection.prepare("DELETE FROM mutes WHERE user_id = ? AND conversation_id = ?");
    }

    @Override
    public Future<Map<ConversationId, Conversation>> conversations(Collection<ConversationId> conversations) {
        return requests.each(conversations, id -> row(id).map(row -> row.map(found -> conversation(id, found))));
    }

    @Override
    public Future<Map<ConversationId, Head>> heads(Collection<ConversationId> conversations) {
        return requests.each(conversations, id -> row(id).map(row -> row.map(CassandraDirectory::head)));
    }

    private Future<Optional<Row>> row(ConversationId id) {
        return requests.row(conversation.bind(id.value()).setIdempotent(true));
    }

    private static @Nullable Head head(Row row) {
        if (row.isNull("sequence")) return null;
        return new Head(
                row.getLong("sequence"),
                row.getLong("position"),
                row.getLong("sent_at"),
                row.getLong("countable"),
                row.getLong("last_message"),
                members(row, "member_count"),
                members(row, "owner_count"));
    }

    private static int members(Row row, String column) {
        return row.isNull(column) ? Entry.NOT_COUNTED : row.getInt(column);
    }

    private static @Nullable Conversation conversation(ConversationId id, Row row) {
        Head head = head(row);
        ByteBuffer settings = row.getByteBuffer("settings");
        if (head == null || settings == null || row.isNull("type")) return null;
        return new Conversation(id, ConversationType.of(row.getByte("type")), Blobs.settings(id, settings), head);
    }

    @Override
    public Future<List<Membership>> members(
            ConversationId conversation, String prefix, String afterUser, int membersMax) {
        return memberships.page(conversation, prefix, afterUser, membersMax);
    }

    @Override
    public Future<Map<ConversationId, Membership>> memberships(UserId user, Collection<ConversationId> conversations) {
        return inParts(conversations, part -> memberships.of(user, part), Membership::conversationId);
    }

    @Override
    public Future<Map<UserId, Membership>> memberships(ConversationId conversation, Collection<UserId> users) {
        return inParts(users, part -> memberships.of(conversation, part), Membership::userId);
    }

    private <K> Future<Map<K, Membership>> inParts(
            Collection<K> keys, Function<List<K>, Future<List<Membership>>> question, Function<Membership, K> key) {
        List<K> all = List.copyOf(keys);
        List<List<K>> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += KEYS_MAX) {
            parts.add(all.subList(from, Math.min(all.size(), from + KEYS_MAX)));
        }
        return requests.each(parts, part -> question.apply(part).map(Optional::of))
                .map(found -> {
                    Map<K, Membership> memberships = new LinkedHashMap<>();
                    found.values().forEach(part -> part.forEach(each -> memberships.put(key.apply(each), each)));
                    return memberships;
                });
    }

    @Override
    public Future<List<Ban>> bans(ConversationId conversation, String afterUser, int bansMax) {
        return admissions.bans(conversation, afterUser, bansMax);
    }

    @Override
    public Future<Optional<Ban>> ban(ConversationId conversation, UserId user) {
        return admissions.ban(conversation, user);
    }

    @Override
    public Future<List<Invitation>> invitations(ConversationId conversation) {
        return admissions.invitations(conversation);
    }

    @Override
    public Future<List<Membership>> inbox(UserId user) {
        return memberships.of(user);
    }

    @Override
    public Future<Map<ConversationId, ReadPointer>> readPointers(
            UserId user, Collection<ConversationId> conversations) {
        return requests.each(conversations, id -> readPointer(user, id));
    }

    @Override
    public Future<Map<UserId, ReadPointer>> readPointers(ConversationId conversation, Collection<UserId> users) {
        return requests.each(users, user -> readPointer(user, conversation));
    }

    private Future<Optional<ReadPointer>> readPointer(UserId user, ConversationId id) {
        return requests.row(pointer.bind(user.value(), id.value()).setIdempotent(true))
                .map(found -> found.map(row -> new ReadPointer(
                        id, user, row.getLong("sequence"), row.getLong("countable"), row.getLong("delivered"))));
    }

    /** The stamp is the value: what stands further stays, whoever comes last. */
    @Override
    public Future<Void> moveReadPointers(Collection<ReadPointer> pointers) {
        List<BoundStatement> moves = new ArrayList<>(2 * pointers.size());
        for (ReadPointer to : pointers) {
            String user = to.userId().value();
            String id = to.conversationId().value();
            if (to.sequence() > 0) {
                moves.add(moveRead.bind(to.sequence(), to.sequence(), to.countable(), user, id)
                        .setIdempotent(true));
            }
            moves.add(
                    moveDelivered.bind(to.delivered(), to.delivered(), user, id).setIdempotent(true));
        }
        return requests.all(moves);
    }

    @Override
    public Future<Map<UserId, Long>> lastSeen(Collection<UserId> users) {
        return requests.each(
                users,
                user -> requests.row(seen.bind(user.value()).setIdempotent(true))
                        .map(row -> row.map(found -> found.getLong("at"))));
    }

    @Override
    public Future<Void> saveLastSeen(Map<UserId, Long> lastSeen) {
        List<BoundStatement> saves = new ArrayList<>(lastSeen.size());
        lastSeen.forEach(
                (user, at) -> saves.add(saveSeen.bind(at, at, user.value()).setIdempotent(true)));
        return requests.all(saves);
    }

    @Override
    public Future<List<Device>> devices(UserId user) {
        return requests.rows(devices.bind(user.value()).setIdempotent(true)).map(rows -> {
            List<Device> found = new ArrayList<>();
            for (Row row : rows) {
                found.add(new Device(
                        user,
                        new DeviceId(String.valueOf(row.getString("device_id"))),
                        row.getLong("first_seen_at"),
                        row.getLong("last_seen_at"),
                        row.getString("client")));
            }
            return found;
        });
    }

    @Override
    public Future<Void> saveDevice(Device its) {
        return requests.send(Values.of(saveDevice)
                        .text("user", its.userId().value())
                        .text("device", its.deviceId().value())
                        .number("first", its.firstSeenAt())
                        .number("last", its.lastSeenAt())
                        .text("client", its.client())
                        .once())
                .mapEmpty();
    }

    @Override
    public Future<Boolean> removeDevice(UserId user, DeviceId id) {
        return requests.row(device.bind(user.value(), id.value()).setIdempotent(true))
                .compose(row -> row.isEmpty()
                        ? Future.succeededFuture(false)
                        : requests.send(removeDevice.bind(user.value(), id.value()))
                                .map(done -> true));
    }

    @Override
    public Future<Map<UserId, UserSettings>> userSettings(Collection<UserId> users) {
        return requests.each(users, user -> userSettings(user).map(Optional::of));
    }

    private Future<UserSettings> userSettings(UserId user) {
        return requests.row(settings.bind(user.value()).setIdempotent(true))
                .map(row -> row.map(CassandraDirectory::userSettings).orElse(UserSettings.DEFAULT));
    }

    private static UserSettings userSettings(Row row) {
        List<String> allowed = row.getList("presence_allow", String.class);
        Set<String> blocked = row.getSet("blocked", String.class);
        return new UserSettings.Change(
                        row.isNull("presence") ? null : Audience.of(row.getByte("presence")),
                        allowed == null
                                ? null
                                : allowed.stream().map(UserId::new).toList(),
                        row.get("invisible", Boolean.class),
                        row.get("read_receipts", Boolean.class))
                .of(UserSettings.DEFAULT)
                .blocking(
                        blocked == null
                                ? Set.of()
                                : blocked.stream().map(UserId::new).collect(Collectors.toUnmodifiableSet()));
    }

    /** Each setting is a cell of its own, so changes of different ones do not undo one another; one change is one row, all or nothing; so is whom they block. */
    @Override
    public Future<UserSettings> changeUserSettings(UserId user, UserSettings.Change change) {
        Values values = Values.of(changeSettings).text("user", user.value());
        if (change.presence() != null)
            values.small("presence", change.presence().number());
        if (change.presenceAllow() != null)
            values.texts(
                    "allowed",
                    change.presenceAllow().stream().map(UserId::value).toList());
        if (change.invisible() != null) values.flag("invisible", change.invisible());
        if (change.readReceipts() != null) values.flag("receipts", change.readReceipts());
        Future<?> written = Future.succeededFuture();
        if (change.hasOwn()) written = requests.send(values.once());
        return written.compose(done -> block(block, change.block(), user))
                .compose(done -> block(unblock, change.unblock(), user))
                .compose(done -> userSettings(user));
    }

    private Future<?> block(PreparedStatement write, @Nullable UserId other, UserId user) {
        if (other == null) return Future.succeededFuture();
        return requests.send(write.bind(Set.of(other.value()), user.value()));
    }

    @Override
    public Future<Map<ConversationId, Mute>> mutes(UserId user, Collection<ConversationId> conversations) {
        return requests.each(
                conversations,
                id -> requests.row(mute.bind(user.value(), id.value()).setIdempotent(true))
                        .map(row -> row.map(
                                found -> new Mute(found.getLong("until"), found.getBoolean("except_mentions")))));
    }

    @Override
    public Future<Void> saveMute(UserId user, ConversationId conversation, @Nullable Mute wanted) {
        BoundStatement write = wanted == null
                ? removeMute.bind(user.value(), conversation.value())
                : saveMute.bind(user.value(), conversation.value(), wanted.until(), wanted.exceptMentions());
        return requests.send(write).mapEmpty();
    }
}
