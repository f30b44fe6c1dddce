package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Event;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final ConversationId GROUP = new ConversationId("group");

    private final Recorder exit = new Recorder();
    private final LocalUser anna = exit.user("anna");
    private final LocalUser ben = exit.user("ben");
    private final LocalUser carla = exit.user("carla");

    @Test
    void theNextEntryPasses() {
        Gate gate = gateAt(10, anna, ben);
        live(gate, says(11), says(12));

        assertThat(exit.taken()).containsExactly("11,12 > anna,ben");
        assertThat(gate.cursor()).isEqualTo(12);
    }

    @Test
    void repeatsAreDroppedWhole() {
        Gate gate = gateAt(10, anna);
        live(gate, says(11));
        live(gate, says(11));
        live(gate, says(9), says(10));

        assertThat(exit.taken()).containsExactly("11 > anna");
    }

    @Test
    void ofARunThatIsPartlyARepeatTheRestPasses() {
        Gate gate = gateAt(10, anna);
        live(gate, says(9), says(10), says(11), says(12));

        assertThat(exit.taken()).containsExactly("11,12 > anna");
    }

    @Test
    void aHoleIsPulledOnceForAllThatComesBehindIt() {
        Gate gate = gateAt(10, anna, ben);
        live(gate, says(12));
        live(gate, says(13));
        gate.head(20, List.of(), exit);

        assertThat(exit.taken()).containsExactly("pull");
        Gate.Asked asked = gate.asked();
        assertThat(asked.after()).isEqualTo(10);
        assertThat(asked.known()).isEqualTo(20);
        assertThat(asked.users()).containsExactly(anna.id, ben.id);
    }

    @Test
    void whatIsPulledPassesInOrderToThoseWhoMayReadIt() {
        Gate gate = gateAt(10, anna, ben);
        live(gate, says(13));
        pulled(gate, List.of(says(11), says(12), says(13)), 13, member(anna, 1), member(ben, 1));

        assertThat(exit.taken()).containsExactly("pull", "11 > anna,ben", "12 > anna,ben", "13 > anna,ben");
        assertThat(gate.isWanting()).isFalse();
    }

    @Test
    void aPullThatBringsLessIsFollowedByAnother() {
        Gate gate = gateAt(10, anna);
        live(gate, says(13));
        pulled(gate, List.of(says(11)), 11, member(anna, 1));

        assertThat(exit.taken()).containsExactly("pull", "11 > anna", "pull");
        assertThat(gate.fruitless()).isZero();
        pulled(gate, List.of(), 11, member(anna, 1));
        assertThat(gate.fruitless()).isEqualTo(1);
    }

    @Test
    void aPullThatFailsIsMadeAgain() {
        Gate gate = gateAt(10, anna);
        live(gate, says(13));
        gate.asked();
        gate.pullFailed(exit);

        assertThat(exit.taken()).containsExactly("pull", "pull");
        assertThat(gate.fruitless()).isEqualTo(1);
    }

    @Test
    void anEntryMayPassWhileItIsPulled() {
        Gate gate = gateAt(10, anna);
        live(gate, says(12));
        Gate.Asked asked = gate.asked();
        live(gate, says(11));
        live(gate, says(12));
        gate.pulled(asked, List.of(says(11), says(12)), 12, memberships(member(anna, 1)), 0, exit);

        assertThat(exit.taken()).containsExactly("pull", "11 > anna", "12 > anna");
    }

    @Test
    void anEntryGoesToAllMembersHereWhomeverTheRegistryNamed() {
        Gate gate = gateAt(10, anna, ben);
        gate.live(List.of(says(11)), List.of(anna), 0, exit);

        assertThat(exit.taken()).containsExactly("11 > anna,ben");
    }

    @Test
    void whoIsRemovedGetsTheRemovalAndNothingBehindIt() {
        Gate gate = gateAt(10, anna, ben);
        live(gate, says(11), removes(12, "ben"), says(13));

        assertThat(exit.taken()).containsExactly("11 > anna,ben", "12 > anna,ben", "13 > anna");
        assertThat(ben.gates).isEmpty();
    }

    @Test
    void whoLeavesGetsTheLeavingAndNothingBehindIt() {
        Gate gate = gateAt(10, anna, ben);
        Entry entry = entry(11, "ben", new Content.MemberLeft(new Content.Departure(ben.id, 2)));
        live(gate, new Event(entry, new byte[0]), says(12));

        assertThat(exit.taken()).containsExactly("11 > anna,ben", "12 > anna");
    }

    @Test
    void whoIsAddedLaterIsAskedForFirstAndToldOfTheGap() {
        Gate gate = gateAt(10, anna);
        live(gate, adds(11, "ben"));
        assertThat(gate.asked().users()).containsExactly(anna.id, ben.id);
        pulled(gate, List.of(adds(11, "ben")), 11, member(anna, 1), member(ben, 11));

        assertThat(exit.taken()).containsExactly("pull", "gap 1..10 > ben", "11 > anna,ben");
    }

    @Test
    void whoJoinsAndGoesInWhatIsPulledGetsBothThoughNobodyAskedForThem() {
        Gate gate = Gate.unknown(GROUP);
        gate.live(List.of(removes(3, "ben")), List.of(anna), 0, exit);
        assertThat(gate.asked().users()).containsExactly(anna.id);
        pulled(gate, List.of(creates("dora"), adds(2, "anna", "ben"), removes(3, "ben")), 3, member(anna, 2));

        assertThat(exit.taken())
                .containsExactlyInAnyOrder("pull", "gap 1..1 > anna", "gap 1..1 > ben", "2 > anna,ben", "3 > anna,ben");
    }

    @Test
    void whoWasAMemberBeforeIsToldOfTheTimeAwayOnly() {
        Gate gate = gateAt(10, anna);
        live(gate, adds(11, "ben"));
        pulled(gate, List.of(adds(11, "ben")), 11, member(anna, 1), former(ben, 2, 5, 11));

        assertThat(exit.taken()).containsExactly("pull", "gap 6..10 > ben", "11 > anna,ben");
    }

    @Test
    void aNewConversationNeedsNoPull() {
        Gate gate = Gate.unknown(GROUP);
        gate.live(List.of(creates("anna")), List.of(anna), 0, exit);
        gate.live(List.of(adds(2, "ben", "carla")), List.of(anna, ben, carla), 0, exit);

        assertThat(exit.taken())
                .containsExactly("1 > anna", "gap 1..1 > ben", "gap 1..1 > carla", "2 > anna,ben,carla");
    }

    @Test
    void aNewConversationOfSomebodyElsesBeginsWithTheAdding() {
        Gate gate = Gate.unknown(GROUP);
        gate.live(List.of(adds(2, "ben")), List.of(ben), 0, exit);

        assertThat(exit.taken()).containsExactly("gap 1..1 > ben", "2 > ben");
    }

    @Test
    void anEntryOfAnUnknownConversationIsPrecededByAPullFromTheJoining() {
        Gate gate = Gate.unknown(GROUP);
        gate.live(List.of(says(12)), List.of(ben), 0, exit);
        assertThat(gate.asked().after()).isZero();
        pulled(gate, List.of(), 12, member(ben, 11));
        assertThat(gate.asked().after()).isEqualTo(10);
        pulled(gate, List.of(adds(11, "ben"), says(12)), 12, member(ben, 11));

        assertThat(exit.taken()).containsExactly("pull", "pull", "gap 1..10 > ben", "11 > ben", "12 > ben");
    }

    @Test
    void whoIsNoMemberOfAnUnknownConversationLeavesItEmpty() {
        Gate gate = Gate.unknown(GROUP);
        gate.live(List.of(says(12)), List.of(ben), 0, exit);
        pulled(gate, List.of(), 12);

        assertThat(gate.isEmpty()).isTrue();
        assertThat(gate.isWanting()).isFalse();
    }

    @Test
    void whatLiesBeforeTheBeginningMayHaveChangedMemberships() {
        Gate gate = Gate.unknown(GROUP);
        ben.isForgetful = true;
        gate.live(List.of(says(12)), List.of(ben), 0, exit);
        pulled(gate, List.of(says(11), says(12)), 12, member(ben, 2));

        assertThat(gate.cursor()).isEqualTo(12);
        assertThat(gate.membershipSequence()).isEqualTo(12);
    }

    @Test
    void whoWasForgottenComesInWhereTheirMembershipIsKnown() {
        Gate gate = Gate.unknown(GROUP);
        ben.isForgetful = true;
        gate.live(List.of(says(12)), List.of(ben), 0, exit);
        Gate.Asked asked = gate.asked();
        gate.live(List.of(removes(13, "ben")), List.of(ben), 0, exit);
        gate.pulled(asked, List.of(says(11), says(12)), 12, memberships(member(ben, 2)), 0, exit);
        pulled(gate, List.of(removes(13, "ben")), 13, formerOnly(ben, 2, 13));

        assertThat(exit.taken()).containsExactly("pull", "resync > ben", "pull", "13 > ben");
        assertThat(gate.users()).isEmpty();
    }

    @Test
    void whatIsPulledGoesOnlyToThoseWhoWereMembersThen() {
        Gate gate = gateAt(10, anna, ben);
        live(gate, says(15));
        pulled(
                gate,
                List.of(says(11), removes(12, "ben"), says(13), adds(14, "ben"), says(15)),
                15,
                member(anna, 1),
                former(ben, 2, 12, 14));

        assertThat(exit.taken())
                .containsExactly(
                        "pull",
                        "11 > anna,ben",
                        "12 > anna,ben",
                        "13 > anna",
                        "gap 13..13 > ben",
                        "14 > anna,ben",
                        "15 > anna,ben");
    }

    @Test
    void whoIsFoundToBeAddedWhileWeWereNotAskedForThemIsAskedFor() {
        Gate gate = gateAt(10, anna);
        live(gate, says(12));
        pulled(gate, List.of(adds(11, "ben"), says(12)), 12, member(anna, 1));
        assertThat(gate.asked().users()).containsExactly(anna.id, ben.id);
        pulled(gate, List.of(adds(11, "ben"), says(12)), 12, member(anna, 1), member(ben, 11));

        assertThat(exit.taken()).containsExactly("pull", "pull", "gap 1..10 > ben", "11 > anna,ben", "12 > anna,ben");
    }

    @Test
    void whoAttachesWhileItIsPulledMissesNothing() {
        Gate gate = gateAt(10, anna);
        live(gate, says(12));
        Gate.Asked asked = gate.asked();
        gate.attach(ben, 10, exit);
        gate.pulled(asked, List.of(says(11), says(12)), 12, memberships(member(anna, 1)), 0, exit);
        assertThat(exit.taken()).containsExactly("pull", "pull");
        pulled(gate, List.of(says(11), says(12)), 12, member(anna, 1), member(ben, 2));

        assertThat(exit.taken()).containsExactly("11 > anna,ben", "12 > anna,ben");
    }

    @Test
    void whoAttachesAheadOfTheGateComesInWhenItHasCaughtUp() {
        Gate gate = gateAt(10, anna);
        gate.attach(ben, 12, exit);
        live(gate, says(11), says(12), says(13));

        assertThat(exit.taken()).containsExactly("pull", "11 > anna", "12 > anna", "13 > anna,ben");
    }

    @Test
    void membersWhomTheGateDoesNotKnowAreAskedForAndToldToSynchronise() {
        Gate gate = gateAt(10, anna);
        gate.live(List.of(says(11)), List.of(anna, ben), 0, exit);
        pulled(gate, List.of(), 11, member(anna, 1), member(ben, 2));
        live(gate, says(12));

        assertThat(exit.taken()).containsExactly("11 > anna", "pull", "resync > ben", "12 > anna,ben");
    }

    @Test
    void aRepeatForOneWhomTheGateDoesNotKnowIsNoRepeat() {
        Gate gate = Gate.unknown(GROUP);
        gate.live(List.of(adds(2, "ben")), List.of(ben), 0, exit);
        gate.live(List.of(says(1), adds(2, "ben")), List.of(anna), 0, exit);
        pulled(gate, List.of(), 2, member(anna, 1), member(ben, 2));

        assertThat(exit.taken()).containsExactly("gap 1..1 > ben", "2 > ben", "pull", "resync > anna");
    }

    @Test
    void aHeadForOneWhomTheGateDoesNotKnowIsNews() {
        Gate gate = gateAt(10, anna);
        gate.head(10, List.of(anna, ben), exit);
        pulled(gate, List.of(), 10, member(anna, 1), member(ben, 2));

        assertThat(exit.taken()).containsExactly("pull", "resync > ben");
    }

    @Test
    void whoIsNamedAfterTheirRemovalGetsNothingMore() {
        Gate gate = gateAt(10, anna, ben);
        gate.live(List.of(removes(11, "ben")), List.of(anna, ben), 0, exit);
        gate.head(11, List.of(anna, ben), exit);
        gate.live(List.of(says(12)), List.of(anna, ben), 0, exit);

        assertThat(exit.taken()).containsExactly("11 > anna,ben", "12 > anna");
    }

    @Test
    void aRemovedMemberWhomTheGateDoesNotKnowIsToldToSynchroniseOnce() {
        Gate gate = gateAt(10, anna);
        gate.live(List.of(removes(11, "ben")), List.of(anna, ben), 0, exit);
        pulled(gate, List.of(), 11, member(anna, 1), formerOnly(ben, 2, 11));
        gate.live(List.of(says(12)), List.of(anna, ben), 0, exit);

        assertThat(exit.taken()).containsExactly("11 > anna", "pull", "resync > ben", "12 > anna");
    }

    @Test
    void aMembershipThatEndsWhileItIsAskedForIsAskedForAgain() {
        Gate gate = gateAt(10, anna);
        gate.head(10, List.of(anna, ben), exit);
        Gate.Asked asked = gate.asked();
        gate.live(List.of(removes(11, "ben")), List.of(anna, ben), 0, exit);
        gate.pulled(asked, List.of(), 10, memberships(member(anna, 1), member(ben, 2)), 0, exit);
        pulled(gate, List.of(), 11, member(anna, 1), formerOnly(ben, 2, 11));
        gate.live(List.of(says(12)), List.of(anna, ben), 0, exit);

        assertThat(exit.taken()).containsExactly("pull", "11 > anna", "pull", "resync > ben", "12 > anna");
    }

    @Test
    void whoIsNamedForTheirRemovalIsNoMemberBehindIt() {
        Gate gate = gateAt(10, anna, ben);
        gate.live(List.of(removes(11, "ben"), says(12)), List.of(anna, ben), 0, exit);
        live(gate, says(13));

        assertThat(exit.taken()).containsExactly("11 > anna,ben", "12 > anna", "13 > anna");
    }

    @Test
    void aHoleThatIsTooLargeIsLeftToTheClients() {
        Gate gate = gateAt(10, anna, ben);
        gate.head(5_000, List.of(), exit);
        pulled(gate, List.of(says(11)), 5_000, member(anna, 1), formerOnly(ben, 2, 700));

        assertThat(exit.taken()).containsExactly("pull", "resync > anna", "resync > ben");
        assertThat(gate.cursor()).isEqualTo(5_000);
        assertThat(gate.users()).containsExactly(anna);
    }

    @Test
    void whereManyAreHereAHoleThatIsTooLargeIsLeftToThemOnceItIsKnownWhoHasGone() {
        LocalUser[] many = new LocalUser[250];
        for (int i = 0; i < many.length; i++) many[i] = exit.user("u" + i);
        Gate gate = gateAt(10, many);
        gate.head(5_000, List.of(), exit);
        pulled(gate, List.of(says(11)), 5_000);
        assertThat(gate.cursor()).isEqualTo(10);

        assertThat(gate.asked().users()).hasSize(many.length);
        Membership[] members = new Membership[many.length];
        for (int i = 1; i < many.length; i++) members[i] = member(many[i], 1);
        members[0] = formerOnly(many[0], 1, 700);
        pulled(gate, List.of(says(11)), 5_000, members);

        assertThat(gate.cursor()).isEqualTo(5_000);
        assertThat(gate.users()).hasSize(many.length - 1).doesNotContain(many[0]);
    }

    @Test
    void whereManyAreHereWhatWasPulledPassesThoughSomebodyCameMeanwhile() {
        LocalUser[] many = new LocalUser[250];
        for (int i = 0; i < many.length; i++) many[i] = exit.user("u" + i);
        Gate gate = gateAt(10, many);
        gate.head(11, List.of(), exit);
        Gate.Asked asked = gate.asked();
        gate.attach(exit.user("late"), 10, exit);

        gate.pulled(asked, List.of(says(11)), 11, Map.of(), 0, exit);

        assertThat(gate.cursor()).isEqualTo(11);
    }

    @Test
    void behindAHoleThatIsTooLargeItGoesOnWhereMembershipsAreKnown() {
        Gate gate = gateAt(10, anna, ben);
        gate.head(5_000, List.of(), exit);
        Gate.Asked asked = gate.asked();
        live(gate, removes(5_001, "ben"));
        gate.pulled(asked, List.of(says(11)), 5_000, memberships(member(anna, 1), member(ben, 2)), 0, exit);
        pulled(gate, List.of(removes(5_001, "ben")), 5_001, member(anna, 1), formerOnly(ben, 2, 5_001));

        assertThat(exit.taken()).containsExactly("pull", "resync > anna", "resync > ben", "pull", "5001 > anna,ben");
        assertThat(gate.users()).containsExactly(anna);
    }

    @Test
    void itKnowsTheRolesOfThoseWhoAreHere() {
        Gate gate = gateAt(10, anna, ben);
        gate.role(anna, Role.OWNER);
        assertThat(gate.roleOf(anna)).isEqualTo(Role.ADMIN);
        assertThat(gate.roleOf(ben)).isEqualTo(Role.MEMBER);

        live(gate, changes(11, "ben", Role.ADMIN), changes(12, "anna", Role.MEMBER), changes(13, "carla", Role.ADMIN));
        assertThat(gate.roleOf(ben)).isEqualTo(Role.ADMIN);
        assertThat(gate.roleOf(anna)).isEqualTo(Role.MEMBER);
        assertThat(gate.roleOf(carla)).as("who is no member here").isEqualTo(Role.MEMBER);

        live(gate, removes(14, "ben"));
        assertThat(gate.roleOf(ben)).isEqualTo(Role.MEMBER);
    }

    private static Event changes(long sequence, String user, Role role) {
        return new Event(entry(sequence, "dora", new Content.RoleChanged(new UserId(user), 1, role)), new byte[0]);
    }

    @Test
    void whoHasGoneGetsNothing() {
        Gate gate = gateAt(10, anna, ben);
        gate.detach(ben);
        live(gate, says(11));
        gate.detach(anna);

        assertThat(exit.taken()).containsExactly("11 > anna");
        assertThat(gate.isEmpty()).isTrue();
    }

    private Gate gateAt(long cursor, LocalUser... users) {
        Gate gate = Gate.at(GROUP, cursor, Gate.MANY);
        for (LocalUser user : users) gate.attach(user, cursor, exit);
        return gate;
    }

    private void live(Gate gate, Event... run) {
        gate.live(List.of(run), List.of(), 0, exit);
    }

    private void pulled(Gate gate, List<Event> entries, long head, Membership... members) {
        gate.pulled(gate.asked(), entries, head, memberships(members), 0, exit);
    }

    private static Map<UserId, Membership> memberships(Membership... members) {
        Map<UserId, Membership> all = new HashMap<>();
        for (Membership membership : members) all.put(membership.userId(), membership);
        return all;
    }

    private static Membership member(LocalUser user, long joined) {
        return new Membership(GROUP, user.id, Role.MEMBER, List.of(new Interval(joined, 0, 0)));
    }

    private static Membership former(LocalUser user, long joined, long left, long again) {
        return new Membership(
                GROUP, user.id, Role.MEMBER, List.of(new Interval(joined, left, 0), new Interval(again, 0, 0)));
    }

    private static Membership formerOnly(LocalUser user, long joined, long left) {
        return new Membership(GROUP, user.id, Role.MEMBER, List.of(new Interval(joined, left, 0)));
    }

    static Event says(long sequence) {
        return new Event(entry(sequence, "dora", Content.Message.of("x")), new byte[0]);
    }

    private static Event adds(long sequence, String... users) {
        List<UserId> ids = Arrays.stream(users).map(UserId::new).toList();
        return new Event(entry(sequence, "dora", new Content.MembersAdded(ids, Role.MEMBER)), new byte[0]);
    }

    private static Event removes(long sequence, String user) {
        List<Content.Departure> departures = List.of(new Content.Departure(new UserId(user), 1));
        return new Event(entry(sequence, "dora", new Content.MembersRemoved(departures)), new byte[0]);
    }

    private static Event creates(String user) {
        Content created = new Content.ConversationCreated(ConversationType.GROUP, Settings.NONE);
        return new Event(entry(1, user, created), new byte[0]);
    }

    private static Entry entry(long sequence, String sender, Content content) {
        return new Entry(
                GROUP,
                sequence,
                sequence,
                9,
                new UserId(sender),
                "m" + sequence,
                new Digest(1, 0, 0),
                "",
                1,
                sequence,
                content);
    }

    /** Everybody is here; keeps what comes out. */
    static final class Recorder implements Gate.Exit {
        private final Map<UserId, LocalUser> users = new HashMap<>();
        private List<String> out = new ArrayList<>();

        LocalUser user(String name) {
            LocalUser user = new LocalUser(new UserId(name), new Allowance(new UserId(name), 1, 1, 0, due -> {}));
            users.put(user.id, user);
            return user;
        }

        List<String> taken() {
            List<String> taken = out;
            out = new ArrayList<>();
            return taken;
        }

        @Override
        public @Nullable LocalUser find(UserId user) {
            return users.get(user);
        }

        @Override
        public void pass(Gate gate, List<Event> run, List<LocalUser> receivers) {
            List<String> sequences =
                    run.stream().map(event -> "" + event.entry().sequence()).toList();
            List<String> names = receivers.stream().map(user -> user.id.value()).toList();
            out.add(String.join(",", sequences) + " > " + String.join(",", names));
        }

        @Override
        public void gap(Gate gate, LocalUser user, long from, long to) {
            out.add("gap " + from + ".." + to + " > " + user.id);
        }

        @Override
        public void resync(Gate gate, LocalUser user) {
            out.add("resync > " + user.id);
        }

        @Override
        public void pull(Gate gate) {
            out.add("pull");
        }
    }
}
