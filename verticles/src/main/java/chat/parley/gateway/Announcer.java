package chat.parley.gateway;

import chat.parley.bus.Announce;
import chat.parley.bus.Announced;
import chat.parley.bus.Compare;
import chat.parley.bus.NotMine;
import chat.parley.bus.Topology;
import chat.parley.gateway.UserShard.Pending;
import chat.parley.model.UserId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides what this gateway says to the owners of the user shards about who is here, and when. Told what happened and the time, it
 * answers in {@link #act} what to do; {@link Registrar} carries it out.
 *
 * <p>It keeps who is here, not what changed: each step is made from that when it is cut, so nothing can pile up but users. What an owner may
 * have missed (a step lost, a shard moved, an owner restarted) is said again as a whole shard, and whom the owner had not known is told by
 * {@link Action.Wrong}.
 */
final class Announcer {
    /** After so long without an answer an announcement is made again. */
    static final long REQUEST_MILLIS = 500;

    private static final long GATHER_MILLIS = 20;

    /** With so many waiting an announcement is not put off any longer. */
    private static final int GATHERED_USERS = 200;

    /** In the wholes of one announcement, and likewise in its changes: a storm waits for few round trips. */
    private static final int USERS_MAX = 2_000;

    private static final int IN_FLIGHT_MAX = 4;
    private static final long PAUSE_MILLIS = 100;
    private static final int REFUSALS_MAX = 2;
    private static final long COMPARE_MILLIS = 30_000;

    private final String gateway;
    private final Topology topology;
    private final long answerMillis;
    private final UserShard[] shards = new UserShard[UserId.SHARDS];
    private final Map<String, Owner> owners = new LinkedHashMap<>();
    private final Map<Long, Sent> sent = new LinkedHashMap<>();
    private final ArrayDeque<Pending> deadlines = new ArrayDeque<>();
    private final ArrayDeque<Pause> pauses = new ArrayDeque<>();
    private List<Action> actions = new ArrayList<>();
    private long boot;
    private long lastTicket;
    private long compareAt;

    /**
     * @param boot greater than that of the gateway's life before
     * @param answerMillis how long a session waits for the owner before it goes on without
     */
    Announcer(String gateway, long boot, Topology topology, long answerMillis, long nowMillis) {
        this.gateway = gateway;
        this.boot = boot;
        this.topology = topology;
        this.answerMillis = answerMillis;
        this.compareAt = nowMillis + COMPARE_MILLIS;
        for (int shard = 0; shard < shards.length; shard++) {
            shards[shard] = new UserShard(shard);
            shards[shard].owner = topology.presenceOwner(shard);
        }
    }

    /** A session of the user begins here. {@code told} hears how the user stands: within {@code answerMillis}, and again if the owner had not answered by then. */
    void came(UserId user, Consumer<Standing> told, long nowMillis) {
        UserShard shard = shards[user.shard()];
        shard.add(user);
        Pending pending = new Pending(user, told, nowMillis + answerMillis);
        shard.await(pending);
        deadlines.add(pending);
        changed(shard, user, nowMillis);
    }

    /** The last session of the user here has ended. Who still waits for the owner's answer hears nothing any more. */
    void gone(UserId user, long nowMillis) {
        UserShard shard = shards[user.shard()];
        shard.giveUp(user);
        if (shard.remove(user)) changed(shard, user, nowMillis);
    }

    /** The topology may be another than before. */
    void moved(long nowMillis) {
        for (UserShard shard : shards) {
            String owner = topology.presenceOwner(shard.number);
            if (!Objects.equals(owner, shard.owner)) move(shard, owner, nowMillis);
        }
        owners.keySet().removeIf(node -> !topology.isAlive(node));
        sent.values().removeIf(each -> owners.get(each.owner.node) != each.owner);
    }

    /** The owner answered. */
    void answered(long ticket, Announced answer, long nowMillis) {
        Sent asked = sent.remove(ticket);
        if (asked == null) return;
        Owner owner = asked.owner;
        owner.finished(asked);
        if (answer.gatewayBoot() > boot) {
            boot = answer.gatewayBoot() + 1;
            for (UserShard shard : shards) pause(shard, nowMillis);
            return;
        }
        if (owner.boot != answer.boot()) {
            if (owner.boot != 0) forgotten(asked, nowMillis);
            owner.boot = answer.boot();
        }
        tellWrong(asked, answer);
        Map<UserId, List<String>> elsewhere = new HashMap<>();
        for (Announced.Elsewhere each : answer.elsewhere()) elsewhere.put(each.userId(), each.gateways());
        Map<Integer, NotMine> notMine = new HashMap<>();
        for (NotMine each : answer.notMine()) notMine.put(each.shard(), each);
        Set<Integer> wanted = Set.copyOf(answer.wanted());
        for (Part part : asked.parts) {
            UserShard shard = part.shard;
            if (shard.generation != part.generation) continue;
            if (asked.isAnnounce()) shard.unanswered--;
            NotMine refusal = notMine.get(shard.number);
            if (refusal != null) refused(shard, refusal, nowMillis);
            else if (wanted.contains(shard.number)) sayWhole(shard, nowMillis);
            else accepted(shard, part.counter, answer.turn(), elsewhere);
        }
    }

    /** No answer came, or nobody was there. */
    void failed(long ticket, long nowMillis) {
        Sent asked = sent.get(ticket);
        if (asked == null) return;
        if (asked.isAnnounce()) asked.againAt = nowMillis + PAUSE_MILLIS;
        else forget(asked);
    }

    /** What is to be done now. */
    List<Action> act(long nowMillis) {
        while (!pauses.isEmpty() && pauses.element().until <= nowMillis) resume(pauses.remove(), nowMillis);
        tellTheLate(nowMillis);
        for (Sent each : List.copyOf(sent.values())) if (each.againAt <= nowMillis) sendAgain(each);
        for (Owner owner : owners.values()) while (owner.readyAt() <= nowMillis) announce(owner, nowMillis);
        if (nowMillis >= compareAt) {
            compareAt = nowMillis + COMPARE_MILLIS;
            for (Owner owner : owners.values()) compare(owner);
        }
        if (actions.isEmpty()) return List.of();
        List<Action> now = actions;
        actions = new ArrayList<>();
        return now;
    }

    /** When {@link #act} will have something to do though nothing happens. */
    long nextAt() {
        long at = compareAt;
        Pending late = deadlines.peek();
        if (late != null) at = Math.min(at, late.deadline);
        Pause pause = pauses.peek();
        if (pause != null) at = Math.min(at, pause.until);
        for (Sent each : sent.values()) at = Math.min(at, each.againAt);
        for (Owner owner : owners.values()) at = Math.min(at, owner.readyAt());
        return at;
    }

    /** Whether nobody has anything to be told. */
    boolean isSettled() {
        return sent.isEmpty() && pauses.isEmpty() && owners.values().stream().noneMatch(Owner::hasWaiting);
    }

    /** How many users are here. */
    int users() {
        int users = 0;
        for (UserShard shard : shards) users += shard.count();
        return users;
    }

    private void changed(UserShard shard, UserId user, long nowMillis) {
        if (shard.owner == null || shard.isPaused) return;
        Owner owner = owner(shard.owner);
        owner.waitSince(nowMillis);
        if (shard.isWhole) owner.wholes.addFirst(shard); // who waits for the answer goes before what is only put right
        else if (shard.change(user)) {
            owner.changes++;
            owner.changed.add(shard);
        }
    }

    private void sayWhole(UserShard shard, long nowMillis) {
        if (shard.owner == null || shard.isPaused) {
            shard.makeWhole();
            return;
        }
        Owner owner = owner(shard.owner);
        owner.waitSince(nowMillis);
        owner.changedNoMore(shard);
        shard.makeWhole();
        owner.wholes.add(shard);
    }

    /** From now on the shard belongs to another, or to one who knows nothing of it. */
    private void move(UserShard shard, @Nullable String owner, long nowMillis) {
        startAgain(shard, owner);
        if (shard.counter > 0 || shard.count() > 0) sayWhole(shard, nowMillis);
    }

    private void startAgain(UserShard shard, @Nullable String owner) {
        Owner before = shard.owner == null ? null : owners.get(shard.owner);
        if (before != null) {
            before.changedNoMore(shard);
            before.wholes.remove(shard);
        }
        shard.startAgain(owner);
    }

    /** The owner of these has had another life since: it knows only what it was just told. */
    private void forgotten(Sent asked, long nowMillis) {
        Set<UserShard> told = new HashSet<>();
        for (Part part : asked.parts) if (part.whole) told.add(part.shard);
        for (UserShard shard : shards) {
            boolean knewOf = asked.owner.node.equals(shard.owner) && shard.counter > 0;
            if (knewOf && !told.contains(shard)) sayWhole(shard, nowMillis);
        }
    }

    private void refused(UserShard shard, NotMine refusal, long nowMillis) {
        String believed = refusal.owner();
        boolean isAnother = believed != null && !believed.equals(shard.owner) && topology.isAlive(believed);
        if (isAnother && ++shard.refusals < REFUSALS_MAX) move(shard, believed, nowMillis);
        else pause(shard, nowMillis);
    }

    private void pause(UserShard shard, long nowMillis) {
        startAgain(shard, shard.owner);
        shard.isPaused = true;
        shard.refusals = 0;
        pauses.add(new Pause(shard, shard.generation, nowMillis + PAUSE_MILLIS));
    }

    private void resume(Pause pause, long nowMillis) {
        UserShard shard = pause.shard;
        if (shard.generation == pause.generation) move(shard, topology.presenceOwner(shard.number), nowMillis);
    }

    private void accepted(UserShard shard, long counter, long turn, Map<UserId, List<String>> elsewhere) {
        shard.refusals = 0;
        for (Pending pending = shard.known(counter); pending != null; pending = shard.known(counter)) {
            pending.isDone = true;
            List<String> others = elsewhere.getOrDefault(pending.user, List.of());
            actions.add(new Action.Tell(pending.told, new Standing(true, turn, others)));
        }
    }

    private void tellTheLate(long nowMillis) {
        while (!deadlines.isEmpty()) {
            Pending pending = deadlines.element();
            if (!pending.isDone && pending.deadline > nowMillis) return;
            deadlines.remove();
            if (!pending.isDone) actions.add(new Action.Tell(pending.told, Standing.NOT_ANSWERED));
        }
    }

    /** Those whom the owner had not known here. Of a whole that was sent twice it may be that the first told it: then anybody in it. */
    private void tellWrong(Sent asked, Announced answer) {
        List<UserId> users = new ArrayList<>(answer.unknown());
        if (asked.again && asked.message instanceof Announce announce) {
            for (Announce.Step step : announce.steps()) if (step.whole()) users.addAll(step.came());
        }
        Set<UserId> wrong = new LinkedHashSet<>();
        for (UserId user : users) {
            UserShard shard = shards[user.shard()];
            if (shard.has(user) && !shard.isPending(user)) wrong.add(user);
        }
        if (!wrong.isEmpty()) actions.add(new Action.Wrong(List.copyOf(wrong)));
    }

    private void announce(Owner owner, long nowMillis) {
        Sent announcement = new Sent(++lastTicket, owner);
        List<Announce.Step> steps = new ArrayList<>();
        int users = 0;
        while (!owner.wholes.isEmpty()) {
            UserShard shard = owner.wholes.getFirst();
            if (users > 0 && users + shard.count() > USERS_MAX) break;
            owner.wholes.removeFirst();
            users += shard.count();
            List<UserId> everybody = shard.cutWhole();
            announcement.parts.add(new Part(shard, true));
            steps.add(new Announce.Step(shard.number, shard.counter, true, everybody, List.of()));
        }
        users = 0;
        while (!owner.changed.isEmpty() && users < USERS_MAX) {
            UserShard shard = owner.changed.removeFirst();
            Set<UserId> changes = shard.cutChanges();
            owner.changes -= changes.size();
            users += changes.size();
            List<UserId> came = new ArrayList<>(changes.size());
            List<UserId> gone = new ArrayList<>(0);
            for (UserId user : changes) (shard.has(user) ? came : gone).add(user);
            announcement.parts.add(new Part(shard, false));
            steps.add(new Announce.Step(shard.number, shard.counter, false, came, gone));
        }
        owner.since = owner.hasWaiting() ? nowMillis - GATHER_MILLIS : nowMillis; // what did not fit has gathered
        send(announcement, new Announce(gateway, boot, steps));
    }

    private void compare(Owner owner) {
        if (owner.isComparing) return;
        Sent comparison = new Sent(++lastTicket, owner);
        List<Compare.ShardDigest> digests = new ArrayList<>();
        for (UserShard shard : shards) {
            if (!owner.node.equals(shard.owner) || !shard.isQuiet()) continue;
            digests.add(shard.digest());
            comparison.parts.add(new Part(shard, false));
        }
        if (!digests.isEmpty()) send(comparison, new Compare(gateway, boot, digests));
    }

    private void send(Sent message, Object body) {
        message.message = body;
        message.owner.started(message);
        sent.put(message.ticket, message);
        actions.add(new Action.Send(message.ticket, message.owner.node, body));
    }

    /** The same again: the owner knows by the counters what it has already. */
    private void sendAgain(Sent message) {
        if (!message.concernsAnybody()) {
            forget(message);
            return;
        }
        message.againAt = Long.MAX_VALUE;
        message.again = true;
        actions.add(new Action.Send(message.ticket, message.owner.node, Objects.requireNonNull(message.message)));
    }

    private void forget(Sent message) {
        sent.remove(message.ticket);
        message.owner.finished(message);
    }

    private Owner owner(String node) {
        return owners.computeIfAbsent(node, Owner::new);
    }

    /** What is to be done. */
    sealed interface Action {
        /** Send it to the presence verticle of the node; report by the ticket what came back. */
        record Send(long ticket, String node, Object message) implements Action {}

        /** Tell who waits for it. */
        record Tell(Consumer<Standing> told, Standing standing) implements Action {}

        /** The registry did not know that these users were here: compare their heads with the stored ones. */
        record Wrong(List<UserId> users) implements Action {}
    }

    /**
     * How a user who came stands with the registry.
     *
     * @param answered false: the owner has not answered yet
     * @param turn as in {@link Announced}; 0: not known
     * @param elsewhere other gateways where the user is
     */
    record Standing(boolean answered, long turn, List<String> elsewhere) {
        static final Standing NOT_ANSWERED = new Standing(false, 0, List.of());
    }

    /** A presence node, and what is to be said to it. */
    private static final class Owner {
        final String node;
        final LinkedHashSet<UserShard> wholes = new LinkedHashSet<>();
        final LinkedHashSet<UserShard> changed = new LinkedHashSet<>();
        int changes;
        int inFlight;
        boolean isComparing;

        /** Something has been waiting since then. */
        long since;

        /** 0: not known. */
        long boot;

        Owner(String node) {
            this.node = node;
        }

        boolean hasWaiting() {
            return !wholes.isEmpty() || !changed.isEmpty();
        }

        void waitSince(long nowMillis) {
            if (!hasWaiting()) since = nowMillis;
        }

        void changedNoMore(UserShard shard) {
            if (changed.remove(shard)) changes -= shard.changes();
        }

        /** At once when nothing is on its way, else what gathers in 20 ms or makes a batch. */
        long readyAt() {
            if (!hasWaiting() || inFlight >= IN_FLIGHT_MAX) return Long.MAX_VALUE;
            return inFlight == 0 || changes >= GATHERED_USERS ? Long.MIN_VALUE : since + GATHER_MILLIS;
        }

        void started(Sent message) {
            if (message.isAnnounce()) inFlight++;
            else isComparing = true;
        }

        void finished(Sent message) {
            if (message.isAnnounce()) inFlight--;
            else isComparing = false;
        }
    }

    /** A message to an owner that has not been answered. */
    private static final class Sent {
        final long ticket;
        final Owner owner;
        final List<Part> parts = new ArrayList<>();

        @Nullable
        Object message;

        long againAt = Long.MAX_VALUE;
        boolean again;

        Sent(long ticket, Owner owner) {
            this.ticket = ticket;
            this.owner = owner;
        }

        boolean isAnnounce() {
            return message instanceof Announce;
        }

        boolean concernsAnybody() {
            for (Part part : parts) if (part.shard.generation == part.generation) return true;
            return false;
        }
    }

    /** A shard in a message, as it was then. */
    private record Part(UserShard shard, int generation, long counter, boolean whole) {
        Part(UserShard shard, boolean whole) {
            this(shard, shard.generation, shard.counter, whole);
        }
    }

    private record Pause(UserShard shard, int generation, long until) {}
}
