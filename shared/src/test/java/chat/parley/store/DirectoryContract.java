package chat.parley.store;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.BOB;
import static chat.parley.store.Scribe.EVE;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Audience;
import chat.parley.model.Ban;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Device;
import chat.parley.model.DeviceId;
import chat.parley.model.Entry;
import chat.parley.model.Interval;
import chat.parley.model.Invitation;
import chat.parley.model.Membership;
import chat.parley.model.Mute;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory.Conversation;
import chat.parley.store.Directory.Head;
import chat.parley.store.Directory.ReadPointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Directory} promises. */
public abstract class DirectoryContract {
    private static final ConversationId ONE = conversation(3, 0);
    private static final ConversationId OTHER = conversation(4, 0);
    private static final ConversationId NONE = conversation(3, 1);

    private Directory directory;
    private Scribe scribe;

    /** Stores without any data. */
    protected abstract Stores empty() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        Stores stores = empty();
        directory = stores.directory();
        scribe = new Scribe(stores);
    }

    @Test
    void aConversationIsFoundWithItsSettingsAndHead() {
        scribe.group(ONE, BOB);
        Entry message = scribe.message(ONE, BOB, "hello");
        Head head = new Head(3, message.position(), message.sentAt(), 1, 3, 2, 1);
        assertThat(await(directory.conversations(List.of(ONE, NONE))))
                .isEqualTo(Map.of(ONE, new Conversation(ONE, ConversationType.GROUP, new Settings("team", 0), head)));
        assertThat(await(directory.heads(List.of(NONE, ONE)))).isEqualTo(Map.of(ONE, head));
    }

    @Test
    void theLastSettingsCount() {
        scribe.group(ONE);
        scribe.write(ONE, ANN, new Content.ConversationUpdated(new Settings("renamed", 3_000)));
        assertThat(await(directory.conversations(List.of(ONE))).values())
                .extracting(Conversation::settings)
                .containsExactly(new Settings("renamed", 3_000));
    }

    @Test
    void aHeadCountsMessagesAndKnowsTheLast() {
        scribe.group(ONE, BOB);
        scribe.message(ONE, ANN, "one");
        scribe.message(ONE, ANN, "two");
        Entry edit =
                scribe.write(ONE, ANN, new Content.Edit(3, "one!", List.of())).getFirst();
        assertThat(await(directory.heads(List.of(ONE))))
                .isEqualTo(Map.of(ONE, new Head(5, edit.position(), edit.sentAt(), 2, 4, 2, 1)));
    }

    @Test
    void aHeadCountsMembersAndOwners() {
        scribe.group(ONE, BOB, EVE);
        scribe.write(ONE, ANN, new Content.RoleChanged(BOB, 2, Role.OWNER));
        assertCounts(3, 2);
        scribe.write(ONE, BOB, new Content.MembersRemoved(List.of(new Content.Departure(EVE, 2))));
        assertCounts(2, 2);
        scribe.write(ONE, ANN, new Content.MemberLeft(new Content.Departure(ANN, 1)));
        assertCounts(1, 1);
        scribe.uncounted(ONE, BOB, Content.Message.of("from before there was a count"));
        assertCounts(Entry.NOT_COUNTED, Entry.NOT_COUNTED);
    }

    private void assertCounts(int members, int owners) {
        Head head = await(directory.conversations(List.of(ONE))).get(ONE).head();
        assertThat(List.of(head.memberCount(), head.ownerCount())).containsExactly(members, owners);
    }

    @Test
    void headsOfManyConversationsAreFoundAtOnce() {
        List<ConversationId> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ConversationId conversation = conversation(i % 2, 10 + i);
            scribe.message(conversation, ANN, "hello");
            all.add(conversation);
        }
        assertThat(await(directory.heads(all))).hasSize(20);
        assertThat(await(directory.heads(List.of()))).isEmpty();
    }

    @Test
    void whoCreatesAGroupOwnsIt() {
        scribe.group(ONE, BOB);
        assertThat(await(directory.memberships(ONE, List.of(ANN, BOB, EVE))))
                .isEqualTo(Map.of(
                        ANN, new Membership(ONE, ANN, Role.OWNER, List.of(new Interval(1, 0, 0))),
                        BOB, new Membership(ONE, BOB, Role.MEMBER, List.of(new Interval(2, 0, 0)))));
    }

    @Test
    void whoStartsADirectConversationDoesNotOwnIt() {
        scribe.write(
                ONE,
                ANN,
                new Content.ConversationCreated(ConversationType.DIRECT, Settings.NONE),
                new Content.MembersAdded(List.of(BOB), Role.MEMBER));
        assertThat(await(directory.memberships(ONE, List.of(ANN))).values())
                .extracting(Membership::role)
                .containsExactly(Role.MEMBER);
    }

    @Test
    void aMembershipThatEndedStays() {
        scribe.group(ONE, BOB, EVE);
        scribe.message(ONE, ANN, "hello");
        scribe.write(ONE, ANN, new Content.MembersRemoved(List.of(new Content.Departure(BOB, 2))));
        scribe.write(ONE, EVE, new Content.MemberLeft(new Content.Departure(EVE, 2)));
        assertThat(await(directory.memberships(ONE, List.of(BOB, EVE))))
                .isEqualTo(Map.of(
                        BOB, new Membership(ONE, BOB, Role.MEMBER, List.of(new Interval(2, 4, 0))),
                        EVE, new Membership(ONE, EVE, Role.MEMBER, List.of(new Interval(2, 5, 0)))));
    }

    @Test
    void whoComesBackHasAnotherInterval() {
        scribe.group(ONE, BOB);
        scribe.message(ONE, ANN, "with Bob");
        scribe.write(ONE, ANN, new Content.MembersRemoved(List.of(new Content.Departure(BOB, 2))));
        scribe.message(ONE, ANN, "without Bob");
        scribe.write(ONE, ANN, new Content.MembersAdded(List.of(BOB), Role.ADMIN));
        Membership membership =
                new Membership(ONE, BOB, Role.ADMIN, List.of(new Interval(2, 4, 0), new Interval(6, 0, 2)));
        assertThat(await(directory.memberships(ONE, List.of(BOB)))).isEqualTo(Map.of(BOB, membership));
        assertThat(await(directory.memberships(BOB, List.of(ONE)))).isEqualTo(Map.of(ONE, membership));
        assertThat(await(directory.inbox(BOB))).containsExactly(membership);
    }

    @Test
    void aRoleChangesWithoutANewInterval() {
        scribe.group(ONE, BOB);
        scribe.write(ONE, ANN, new Content.RoleChanged(BOB, 2, Role.ADMIN));
        assertThat(await(directory.memberships(ONE, List.of(BOB))).get(BOB))
                .isEqualTo(new Membership(ONE, BOB, Role.ADMIN, List.of(new Interval(2, 0, 0))));
    }

    @Test
    void membersAreFoundByHowTheirUserIdsBegin() {
        List<UserId> users = new ArrayList<>();
        for (String id : List.of("a", "al", "al.b", "al:c", "alz", "alz9", "am", "b", "zoe")) users.add(new UserId(id));
        scribe.group(ONE, users.toArray(new UserId[0]));
        scribe.group(OTHER, new UserId("alien"));

        assertThat(found("al", "")).containsExactly("al", "al.b", "al:c", "alz", "alz9");
        assertThat(found("al", "al")).containsExactly("al.b", "al:c", "alz", "alz9");
        assertThat(found("al", "al:c")).containsExactly("alz", "alz9");
        assertThat(found("al", "alz9")).isEmpty();
        assertThat(found("al", "zoe")).isEmpty();
        assertThat(found("alz", "a")).containsExactly("alz", "alz9");
        assertThat(found("z", "")).containsExactly("zoe");
        assertThat(found("zz", "")).isEmpty();
        assertThat(found("", "am")).containsExactly("ann", "b", "zoe");
        assertThat(await(directory.members(ONE, "al", "", 2)))
                .extracting(member -> member.userId().value())
                .containsExactly("al", "al.b");
    }

    private List<String> found(String prefix, String after) {
        return await(directory.members(ONE, prefix, after, 100)).stream()
                .map(member -> member.userId().value())
                .toList();
    }

    @Test
    void membersComeByUserIdInPages() {
        UserId[] users = new UserId[9];
        for (int i = 0; i < users.length; i++) users[i] = new UserId("user-" + i);
        scribe.group(ONE, users);
        scribe.write(ONE, ANN, new Content.MembersRemoved(List.of(new Content.Departure(users[4], 2))));
        scribe.group(OTHER, EVE);

        List<UserId> read = new ArrayList<>();
        List<Membership> page = await(directory.members(ONE, "", 4));
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(4);
            page.forEach(member -> read.add(member.userId()));
            page = await(directory.members(ONE, read.getLast().value(), 4));
        }

        List<UserId> expected = new ArrayList<>(List.of(ANN));
        expected.addAll(List.of(users));
        assertThat(read).isEqualTo(expected);
        assertThat(await(directory.members(ONE, "user-3x", 1)))
                .extracting(Membership::userId)
                .containsExactly(users[4]);
        assertThat(await(directory.members(NONE, "", 10))).isEmpty();
    }

    @Test
    void anInboxHoldsAllConversationsOfAUserPresentAndPast() {
        scribe.group(ONE, BOB);
        scribe.group(OTHER, BOB, EVE);
        scribe.write(OTHER, BOB, new Content.MemberLeft(new Content.Departure(BOB, 2)));
        assertThat(await(directory.inbox(BOB)))
                .containsExactlyInAnyOrder(
                        new Membership(ONE, BOB, Role.MEMBER, List.of(new Interval(2, 0, 0))),
                        new Membership(OTHER, BOB, Role.MEMBER, List.of(new Interval(2, 3, 0))));
        assertThat(await(directory.inbox(new UserId("bo")))).isEmpty();
        assertThat(await(directory.memberships(EVE, List.of(ONE, OTHER)))).containsOnlyKeys(OTHER);
    }

    @Test
    void readPointersMoveForwardOnly() {
        await(directory.moveReadPointers(
                List.of(new ReadPointer(ONE, ANN, 5, 4, 5), new ReadPointer(OTHER, ANN, 2, 1, 2))));
        await(directory.moveReadPointers(
                List.of(new ReadPointer(ONE, ANN, 3, 2, 3), new ReadPointer(OTHER, ANN, 7, 6, 7))));
        assertThat(await(directory.readPointers(ANN, List.of(ONE, OTHER, NONE))))
                .isEqualTo(Map.of(
                        ONE, new ReadPointer(ONE, ANN, 5, 4, 5),
                        OTHER, new ReadPointer(OTHER, ANN, 7, 6, 7)));
        assertThat(await(directory.readPointers(BOB, List.of(ONE)))).isEmpty();
    }

    @Test
    void readAndDeliveredMoveEachForItself() {
        await(directory.moveReadPointers(List.of(new ReadPointer(ONE, ANN, 0, 0, 6))));
        await(directory.moveReadPointers(List.of(new ReadPointer(ONE, ANN, 4, 3, 4))));
        await(directory.moveReadPointers(List.of(new ReadPointer(ONE, ANN, 2, 1, 5))));
        assertThat(await(directory.readPointers(ANN, List.of(ONE))).values())
                .containsExactly(new ReadPointer(ONE, ANN, 4, 3, 6));
    }

    @Test
    void thePointersOfManyUsersInOneConversationAreFoundAtOnce() {
        await(directory.moveReadPointers(List.of(
                new ReadPointer(ONE, ANN, 5, 4, 5),
                new ReadPointer(ONE, BOB, 0, 0, 7),
                new ReadPointer(OTHER, EVE, 1, 1, 1))));
        assertThat(await(directory.readPointers(ONE, List.of(ANN, BOB, EVE))))
                .isEqualTo(Map.of(ANN, new ReadPointer(ONE, ANN, 5, 4, 5), BOB, new ReadPointer(ONE, BOB, 0, 0, 7)));
    }

    @Test
    void ofTwoPointersMovedAtOnceTheFurtherCounts() {
        await(directory.moveReadPointers(
                List.of(new ReadPointer(ONE, ANN, 5, 4, 5), new ReadPointer(ONE, ANN, 3, 2, 3))));
        assertThat(await(directory.readPointers(ANN, List.of(ONE))).values())
                .extracting(ReadPointer::sequence)
                .containsExactly(5L);
    }

    @Test
    void lastSeenMovesForwardOnly() {
        await(directory.saveLastSeen(Map.of(ANN, 5L, BOB, 7L)));
        await(directory.saveLastSeen(Map.of(ANN, 3L, BOB, 9L)));
        assertThat(await(directory.lastSeen(List.of(ANN, BOB, EVE)))).isEqualTo(Map.of(ANN, 5L, BOB, 9L));
        assertThat(await(directory.lastSeen(List.of()))).isEmpty();
    }

    @Test
    void devicesAreKeptUntilTheyAreRemoved() {
        Device phone = new Device(ANN, new DeviceId("phone"), 1, 2, "app 1.0");
        Device laptop = new Device(ANN, new DeviceId("laptop"), 3, 4, null);
        await(directory.saveDevice(phone));
        await(directory.saveDevice(laptop));
        Device seenAgain = new Device(ANN, new DeviceId("phone"), 1, 9, "app 1.1");
        await(directory.saveDevice(seenAgain));
        assertThat(await(directory.devices(ANN))).containsExactlyInAnyOrder(seenAgain, laptop);
        assertThat(await(directory.devices(BOB))).isEmpty();
        assertThat(await(directory.removeDevice(ANN, new DeviceId("phone")))).isTrue();
        assertThat(await(directory.removeDevice(ANN, new DeviceId("phone")))).isFalse();
        assertThat(await(directory.devices(ANN))).containsExactly(laptop);
    }

    @Test
    void whoHasSetNothingHasTheDefaultSettings() {
        await(directory.changeUserSettings(BOB, new UserSettings.Change(Audience.NOBODY, null, null, null)));
        assertThat(await(directory.userSettings(List.of(ANN, BOB))))
                .isEqualTo(Map.of(
                        ANN, UserSettings.DEFAULT, BOB, new UserSettings(Audience.NOBODY, List.of(), false, true)));
    }

    @Test
    void aChangeOfSettingsLeavesTheOthersAsTheyAre() {
        var first = new UserSettings.Change(Audience.EVERYONE, List.of(BOB, EVE), true, null);
        assertThat(await(directory.changeUserSettings(ANN, first)))
                .isEqualTo(new UserSettings(Audience.EVERYONE, List.of(BOB, EVE), true, true));
        var second = new UserSettings.Change(null, List.of(), null, false);
        UserSettings both = new UserSettings(Audience.EVERYONE, List.of(), true, false);
        assertThat(await(directory.changeUserSettings(ANN, second))).isEqualTo(both);
        assertThat(await(directory.userSettings(List.of(ANN)))).isEqualTo(Map.of(ANN, both));
    }

    @Test
    void changesOfDifferentSettingsAtOnceDoNotUndoOneAnother() {
        var one = directory.changeUserSettings(ANN, new UserSettings.Change(null, null, true, null));
        var other = directory.changeUserSettings(ANN, new UserSettings.Change(null, null, null, false));
        await(one);
        await(other);
        assertThat(await(directory.userSettings(List.of(ANN))).values())
                .containsExactly(new UserSettings(Audience.CONTACTS, List.of(), true, false));
    }

    @Test
    void aMuteHoldsForOneUserInOneConversationUntilItIsTakenBack() {
        Mute first = new Mute(0, false);
        await(directory.saveMute(ANN, ONE, first));
        await(directory.saveMute(BOB, ONE, new Mute(7, false)));
        assertThat(await(directory.mutes(ANN, List.of(ONE, OTHER)))).isEqualTo(Map.of(ONE, first));
        Mute second = new Mute(1_700_000_000_000L, true);
        await(directory.saveMute(ANN, ONE, second));
        assertThat(await(directory.mutes(ANN, List.of(ONE, OTHER)))).isEqualTo(Map.of(ONE, second));
        await(directory.saveMute(ANN, ONE, null));
        await(directory.saveMute(ANN, OTHER, null));
        assertThat(await(directory.mutes(ANN, List.of(ONE, OTHER)))).isEmpty();
        assertThat(await(directory.mutes(BOB, List.of(ONE)))).hasSize(1);
    }

    @Test
    void aUserBlocksOthersUntilTheyUnblockThemAndKeepsTheirSettings() {
        await(directory.changeUserSettings(ANN, new UserSettings.Change(null, null, true, null)));
        await(directory.changeUserSettings(ANN, UserSettings.Change.blocking(BOB)));
        await(directory.changeUserSettings(ANN, UserSettings.Change.blocking(BOB)));
        UserSettings both = await(directory.changeUserSettings(ANN, UserSettings.Change.blocking(EVE)));
        assertThat(both.blocked()).containsExactlyInAnyOrder(BOB, EVE);
        assertThat(both.invisible()).isTrue();
        UserSettings one = await(directory.changeUserSettings(ANN, UserSettings.Change.unblocking(BOB)));
        assertThat(one.blocked()).containsExactly(EVE);
        await(directory.changeUserSettings(ANN, new UserSettings.Change(null, null, false, null)));
        assertThat(await(directory.userSettings(List.of(ANN, BOB))))
                .isEqualTo(Map.of(ANN, UserSettings.DEFAULT.blocking(Set.of(EVE)), BOB, UserSettings.DEFAULT));
        await(directory.changeUserSettings(ANN, UserSettings.Change.unblocking(EVE)));
        await(directory.changeUserSettings(ANN, UserSettings.Change.unblocking(EVE)));
        assertThat(await(directory.userSettings(List.of(ANN)))).isEqualTo(Map.of(ANN, UserSettings.DEFAULT));
    }

    @Test
    void theLastThatWasSaidOfABanCountsAndAllComeByUserIdInPages() {
        scribe.group(ONE, BOB);
        Entry ban = scribe.write(ONE, ANN, new Content.UserBanned(EVE)).getFirst();
        scribe.write(ONE, ANN, new Content.UserBanned(BOB));
        Entry unban = scribe.write(ONE, BOB, new Content.UserUnbanned(BOB)).getFirst();
        Ban first = new Ban(BOB, BOB, unban.sentAt(), false);
        Ban second = new Ban(EVE, ANN, ban.sentAt(), true);
        assertThat(await(directory.bans(ONE, "", 10))).containsExactly(first, second);
        assertThat(await(directory.bans(ONE, "", 1))).containsExactly(first);
        assertThat(await(directory.bans(ONE, BOB.value(), 10))).containsExactly(second);
        assertThat(await(directory.bans(OTHER, "", 10))).isEmpty();
        assertThat(await(directory.ban(ONE, EVE))).contains(second);
        assertThat(await(directory.ban(ONE, ANN))).isEmpty();
    }

    @Test
    void anInvitationIsCountedRevokedAndReplaced() {
        scribe.group(ONE);
        Entry made = scribe.write(ONE, ANN, new Content.InvitationCreated("one", 0, 2, 0, 0))
                .getFirst();
        Entry other = scribe.write(ONE, ANN, new Content.InvitationCreated("two", 5, 0, 7, 99))
                .getFirst();
        var use = new Content.InvitationUse("one", 0, 1);
        scribe.write(ONE, BOB, new Content.MembersAdded(List.of(BOB), Role.MEMBER, use));
        scribe.write(ONE, ANN, new Content.InvitationRevoked("two", 7));
        assertThat(await(directory.invitations(ONE)))
                .containsExactly(
                        new Invitation("one", 0, ANN, made.sentAt(), 0, 2, 1, false),
                        new Invitation("two", 7, ANN, other.sentAt(), 99, 0, 0, true));
        Entry next = scribe.write(ONE, ANN, new Content.InvitationCreated("three", 0, 0, 7, 0))
                .getFirst();
        assertThat(await(directory.invitations(ONE)))
                .last()
                .isEqualTo(new Invitation("three", 7, ANN, next.sentAt(), 0, 0, 0, false));
        assertThat(await(directory.invitations(OTHER))).isEmpty();
        assertThat(await(directory.memberships(ONE, List.of(BOB))).get(BOB).isMember())
                .isTrue();
    }
}
