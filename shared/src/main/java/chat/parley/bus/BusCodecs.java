package chat.parley.bus;

import chat.parley.bus.Announced.Elsewhere;
import chat.parley.bus.Bundle.Parcel;
import chat.parley.bus.Compare.ShardDigest;
import chat.parley.bus.Route.Events;
import chat.parley.bus.Route.HeadHint;
import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.Draft;
import chat.parley.model.EntryCodec;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.wire.CloseCode;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.ReceiptType;
import chat.parley.wire.ServerFrame.Status;
import io.vertx.core.eventbus.EventBus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The binary form of every message, as the package says. A reader never trusts a count or a length that it did not check. */
public final class BusCodecs {
    /** Of the bus: nodes that write another one cannot work together. */
    public static final int VERSION = 2;

    private static final int ENTRIES_MAX = 500;
    private static final int STATUSES = 600;

    static final List<RecordCodec<?>> ALL = List.of(
            new RecordCodec<>(Submit.class, BusCodecs::write, BusCodecs::readSubmit),
            new RecordCodec<>(Submitted.class, BusCodecs::write, BusCodecs::readSubmitted),
            new RecordCodec<>(NotMine.class, BusCodecs::write, BusCodecs::readNotMine),
            new RecordCodec<>(Pull.class, BusCodecs::write, BusCodecs::readPull),
            new RecordCodec<>(Pulled.class, BusCodecs::write, BusCodecs::readPulled),
            new RecordCodec<>(Route.class, BusCodecs::write, BusCodecs::readRoute),
            new RecordCodec<>(Forwarded.class, BusCodecs::write, BusCodecs::readForwarded),
            new RecordCodec<>(Deliver.class, BusCodecs::write, BusCodecs::readDeliver),
            new RecordCodec<>(Spread.class, BusCodecs::write, BusCodecs::readSpread),
            new RecordCodec<>(Announce.class, BusCodecs::write, BusCodecs::readAnnounce),
            new RecordCodec<>(Compare.class, BusCodecs::write, BusCodecs::readCompare),
            new RecordCodec<>(Announced.class, BusCodecs::write, BusCodecs::readAnnounced),
            new RecordCodec<>(EndSessions.class, BusCodecs::write, BusCodecs::readEndSessions),
            new RecordCodec<>(Signals.class, BusCodecs::write, BusCodecs::readSignals),
            new RecordCodec<>(Watch.class, BusCodecs::write, BusCodecs::readWatch),
            new RecordCodec<>(Ask.class, BusCodecs::write, BusCodecs::readAsk),
            new RecordCodec<>(Presences.class, BusCodecs::write, BusCodecs::readPresences),
            new RecordCodec<>(SettingsChanged.class, BusCodecs::write, BusCodecs::readSettingsChanged),
            new RecordCodec<>(Bundle.class, BusCodecs::write, BusCodecs::readBundle),
            new RecordCodec<>(Unbundled.class, BusCodecs::write, BusCodecs::readUnbundled),
            new RecordCodec<>(Canary.class, BusCodecs::write, BusCodecs::readCanary),
            new RecordCodec<>(Command.class, BusCodecs::write, BusCodecs::readCommand),
            new RecordCodec<>(Commanded.class, BusCodecs::write, BusCodecs::readCommanded));

    private static final Map<Class<?>, RecordCodec<?>> BY_CLASS =
            ALL.stream().collect(Collectors.toMap(RecordCodec::type, Function.identity()));
    private static final Map<String, RecordCodec<?>> BY_NAME =
            ALL.stream().collect(Collectors.toMap(RecordCodec::name, Function.identity()));

    private BusCodecs() {}

    /** The message as it travels between nodes, to be passed on at that address. */
    static Parcel pack(String address, Object message) {
        RecordCodec<?> codec = BY_CLASS.get(message.getClass());
        if (codec == null) throw new IllegalArgumentException(message.getClass() + " has no codec");
        return new Parcel(address, codec.name(), encode(codec, message));
    }

    private static <T> byte[] encode(RecordCodec<T> codec, Object message) {
        return codec.encode(codec.type().cast(message));
    }

    /** @throws IllegalArgumentException if it cannot be read */
    static Object unpack(Parcel parcel) {
        RecordCodec<?> codec = BY_NAME.get(parcel.codec());
        if (codec == null) throw new IllegalArgumentException("no message " + parcel.codec());
        return codec.decode(parcel.body());
    }

    /** Registers all of them: once for each Vert.x instance, before anything is sent. */
    public static void register(EventBus bus) {
        for (RecordCodec<?> codec : ALL) register(bus, codec);
    }

    private static <T> void register(EventBus bus, RecordCodec<T> codec) {
        bus.registerDefaultCodec(codec.type(), codec);
    }

    private static void write(Bundle bundle, ByteWriter out) {
        writeAll(bundle.parcels(), out, BusCodecs::write);
    }

    private static Bundle readBundle(ByteReader in) {
        return new Bundle(readAll(in, BusCodecs::readParcel));
    }

    private static void write(Parcel parcel, ByteWriter out) {
        out.putString(parcel.address()).putString(parcel.codec()).putBytes(parcel.body());
    }

    private static Parcel readParcel(ByteReader in) {
        return new Parcel(in.getString(), in.getString(), in.getBytes());
    }

    private static void write(Unbundled unbundled, ByteWriter out) {
        out.putVar(unbundled.passedOn());
    }

    private static Unbundled readUnbundled(ByteReader in) {
        return new Unbundled(in.getVar());
    }

    private static void write(Canary canary, ByteWriter out) {
        out.putString(canary.home());
    }

    private static Canary readCanary(ByteReader in) {
        return new Canary(in.getString());
    }

    private static void write(Command command, ByteWriter out) {
        out.putString(command.name()).putString(command.arguments());
    }

    private static Command readCommand(ByteReader in) {
        return new Command(in.getString(), in.getString());
    }

    private static void write(Commanded commanded, ByteWriter out) {
        out.putVar(commanded.status()).putString(commanded.answer());
    }

    private static Commanded readCommanded(ByteReader in) {
        return new Commanded(readInt(in, STATUSES, "status"), in.getString());
    }

    private static void write(Submit submit, ByteWriter out) {
        out.putVar(submit.shard());
        writeAll(submit.drafts(), out, BusCodecs::write);
        writeAll(submit.blocksChanged(), out, BusCodecs::write);
    }

    private static Submit readSubmit(ByteReader in) {
        return new Submit(
                readShard(in, ConversationId.SHARDS),
                readAll(in, BusCodecs::readDraft),
                readAll(in, BusCodecs::readConversation));
    }

    private static void write(Draft draft, ByteWriter out) {
        write(draft.conversationId(), out);
        write(draft.senderId(), out);
        out.putString(draft.clientMessageId()).putString(draft.origin());
        writeAll(draft.contents(), out, EntryCodec::write);
    }

    private static Draft readDraft(ByteReader in) {
        return new Draft(
                readConversation(in),
                readUser(in),
                in.getString(),
                in.getString(),
                BusCodecs.<Content>readAll(in, EntryCodec::readContent));
    }

    private static void write(Submitted submitted, ByteWriter out) {
        writeAll(submitted.answers(), out, BusCodecs::write);
    }

    private static Submitted readSubmitted(ByteReader in) {
        return new Submitted(readAll(in, BusCodecs::readAnswer));
    }

    private static void write(Answer answer, ByteWriter out) {
        switch (answer) {
            case Answer.Placed placed ->
                out.putByte(1)
                        .putVar(placed.sequence())
                        .putVar(placed.sentAt())
                        .putVar(placed.countable())
                        .putByte(placed.duplicate() ? 1 : 0);
            case Answer.Unchanged unchanged -> out.putByte(2).putVar(unchanged.head());
            case Answer.Refused refused ->
                out.putByte(3)
                        .putByte(refused.code().number())
                        .putString(refused.message())
                        .putVar(refused.retryAfterMillis());
        }
    }

    private static Answer readAnswer(ByteReader in) {
        int kind = in.getByte();
        return switch (kind) {
            case 1 -> new Answer.Placed(in.getVar(), in.getVar(), in.getVar(), readFlag(in));
            case 2 -> new Answer.Unchanged(in.getVar());
            case 3 -> new Answer.Refused(ErrorCode.of(in.getByte()), in.getString(), in.getVar());
            default -> throw new IllegalArgumentException("no answer " + kind);
        };
    }

    private static void write(NotMine notMine, ByteWriter out) {
        out.putVar(notMine.shard()).putOptional(notMine.owner());
    }

    /** Of conversations or of users. */
    private static NotMine readNotMine(ByteReader in) {
        return new NotMine(readShard(in, UserId.SHARDS), in.getOptional());
    }

    private static void write(Pull pull, ByteWriter out) {
        write(pull.conversationId(), out);
        out.putVar(pull.after()).putVar(pull.entriesMax());
        writeAll(pull.users(), out, BusCodecs::write);
    }

    private static Pull readPull(ByteReader in) {
        return new Pull(
                readConversation(in),
                in.getVar(),
                readInt(in, ENTRIES_MAX + 1, "entries"),
                readAll(in, BusCodecs::readUser));
    }

    private static void write(Pulled pulled, ByteWriter out) {
        write(pulled.conversationId(), out);
        out.putVar(pulled.epoch()).putVar(pulled.head());
        writeAll(pulled.entries(), out, EntryCodec::write);
        writeAll(pulled.memberships(), out, BusCodecs::write);
    }

    private static Pulled readPulled(ByteReader in) {
        return new Pulled(
                readConversation(in),
                in.getVar(),
                in.getVar(),
                readAll(in, EntryCodec::read),
                readAll(in, BusCodecs::readMembership));
    }

    private static void write(Membership membership, ByteWriter out) {
        write(membership.conversationId(), out);
        write(membership.userId(), out);
        out.putByte(membership.role().number());
        writeAll(
                membership.intervals(),
                out,
                (interval, o) ->
                        o.putVar(interval.joined()).putVar(interval.left()).putVar(interval.countable()));
    }

    private static Membership readMembership(ByteReader in) {
        Membership membership = new Membership(
                readConversation(in),
                readUser(in),
                Role.of(in.getByte()),
                readAll(in, i -> new Interval(i.getVar(), i.getVar(), i.getVar())));
        if (membership.intervals().isEmpty()) throw new IllegalArgumentException("a membership without a time");
        return membership;
    }

    private static void write(Route route, ByteWriter out) {
        out.putLong(route.incarnation());
        writeAll(route.events(), out, BusCodecs::write);
        writeAll(route.heads(), out, BusCodecs::write);
    }

    private static Route readRoute(ByteReader in) {
        return new Route(in.getLong(), readAll(in, BusCodecs::readEvents), readAll(in, BusCodecs::readHead));
    }

    private static void write(Forwarded forwarded, ByteWriter out) {
        write(forwarded.route(), out);
    }

    private static Forwarded readForwarded(ByteReader in) {
        return new Forwarded(readRoute(in));
    }

    private static void write(Deliver deliver, ByteWriter out) {
        out.putLong(deliver.incarnation());
        writeAll(deliver.events(), out, BusCodecs::write);
        writeAll(deliver.heads(), out, BusCodecs::write);
    }

    private static Deliver readDeliver(ByteReader in) {
        return new Deliver(in.getLong(), readAll(in, BusCodecs::readEvents), readAll(in, BusCodecs::readHead));
    }

    private static void write(Events events, ByteWriter out) {
        write(events.conversationId(), out);
        writeAll(events.events(), out, BusCodecs::write);
        writeAll(events.users(), out, BusCodecs::write);
    }

    private static Events readEvents(ByteReader in) {
        return new Events(readConversation(in), readAll(in, BusCodecs::readEvent), readAll(in, BusCodecs::readUser));
    }

    private static void write(Event event, ByteWriter out) {
        EntryCodec.write(event.entry(), out);
        out.putBytes(event.json());
    }

    private static Event readEvent(ByteReader in) {
        return new Event(EntryCodec.read(in), in.getBytes());
    }

    private static void write(HeadHint hint, ByteWriter out) {
        write(hint.conversationId(), out);
        out.putVar(hint.head());
        writeAll(hint.users(), out, BusCodecs::write);
    }

    private static HeadHint readHead(ByteReader in) {
        return new HeadHint(readConversation(in), in.getVar(), readAll(in, BusCodecs::readUser));
    }

    private static void write(Spread spread, ByteWriter out) {
        out.putVar(spread.shard()).putVar(spread.epoch());
        out.putVar(spread.after()).putVar(spread.position());
        writeAll(spread.heads(), out, BusCodecs::write);
        writeAll(spread.large(), out, BusCodecs::write);
        writeAll(spread.live(), out, BusCodecs::write);
    }

    private static Spread readSpread(ByteReader in) {
        return new Spread(
                readShard(in, ConversationId.SHARDS),
                in.getVar(),
                in.getVar(),
                in.getVar(),
                readAll(in, BusCodecs::readHead),
                readAll(in, BusCodecs::readHead),
                readAll(in, BusCodecs::readEvents));
    }

    private static void write(Announce announce, ByteWriter out) {
        out.putString(announce.gateway()).putLong(announce.boot());
        writeAll(announce.steps(), out, BusCodecs::write);
    }

    private static Announce readAnnounce(ByteReader in) {
        return new Announce(in.getString(), in.getLong(), readAll(in, BusCodecs::readStep));
    }

    private static void write(Announce.Step step, ByteWriter out) {
        out.putVar(step.shard()).putVar(step.counter()).putByte(step.whole() ? 1 : 0);
        writeAll(step.came(), out, BusCodecs::write);
        writeAll(step.gone(), out, BusCodecs::write);
    }

    private static Announce.Step readStep(ByteReader in) {
        return new Announce.Step(
                readShard(in, UserId.SHARDS),
                in.getVar(),
                readFlag(in),
                readAll(in, BusCodecs::readUser),
                readAll(in, BusCodecs::readUser));
    }

    private static void write(Compare compare, ByteWriter out) {
        out.putString(compare.gateway()).putLong(compare.boot());
        writeAll(compare.shards(), out, BusCodecs::write);
    }

    private static Compare readCompare(ByteReader in) {
        return new Compare(in.getString(), in.getLong(), readAll(in, BusCodecs::readDigest));
    }

    private static void write(ShardDigest digest, ByteWriter out) {
        out.putVar(digest.shard())
                .putVar(digest.counter())
                .putVar(digest.users())
                .putLong(digest.sum());
    }

    private static ShardDigest readDigest(ByteReader in) {
        return new ShardDigest(
                readShard(in, UserId.SHARDS), in.getVar(), readInt(in, Integer.MAX_VALUE, "users"), in.getLong());
    }

    private static void write(Announced announced, ByteWriter out) {
        out.putString(announced.node()).putLong(announced.boot());
        out.putLong(announced.gatewayBoot()).putVar(announced.turn());
        writeAll(announced.wanted(), out, (shard, o) -> o.putVar(shard));
        writeAll(announced.notMine(), out, BusCodecs::write);
        writeAll(announced.elsewhere(), out, BusCodecs::write);
        writeAll(announced.unknown(), out, BusCodecs::write);
    }

    private static Announced readAnnounced(ByteReader in) {
        return new Announced(
                in.getString(),
                in.getLong(),
                in.getLong(),
                in.getVar(),
                readAll(in, i -> readShard(i, UserId.SHARDS)),
                readAll(in, BusCodecs::readNotMine),
                readAll(in, BusCodecs::readElsewhere),
                readAll(in, BusCodecs::readUser));
    }

    private static void write(Elsewhere elsewhere, ByteWriter out) {
        write(elsewhere.userId(), out);
        writeAll(elsewhere.gateways(), out, (gateway, o) -> o.putString(gateway));
    }

    private static Elsewhere readElsewhere(ByteReader in) {
        return new Elsewhere(readUser(in), readAll(in, ByteReader::getString));
    }

    private static void write(EndSessions end, ByteWriter out) {
        write(end.userId(), out);
        out.putString(end.deviceId().value())
                .putVar(end.turn())
                .putVar(end.code().number());
    }

    private static EndSessions readEndSessions(ByteReader in) {
        return new EndSessions(readUser(in), new DeviceId(in.getString()), in.getVar(), readCloseCode(in));
    }

    private static CloseCode readCloseCode(ByteReader in) {
        long number = in.getVar();
        for (CloseCode code : CloseCode.values()) if (code.number() == number) return code;
        throw new IllegalArgumentException("no close code " + number);
    }

    private static void write(Signals signals, ByteWriter out) {
        out.putLong(signals.incarnation()).putString(signals.gateway());
        out.putLong(signals.boot()).putVar(signals.counter()).putVar(signals.sentAt());
        writeAll(signals.receipts(), out, BusCodecs::write);
        writeAll(signals.typings(), out, BusCodecs::write);
    }

    private static Signals readSignals(ByteReader in) {
        return new Signals(
                in.getLong(),
                in.getString(),
                in.getLong(),
                in.getVar(),
                in.getVar(),
                readAll(in, BusCodecs::readReceipt),
                readAll(in, BusCodecs::readTyping));
    }

    private static void write(Signals.Receipt receipt, ByteWriter out) {
        write(receipt.conversationId(), out);
        write(receipt.userId(), out);
        out.putByte(receipt.receiptType() == ReceiptType.READ ? 1 : 0);
        out.putVar(receipt.sequence()).putString(receipt.origin());
        writeAll(receipt.users(), out, BusCodecs::write);
    }

    private static Signals.Receipt readReceipt(ByteReader in) {
        return new Signals.Receipt(
                readConversation(in),
                readUser(in),
                readFlag(in) ? ReceiptType.READ : ReceiptType.DELIVERED,
                in.getVar(),
                in.getString(),
                readAll(in, BusCodecs::readUser));
    }

    private static void write(Signals.Typing typing, ByteWriter out) {
        write(typing.conversationId(), out);
        write(typing.userId(), out);
        out.putByte(typing.active() ? 1 : 0);
        writeAll(typing.users(), out, BusCodecs::write);
    }

    private static Signals.Typing readTyping(ByteReader in) {
        return new Signals.Typing(readConversation(in), readUser(in), readFlag(in), readAll(in, BusCodecs::readUser));
    }

    private static void write(Watch watch, ByteWriter out) {
        out.putString(watch.gateway()).putLong(watch.boot());
        writeAll(watch.users(), out, BusCodecs::write);
        writeAll(watch.gone(), out, BusCodecs::write);
    }

    private static Watch readWatch(ByteReader in) {
        return new Watch(
                in.getString(), in.getLong(), readAll(in, BusCodecs::readUser), readAll(in, BusCodecs::readUser));
    }

    private static void write(Ask ask, ByteWriter out) {
        writeAll(ask.users(), out, BusCodecs::write);
    }

    private static Ask readAsk(ByteReader in) {
        return new Ask(readAll(in, BusCodecs::readUser));
    }

    private static void write(Presences presences, ByteWriter out) {
        out.putString(presences.node()).putVar(presences.turn());
        writeAll(presences.states(), out, BusCodecs::write);
    }

    private static Presences readPresences(ByteReader in) {
        return new Presences(in.getString(), in.getVar(), readAll(in, BusCodecs::readState));
    }

    private static void write(Presences.State state, ByteWriter out) {
        write(state.userId(), out);
        out.putByte(state.status().ordinal()).putVar(state.lastSeenAt());
    }

    private static Presences.State readState(ByteReader in) {
        UserId user = readUser(in);
        int status = in.getByte();
        if (status >= Status.values().length) throw new IllegalArgumentException("no status " + status);
        return new Presences.State(user, Status.values()[status], in.getVar());
    }

    private static void write(SettingsChanged changed, ByteWriter out) {
        write(changed.userId(), out);
    }

    private static SettingsChanged readSettingsChanged(ByteReader in) {
        return new SettingsChanged(readUser(in));
    }

    private static void write(UserId user, ByteWriter out) {
        out.putString(user.value());
    }

    private static UserId readUser(ByteReader in) {
        return new UserId(in.getString());
    }

    private static void write(ConversationId conversation, ByteWriter out) {
        out.putString(conversation.value());
    }

    private static ConversationId readConversation(ByteReader in) {
        return new ConversationId(in.getString());
    }

    private static int readShard(ByteReader in, int shards) {
        return readInt(in, shards, "shard");
    }

    private static int readInt(ByteReader in, int below, String what) {
        long value = in.getVar();
        if (value >= below) throw new IllegalArgumentException(what + " " + value);
        return (int) value;
    }

    private static boolean readFlag(ByteReader in) {
        int flag = in.getByte();
        if (flag > 1) throw new IllegalArgumentException("neither yes nor no: " + flag);
        return flag == 1;
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
        return Collections.unmodifiableList(all);
    }
}
