package chat.parley.gateway;

import chat.parley.bus.Deliver;
import chat.parley.bus.Event;
import chat.parley.bus.Loop;
import chat.parley.bus.Pulled;
import chat.parley.bus.Route;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.telemetry.Traces;
import chat.parley.wire.EventJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gates of all conversations with members here: feeds them what comes, pulls what they miss, and takes what passes to the sessions. */
final class Gates implements Gate.Exit {
    private static final Logger LOG = LoggerFactory.getLogger(Gates.class);
    private static final long PAUSE_MILLIS = 50;
    private static final long PAUSE_MILLIS_MAX = 5_000;
    private static final long BUSY_MILLIS = 60_000;
    private static final int SPARED_MAX = 16;
    private static final int UNCLAIMED_MAX = 10_000;

    private final Users users;
    private final Loop loop;
    private final Tail tail;
    private final Recent recent;
    private final Channels channels;
    private final int gatesMax;

    /** Of a conversation with no more each entry names its members. */
    private final int inlineMembersMax;

    private final BiConsumer<Entry, List<LocalUser>> passed;
    private final LinkedHashMap<ConversationId, Gate> gates = new LinkedHashMap<>();
    private final List<LocalUser> named = new ArrayList<>();

    /** What came for all of large conversations in this turn. */
    private Map<ConversationId, List<List<Event>>> gathered = new LinkedHashMap<>();

    /** What came for all of conversations without a gate, while somebody was attaching; the oldest may be forgotten, its head is repeated. */
    private final LinkedHashMap<ConversationId, Long> unclaimed = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ConversationId, Long> eldest) {
            return size() > UNCLAIMED_MAX;
        }
    };

    private final Forgotten forgotten = new Forgotten();

    /** Of conversations that were small then. They may have grown since, but push out none that is large. */
    private final Forgotten forgottenOfSmall = new Forgotten();

    private final AtomicLong pulls = new AtomicLong();
    private Traces traces = Traces.NONE;
    private long now;

    /** @param passed hears of each entry that passes, and to which members */
    Gates(
            Users users,
            Loop loop,
            Tail tail,
            Recent recent,
            Channels channels,
            GatewayConfig config,
            BiConsumer<Entry, List<LocalUser>> passed) {
        this.users = users;
        this.loop = loop;
        this.tail = tail;
        this.recent = recent;
        this.channels = channels;
        this.gatesMax = config.gatesMax();
        this.inlineMembersMax = config.inlineMembersMax();
        this.passed = passed;
    }

    @Nullable
    Gate get(ConversationId conversation) {
        return gates.get(conversation);
    }

    int count() {
        return gates.size();
    }

    /** Before anything comes. */
    void traces(Traces its) {
        traces = its;
    }

    /** How often a gate asked for what it lacked. From any thread. */
    long pulls() {
        return pulls.get();
    }

    void deliver(Deliver deliver) {
        now = loop.monotonicMillis();
        for (Route.Events events : deliver.events()) {
            if (events.users().isEmpty()) gather(events);
            else events(events);
        }
        for (Route.HeadHint hint : deliver.heads()) head(hint.conversationId(), hint.head(), hint.users());
    }

    /**
     * For all of a large conversation: what comes while the sessions here are written to goes to each in one write. That takes long enough
     * where it matters, so nothing is waited for.
     */
    private void gather(Route.Events events) {
        if (events.events().isEmpty()) return;
        if (gathered.isEmpty()) loop.soon(this::passGathered);
        gathered.computeIfAbsent(events.conversationId(), any -> new ArrayList<>(2))
                .add(events.events());
    }

    private void passGathered() {
        now = loop.monotonicMillis();
        Map<ConversationId, List<List<Event>>> all = gathered;
        gathered = new LinkedHashMap<>();
        all.forEach((conversation, runs) -> {
            for (List<Event> run : joined(runs)) toAll(conversation, run);
        });
    }

    /** Runs of which one begins where another ends are one. */
    private static List<List<Event>> joined(List<List<Event>> runs) {
        if (runs.size() == 1) return runs;
        List<List<Event>> joined = new ArrayList<>(1);
        List<Event> last = List.of();
        for (List<Event> run : runs) {
            boolean isNext = !last.isEmpty()
                    && last.getLast().entry().sequence() + 1
                            == run.getFirst().entry().sequence();
            if (!isNext) {
                last = new ArrayList<>();
                joined.add(last);
            }
            last.addAll(run);
        }
        return joined;
    }

    private void toAll(ConversationId conversation, List<Event> run) {
        Gate gate = gates.get(conversation);
        long last = run.getLast().entry().sequence();
        name(forgottenOf(conversation), conversation, last);
        if (gate == null) {
            noteUnclaimed(conversation, last);
            if (named.isEmpty()) return;
            gate = add(Gate.unknown(conversation));
        }
        gate.live(run, named, now, this);
        dropIfEmpty(gate);
    }

    private List<UserId> forgottenOf(ConversationId conversation) {
        List<UserId> some = forgotten.take(conversation);
        List<UserId> others = forgottenOfSmall.take(conversation);
        if (others.isEmpty()) return some;
        List<UserId> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    /** Nobody here is a member, as far as is known: perhaps somebody who is attaching. */
    private void noteUnclaimed(ConversationId conversation, long sequence) {
        if (users.hasUnready()) unclaimed.merge(conversation, sequence, Math::max);
        else unclaimed.clear();
    }

    private void events(Route.Events events) {
        if (events.events().isEmpty()) return;
        Gate gate = gates.get(events.conversationId());
        long last = events.events().getLast().entry().sequence();
        name(events.users(), events.conversationId(), last);
        if (gate == null) {
            if (named.isEmpty()) return;
            gate = add(Gate.unknown(events.conversationId()));
        }
        gate.live(events.events(), named, now, this);
        dropIfEmpty(gate);
    }

    /** The conversation has entries up to {@code head}, and these users are members; none are named if they are too many. */
    private void head(ConversationId conversation, long head, List<UserId> members) {
        Gate gate = gates.get(conversation);
        name(members.isEmpty() ? forgottenOf(conversation) : members, conversation, head);
        if (gate == null) {
            if (members.isEmpty()) noteUnclaimed(conversation, head);
            if (named.isEmpty()) return;
            gate = add(Gate.unknown(conversation));
        }
        gate.head(head, named, this);
        dropIfEmpty(gate);
    }

    /** A stored membership of a user here says that the conversation has, for that user, entries up to {@code head}. */
    void compare(LocalUser user, Membership membership, long head) {
        now = loop.monotonicMillis();
        Gate gate = gates.get(membership.conversationId());
        if (!membership.isMember()) {
            if (gate != null && gate.counts(user)) gate.head(membership.last().left(), List.of(), this);
            else if (!user.knowsOfLeaving(membership.conversationId())) {
                resync(membership.conversationId(), user);
                user.toldOfLeaving(membership.conversationId());
            }
            return;
        }
        if (gate == null) gate = add(Gate.unknown(membership.conversationId()));
        gate.head(head, List.of(user), this);
        dropIfEmpty(gate);
    }

    /**
     * A member whose session gets by other ways what is there up to {@code head}.
     *
     * @param memberCount of the conversation then, or {@link Gate#MANY}
     */
    Gate attach(LocalUser user, ConversationId conversation, long head, int memberCount) {
        Gate gate = gates.get(conversation);
        if (gate == null) gate = add(Gate.at(conversation, head, memberCount));
        gate.attach(user, head, this);
        Long passedBy = unclaimed.remove(conversation);
        if (passedBy != null) gate.head(passedBy, List.of(), this);
        return gate;
    }

    /** The user's last session here has ended. */
    void detach(LocalUser user) {
        for (Gate gate : user.gates) {
            gate.detach(user);
            dropIfEmpty(gate);
        }
        user.gates.clear();
    }

    /** Fills {@link #named} with those who are ready; those who attach note that there is something. */
    private void name(List<UserId> ids, ConversationId conversation, long last) {
        named.clear();
        for (UserId id : ids) {
            LocalUser user = users.get(id);
            if (user == null) continue;
            if (user.isReady) named.add(user);
            else note(user, conversation, last);
        }
    }

    private static void note(LocalUser user, ConversationId conversation, long sequence) {
        for (Session session : user.sessions) session.feed.note(conversation, sequence);
    }

    private Gate add(Gate gate) {
        if (gates.size() >= gatesMax) giveUpOne();
        gates.put(gate.conversation, gate);
        return gate;
    }

    /** The one longest here that nothing passed through lately. Its users are told to synchronise when there is something for them. */
    private void giveUpOne() {
        for (int spared = 0; ; spared++) {
            Gate eldest = gates.firstEntry().getValue();
            gates.remove(eldest.conversation);
            if (spared < SPARED_MAX && now - eldest.movedAtMillis() < BUSY_MILLIS) {
                gates.put(eldest.conversation, eldest);
                continue;
            }
            List<UserId> ids = new ArrayList<>();
            for (LocalUser user : eldest.everybody()) {
                user.gates.remove(eldest);
                user.isForgetful = true;
                ids.add(user.id);
            }
            (eldest.memberCount() > inlineMembersMax ? forgotten : forgottenOfSmall).add(eldest.conversation, ids);
            for (LocalUser user : eldest.owed()) resync(eldest, user);
            return;
        }
    }

    private void dropIfEmpty(Gate gate) {
        if (gate.isEmpty()) gates.remove(gate.conversation, gate);
    }

    // What a gate opens on.

    @Override
    public @Nullable LocalUser find(UserId id) {
        LocalUser user = users.get(id);
        return user != null && user.isReady ? user : null;
    }

    @Override
    public void pass(Gate gate, List<Event> run, List<LocalUser> receivers) {
        long began = traces.isOn() ? System.nanoTime() : 0;
        recent.add(gate.conversation, run);
        if (users.hasUnready()) noteMembers(gate, run);
        for (int i = 0; i < run.size(); i++) passed.accept(run.get(i).entry(), receivers);
        int from = 0;
        while (from < run.size()) {
            boolean isChannels = channels.isChannels(gate, run.get(from).entry());
            int to = from + 1;
            while (to < run.size() && channels.isChannels(gate, run.get(to).entry()) == isChannels) to++;
            Passing passing = new Passing(gate.conversation, to - from == run.size() ? run : run.subList(from, to));
            if (isChannels) channels.pass(gate, passing, receivers, this);
            else passToAll(gate, passing, receivers);
            passing.release();
            from = to;
        }
        if (!traces.isOn()) return;
        for (Event event : run) traces.entry(Traces.Stage.DELIVER, event.entry(), began, "users", receivers.size());
    }

    private void passToAll(Gate gate, Passing passing, List<LocalUser> receivers) {
        if (gate.isChannel) channels.goOn(gate);
        for (int i = receivers.size() - 1; i >= 0; i--) { // downwards: whom a write ends goes from the list
            LocalUser user = receivers.get(i);
            Role role = gate.roleOf(user);
            boolean isSpecial = passing.isSpecialFor(user.id, role);
            List<Session> sessions = user.sessions;
            for (int j = sessions.size() - 1; j >= 0; j--) {
                if (isSpecial) sessions.get(j).feed.liveOwn(passing, role);
                else sessions.get(j).feed.live(passing);
            }
        }
    }

    /** Who is attaching while an entry adds or removes them, or gives them another role, must not go by what was read before. */
    private void noteMembers(Gate gate, List<Event> run) {
        for (Event event : run) {
            Entry entry = event.entry();
            List<UserId> concerned = entry.content() instanceof Content.RoleChanged changed
                    ? List.of(changed.userId())
                    : entry.comingAndGoing();
            for (UserId id : concerned) {
                LocalUser user = users.get(id);
                if (user != null && !user.isReady) note(user, gate.conversation, entry.sequence());
            }
        }
    }

    @Override
    public void gap(Gate gate, LocalUser user, long from, long to) {
        for (Session session : user.sessions) session.feed.gap(gate.conversation, from, to);
    }

    @Override
    public void resync(Gate gate, LocalUser user) {
        resync(gate.conversation, user);
    }

    private static void resync(ConversationId conversation, LocalUser user) {
        for (Session session : user.sessions) session.feed.resync(conversation);
    }

    @Override
    public void pull(Gate gate) {
        int fruitless = gate.fruitless();
        if (fruitless == 0) loop.soon(() -> startPull(gate));
        else {
            long pause = Math.min(PAUSE_MILLIS_MAX, PAUSE_MILLIS << Math.min(10, fruitless - 1));
            loop.after(pause, () -> startPull(gate));
        }
    }

    private void startPull(Gate gate) {
        if (gates.get(gate.conversation) != gate) return;
        Gate.Asked asked = gate.asked();
        pulls.incrementAndGet();
        tail.read(gate.conversation, asked.after(), Gate.PULL_ENTRIES_MAX, asked.users(), asked.known())
                .onComplete(answer -> {
                    if (gates.get(gate.conversation) != gate) return;
                    now = loop.monotonicMillis();
                    if (answer.succeeded()) pulled(gate, asked, answer.result());
                    else {
                        LOG.warn(
                                "entries of {} behind {} were not read",
                                gate.conversation,
                                asked.after(),
                                answer.cause());
                        gate.pullFailed(this);
                    }
                    dropIfEmpty(gate);
                });
    }

    private void pulled(Gate gate, Gate.Asked asked, Pulled pulled) {
        List<Event> events = new ArrayList<>(pulled.entries().size());
        for (Entry entry : pulled.entries()) events.add(new Event(entry, EventJson.encode(entry)));
        Map<UserId, Membership> memberships = new HashMap<>();
        for (Membership membership : pulled.memberships()) memberships.put(membership.userId(), membership);
        gate.pulled(asked, events, pulled.head(), memberships, now, this);
    }
}
