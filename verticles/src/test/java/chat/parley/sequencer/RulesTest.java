package chat.parley.sequencer;

import static chat.parley.sequencer.Stage.ANNA;
import static chat.parley.sequencer.Stage.BEN;
import static chat.parley.sequencer.Stage.CARLA;
import static chat.parley.sequencer.Stage.EVE;
import static chat.parley.sequencer.Stage.GROUP;
import static chat.parley.sequencer.Stage.code;
import static chat.parley.sequencer.Stage.creates;
import static chat.parley.sequencer.Stage.createsDirect;
import static chat.parley.sequencer.Stage.draft;
import static chat.parley.sequencer.Stage.in;
import static chat.parley.sequencer.Stage.placed;
import static chat.parley.sequencer.Stage.says;
import static chat.parley.sequencer.Stage.sibling;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.Altered;
import chat.parley.bus.Address;
import chat.parley.bus.Answer;
import chat.parley.bus.Submit;
import chat.parley.model.Content;
import chat.parley.model.Content.Departure;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Draft;
import chat.parley.model.Entry;
import chat.parley.model.Mention;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.model.Writers;
import chat.parley.store.Scribe;
import chat.parley.store.memory.Weather;
import chat.parley.wire.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A group of Anna (owner), Ben and Carla (members); Eve is a stranger. All its members are in memory, or those that were asked for and no more
 * than that.
 */
@ParameterizedClass
@CsvSource({"false, 1000", "true, 1000", "false, 2", "true, 2"})
class RulesTest {
    private final Stage stage;
    private int made;

    RulesTest(boolean deferred, int loadedMembersMax) {
        stage = new Stage(
                deferred,
                Altered.of(SequencerConfig.DEFAULT, "groupMembersMax", 100, "loadedMembersMax", loadedMembersMax));
    }

    @BeforeEach
    void aGroup() {
        stage.serving("n1");
        assertThat(placed(stage.ask(creates(ANNA, "create", BEN, CARLA)))).isEqualTo(1);
    }

    private Answer ask(UserId sender, Content content) {
        return stage.ask(draft(sender, GROUP, "c" + ++made, content));
    }

    private long say(UserId sender) {
        return placed(ask(sender, Content.Message.of("something")));
    }

    private static Content edit(long target) {
        return new Content.Edit(target, "better", List.of());
    }

    private static Content delete(long target) {
        return new Content.Delete(target, List.of());
    }

    private static Content reply(long to) {
        return new Content.Message("yes", null, List.of(), List.of(), to, null);
    }

    private static Content add(Role role, UserId... users) {
        return new Content.MembersAdded(List.of(users), role);
    }

    private static Content remove(UserId... users) {
        List<Departure> departures = new ArrayList<>();
        for (UserId user : users) departures.add(new Departure(user, 0));
        return new Content.MembersRemoved(departures);
    }

    private static Content role(UserId user, Role role) {
        return new Content.RoleChanged(user, 0, role);
    }

    private Answer leave(UserId user) {
        return ask(user, new Content.MemberLeft(new Departure(user, 0)));
    }

    private static Content name(String name) {
        return new Content.ConversationUpdated(new Settings(name, 0), true, false, false, false);
    }

    private static Content slow(long millis) {
        return new Content.ConversationUpdated(new Settings(null, millis), false, true, false, false);
    }

    private static Content rate(int messagesPerMinute) {
        return new Content.ConversationUpdated(
                new Settings(null, 0, messagesPerMinute, Writers.ALL), false, false, true, false);
    }

    private static Content writers(Writers writers) {
        return new Content.ConversationUpdated(new Settings(null, 0, 0, writers), false, false, false, true);
    }

    private static Content mention(@Nullable UserId user) {
        return new Content.Message("@", null, List.of(), List.of(new Mention(user, null, null)), 0, null);
    }

    @Test
    void aStrangerIsToldWhatIsToldOfNoConversation() {
        Answer stranger = ask(EVE, Content.Message.of("let me in"));
        Answer nowhere = stage.ask(draft(ANNA, sibling(0), "n1", Content.Message.of("anybody")));
        assertThat(stranger).isEqualTo(new Answer.Refused(ErrorCode.NOT_FOUND, "no such conversation"));
        assertThat(code(ask(EVE, edit(1)))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(code(leave(EVE))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(nowhere).isEqualTo(stranger);
    }

    @Test
    void whoWasRemovedMaySayNothingMore() {
        placed(ask(ANNA, remove(BEN)));
        assertThat(code(ask(BEN, Content.Message.of("wait")))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void aRemovalHoldsForWhatStandsBehindItInTheSameBatch() {
        List<Answer> answers = stage.askAll(
                draft(ANNA, GROUP, "r1", remove(BEN)),
                says(BEN, "b1", "too late"),
                draft(ANNA, GROUP, "r2", add(Role.MEMBER, BEN)),
                says(BEN, "b2", "back again"));
        assertThat(placed(answers.get(0))).isEqualTo(3);
        assertThat(code(answers.get(1))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(placed(answers.get(2))).isEqualTo(4);
        assertThat(placed(answers.get(3))).isEqualTo(5);
        assertThat(stage.content(3)).isEqualTo(new Content.MembersRemoved(List.of(new Departure(BEN, 2))));
    }

    @Test
    void everyEntryCountsTheMembersAndOwnersBehindIt() {
        assertCounts(1, 1, 1);
        assertCounts(2, 3, 1);
        assertCounts(placed(ask(ANNA, role(BEN, Role.OWNER))), 3, 2);
        assertCounts(placed(ask(ANNA, add(Role.OWNER, CARLA, EVE))), 4, 3);
        assertCounts(say(EVE), 4, 3);
        assertCounts(placed(ask(ANNA, remove(BEN, CARLA, EVE))), 1, 1);
        assertCounts(placed(ask(ANNA, add(Role.OWNER, BEN))), 2, 2);
        assertCounts(placed(ask(ANNA, role(BEN, Role.ADMIN))), 2, 1);
        assertCounts(placed(leave(BEN)), 1, 1);
        assertCounts(placed(leave(ANNA)), 0, 0);
    }

    private void assertCounts(long sequence, int members, int owners) {
        Entry entry = stage.entry(sequence);
        assertThat(List.of(entry.memberCount(), entry.ownerCount())).containsExactly(members, owners);
    }

    @Test
    void whereEntriesDidNotCountYetTheMembersAreCounted() {
        ConversationId old = sibling(0);
        Stage before = new Stage(true);
        Scribe scribe = new Scribe(before.store.stores(Weather.FINE));
        scribe.uncounted(old, ANNA, new Content.ConversationCreated(ConversationType.GROUP, Settings.NONE));
        scribe.uncounted(old, ANNA, add(Role.MEMBER, BEN, CARLA));
        before.serving("n1");
        assertThat(code(before.ask(draft(ANNA, old, "leaves", new Content.MemberLeft(new Departure(ANNA, 0))))))
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(placed(before.ask(draft(ANNA, old, "adds", add(Role.OWNER, EVE)))))
                .isEqualTo(3);
        Entry added = before.store.log(old.shard()).getLast().entry();
        assertThat(List.of(added.memberCount(), added.ownerCount())).containsExactly(4, 2);
    }

    @Test
    void sendersEditTheirOwnMessagesOnly() {
        long message = say(BEN);
        placed(ask(BEN, edit(message)));
        assertThat(code(ask(ANNA, edit(message)))).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(code(ask(CARLA, edit(message)))).isEqualTo(ErrorCode.FORBIDDEN);
    }

    @Test
    void anEditAndADeletionNameTheEditsBefore() {
        long message = say(BEN);
        long first = placed(ask(BEN, edit(message)));
        long second = placed(ask(BEN, edit(message)));
        long deletion = placed(ask(BEN, delete(message)));
        assertThat(stage.content(second)).isEqualTo(new Content.Edit(message, "better", List.of(first)));
        assertThat(stage.content(deletion)).isEqualTo(new Content.Delete(message, List.of(first, second)));
    }

    @Test
    void aMessageIsEditedAHundredTimesAtMost() {
        long message = say(BEN);
        IntStream.range(0, 100).forEach(i -> placed(ask(BEN, edit(message))));
        assertThat(code(ask(BEN, edit(message)))).isEqualTo(ErrorCode.TOO_LARGE);
        placed(ask(BEN, delete(message)));
    }

    @Test
    void membersDeleteTheirOwnAndAdminsWhatOthersSaid() {
        long bens = say(BEN);
        long annas = say(ANNA);
        long carlas = say(CARLA);
        assertThat(code(ask(CARLA, delete(bens)))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(BEN, delete(bens)));
        placed(ask(ANNA, delete(carlas)));
        placed(ask(ANNA, role(BEN, Role.ADMIN)));
        placed(ask(BEN, delete(annas)));
    }

    @Test
    void whatIsDeletedOrNoMessageIsNotAmended() {
        long message = say(BEN);
        long edit = placed(ask(BEN, edit(message)));
        placed(ask(BEN, delete(message)));
        assertThat(code(ask(BEN, edit(message)))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(code(ask(BEN, delete(message)))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(code(ask(BEN, delete(edit)))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(code(ask(ANNA, delete(1)))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(code(ask(BEN, edit(999)))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void nobodyAmendsOrAnswersWhatTheyMayNotRead() {
        long before = say(ANNA);
        placed(ask(ANNA, add(Role.ADMIN, EVE)));
        long after = say(ANNA);
        assertThat(code(ask(EVE, delete(before)))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(code(ask(EVE, reply(before)))).isEqualTo(ErrorCode.NOT_FOUND);
        placed(ask(EVE, reply(after)));
        placed(ask(EVE, delete(after)));
        assertThat(code(ask(EVE, reply(999)))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void whoComesBackDoesNotAmendWhatWasSaidMeanwhile() {
        long before = say(ANNA);
        placed(ask(ANNA, remove(BEN)));
        long meanwhile = say(ANNA);
        placed(ask(ANNA, add(Role.ADMIN, BEN)));
        assertThat(code(ask(BEN, reply(meanwhile)))).isEqualTo(ErrorCode.NOT_FOUND);
        placed(ask(BEN, reply(before)));
    }

    @Test
    void onlyAdminsAndOwnersRename() {
        assertThat(code(ask(BEN, name("Ben's")))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(ANNA, role(BEN, Role.ADMIN)));
        placed(ask(BEN, name("Ben's")));
    }

    @Test
    void aNameThatHoldsAlreadyWritesNothing() {
        assertThat(ask(ANNA, name("Group"))).isEqualTo(new Answer.Unchanged(2));
        assertThat(placed(ask(ANNA, name("Other")))).isEqualTo(3);
    }

    @Test
    void oneSettingLeavesTheOther() {
        placed(ask(ANNA, slow(5_000)));
        long renamed = placed(ask(ANNA, name("Other")));
        assertThat(stage.content(renamed))
                .isEqualTo(new Content.ConversationUpdated(new Settings("Other", 5_000), true, false, false, false));
    }

    @Test
    void adminsAndOwnersAddAndOnlyOwnersMakeOwners() {
        assertThat(code(ask(BEN, add(Role.MEMBER, EVE)))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(ANNA, role(BEN, Role.ADMIN)));
        assertThat(code(ask(BEN, add(Role.OWNER, EVE)))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(BEN, add(Role.ADMIN, EVE)));
        placed(ask(ANNA, add(Role.OWNER, new UserId("fred"))));
    }

    @Test
    void onlyThoseWhoAreNotThereAreAdded() {
        assertThat(ask(ANNA, add(Role.ADMIN, BEN, CARLA))).isEqualTo(new Answer.Unchanged(2));
        long added = placed(ask(ANNA, add(Role.ADMIN, BEN, EVE)));
        assertThat(stage.content(added)).isEqualTo(add(Role.ADMIN, EVE));
    }

    @Test
    void aGroupHasAsManyMembersAsAreSetAtMost() {
        UserId[] others =
                IntStream.range(0, 97).mapToObj(i -> new UserId("u" + i)).toArray(UserId[]::new);
        placed(ask(ANNA, add(Role.MEMBER, others)));
        assertThat(code(ask(ANNA, add(Role.MEMBER, EVE)))).isEqualTo(ErrorCode.TOO_LARGE);
        placed(ask(ANNA, remove(BEN)));
        placed(ask(ANNA, add(Role.MEMBER, EVE)));
    }

    @Test
    void aGroupIsNotBornWithMoreThanAreSet() {
        UserId[] others =
                IntStream.range(0, 100).mapToObj(i -> new UserId("u" + i)).toArray(UserId[]::new);
        assertThat(code(stage.ask(in(sibling(0), creates(ANNA, "big", others)))))
                .isEqualTo(ErrorCode.TOO_LARGE);
    }

    @Test
    void adminsRemoveAnybodyButOwners() {
        assertThat(code(ask(BEN, remove(CARLA)))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(ANNA, role(BEN, Role.ADMIN)));
        assertThat(code(ask(BEN, remove(ANNA)))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(BEN, remove(CARLA)));
        placed(ask(ANNA, remove(BEN)));
    }

    @Test
    void removingWhoIsNotThereWritesNothing() {
        assertThat(ask(ANNA, remove(EVE))).isEqualTo(new Answer.Unchanged(2));
        long removed = placed(ask(ANNA, remove(EVE, BEN)));
        assertThat(stage.content(removed)).isEqualTo(new Content.MembersRemoved(List.of(new Departure(BEN, 2))));
    }

    @Test
    void theLastOwnerNamesASuccessorBeforeLeaving() {
        assertThat(code(leave(ANNA))).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(code(ask(ANNA, role(ANNA, Role.MEMBER)))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(ANNA, role(BEN, Role.OWNER)));
        placed(leave(ANNA));
        assertThat(code(leave(BEN))).isEqualTo(ErrorCode.FORBIDDEN);
    }

    @Test
    void theLastOneOfAllMayLeave() {
        placed(leave(BEN));
        placed(ask(ANNA, remove(CARLA)));
        placed(leave(ANNA));
        assertThat(code(ask(ANNA, Content.Message.of("nobody")))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void whoHasLeftIsToldSo() {
        long left = placed(leave(BEN));
        say(ANNA);
        assertThat(leave(BEN)).isEqualTo(new Answer.Unchanged(left));
    }

    @Test
    void ownersChangeAllRolesAndAdminsThoseBelowThem() {
        assertThat(code(ask(BEN, role(CARLA, Role.ADMIN)))).isEqualTo(ErrorCode.FORBIDDEN);
        long changed = placed(ask(ANNA, role(BEN, Role.ADMIN)));
        assertThat(stage.content(changed)).isEqualTo(new Content.RoleChanged(BEN, 2, Role.ADMIN));
        assertThat(ask(ANNA, role(BEN, Role.ADMIN))).isEqualTo(new Answer.Unchanged(changed));
        placed(ask(BEN, role(CARLA, Role.ADMIN)));
        placed(ask(BEN, role(CARLA, Role.MEMBER)));
        assertThat(code(ask(BEN, role(CARLA, Role.OWNER)))).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(code(ask(BEN, role(ANNA, Role.MEMBER)))).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(code(ask(ANNA, role(EVE, Role.ADMIN)))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void aDirectConversationDoesNotChange() {
        ConversationId direct = ConversationId.direct(ANNA, BEN);
        serve(direct);
        placed(stage.ask(createsDirect(ANNA, "d1", BEN)));
        for (Content content : List.of(
                name("Us"),
                add(Role.MEMBER, EVE),
                remove(BEN),
                role(BEN, Role.ADMIN),
                new Content.MemberLeft(new Departure(ANNA, 0)))) {
            assertThat(code(stage.ask(draft(ANNA, direct, "d" + ++made + "x", content))))
                    .isEqualTo(ErrorCode.FORBIDDEN);
        }
    }

    @Test
    void inADirectConversationSendersAloneDelete() {
        ConversationId direct = ConversationId.direct(ANNA, BEN);
        serve(direct);
        placed(stage.ask(createsDirect(ANNA, "d1", BEN)));
        long message = placed(stage.ask(draft(BEN, direct, "m1", Content.Message.of("hello"))));
        assertThat(code(stage.ask(draft(ANNA, direct, "m2", delete(message))))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(stage.ask(draft(BEN, direct, "m3", delete(message))));
    }

    @Test
    void bothSidesOfADirectConversationFindTheSame() {
        serve(ConversationId.direct(ANNA, BEN));
        placed(stage.ask(createsDirect(ANNA, "d1", BEN)));
        assertThat(stage.ask(createsDirect(BEN, "d2", ANNA))).isEqualTo(new Answer.Unchanged(2));
    }

    @Test
    void aDirectConversationHasTheIdOfItsTwo() {
        assertThat(code(stage.ask(in(GROUP, createsDirect(ANNA, "d1", BEN))))).isEqualTo(ErrorCode.BAD_FRAME);
    }

    @Test
    void aGroupIsCreatedOnce() {
        Answer.Placed again = (Answer.Placed) stage.ask(creates(ANNA, "create", BEN, CARLA));
        assertThat(again.sequence()).isEqualTo(1);
        assertThat(again.duplicate()).isTrue();
        assertThat(code(stage.ask(creates(ANNA, "create", BEN)))).isEqualTo(ErrorCode.CONFLICT);
        assertThat(code(stage.ask(creates(ANNA, "other", BEN, CARLA)))).isEqualTo(ErrorCode.CONFLICT);
        assertThat(code(stage.ask(creates(EVE, "create", BEN)))).isEqualTo(ErrorCode.CONFLICT);
    }

    @Test
    void whatIsMalformedIsRefusedBeforeItHasAPlace() {
        Content created = new Content.ConversationCreated(ConversationType.GROUP, Settings.NONE);
        for (Draft bad : List.of(
                draft(ANNA, GROUP, "", Content.Message.of("no id")),
                draft(ANNA, GROUP, "x".repeat(65), Content.Message.of("long id")),
                draft(ANNA, GROUP, "b1"),
                draft(ANNA, GROUP, "b2", Content.Message.of("one"), Content.Message.of("two")),
                draft(ANNA, GROUP, "b3", created, add(Role.OWNER, EVE)),
                draft(ANNA, GROUP, "b4", created, add(Role.MEMBER, ANNA)),
                draft(ANNA, GROUP, "b5", add(Role.MEMBER, EVE, EVE)),
                draft(ANNA, GROUP, "b6", add(Role.MEMBER)),
                draft(ANNA, GROUP, "b7", remove(ANNA)),
                draft(ANNA, GROUP, "b8", new Content.MemberLeft(new Departure(BEN, 0))),
                draft(ANNA, GROUP, "b9", slow(-1)))) {
            assertThat(code(stage.ask(bad))).as(bad.toString()).isEqualTo(ErrorCode.BAD_FRAME);
        }
        assertThat(code(ask(ANNA, Content.Message.of("x".repeat(300_000))))).isEqualTo(ErrorCode.TOO_LARGE);
    }

    @Test
    void inSlowModeMembersWaitAndAdminsDoNot() {
        say(BEN);
        placed(ask(ANNA, slow(5_000)));
        stage.loop.advance(2_000);
        assertThat(ask(BEN, Content.Message.of("again")))
                .isEqualTo(new Answer.Refused(ErrorCode.SLOW_MODE, "too soon after your last", 3_000));
        say(ANNA);
        say(ANNA);
        say(CARLA);
        stage.loop.advance(3_000);
        say(BEN);
        assertThat(code(ask(BEN, Content.Message.of("again")))).isEqualTo(ErrorCode.SLOW_MODE);
        placed(ask(ANNA, slow(0)));
        say(BEN);
    }

    @Test
    void slowModeSilencesNobodyWhenTheClockGoesBack() {
        placed(ask(ANNA, slow(5_000)));
        say(BEN);
        stage.loop.setBack(3_600_000);
        say(BEN);
    }

    @Test
    void membersOfAConversationWithARateWaitAndAdminsDoNot() {
        placed(ask(ANNA, rate(3)));
        say(BEN);
        say(CARLA);
        say(ANNA);
        assertThat(ask(CARLA, Content.Message.of("more")))
                .isEqualTo(new Answer.Refused(
                        ErrorCode.RATE_LIMITED, "too many messages here in the last minute", 20_000));
        say(ANNA);
        stage.loop.advance(19_000);
        assertThat(code(ask(BEN, Content.Message.of("more")))).isEqualTo(ErrorCode.RATE_LIMITED);
        stage.loop.advance(1_000);
        say(BEN);
        assertThat(code(ask(BEN, Content.Message.of("more")))).isEqualTo(ErrorCode.RATE_LIMITED);
        placed(ask(ANNA, rate(0)));
        say(BEN);
    }

    @Test
    void aMinuteLaterAsManyAreTakenAgain() {
        placed(ask(ANNA, rate(3)));
        for (int minute = 0; minute < 3; minute++) {
            for (int i = 0; i < 3; i++) say(BEN);
            assertThat(code(ask(BEN, Content.Message.of("more")))).isEqualTo(ErrorCode.RATE_LIMITED);
            stage.loop.advance(60_000);
        }
    }

    @Test
    void aRateCountsWhatWasSaidBeforeItAndOutlivesItsOwner() {
        say(BEN);
        placed(ask(ANNA, rate(2)));
        say(CARLA);
        stage.loop.advance(100);
        stage.serving("n2");
        Answer.Refused refused = (Answer.Refused) ask(BEN, Content.Message.of("again"));
        assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(refused.retryAfterMillis()).isBetween(1L, 30_000L);
        say(ANNA);
    }

    @Test
    void aRateSilencesNobodyWhenTheClockGoesBack() {
        placed(ask(ANNA, rate(1)));
        say(BEN);
        stage.loop.setBack(3_600_000);
        say(BEN);
    }

    @Test
    void whereAdminsAloneWriteMembersOnlyAmendWhatTheySentBefore() {
        long first = say(BEN);
        long second = say(BEN);
        placed(ask(ANNA, writers(Writers.ADMINS)));
        assertThat(code(ask(BEN, Content.Message.of("me too")))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(BEN, edit(first)));
        placed(ask(BEN, delete(second)));
        say(ANNA);
        placed(ask(ANNA, role(BEN, Role.ADMIN)));
        say(BEN);
        assertThat(code(ask(CARLA, writers(Writers.ALL)))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(BEN, writers(Writers.ALL)));
        say(CARLA);
    }

    @Test
    void adminsAndOwnersAloneMentionAll() {
        assertThat(code(ask(BEN, mention(null)))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(BEN, mention(ANNA)));
        placed(ask(ANNA, mention(null)));
        placed(ask(ANNA, role(BEN, Role.ADMIN)));
        placed(ask(BEN, mention(null)));
    }

    @Test
    void inADirectConversationNobodyMentionsAll() {
        ConversationId direct = ConversationId.direct(ANNA, BEN);
        serve(direct);
        placed(stage.ask(createsDirect(ANNA, "d1", BEN)));
        assertThat(code(stage.ask(draft(ANNA, direct, "m1", mention(null))))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(stage.ask(draft(ANNA, direct, "m2", mention(BEN))));
    }

    /** Kept, as what it says is the sender's; nobody but members gets it. */
    @Test
    void aStrangerWhoIsMentionedGetsNothing() {
        long sequence = placed(ask(BEN, mention(EVE)));
        assertThat(stage.content(sequence)).isEqualTo(mention(EVE));
        assertRouted(sequence + ">anna,ben,carla");
    }

    /** Where not all members are in memory nobody is named. */
    private void assertRouted(String... entries) {
        if (stage.config.loadedMembersMax() > 3) assertThat(stage.routed()).contains(entries);
    }

    private Answer ban(UserId by, UserId user) {
        return ask(by, new Content.UserBanned(user));
    }

    private Answer invite(UserId by, String invitationId, long lifeMillis, long usesMax) {
        return ask(by, new Content.InvitationCreated(invitationId, lifeMillis, usesMax, 0, 0));
    }

    private static Content joining(UserId user, String invitationId) {
        var use = new Content.InvitationUse(invitationId, 0, 0);
        return new Content.MembersAdded(List.of(user), Role.MEMBER, use);
    }

    private Answer join(UserId user, String invitationId) {
        return ask(user, joining(user, invitationId));
    }

    @Test
    void aBanRemovesAMemberAndKeepsThemOut() {
        long removed = placed(ban(ANNA, BEN));
        assertThat(stage.content(removed)).isEqualTo(new Content.MembersRemoved(List.of(new Departure(BEN, 2))));
        assertThat(stage.content(removed + 1)).isEqualTo(new Content.UserBanned(BEN));
        assertRouted(removed + ">anna,ben,carla", removed + 1 + ">anna,carla");
        assertThat(code(ask(BEN, Content.Message.of("wait")))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(ban(ANNA, BEN)).isEqualTo(new Answer.Unchanged(removed + 1));
        assertThat(ask(ANNA, add(Role.MEMBER, EVE, BEN)))
                .isEqualTo(new Answer.Refused(ErrorCode.FORBIDDEN, "banned here, so nobody was added: ben"));
        placed(ask(ANNA, add(Role.MEMBER, EVE)));
        placed(ask(ANNA, new Content.UserUnbanned(BEN)));
        assertThat(ask(ANNA, new Content.UserUnbanned(BEN))).isInstanceOf(Answer.Unchanged.class);
        placed(ask(ANNA, add(Role.MEMBER, BEN)));
    }

    @Test
    void aBanIsAnsweredLikeTheFirstTimeWhenItIsSaidAgain() {
        Draft ban = draft(ANNA, GROUP, "ban", new Content.UserBanned(BEN));
        long first = placed(stage.ask(ban));
        Answer.Placed again = (Answer.Placed) stage.ask(ban);
        assertThat(again.duplicate()).isTrue();
        assertThat(again.sequence()).isEqualTo(first);
    }

    @Test
    void adminsBanAnybodyButOwnersAndMembersNobody() {
        assertThat(code(ban(BEN, EVE))).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(code(ask(BEN, new Content.UserUnbanned(EVE)))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(ANNA, role(BEN, Role.ADMIN)));
        assertThat(code(ban(BEN, ANNA))).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(code(ban(BEN, BEN))).isEqualTo(ErrorCode.BAD_FRAME);
        assertThat(code(ban(EVE, BEN))).isEqualTo(ErrorCode.NOT_FOUND);
        placed(ban(BEN, EVE));
        placed(ban(BEN, CARLA));
    }

    @Test
    void aBanHoldsForWhatStandsBehindItInTheSameBatchAndOutlivesItsOwner() {
        List<Answer> answers = stage.askAll(
                draft(ANNA, GROUP, "b1", new Content.UserBanned(EVE)), draft(ANNA, GROUP, "b2", add(Role.MEMBER, EVE)));
        assertThat(code(answers.get(1))).isEqualTo(ErrorCode.FORBIDDEN);
        stage.serving("n2");
        assertThat(code(ask(ANNA, add(Role.MEMBER, EVE)))).isEqualTo(ErrorCode.FORBIDDEN);
        placed(ask(ANNA, new Content.UserUnbanned(EVE)));
        stage.serving("n3");
        placed(ask(ANNA, add(Role.MEMBER, EVE)));
    }

    @Test
    void nobodyJoinsAGroupWithoutAnOwner() {
        placed(invite(ANNA, "i", 0, 0));
        placed(leave(BEN));
        placed(leave(CARLA));
        placed(leave(ANNA));

        assertThat(join(EVE, "i")).isEqualTo(new Answer.Refused(ErrorCode.NOT_FOUND, "no such conversation"));
    }

    @Test
    void ofTwoWhoJoinAtTheLastPlaceOneDoes() {
        placed(invite(ANNA, "i", 0, 1));
        UserId fred = new UserId("fred");
        List<Answer> answers =
                stage.askAll(draft(EVE, GROUP, "j1", joining(EVE, "i")), draft(fred, GROUP, "j2", joining(fred, "i")));
        long joined = placed(answers.get(0));
        assertThat(stage.content(joined))
                .isEqualTo(new Content.MembersAdded(List.of(EVE), Role.MEMBER, new Content.InvitationUse("i", 0, 1)));
        assertThat(answers.get(1)).isEqualTo(new Answer.Refused(ErrorCode.NOT_FOUND, "no such conversation"));
        stage.serving("n2");
        assertThat(join(fred, "i")).isEqualTo(answers.get(1));
        assertThat(join(EVE, "i")).as("once more").isInstanceOf(Answer.Unchanged.class);
        say(EVE);
    }

    @Test
    void byAnInvitationThatDoesNotHoldNobodyJoins() {
        placed(invite(ANNA, "short", 1_000, 0));
        placed(invite(ANNA, "revoked", 0, 0));
        placed(invite(ANNA, "long", 0, 0));
        placed(ask(ANNA, new Content.InvitationRevoked("revoked", 0)));
        assertThat(ask(ANNA, new Content.InvitationRevoked("revoked", 0))).isInstanceOf(Answer.Unchanged.class);
        assertThat(code(ask(ANNA, new Content.InvitationRevoked("none", 0)))).isEqualTo(ErrorCode.NOT_FOUND);
        UserId fred = new UserId("fred");
        placed(join(fred, "short"));
        stage.loop.advance(1_000);
        placed(ban(ANNA, BEN));
        Answer none = new Answer.Refused(ErrorCode.NOT_FOUND, "no such conversation");
        assertThat(join(EVE, "short")).isEqualTo(none);
        assertThat(join(EVE, "revoked")).isEqualTo(none);
        assertThat(join(EVE, "unknown")).isEqualTo(none);
        assertThat(join(BEN, "long")).isEqualTo(none);
        placed(join(EVE, "long"));
        assertThat(code(ask(CARLA, joining(EVE, "long")))).isEqualTo(ErrorCode.BAD_FRAME);
    }

    @Test
    void membersInviteNobodyAndOfInvitationsAHundredHold() {
        assertThat(code(invite(BEN, "i", 0, 0))).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(code(ask(BEN, new Content.InvitationRevoked("i", 0)))).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(code(invite(EVE, "i", 0, 0))).isEqualTo(ErrorCode.NOT_FOUND);
        IntStream.range(0, 100).forEach(i -> placed(invite(ANNA, "i" + i, 0, 0)));
        assertThat(code(invite(ANNA, "more", 0, 0))).isEqualTo(ErrorCode.TOO_LARGE);
        stage.serving("n2");
        assertThat(code(invite(ANNA, "more", 0, 0))).isEqualTo(ErrorCode.TOO_LARGE);
        placed(ask(ANNA, new Content.InvitationRevoked("i42", 0)));
        long made = placed(invite(ANNA, "more", 0, 0));
        assertThat(stage.content(made)).isEqualTo(new Content.InvitationCreated("more", 0, 0, 42, 0));
        placed(join(EVE, "more"));
    }

    @Test
    void inADirectConversationNobodyIsBannedOrInvited() {
        ConversationId direct = ConversationId.direct(ANNA, BEN);
        serve(direct);
        placed(stage.ask(createsDirect(ANNA, "d1", BEN)));
        for (Content content : List.of(
                new Content.UserBanned(BEN),
                new Content.UserUnbanned(BEN),
                new Content.InvitationCreated("i", 0, 0, 0, 0),
                new Content.InvitationRevoked("i", 0))) {
            assertThat(code(stage.ask(draft(ANNA, direct, "d" + ++made + "x", content))))
                    .isEqualTo(ErrorCode.FORBIDDEN);
        }
    }

    @Test
    void whoIsBlockedIsToldThatThereIsNoSuchConversation() {
        ConversationId direct = ConversationId.direct(ANNA, BEN);
        serve(direct);
        placed(stage.ask(createsDirect(ANNA, "d1", BEN)));
        long message = placed(stage.ask(draft(BEN, direct, "m1", Content.Message.of("hello"))));
        block(ANNA, BEN, direct);
        assertThat(stage.ask(draft(BEN, direct, "m2", Content.Message.of("anybody?"))))
                .isEqualTo(stage.ask(draft(EVE, direct, "e1", Content.Message.of("anybody?"))));
        assertThat(code(stage.ask(draft(BEN, direct, "m3", edit(message))))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(code(stage.ask(draft(ANNA, direct, "a1", Content.Message.of("ha")))))
                .isEqualTo(ErrorCode.FORBIDDEN);
        Answer.Placed again = (Answer.Placed) stage.ask(draft(BEN, direct, "m1", Content.Message.of("hello")));
        assertThat(again.duplicate()).isTrue();
        placed(stage.ask(draft(BEN, direct, "m4", delete(message))));
        say(BEN);
    }

    @Test
    void whoIsBlockedBeginsNoDirectConversation() {
        ConversationId direct = ConversationId.direct(ANNA, BEN);
        serve(direct);
        block(ANNA, BEN, direct);
        assertThat(code(stage.ask(createsDirect(BEN, "d1", ANNA)))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(code(stage.ask(createsDirect(ANNA, "d2", BEN)))).isEqualTo(ErrorCode.FORBIDDEN);
    }

    /** As if the owner of the shard had not been reached by what was changed. */
    @Test
    void whatIsBlockedElsewhereIsLookedUpAgainAfterAWhile() {
        ConversationId direct = ConversationId.direct(ANNA, BEN);
        serve(direct);
        placed(stage.ask(createsDirect(ANNA, "d1", BEN)));
        set(ANNA, UserSettings.Change.blocking(BEN));
        placed(stage.ask(draft(BEN, direct, "m1", Content.Message.of("hello"))));
        stage.loop.advance(30_000);
        assertThat(code(stage.ask(draft(BEN, direct, "m2", Content.Message.of("hello")))))
                .isEqualTo(ErrorCode.NOT_FOUND);
    }

    private void block(UserId user, UserId other, ConversationId direct) {
        set(user, UserSettings.Change.blocking(other));
        stage.bus.request(
                Address.sequencer(direct.shard()), new Submit(direct.shard(), List.of(), List.of(direct)), 500);
        stage.loop.settle();
    }

    private void set(UserId user, UserSettings.Change change) {
        stage.store.stores(Weather.FINE).directory().changeUserSettings(user, change);
        stage.loop.settle();
    }

    @Test
    void slowModeOutlivesItsOwner() {
        placed(ask(ANNA, slow(5_000)));
        say(BEN);
        stage.loop.advance(100);
        stage.serving("n2");
        Answer.Refused refused = (Answer.Refused) ask(BEN, Content.Message.of("again"));
        assertThat(refused.code()).isEqualTo(ErrorCode.SLOW_MODE);
        assertThat(refused.retryAfterMillis()).isBetween(1L, 5_000L);
        say(CARLA);
    }

    @Test
    void aRetryIsAnsweredAsTheFirstTimeEvenAfterItsSenderWasRemoved() {
        Answer.Placed first = (Answer.Placed) stage.ask(says(BEN, "m1", "hello"));
        placed(ask(ANNA, remove(BEN)));
        stage.loop.advance(1_000);
        Answer.Placed again = (Answer.Placed) stage.ask(says(BEN, "m1", "hello"));
        assertThat(again.duplicate()).isTrue();
        assertThat(again.sequence()).isEqualTo(first.sequence());
        assertThat(again.sentAt()).isEqualTo(first.sentAt());
        assertThat(code(stage.ask(says(BEN, "m1", "other")))).isEqualTo(ErrorCode.CONFLICT);
    }

    @Test
    void countsGoOnWithMessagesOnly() {
        say(BEN);
        placed(ask(ANNA, name("Other")));
        Answer.Placed second = (Answer.Placed) ask(BEN, Content.Message.of("two"));
        assertThat(second.countable()).isEqualTo(2);
        assertThat(stage.store.log(Stage.SHARD).getLast().entry().lastMessage()).isEqualTo(second.sequence());
    }

    private void serve(ConversationId conversation) {
        stage.sequencer("n-direct").take(conversation.shard());
        stage.loop.settle();
    }
}
