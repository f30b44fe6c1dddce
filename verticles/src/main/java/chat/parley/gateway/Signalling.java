package chat.parley.gateway;

import chat.parley.bus.Address;
import chat.parley.bus.Bus;
import chat.parley.bus.Loop;
import chat.parley.bus.Signals;
import chat.parley.bus.Topology;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory;
import chat.parley.wire.FrameCodec;
import chat.parley.wire.ReceiptType;
import chat.parley.wire.ServerFrame;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what is said in passing: to where its readers are, and from there to their sessions. Nothing here waits for room or is said twice.
 * Who may hear it is decided by whoever says it, who
 * leaves out those they block, and by the gate of the conversation, as for entries.
 */
final class Signalling {
    private static final Logger LOG = LoggerFactory.getLogger(Signalling.class);
    private static final int BATCH_MAX = 500;
    private static final int READS_MAX = 64;
    private static final int OWN_MAX = 1_000;
    private static final long OWN_MILLIS = 1_000;

    /** For so long it is believed what a reader had set; who sets it here is believed at once. */
    private static final long SETTINGS_MILLIS = 10_000;

    private final String name;
    private final long boot;
    private final long incarnation;
    private final Bus bus;
    private final Loop loop;
    private final Topology topology;
    private final Users users;
    private final Gates gates;
    private final Directory directory;
    private final Lookout lookout;
    private final Heard heard = new Heard();
    private long counter;
    private int reads;

    Signalling(
            String name,
            long boot,
            long incarnation,
            Bus bus,
            Loop loop,
            Topology topology,
            Users users,
            Gates gates,
            Directory directory,
            Lookout lookout) {
        this.name = name;
        this.boot = boot;
        this.incarnation = incarnation;
        this.bus = bus;
        this.loop = loop;
        this.topology = topology;
        this.users = users;
        this.gates = gates;
        this.directory = directory;
        this.lookout = lookout;
    }

    // What is said here.

    void sayReceipts(List<Signals.Receipt> receipts) {
        say(
                receipts,
                Signals.Receipt::users,
                (receipt, some) -> new Signals.Receipt(
                        receipt.conversationId(),
                        receipt.userId(),
                        receipt.receiptType(),
                        receipt.sequence(),
                        receipt.origin(),
                        some),
                batch -> signals(batch, List.of()));
    }

    void sayTyping(Signals.Typing typing) {
        say(
                List.of(typing),
                Signals.Typing::users,
                (each, some) -> new Signals.Typing(each.conversationId(), each.userId(), each.active(), some),
                batch -> signals(List.of(), batch));
    }

    private <T> void say(
            List<T> all,
            Function<T, List<UserId>> readers,
            BiFunction<T, List<UserId>, T> with,
            Function<List<T>, Signals> message) {
        Map<String, List<T>> byNode = new LinkedHashMap<>();
        for (T each : all) {
            Map<String, List<UserId>> byOwner = new LinkedHashMap<>();
            for (UserId user : readers.apply(each)) {
                String owner = topology.presenceOwner(user.shard());
                if (owner != null)
                    byOwner.computeIfAbsent(owner, any -> new ArrayList<>()).add(user);
            }
            byOwner.forEach((owner, some) ->
                    byNode.computeIfAbsent(owner, any -> new ArrayList<>()).add(with.apply(each, some)));
        }
        byNode.forEach((node, some) -> {
            for (int from = 0; from < some.size(); from += BATCH_MAX) {
                List<T> batch = List.copyOf(some.subList(from, Math.min(some.size(), from + BATCH_MAX)));
                bus.send(Address.presence(node), message.apply(batch));
            }
        });
    }

    private Signals signals(List<Signals.Receipt> receipts, List<Signals.Typing> typings) {
        return new Signals(incarnation, name, boot, ++counter, loop.millis(), receipts, typings);
    }

    // What is heard.

    void heard(Signals signals) {
        if (signals.incarnation() != incarnation) return;
        if (!heard.isOver(signals, loop.millis())) {
            for (Signals.Typing typing : signals.typings()) if (heard.isNews(signals, typing)) typing(typing);
        }
        List<Signals.Receipt> news = new ArrayList<>(signals.receipts().size());
        for (Signals.Receipt receipt : signals.receipts()) if (heard.isNews(receipt)) news.add(receipt);
        for (Signals.Receipt receipt : news) tookPart(receipt);
        if (!news.isEmpty()) withSettings(news, () -> receipts(news));
    }

    private void tookPart(Signals.Receipt receipt) {
        Gate gate = gates.get(receipt.conversationId());
        if (gate != null && receipt.receiptType() == ReceiptType.READ && isForOthers(receipt))
            lookout.tookPart(receipt.userId(), gate.users());
    }

    private void typing(Signals.Typing typing) {
        Gate gate = gates.get(typing.conversationId());
        if (gate == null) return;
        Packet packet = Packet.of(FrameCodec.encode(
                new ServerFrame.TypingEvent(typing.conversationId(), typing.userId(), typing.active())));
        Set<UserId> told = Set.copyOf(typing.users());
        for (LocalUser user : List.copyOf(gate.users())) {
            if (user.id.equals(typing.userId()) || !told.contains(user.id)) continue;
            for (Session session : List.copyOf(user.sessions)) {
                if (session.hasOpen(typing.conversationId())) session.feed.signal(packet);
            }
        }
        packet.release();
    }

    /** Whoever does not tell others how far they have read is not told how far others have: so it must be known who does. */
    private void withSettings(List<Signals.Receipt> receipts, Runnable goOn) {
        long now = loop.monotonicMillis();
        Set<UserId> unknown = new LinkedHashSet<>();
        for (Signals.Receipt receipt : receipts) {
            Gate gate = gates.get(receipt.conversationId());
            if (gate == null || receipt.receiptType() != ReceiptType.READ || !isForOthers(receipt)) continue;
            for (LocalUser user : gate.users()) if (user.settingsUntil <= now) unknown.add(user.id);
        }
        if (unknown.isEmpty()) {
            goOn.run();
            return;
        }
        if (reads >= READS_MAX) return;
        reads++;
        directory.userSettings(unknown).onComplete(answer -> {
            reads--;
            if (answer.succeeded()) {
                answer.result().forEach(this::settings);
                goOn.run();
            } else {
                LOG.warn("receipts were not told: settings of users were not read", answer.cause());
            }
        });
    }

    /** What the user has set. */
    void settings(UserId id, UserSettings settings) {
        LocalUser user = users.get(id);
        if (user == null) return;
        user.readReceipts = settings.readReceipts();
        user.settingsUntil = loop.monotonicMillis() + SETTINGS_MILLIS;
    }

    private void receipts(List<Signals.Receipt> receipts) {
        Set<Mark> read = new HashSet<>();
        for (Signals.Receipt receipt : receipts) {
            if (receipt.receiptType() == ReceiptType.READ && isForOthers(receipt)) read.add(Mark.of(receipt));
        }
        for (Signals.Receipt receipt : receipts) {
            if (isForOthers(receipt)) tellOthers(receipt, read.contains(Mark.of(receipt)));
            if (receipt.users().contains(receipt.userId())) tellOwn(receipt);
        }
    }

    private record Mark(ConversationId conversationId, UserId userId, long sequence) {
        static Mark of(Signals.Receipt receipt) {
            return new Mark(receipt.conversationId(), receipt.userId(), receipt.sequence());
        }
    }

    private static boolean isForOthers(Signals.Receipt receipt) {
        for (UserId user : receipt.users()) if (!user.equals(receipt.userId())) return true;
        return false;
    }

    /** @param isRead it is told as read to those who are told what is read, and what is read is delivered */
    private void tellOthers(Signals.Receipt receipt, boolean isRead) {
        Gate gate = gates.get(receipt.conversationId());
        if (gate == null || !heard.isLast(receipt)) return;
        Packet packet = Packet.of(FrameCodec.encode(new ServerFrame.ReceiptEvent(
                receipt.conversationId(), receipt.userId(), receipt.receiptType(), receipt.sequence(), null)));
        Set<UserId> told = Set.copyOf(receipt.users());
        for (LocalUser user : List.copyOf(gate.users())) {
            if (user.id.equals(receipt.userId()) || !told.contains(user.id)) continue;
            boolean isOfReading = receipt.receiptType() == ReceiptType.READ;
            if (isRead && isOfReading != user.readReceipts) continue;
            for (Session session : List.copyOf(user.sessions)) session.feed.signal(packet);
        }
        packet.release();
    }

    /**
     * The user's other devices, with what is unread now; the pointer may stand further by then. As that takes all the user's
     * conversations to be read, it is done once a second for all that moved.
     */
    private void tellOwn(Signals.Receipt receipt) {
        LocalUser user = users.get(receipt.userId());
        if (user == null || !hasOther(user, receipt.origin())) return;
        Map<ConversationId, String> moved = user.ownReceipts;
        boolean isResting = moved != null;
        if (moved == null) moved = new LinkedHashMap<>(4);
        user.ownReceipts = moved;
        if (moved.size() < OWN_MAX) moved.put(receipt.conversationId(), receipt.origin());
        if (!isResting) readOwn(user);
    }

    private void readOwn(LocalUser user) {
        Map<ConversationId, String> moved = user.ownReceipts;
        if (moved == null || moved.isEmpty()) {
            user.ownReceipts = null;
            return;
        }
        loop.after(OWN_MILLIS, () -> readOwn(user));
        if (reads >= READS_MAX) return;
        user.ownReceipts = new LinkedHashMap<>(4);
        reads++;
        Unread.events(directory, user.id, moved.keySet()).onComplete(answer -> {
            reads--;
            if (answer.failed()) {
                LOG.warn("the devices of user {} were not told what is unread", user.id, answer.cause());
                return;
            }
            for (ServerFrame.ReceiptEvent event : answer.result())
                tellOwn(user, event, moved.getOrDefault(event.conversationId(), ""));
        });
    }

    private void tellOwn(LocalUser user, ServerFrame.ReceiptEvent event, String origin) {
        if (!heard.isNews(event.conversationId(), user.id, ReceiptType.READ, event.sequence())) return;
        Packet packet = Packet.of(FrameCodec.encode(event));
        for (Session session : List.copyOf(user.sessions)) if (!session.id.equals(origin)) session.feed.signal(packet);
        packet.release();
    }

    private static boolean hasOther(LocalUser user, String origin) {
        for (Session session : user.sessions) if (!session.id.equals(origin)) return true;
        return false;
    }
}
