package chat.parley.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of an entry (and of a draft's contents), in the stores and between nodes. Begins with a version byte: version 1 has no
 * count of members and owners; all are read, the last is written.
 */
public final class EntryCodec {
    private static final int VERSION = 2;

    /** The first version: an entry that says nothing of members and owners is written so for ever. */
    private static final int UNCOUNTED = 1;

    private static final int SIZE_GUESS = 160;
    private static final int NAMED = 1;
    private static final int MORE_SETTINGS = 2;
    private static final int BY_INVITATION = 128;
    private static final int SETS_NAME = 1;
    private static final int SETS_RATE = 2;
    private static final int SETS_WRITERS = 4;

    private EntryCodec() {}

    public static byte[] encode(Entry entry) {
        ByteWriter out = new ByteWriter(sizeOf(entry));
        write(entry, out);
        return out.toBytes();
    }

    public static Entry decode(byte[] bytes) {
        return read(new ByteReader(bytes));
    }

    /** About how many bytes the entry takes; the measure of batches and tails. */
    public static int sizeOf(Entry entry) {
        return SIZE_GUESS + sizeOf(entry.content());
    }

    /** About how many bytes the content takes. */
    public static int sizeOf(Content content) {
        return switch (content) {
            case Content.Message message ->
                message.body().length()
                        + 200 * message.attachments().size()
                        + 80 * message.mentions().size()
                        + (message.ext() == null ? 0 : message.ext().length());
            case Content.Edit edit -> edit.body().length() + 8 * edit.edits().size();
            case Content.Delete delete -> 8 * delete.edits().size();
            case Content.MembersAdded added -> 66 * added.userIds().size();
            case Content.MembersRemoved removed -> 74 * removed.departures().size();
            default -> 128;
        };
    }

    public static void write(Entry entry, ByteWriter out) {
        boolean isCounted = entry.memberCount() != Entry.NOT_COUNTED || entry.ownerCount() != Entry.NOT_COUNTED;
        out.putByte(isCounted ? VERSION : UNCOUNTED);
        out.putString(entry.conversationId().value());
        out.putVar(entry.sequence());
        out.putVar(entry.position());
        out.putVar(entry.sentAt());
        out.putString(entry.senderId().value());
        out.putString(entry.clientMessageId());
        write(entry.digest(), out);
        out.putString(entry.origin());
        out.putVar(entry.countable());
        out.putVar(entry.lastMessage());
        if (isCounted) out.putVar(entry.memberCount() + 1L).putVar(entry.ownerCount() + 1L);
        write(entry.content(), out);
    }

    public static Entry read(ByteReader in) {
        int version = in.getByte();
        if (version < UNCOUNTED || version > VERSION) throw new IllegalArgumentException("entry of version " + version);
        return new Entry(
                new ConversationId(in.getString()),
                in.getVar(),
                in.getVar(),
                in.getVar(),
                new UserId(in.getString()),
                in.getString(),
                readDigest(in),
                in.getString(),
                in.getVar(),
                in.getVar(),
                version == UNCOUNTED ? Entry.NOT_COUNTED : readMembers(in),
                version == UNCOUNTED ? Entry.NOT_COUNTED : readMembers(in),
                readContent(in));
    }

    private static int readMembers(ByteReader in) {
        long members = in.getVar() - 1;
        if (members > Integer.MAX_VALUE) throw new IllegalArgumentException("too many: " + members);
        return (int) members;
    }

    public static void write(Digest digest, ByteWriter out) {
        out.putByte(digest.version()).putLong(digest.high()).putLong(digest.low());
    }

    public static Digest readDigest(ByteReader in) {
        return new Digest(in.getByte(), in.getLong(), in.getLong());
    }

    public static void write(Content content, ByteWriter out) {
        out.putByte(content.kind().number());
        switch (content) {
            case Content.Message message -> {
                out.putString(message.body());
                out.putOptional(message.contentType());
                writeAll(message.attachments(), out, EntryCodec::write);
                writeAll(message.mentions(), out, EntryCodec::write);
                out.putVar(message.replyTo());
                out.putOptional(message.ext());
            }
            case Content.Edit edit -> {
                out.putVar(edit.target()).putString(edit.body());
                writeAll(edit.edits(), out, (sequence, o) -> o.putVar(sequence));
            }
            case Content.Delete delete -> {
                out.putVar(delete.target());
                writeAll(delete.edits(), out, (sequence, o) -> o.putVar(sequence));
            }
            case Content.ConversationCreated created -> {
                out.putByte(created.type().number());
                write(created.settings(), out);
            }
            case Content.ConversationUpdated updated -> {
                write(updated.settings(), out);
                out.putByte(bit(updated.setsName(), SETS_NAME)
                        | bit(updated.setsRate(), SETS_RATE)
                        | bit(updated.setsWriters(), SETS_WRITERS));
                out.putByte(bit(updated.setsSlowMode(), 1));
            }
            case Content.MembersAdded added -> {
                Content.InvitationUse use = added.invitation();
                out.putByte(added.role().number() | (use == null ? 0 : BY_INVITATION));
                writeAll(added.userIds(), out, (user, o) -> o.putString(user.value()));
                if (use != null)
                    out.putString(use.invitationId()).putVar(use.slot()).putVar(use.uses());
            }
            case Content.MembersRemoved removed -> writeAll(removed.departures(), out, EntryCodec::write);
            case Content.MemberLeft left -> write(left.departure(), out);
            case Content.RoleChanged changed ->
                out.putString(changed.userId().value())
                        .putVar(changed.joined())
                        .putByte(changed.role().number());
            case Content.UserBanned banned -> out.putString(banned.userId().value());
            case Content.UserUnbanned unbanned ->
                out.putString(unbanned.userId().value());
            case Content.InvitationCreated created ->
                out.putString(created.invitationId())
                        .putVar(created.lifeMillis())
                        .putVar(created.usesMax())
                        .putVar(created.slot())
                        .putVar(created.expiresAt());
            case Content.InvitationRevoked revoked ->
                out.putString(revoked.invitationId()).putVar(revoked.slot());
        }
    }

    public static Content readContent(ByteReader in) {
        return switch (Kind.of(in.getByte())) {
            case MESSAGE ->
                new Content.Message(
                        in.getString(),
                        in.getOptional(),
                        readAll(in, EntryCodec::readAttachment),
                        readAll(in, EntryCodec::readMention),
                        in.getVar(),
                        in.getOptional());
            case EDIT -> new Content.Edit(in.getVar(), in.getString(), readAll(in, ByteReader::getVar));
            case DELETE -> new Content.Delete(in.getVar(), readAll(in, ByteReader::getVar));
            case CONVERSATION_CREATED ->
                new Content.ConversationCreated(ConversationType.of(in.getByte()), readSettings(in));
            case CONVERSATION_UPDATED -> {
                Settings settings = readSettings(in);
                int sets = in.getByte();
                yield new Content.ConversationUpdated(
                        settings,
                        (sets & SETS_NAME) != 0,
                        in.getByte() == 1,
                        (sets & SETS_RATE) != 0,
                        (sets & SETS_WRITERS) != 0);
            }
            case MEMBER_ADDED -> {
                int how = in.getByte();
                Role role = Role.of(how & ~BY_INVITATION);
                List<UserId> users = readAll(in, i -> new UserId(i.getString()));
                boolean isJoining = (how & BY_INVITATION) != 0;
                yield new Content.MembersAdded(users, role, isJoining ? readUse(in) : null);
            }
            case MEMBER_REMOVED -> new Content.MembersRemoved(readAll(in, EntryCodec::readDeparture));
            case MEMBER_LEFT -> new Content.MemberLeft(readDeparture(in));
            case ROLE_CHANGED ->
                new Content.RoleChanged(new UserId(in.getString()), in.getVar(), Role.of(in.getByte()));
            case USER_BANNED -> new Content.UserBanned(new UserId(in.getString()));
            case USER_UNBANNED -> new Content.UserUnbanned(new UserId(in.getString()));
            case INVITATION_CREATED ->
                new Content.InvitationCreated(
                        in.getString(), in.getVar(), in.getVar(), toInt(in.getVar()), in.getVar());
            case INVITATION_REVOKED -> new Content.InvitationRevoked(in.getString(), toInt(in.getVar()));
        };
    }

    /** What no conversation had in the first version is there only if it is set; a bit of the first byte says so. */
    public static void write(Settings settings, ByteWriter out) {
        String name = settings.name();
        boolean hasMore = settings.messagesPerMinute() > 0 || settings.writers() != Writers.ALL;
        out.putByte((name == null ? 0 : NAMED) | (hasMore ? MORE_SETTINGS : 0));
        if (name != null) out.putString(name);
        out.putVar(settings.slowModeMillis());
        if (hasMore)
            out.putVar(settings.messagesPerMinute()).putByte(settings.writers().number());
    }

    public static Settings readSettings(ByteReader in) {
        int what = in.getByte();
        if (what > (NAMED | MORE_SETTINGS)) throw new IllegalArgumentException("settings of a kind " + what);
        String name = (what & NAMED) == 0 ? null : in.getString();
        long slowModeMillis = in.getVar();
        if ((what & MORE_SETTINGS) == 0) return new Settings(name, slowModeMillis);
        return new Settings(name, slowModeMillis, toInt(in.getVar()), Writers.of(in.getByte()));
    }

    private static int bit(boolean isSet, int bit) {
        return isSet ? bit : 0;
    }

    private static Content.InvitationUse readUse(ByteReader in) {
        return new Content.InvitationUse(in.getString(), toInt(in.getVar()), in.getVar());
    }

    private static void write(Attachment attachment, ByteWriter out) {
        out.putOptional(attachment.url()).putOptional(attachment.blobId());
        out.putString(attachment.name()).putString(attachment.contentType()).putVar(attachment.size());
        putNumber(attachment.width(), out);
        putNumber(attachment.height(), out);
        putNumber(attachment.durationMillis(), out);
        out.putOptional(attachment.digest());
    }

    private static Attachment readAttachment(ByteReader in) {
        return new Attachment(
                in.getOptional(),
                in.getOptional(),
                in.getString(),
                in.getString(),
                in.getVar(),
                getInteger(in),
                getInteger(in),
                getNumber(in),
                in.getOptional());
    }

    private static void write(Mention mention, ByteWriter out) {
        out.putOptional(mention.userId() == null ? null : mention.userId().value());
        putNumber(mention.from(), out);
        putNumber(mention.length(), out);
    }

    private static Mention readMention(ByteReader in) {
        String user = in.getOptional();
        return new Mention(user == null ? null : new UserId(user), getInteger(in), getInteger(in));
    }

    private static void write(Content.Departure departure, ByteWriter out) {
        out.putString(departure.userId().value()).putVar(departure.joined());
    }

    private static Content.Departure readDeparture(ByteReader in) {
        return new Content.Departure(new UserId(in.getString()), in.getVar());
    }

    /** 0 stands for "not there", n + 1 for n. */
    private static void putNumber(@Nullable Number value, ByteWriter out) {
        out.putVar(value == null ? 0 : value.longValue() + 1);
    }

    private static @Nullable Long getNumber(ByteReader in) {
        long value = in.getVar();
        return value == 0 ? null : (Long) (value - 1);
    }

    private static @Nullable Integer getInteger(ByteReader in) {
        Long value = getNumber(in);
        return value == null ? null : (Integer) toInt(value);
    }

    private static int toInt(long value) {
        if (value > Integer.MAX_VALUE) throw new IllegalArgumentException("too large: " + value);
        return (int) value;
    }

    private static <T> void writeAll(List<T> all, ByteWriter out, BiConsumer<T, ByteWriter> one) {
        out.putVar(all.size());
        for (T each : all) one.accept(each, out);
    }

    private static <T> List<T> readAll(ByteReader in, Function<ByteReader, T> one) {
        int count = in.getCount();
        if (count == 0) return List.of();
        List<T> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) all.add(one.apply(in));
        return List.copyOf(all);
    }
}
