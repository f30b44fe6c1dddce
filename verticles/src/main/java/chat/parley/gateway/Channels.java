package chat.parley.gateway;

import chat.parley.bus.Event;
import chat.parley.bus.Loop;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Mention;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.wire.FrameCodec;
import chat.parley.wire.ServerFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What sessions get of conversations with so many members that not everybody can have everything: who has one open gets its entries, all
 * others hear how far it goes, once a second, and at once where they are mentioned. That is never an entry, so never a hole; whoever opens it
 * gets what is missing.
 *
 * <p>Whether an entry is a channel's says the number of members behind it, and whether the one before was: a channel stays one until a tenth fewer are
 * members. When one no longer is, those who did not have the conversation open have a hole before it, and are told to synchronise.
 */
final class Channels {
    private static final long NEWS_MILLIS = 1_000;

    /** Of one channel to one session; the oldest give way. */
    private static final int MENTIONS_OWED_MAX = 100;

    private final Loop loop;
    private final int workerMembersMax;

    /** Who has it open, and has been sent what was there before. Of all conversations, since each may become a channel. */
    private final Map<ConversationId, Set<Session>> open = new HashMap<>();

    /** Channels of which there is news, and for whom; empty: for everybody who does not have it open. */
    private Map<Gate, Optional<Set<Session>>> moved = new LinkedHashMap<>();

    /** Of sessions that had no room for them, or were not welcome yet: in which channels, and where, their users were mentioned. */
    private Map<Session, Map<Gate, ArrayDeque<Long>>> mentionsOwed = new LinkedHashMap<>();

    private boolean isPlanned;

    Channels(Loop loop, int workerMembersMax) {
        this.loop = loop;
        this.workerMembersMax = workerMembersMax;
    }

    /**
     * Not counted is what was written while all conversations were small. One that was a channel stays one until a tenth fewer are members: whoever
     * does not look has to synchronise when it ends, so that is not to happen each time somebody leaves.
     */
    boolean isChannels(Gate gate, Entry entry) {
        int most = gate.isChannel ? workerMembersMax - workerMembersMax / 10 : workerMembersMax;
        return entry.memberCount() > most;
    }

    /** From now on the session gets live entries: it has been sent, or will be, what is up to the gate's cursor. */
    void opened(Session session, ConversationId conversation) {
        open.computeIfAbsent(conversation, any -> new LinkedHashSet<>(2)).add(session);
    }

    void closed(Session session, ConversationId conversation) {
        Set<Session> sessions = open.get(conversation);
        if (sessions == null || !sessions.remove(session)) return;
        if (sessions.isEmpty()) open.remove(conversation);
    }

    private Set<Session> sessionsOf(ConversationId conversation) {
        return open.getOrDefault(conversation, Set.of());
    }

    /** Entries of a channel, which are the next for all members here. */
    void pass(Gate gate, Passing passing, List<LocalUser> receivers, Gate.Exit users) {
        gate.isChannel = true;
        Set<Session> lookers = sessionsOf(gate.conversation);
        Set<LocalUser> readers = receivers == gate.users() || lookers.isEmpty() ? null : new HashSet<>(receivers);
        for (Session session : lookers.isEmpty() ? lookers : List.copyOf(lookers)) {
            LocalUser user = session.me();
            if (!user.gates.contains(gate) || gate.isLater(user) || readers != null && !readers.contains(user))
                continue;
            Role role = gate.roleOf(user);
            if (passing.isSpecialFor(user.id, role)) session.feed.liveOwn(passing, role);
            else session.feed.live(passing);
        }
        for (Event event : passing.run) {
            acknowledge(event, gate, lookers, users);
            if (Entries.isMembership(event.entry())) tellConcerned(event, gate, lookers, users);
            if (event.entry().content() instanceof Content.Message message) {
                mention(message.mentions(), event.entry(), gate, lookers, users);
            }
        }
        plan();
        moved.put(gate, Optional.empty());
    }

    /** Its sender gets the ack in any case. */
    private static void acknowledge(Event event, Gate gate, Set<Session> lookers, Gate.Exit users) {
        LocalUser sender = users.find(event.entry().senderId());
        if (sender == null || !sender.gates.contains(gate)) return;
        for (Session session : List.copyOf(sender.sessions)) {
            if (!lookers.contains(session) && event.entry().origin().equals(session.id)) session.comesAsEvent(event);
        }
    }

    /** Who joins learns of it by the entry; who leaves, by what else there was up to it. */
    private static void tellConcerned(Event event, Gate gate, Set<Session> lookers, Gate.Exit users) {
        Passing one = new Passing(gate.conversation, List.of(event));
        for (UserId id : Entries.joining(event.entry())) {
            LocalUser user = users.find(id);
            if (user == null || !user.gates.contains(gate)) continue;
            boolean isSender = event.entry().senderId().equals(id);
            for (Session session : List.copyOf(user.sessions)) {
                if (lookers.contains(session)) continue;
                if (isSender) session.feed.live(one);
                else session.feed.liveOwn(one, gate.roleOf(user));
            }
        }
        one.release();
        for (UserId id : Entries.leaving(event.entry())) {
            LocalUser user = users.find(id);
            if (user == null || !user.gates.contains(gate)) continue;
            for (Session session : user.sessions) {
                if (!lookers.contains(session)) session.feed.resync(gate.conversation);
            }
        }
    }

    private void mention(List<Mention> mentions, Entry entry, Gate gate, Set<Session> lookers, Gate.Exit users) {
        if (mentions.isEmpty()) return;
        long sequence = entry.sequence();
        Set<LocalUser> mentioned = new LinkedHashSet<>();
        for (Mention mention : mentions) {
            UserId id = mention.userId();
            LocalUser user = id == null ? null : users.find(id);
            if (user != null && user.gates.contains(gate)) mentioned.add(user);
            if (id == null) mentioned.addAll(gate.users());
        }
        mentioned.removeIf(user -> user.id.equals(entry.senderId()));
        if (mentioned.isEmpty()) return;
        ConversationId conversation = gate.conversation;
        Packet packet = packet(Map.of(conversation, sequence), Map.of(conversation, List.of(sequence)));
        for (LocalUser user : mentioned) {
            for (Session session : List.copyOf(user.sessions)) {
                boolean isTold = lookers.contains(session) || session.isWelcome() && session.feed.news(packet);
                if (!isTold) owe(session, gate, sequence);
            }
        }
        packet.release();
    }

    private void owe(Session session, Gate gate, long mention) {
        plan();
        ArrayDeque<Long> owed = mentionsOwed
                .computeIfAbsent(session, any -> new LinkedHashMap<>(2))
                .computeIfAbsent(gate, any -> new ArrayDeque<>(2));
        owed.add(mention);
        if (owed.size() > MENTIONS_OWED_MAX) owed.remove();
    }

    /** An entry of what was a channel before goes to all members: for those who did not look, others are missing before it. */
    void goOn(Gate gate) {
        gate.isChannel = false;
        moved.remove(gate);
        Set<Session> lookers = sessionsOf(gate.conversation);
        for (LocalUser user : gate.users()) {
            for (Session session : user.sessions) {
                if (!lookers.contains(session)) session.feed.resync(gate.conversation);
            }
        }
    }

    private void tellMentions() {
        Map<Session, Map<Gate, ArrayDeque<Long>>> due = mentionsOwed;
        mentionsOwed = new LinkedHashMap<>();
        due.forEach((session, owed) -> {
            if (!session.isOpen()) return;
            Map<ConversationId, Long> heads = new LinkedHashMap<>();
            Map<ConversationId, List<Long>> mentions = new LinkedHashMap<>();
            owed.forEach((gate, sequences) -> {
                if (!session.me().gates.contains(gate)) return;
                heads.put(gate.conversation, gate.cursor());
                mentions.put(gate.conversation, List.copyOf(sequences));
            });
            if (heads.isEmpty()) return;
            Packet packet = packet(heads, mentions);
            boolean isTold = session.isWelcome() && session.feed.news(packet);
            packet.release();
            if (!isTold) owed.forEach((gate, sequences) -> sequences.forEach(each -> owe(session, gate, each)));
        });
    }

    /** To whom news is due, of one or of several channels; who finds no room hears it a second later. */
    private void tellNews() {
        isPlanned = false;
        tellMentions();
        Map<Gate, Optional<Set<Session>>> due = moved;
        moved = new LinkedHashMap<>();
        if (due.size() == 1) {
            due.forEach(this::tellNews);
            return;
        }
        Map<Session, List<Gate>> bySession = new LinkedHashMap<>();
        due.forEach((gate, owed) -> {
            for (Session session : due(gate, owed))
                bySession.computeIfAbsent(session, any -> new ArrayList<>(2)).add(gate);
        });
        bySession.forEach((session, channels) -> {
            Map<ConversationId, Long> heads = new LinkedHashMap<>();
            for (Gate gate : channels) heads.put(gate.conversation, gate.cursor());
            Packet packet = packet(heads, Map.of());
            if (!session.feed.news(packet)) for (Gate gate : channels) owe(gate, session);
            packet.release();
        });
    }

    private void tellNews(Gate gate, Optional<Set<Session>> owed) {
        Packet packet = packet(Map.of(gate.conversation, gate.cursor()), Map.of());
        for (Session session : due(gate, owed)) if (!session.feed.news(packet)) owe(gate, session);
        packet.release();
    }

    private List<Session> due(Gate gate, Optional<Set<Session>> owed) {
        return owed.map(List::copyOf).orElseGet(() -> others(gate));
    }

    /** The sessions of its members here that do not have it open. */
    private List<Session> others(Gate gate) {
        Set<Session> lookers = sessionsOf(gate.conversation);
        List<Session> others = new ArrayList<>(gate.users().size());
        for (LocalUser user : gate.users()) {
            for (Session session : user.sessions) if (!lookers.contains(session)) others.add(session);
        }
        return others;
    }

    private void owe(Gate gate, Session session) {
        plan();
        moved.computeIfAbsent(gate, any -> Optional.of(new LinkedHashSet<>())).ifPresent(owed -> owed.add(session));
    }

    private void plan() {
        if (isPlanned) return;
        isPlanned = true;
        loop.after(NEWS_MILLIS, this::tellNews);
    }

    private static Packet packet(Map<ConversationId, Long> heads, Map<ConversationId, List<Long>> mentions) {
        return Packet.of(FrameCodec.encode(new ServerFrame.Heads(heads, mentions)));
    }
}
