package chat.parley.store.memory;

import chat.parley.model.Ban;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Entry;
import chat.parley.model.Interval;
import chat.parley.model.Invitation;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.Projection;
import chat.parley.store.StoredEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What projections write, in sorted maps. The later stamp wins, in whatever order rows come. */
final class Tables {
    private final Map<String, NavigableMap<Long, Entry>> entries = new TreeMap<>();
    private final Map<String, NavigableMap<Long, Amended>> amendments = new TreeMap<>();
    private final Map<String, History.KnownId> ids = new TreeMap<>();
    private final Map<String, Directory.Head> heads = new TreeMap<>();
    private final Map<String, About> conversations = new TreeMap<>();
    private final Map<String, NavigableMap<String, NavigableMap<Long, Member>>> members = new TreeMap<>();
    private final Map<String, NavigableMap<String, Boolean>> inboxes = new TreeMap<>();

    private final Map<String, NavigableMap<String, Stamped<Ban>>> bans = new TreeMap<>();
    private final Map<String, NavigableMap<Integer, Stamped<Invitation>>> invitations = new TreeMap<>();
    private final Map<String, Stamped<Long>> uses = new TreeMap<>();
    private final Map<String, Stamped<Boolean>> revoked = new TreeMap<>();

    private record Stamped<T>(long stamp, T value) {
        static <T> Stamped<T> later(Stamped<T> a, Stamped<T> b) {
            return a.stamp >= b.stamp ? a : b;
        }
    }

    private record Amended(long stamp, @Nullable String body, long at, boolean deleted, List<Long> edits) {}

    private record About(@Nullable ConversationType type, Settings settings, long stamp) {}

    private record Member(@Nullable Role role, long roleStamp, long countable, long left) {}

    void write(Projection.Row row, long stamp) {
        switch (row) {
            case Projection.EntryRow(Entry entry) ->
                entries.computeIfAbsent(entry.conversationId().value(), c -> new TreeMap<>())
                        .put(entry.sequence(), entry);
            case Projection.IdRow id ->
                ids.put(
                        key(new History.IdKey(id.conversationId(), id.senderId(), id.clientMessageId())),
                        new History.KnownId(id.sequence(), id.sentAt(), id.digest()));
            case Projection.HeadRow head ->
                heads.merge(head.conversationId().value(), head.head(), (a, b) -> a.position() >= b.position() ? a : b);
            case Projection.SettingsRow settings ->
                conversations.merge(
                        settings.conversationId().value(),
                        new About(settings.type(), settings.settings(), stamp),
                        (a, b) -> {
                            About later = a.stamp >= b.stamp ? a : b;
                            return new About(a.type != null ? a.type : b.type, later.settings, later.stamp);
                        });
            case Projection.MemberRow member -> {
                members.computeIfAbsent(member.conversationId().value(), c -> new TreeMap<>())
                        .computeIfAbsent(member.userId().value(), u -> new TreeMap<>())
                        .merge(
                                member.joined(),
                                new Member(
                                        member.role(),
                                        member.role() == null ? 0 : stamp,
                                        member.countable(),
                                        member.left()),
                                (a, b) -> {
                                    Member later = a.roleStamp >= b.roleStamp ? a : b;
                                    return new Member(
                                            later.role,
                                            later.roleStamp,
                                            Math.max(a.countable, b.countable),
                                            Math.max(a.left, b.left));
                                });
                inboxes.computeIfAbsent(member.userId().value(), u -> new TreeMap<>())
                        .put(member.conversationId().value(), true);
            }
            case Projection.BanRow(ConversationId conversation, Ban ban) ->
                bans.computeIfAbsent(conversation.value(), c -> new TreeMap<>())
                        .merge(ban.userId().value(), new Stamped<>(stamp, ban), Stamped::later);
            case Projection.InvitationRow(ConversationId conversation, Invitation made) -> {
                invitations
                        .computeIfAbsent(conversation.value(), c -> new TreeMap<>())
                        .merge(made.slot(), new Stamped<>(stamp, made), Stamped::later);
                uses.merge(conversation + "/" + made.slot(), new Stamped<>(stamp, 0L), Stamped::later);
                revoked.merge(conversation + "/" + made.slot(), new Stamped<>(stamp, false), Stamped::later);
            }
            case Projection.UsesRow used ->
                uses.merge(
                        used.conversationId() + "/" + used.slot(), new Stamped<>(stamp, used.uses()), Stamped::later);
            case Projection.RevokedRow ended ->
                revoked.merge(ended.conversationId() + "/" + ended.slot(), new Stamped<>(stamp, true), Stamped::later);
            case Projection.Edited edited ->
                amend(
                        edited.conversationId(),
                        edited.target(),
                        new Amended(stamp, edited.body(), edited.editedAt(), false, edited.edits()));
            case Projection.Erased erased ->
                amend(
                        erased.conversationId(),
                        erased.target(),
                        new Amended(stamp, null, erased.deletedAt(), true, erased.edits()));
        }
    }

    private void amend(ConversationId conversation, long target, Amended amended) {
        amendments
                .computeIfAbsent(conversation.value(), c -> new TreeMap<>())
                .merge(target, amended, (a, b) -> a.stamp >= b.stamp ? a : b);
    }

    @Nullable
    StoredEntry entry(ConversationId conversation, long sequence) {
        NavigableMap<Long, Entry> log = entries.get(conversation.value());
        Entry entry = log == null ? null : log.get(sequence);
        return entry == null ? null : shown(entry);
    }

    NavigableMap<Long, Entry> log(ConversationId conversation) {
        return entries.getOrDefault(conversation.value(), new TreeMap<>());
    }

    StoredEntry shown(Entry entry) {
        NavigableMap<Long, Amended> amended =
                amendments.get(entry.conversationId().value());
        if (amended == null) return StoredEntry.plain(entry);
        if (entry.content() instanceof Content.Edit edit) {
            Amended target = amended.get(edit.target());
            return target != null && target.deleted ? StoredEntry.plain(entry.erased()) : StoredEntry.plain(entry);
        }
        Amended own = amended.get(entry.sequence());
        if (own == null || !(entry.content() instanceof Content.Message message)) return StoredEntry.plain(entry);
        if (own.deleted) {
            return new StoredEntry(entry.with(Content.Message.of("")), null, own.at, own.edits);
        }
        Content body = message.with(own.body == null ? "" : own.body);
        return new StoredEntry(entry.with(body), own.at, null, own.edits);
    }

    History.@Nullable KnownId id(History.IdKey key) {
        return ids.get(key(key));
    }

    Directory.@Nullable Head head(ConversationId conversation) {
        return heads.get(conversation.value());
    }

    Directory.@Nullable Conversation conversation(ConversationId id) {
        About about = conversations.get(id.value());
        Directory.Head head = heads.get(id.value());
        if (about == null || about.type == null || head == null) return null;
        return new Directory.Conversation(id, about.type, about.settings, head);
    }

    List<Membership> members(ConversationId conversation, String prefix, String afterUser, int max) {
        List<Membership> found = new ArrayList<>();
        for (String user : members.getOrDefault(conversation.value(), new TreeMap<>())
                .tailMap(afterUser, false)
                .keySet()) {
            if (found.size() == max) break;
            if (!user.startsWith(prefix)) continue;
            Membership membership = membership(conversation, new UserId(user));
            if (membership != null) found.add(membership);
        }
        return found;
    }

    @Nullable
    Membership membership(ConversationId conversation, UserId user) {
        NavigableMap<Long, Member> rows =
                members.getOrDefault(conversation.value(), new TreeMap<>()).get(user.value());
        if (rows == null) return null;
        List<Interval> intervals = new ArrayList<>();
        Role role = Role.MEMBER;
        for (Map.Entry<Long, Member> row : rows.entrySet()) {
            Member member = row.getValue();
            if (member.countable < 0) continue; // its joining is not projected yet
            intervals.add(new Interval(row.getKey(), member.left, member.countable));
            if (member.role != null) role = member.role;
        }
        return intervals.isEmpty() ? null : new Membership(conversation, user, role, List.copyOf(intervals));
    }

    List<Ban> bans(ConversationId conversation, String afterUser, int max) {
        return bans.getOrDefault(conversation.value(), new TreeMap<>()).tailMap(afterUser, false).values().stream()
                .limit(max)
                .map(Stamped::value)
                .toList();
    }

    List<Invitation> invitations(ConversationId conversation) {
        List<Invitation> found = new ArrayList<>();
        invitations.getOrDefault(conversation.value(), new TreeMap<>()).forEach((slot, made) -> {
            Stamped<Long> used = uses.get(conversation + "/" + slot);
            Stamped<Boolean> ended = revoked.get(conversation + "/" + slot);
            Invitation invitation = used == null ? made.value : made.value.used(used.value);
            found.add(ended != null && ended.value ? invitation.revoked() : invitation);
        });
        return found;
    }

    List<Membership> inbox(UserId user) {
        List<Membership> found = new ArrayList<>();
        for (String conversation :
                inboxes.getOrDefault(user.value(), new TreeMap<>()).keySet()) {
            Membership membership = membership(new ConversationId(conversation), user);
            if (membership != null) found.add(membership);
        }
        return found;
    }

    /** Everything in one text: two stores that hold the same rows give the same one. */
    String dump() {
        return entries + "\n" + amendments + "\n" + ids + "\n" + heads + "\n" + conversations + "\n" + members + "\n"
                + bans + "\n" + invitations + "\n" + uses + "\n" + revoked;
    }

    private static String key(History.IdKey key) {
        return key.conversationId() + "/" + key.senderId() + "/" + key.clientMessageId();
    }
}
