package chat.parley.simulator;

import chat.parley.checker.EntryKind;
import chat.parley.checker.History;
import chat.parley.checker.Sent;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What people do: they talk, and now and then all the rest. */
final class Workload {
    private static final long SECOND = 1_000_000;
    private static final int LONG_BODY = 3_000;
    private static final long SLOW_MILLIS = 500;
    private static final long LIFE_MILLIS = 20_000;
    private static final int READERS = 4;

    private final Simulation world;
    private final SplittableRandom random;
    private final List<Group> groups = new ArrayList<>();
    private final Map<ConversationId, Sending> creations = new HashMap<>();
    private final Map<ConversationId, String> invitations = new HashMap<>();
    private long ids;
    private boolean isOver;
    private boolean isQuiet;

    /** A conversation that was asked for. */
    record Group(ConversationId id, ConversationType type, String creator) {}

    Workload(Simulation world, SplittableRandom random) {
        this.world = world;
        this.random = random;
    }

    /** Directs and groups of several sizes, one of them with everybody. */
    void begin() {
        List<String> users = world.users();
        for (int i = 0; i < 3; i++) direct(users.get(i), users.get(users.size() - 1 - i * 2));
        for (int size : new int[] {1, 2, 3, 5, 8, users.size()}) group(size);
        for (Device device : world.devices) {
            if (random.nextInt(10) > 0) world.after(random.nextLong(2 * SECOND), device::comeOnline);
            next(device);
        }
    }

    /** Nobody does anything new from now on, and everybody is online. */
    void end() {
        isOver = true;
        world.devices.forEach(Device::comeOnline);
    }

    boolean isOver() {
        return isOver;
    }

    /** Whether there is such a conversation now. */
    boolean isMade(Group group) {
        Sending creation = creations.get(group.id);
        return creation != null && creation.isOver;
    }

    List<ConversationId> conversations() {
        return groups.stream().map(Group::id).toList();
    }

    /** Some of those who read a conversation at the end: who made it, and others, members or not. */
    List<String> readers(ConversationId conversation) {
        List<String> readers = new ArrayList<>();
        for (Group group : groups) if (group.id.equals(conversation)) readers.add(group.creator);
        while (readers.size() < READERS) {
            String user = someone();
            if (!readers.contains(user)) readers.add(user);
        }
        return readers;
    }

    private void next(Device device) {
        world.after((long) (world.options.pauseMicros() * (0.1 + random.nextDouble() * 1.8)), () -> {
            if (isOver) return;
            act(device);
            next(device);
        });
    }

    private void act(Device device) {
        int what = random.nextInt(1000);
        if (what < 15) group(2 + random.nextInt(6));
        else if (what < 30) device.goOffline();
        else if (what < 60) device.loseConnection();
        else if (what < 75) device.hangUp();
        else if (what < 80) device.forget();
        else if (what < 95) device.stopReading(random.nextLong(20 * SECOND));
        else if (what < 95 + world.options.administers()) administer();
        else if (what < 110 + world.options.administers()) intrude(device);
        else talk(device);
        if (what < 500) device.comeOnline();
    }

    private void talk(Device device) {
        List<String> in = device.shelf.memberships();
        if (in.isEmpty()) return;
        String conversation = in.get(random.nextInt(in.size()));
        int eyes = random.nextInt(4);
        if (eyes == 0) device.shelf.look(conversation);
        if (eyes == 1) device.shelf.lookAway(conversation);
        int messages = random.nextInt(6) == 0 ? 2 + random.nextInt(5) : 1;
        for (int i = 0; i < messages; i++) say(device, conversation);
    }

    private void say(Device device, String conversation) {
        ConversationId id = new ConversationId(conversation);
        Sending own = device.sends.placed(conversation);
        int what = random.nextInt(100);
        if (own != null && what < 6) {
            String body = body(device);
            device.sends.onSession(sending(
                    id,
                    new Content.Edit(own.sequence, body, List.of()),
                    Sent.edit(conversation, id(), own.sequence, History.digest(body))));
        } else if (own != null && what < 9) {
            device.sends.onSession(sending(
                    id, new Content.Delete(own.sequence, List.of()), Sent.delete(conversation, id(), own.sequence)));
        } else {
            Sending message = message(id, id(), body(device));
            if (random.nextInt(8) == 0) device.sends.overHttp(message);
            else device.sends.onSession(message);
            if (random.nextInt(15) == 0) world.after(random.nextLong(100 * SECOND), () -> again(device, message));
        }
    }

    /** A message with the id of one that was acknowledged: the same over HTTP, or another one under its name. */
    private void again(Device device, Sending message) {
        if (message.sequence == 0 || isQuiet) return;
        device.sends.overHttp(message.repeated(random.nextBoolean() ? body(device) : null));
    }

    /** Nor does anybody repeat anything. */
    void quiet() {
        isQuiet = true;
    }

    /** One last message of somebody who may. */
    void lastWord(ConversationId conversation) {
        Set<String> members = world.members(conversation);
        for (Device device : world.devices) {
            if (!members.contains(device.user) || !device.isWelcome()) continue;
            device.sends.onSession(message(conversation, id(), "last word of " + device));
            return;
        }
    }

    /** Somebody who was not asked. */
    private void intrude(Device device) {
        device.sends.overHttp(message(pick().id, id(), body(device)));
    }

    private Group pick() {
        return groups.get(random.nextInt(groups.size()));
    }

    /** Mostly the creator, who may; sometimes another, who may not. */
    private void administer() {
        Group group = pick();
        String actor = random.nextInt(8) == 0 ? someone() : group.creator;
        UserId about = new UserId(someone());
        switch (random.nextInt(13)) {
            case 8 -> write(actor, group, EntryKind.OTHER, new Content.UserBanned(about));
            case 9 -> write(actor, group, EntryKind.OTHER, new Content.UserUnbanned(about));
            case 10 -> invite(actor, group);
            case 11 -> join(about, group);
            case 12 -> write(actor, group, EntryKind.OTHER, new Content.InvitationRevoked(invitation(group), 0));
            case 0, 1, 2 ->
                write(actor, group, EntryKind.MEMBER_ADDED, new Content.MembersAdded(List.of(about), role()));
            case 3, 4 ->
                write(
                        actor,
                        group,
                        EntryKind.MEMBER_REMOVED,
                        new Content.MembersRemoved(List.of(new Content.Departure(about, 0))));
            case 5 ->
                write(
                        about.value(),
                        group,
                        EntryKind.MEMBER_LEFT,
                        new Content.MemberLeft(new Content.Departure(about, 0)));
            case 6 -> write(actor, group, EntryKind.ROLE_CHANGED, new Content.RoleChanged(about, 0, role()));
            default -> write(actor, group, EntryKind.CONVERSATION_UPDATED, updated());
        }
    }

    /** Several run for the places that there are. */
    private void invite(String actor, Group group) {
        String invitation = "invitation-" + ++ids;
        invitations.put(group.id, invitation);
        long lifeMillis = random.nextInt(3) == 0 ? LIFE_MILLIS : 0;
        int usesMax = random.nextInt(3);
        Content made = new Content.InvitationCreated(invitation, lifeMillis, usesMax, 0, 0);
        write(actor, group, EntryKind.OTHER, made);
        for (int i = 0; i < 4; i++) {
            UserId user = new UserId(someone());
            world.after(random.nextLong(3 * SECOND), () -> join(user, group));
        }
    }

    private void join(UserId user, Group group) {
        if (isOver) return;
        var use = new Content.InvitationUse(invitation(group), 0, 0);
        write(user.value(), group, EntryKind.MEMBER_ADDED, new Content.MembersAdded(List.of(user), Role.MEMBER, use));
    }

    /** The last that was made there, if any was. */
    private String invitation(Group group) {
        return invitations.getOrDefault(group.id, "none");
    }

    private Content updated() {
        Settings settings = new Settings("name " + ++ids, random.nextInt(4) == 0 ? SLOW_MILLIS : 0);
        return random.nextBoolean()
                ? new Content.ConversationUpdated(settings)
                : new Content.ConversationUpdated(settings, true, false, false, false);
    }

    private Role role() {
        return random.nextInt(3) == 0 ? Role.ADMIN : Role.MEMBER;
    }

    private void direct(String one, String other) {
        ConversationId id = ConversationId.direct(new UserId(one), new UserId(other));
        create(new Group(id, ConversationType.DIRECT, one), List.of(new UserId(other)));
    }

    Group group(int size) {
        List<String> users = new ArrayList<>(world.users());
        List<UserId> members = new ArrayList<>();
        while (members.size() < size) members.add(new UserId(users.remove(random.nextInt(users.size()))));
        UserId creator = members.removeFirst();
        ConversationId id = ConversationId.requested(creator, "request " + ++ids);
        Group group = new Group(id, ConversationType.GROUP, creator.value());
        create(group, members);
        return group;
    }

    private void create(Group group, List<UserId> others) {
        groups.add(group);
        List<Content> contents = new ArrayList<>();
        Settings settings = group.type == ConversationType.GROUP ? new Settings("name " + ids, 0) : Settings.NONE;
        contents.add(new Content.ConversationCreated(group.type, settings));
        if (!others.isEmpty()) contents.add(new Content.MembersAdded(others, Role.MEMBER));
        Sent sent = Sent.other(group.id.value(), "create", EntryKind.CONVERSATION_CREATED);
        Sending creation = new Sending(group.id, sent.clientMessageId(), contents, sent);
        creations.put(group.id, creation);
        deviceOf(group.creator).sends.overHttp(creation);
    }

    Sending write(String actor, Group group, EntryKind kind, Content content) {
        Sending sending = sending(group.id, content, Sent.other(group.id.value(), id(), kind));
        deviceOf(actor).sends.overHttp(sending);
        return sending;
    }

    private Device deviceOf(String user) {
        for (Device device : world.devices) if (device.user.equals(user)) return device;
        throw new IllegalArgumentException(user);
    }

    private String someone() {
        return world.users().get(random.nextInt(world.users().size()));
    }

    private static Sending sending(ConversationId conversation, Content content, Sent sent) {
        return new Sending(conversation, sent.clientMessageId(), List.of(content), sent);
    }

    static Sending message(ConversationId conversation, String id, String body) {
        return sending(
                conversation, Content.Message.of(body), Sent.message(conversation.value(), id, History.digest(body)));
    }

    private String id() {
        return "m" + ++ids;
    }

    private String body(Device device) {
        String body = device.name + " says " + ++ids;
        return random.nextInt(50) == 0 ? body + "!".repeat(random.nextInt(LONG_BODY)) : body;
    }

    @Nullable
    Device awaited() {
        for (Device device : world.devices) {
            if (!device.isWelcome() || !device.sends.isSettled() || !device.shelf.isComplete()) return device;
        }
        return null;
    }
}
