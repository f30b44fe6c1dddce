package chat.parley.checker;

import static chat.parley.checker.Story.ALICE;
import static chat.parley.checker.Story.BOB;
import static chat.parley.checker.Story.session;
import static chat.parley.checker.Story.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.checker.Violation.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** For each promise a small history that breaks it and nothing else, and its neighbours that do not. */
class CheckerTest {
    private final Story story = Story.begun();
    private final History history = story.history;

    @Test
    void aCleanHistoryHolds() {
        everything(story);
        story.judge().mustHold();
    }

    @Test
    void theVerdictSaysWhatTheRunDid() {
        story.say(ALICE, "a1");
        assertThat(story.judge().counters())
                .containsEntry(Counter.SENDS, 1L)
                .containsEntry(Counter.ENTRIES, 3L)
                .containsEntry(Counter.STREAMS, 2L);
    }

    @Test
    void twoDraftsAtOneSequence() {
        Sent lost = story.invoke(BOB, text("b1"));
        Seen seen = story.say(ALICE, "a1");
        story.ok(BOB, lost, seen);
        assertThat(story.found()).containsExactly(Kind.DUPLICATE_SEQUENCE);
    }

    @Test
    void oneEntryWithTwoBodies() {
        Seen seen = story.say(ALICE, "a1");
        history.recv(
                story.tick(),
                BOB,
                null,
                How.PAGE,
                seen.withClientMessageId(null).withBody(7));
        assertThat(story.found()).containsExactly(Kind.DIVERGENT_LOG);
    }

    @Test
    void oneEntryOfTwoSenders() {
        Seen seen = story.say(ALICE, "a1");
        history.export(story.tick(), "search", Seen.message("c", 3, "bob", null, seen.sentAt(), seen.body()));
        story.expected.withoutCompleteExports();
        assertThat(story.found()).containsExactly(Kind.DIVERGENT_LOG, Kind.EXPORT);
    }

    @Test
    void oneIdPlacedTwice() {
        Seen seen = story.say(ALICE, "a1");
        Seen again = story.place("alice", text("a1"));
        assertThat(again.sequence()).isEqualTo(seen.sequence() + 1);
        story.deliver(again, ALICE, BOB);
        assertThat(story.found()).containsExactly(Kind.IDEMPOTENCY);
    }

    @Test
    void aRetryAnsweredWithAnotherTime() {
        Seen seen = story.say(ALICE, "a1");
        Sent retry = story.invoke(ALICE, text("a1").attempt(2));
        history.ok(story.tick(), ALICE, session(ALICE), retry, 3, seen.messageId(), seen.sentAt() + 1, true);
        assertThat(story.judge().counts()).containsKey(Kind.IDEMPOTENCY);
    }

    @Test
    void aRetryWithOtherContentAcknowledged() {
        Seen seen = story.say(ALICE, "a1");
        Sent other = story.invoke(ALICE, Sent.message("c", "a1", 7).attempt(2));
        story.ok(ALICE, other, seen);
        assertThat(story.found()).containsExactly(Kind.IDEMPOTENCY);
    }

    @Test
    void aRetryWithOtherContentRefusedHolds() {
        story.say(ALICE, "a1");
        Sent other = story.invoke(ALICE, Sent.message("c", "a1", 7).attempt(2));
        history.fail(story.tick(), ALICE, session(ALICE), other, "conflict");
        story.judge().mustHold();
    }

    @Test
    void oneNodeShowsLessThanTheStore() {
        story.say(ALICE, "a1");
        story.say(ALICE, "a2");
        story.readPages("n1", ALICE, List.of(story.log.get(0), story.log.get(1), story.log.get(3)));
        assertThat(story.found()).containsExactly(Kind.DIVERGENT_READ);
    }

    @Test
    void oneNodeShowsAnotherBody() {
        story.say(ALICE, "a1");
        story.readLog(
                "other",
                List.of(story.log.get(0), story.log.get(1), story.log.get(2).withBody(7)));
        assertThat(story.found()).containsExactly(Kind.DIVERGENT_READ);
    }

    @Test
    void oneSourceShowsNothing() {
        story.readLog("other", story.log);
        history.finalRead(
                story.tick(), "other", null, How.LOG, Seen.members("d", 1, EntryKind.CONVERSATION_CREATED, "carol", 5));
        assertThat(story.found()).containsExactly(Kind.DIVERGENT_READ);
    }

    @Test
    void aHoleInTheLog() {
        story.say(ALICE, "a1");
        history.gap(story.tick(), ALICE, "c", 4, 4, GapReason.DAMAGED);
        history.gap(story.tick(), BOB, "c", 4, 4, GapReason.DAMAGED);
        story.expected.gapsFor(GapReason.DAMAGED);
        Sent sent = story.invoke(ALICE, text("a2"));
        Seen seen = Seen.message("c", 5, "alice", "a2", 2000, sent.body());
        story.append(seen);
        story.ok(ALICE, sent, seen);
        story.deliver(seen, BOB);
        assertThat(story.found()).containsExactly(Kind.HOLE);
    }

    @Test
    void anImpossibleSequence() {
        history.recv(story.tick(), BOB, session(BOB), How.LIVE, Seen.message("c", 1L << 52, "alice", null, 1, 1));
        assertThat(story.found()).containsExactly(Kind.HOLE);
    }

    @Test
    void anAcknowledgedMessageThatIsNotThere() {
        story.say(ALICE, "a1");
        story.log.removeLast();
        assertThat(story.found()).containsExactly(Kind.LOST);
    }

    @Test
    void anAcknowledgedMessageStoredWithAnotherBody() {
        Sent sent = story.invoke(ALICE, text("a1"));
        Seen seen = story.place("alice", Sent.message("c", "a1", 7));
        story.ok(ALICE, sent, seen);
        story.deliver(seen, BOB);
        assertThat(story.found()).containsExactly(Kind.LOST);
    }

    @Test
    void aMessageThatNobodySent() {
        story.deliver(story.place("alice", text("a1")), ALICE, BOB);
        assertThat(story.found()).containsExactly(Kind.PHANTOM);
    }

    @Test
    void aMessageThatNobodySentAndNobodyIsShownTheIdOf() {
        story.invoke(ALICE, text("a1"));
        story.deliver(story.append(Seen.message("c", 3, "alice", null, 1003, 7)), ALICE, BOB);
        assertThat(story.found()).containsExactly(Kind.PHANTOM);
    }

    @Test
    void anUnknownOutcomeMayBeThereOrNot() {
        Sent one = story.invoke(ALICE, text("a1"));
        Sent two = story.invoke(BOB, text("b1"));
        history.info(story.tick(), ALICE, session(ALICE), one, "timeout");
        history.info(story.tick(), BOB, session(BOB), two, "timeout");
        story.deliver(story.append(Seen.message("c", 3, "alice", null, 1003, one.body())), ALICE, BOB);
        story.judge().mustHold();
    }

    @Test
    void aMemberChangeUnderAnIdOfTheServersHolds() {
        Sent sent = story.invoke(ALICE, Sent.other("c", "recorder-1", EntryKind.MEMBER_ADDED));
        Seen seen = story.append(story.members(EntryKind.MEMBER_ADDED, "carol").withClientMessageId("server-1"));
        story.log.remove(2);
        story.ok(ALICE, sent, seen);
        story.deliver(seen, BOB);
        story.judge().mustHold();
    }

    @Test
    void aMemberChangeThatNobodyAskedFor() {
        story.expected.invoked(EntryKind.MEMBER_ADDED);
        assertThat(story.found()).containsExactly(Kind.PHANTOM);
    }

    @Test
    void aRefusedMessageThatIsThere() {
        Sent sent = story.invoke(ALICE, text("a1"));
        history.fail(story.tick(), ALICE, session(ALICE), sent, "forbidden");
        story.deliver(story.place("alice", sent), ALICE, BOB);
        assertThat(story.found()).containsExactly(Kind.FAILED_BUT_APPLIED);
    }

    @Test
    void aRefusalAfterAnUnknownOutcomeSettlesNothing() {
        Sent sent = story.invoke(ALICE, text("a1"));
        history.info(story.tick(), ALICE, session(ALICE), sent, "timeout");
        story.deliver(story.place("alice", sent), ALICE, BOB);
        story.invoke(ALICE, sent.attempt(2));
        history.fail(story.tick(), ALICE, session(ALICE), sent.attempt(2), "rate_limited");
        story.judge().mustHold();
    }

    @Test
    void placedBeforeWhatWasAcknowledgedEarlier() {
        Seen late = story.place("bob", text("b1"));
        Seen early = story.place("alice", text("a1"));
        story.ok(ALICE, story.invoke(ALICE, text("a1")), early);
        story.ok(BOB, story.invoke(BOB, text("b1")), late);
        story.deliver(late, ALICE);
        story.deliver(early, BOB);
        assertThat(story.found()).containsExactly(Kind.REAL_TIME);
    }

    @Test
    void oneMomentOrdersNothing() {
        Seen one = story.place("bob", text("b1"));
        Seen two = story.place("alice", text("a1"));
        story.invoke(ALICE, text("a1"));
        long moment = story.tick();
        history.ok(moment, ALICE, session(ALICE), text("a1"), 4, two.messageId(), two.sentAt(), false);
        history.invoke(moment, BOB, session(BOB), text("b1"));
        story.ok(BOB, text("b1"), one);
        story.deliver(one, ALICE);
        story.deliver(two, BOB);
        story.judge().mustHold();
    }

    @Test
    void whatWasSentBehindAnUnknownOutcomeMayBePlacedBeforeIt() {
        Seen second = story.place("alice", text("a2"));
        Seen first = story.place("alice", text("a1"));
        story.invoke(ALICE, text("a1"));
        story.invoke(ALICE, text("a2"));
        history.info(story.tick(), ALICE, session(ALICE), text("a1"), "outcome_unknown");
        story.ok(ALICE, text("a1"), first);
        story.ok(ALICE, text("a2"), second);
        story.deliver(second, BOB);
        story.deliver(first, BOB);
        story.judge().mustHold();
    }

    @Test
    void twoOfOneSessionTurnedRound() {
        Seen second = story.place("alice", text("a2"));
        Seen first = story.place("alice", text("a1"));
        story.invoke(ALICE, text("a1"));
        story.invoke(ALICE, text("a2"));
        story.ok(ALICE, text("a1"), first);
        story.ok(ALICE, text("a2"), second);
        story.deliver(second, BOB);
        story.deliver(first, BOB);
        assertThat(story.found()).containsExactly(Kind.FIFO);
    }

    @Test
    void aRetryBehindALaterSendHolds() {
        Sent first = story.invoke(ALICE, text("a1"));
        history.fail(story.tick(), ALICE, session(ALICE), first, "busy");
        story.say(ALICE, "a2");
        story.send(ALICE, first.attempt(2));
        story.judge().mustHold();
    }

    @Test
    void aLaterEntryBeforeAnEarlier() {
        Seen first = story.place("alice", text("a1"));
        Seen second = story.place("alice", text("a2"));
        story.invoke(ALICE, text("a1"));
        story.invoke(ALICE, text("a2"));
        story.ok(ALICE, text("a2"), second);
        story.ok(ALICE, text("a1"), first);
        story.deliver(second, BOB);
        story.deliver(first, BOB);
        assertThat(story.found()).containsExactly(Kind.ORDER);
    }

    @Test
    void anEarlierEntryAfterAskingAnewHolds() {
        Seen first = story.place("alice", text("a1"));
        Seen second = story.place("alice", text("a2"));
        story.ok(ALICE, story.invoke(ALICE, text("a1")), first);
        story.ok(ALICE, story.invoke(ALICE, text("a2")), second);
        story.deliver(second, BOB);
        history.resume(story.tick(), BOB, session(BOB), "c", 2);
        history.recv(story.tick(), BOB, session(BOB), How.RESUME, first.withClientMessageId(null));
        history.recv(story.tick(), BOB, session(BOB), How.RESUME, second.withClientMessageId(null));
        story.judge().mustHold();
    }

    @Test
    void aDeviceLacksOneInTheMiddle() {
        Seen hole = story.place("alice", text("a1"));
        story.ok(ALICE, story.invoke(ALICE, text("a1")), hole);
        story.say(ALICE, "a2");
        assertThat(story.found()).containsExactly(Kind.DEVICE_HOLE);
    }

    @Test
    void aDeviceLacksTheLast() {
        story.say(ALICE, "a1");
        story.ok(ALICE, story.invoke(ALICE, text("a2")), story.place("alice", text("a2")));
        assertThat(story.found()).containsExactly(Kind.LOST_TAIL);
    }

    @Test
    void aDeviceThatHeardNothingLacksAll() {
        story.open("bob/tablet");
        assertThat(story.found()).containsExactly(Kind.LOST_TAIL);
    }

    @Test
    void aDeviceThatBeginsLaterOrIsAwayIsOwedNothing() {
        story.open("bob/tablet");
        history.start(story.tick(), "bob/tablet", "c", 2);
        story.open("bob/desk");
        history.sessionClose(story.tick(), "bob/desk", session("bob/desk"));
        story.judge().mustHold();
    }

    @Test
    void anAcknowledgementOverHttpIsNotTheEvent() {
        Sent sent = text("a1");
        history.invoke(story.tick(), ALICE, null, sent);
        Seen seen = story.place("alice", sent);
        history.ok(story.tick(), ALICE, null, sent, 3, seen.messageId(), seen.sentAt(), false);
        story.deliver(seen, BOB);
        assertThat(story.found()).containsExactly(Kind.LOST_TAIL);
    }

    @Test
    void anEntryShownTwice() {
        show(BOB, 2, 2);
        assertThat(story.found()).containsExactly(Kind.DUP_VISIBLE);
    }

    @Test
    void anEntryShownBehindALater() {
        story.say(ALICE, "a1");
        story.say(ALICE, "a2");
        history.start(story.tick(), BOB, "c", 3);
        show(BOB, 4, 3);
        assertThat(story.found()).containsExactly(Kind.ORDER);
    }

    @Test
    void anEntryNotShown() {
        story.say(ALICE, "a1");
        story.say(ALICE, "a2");
        show(BOB, 2, 4);
        assertThat(story.found()).containsExactly(Kind.DEVICE_HOLE);
    }

    @Test
    void tooManyRepeats() {
        Seen seen = story.say(ALICE, "a1");
        story.deliver(seen, BOB);
        assertThat(story.found()).containsExactly(Kind.RAW_DUPLICATES);
    }

    @Test
    void repeatsWhileThingsAreBrokenHold() {
        history.fault(story.tick(), "cut n1", FaultStep.PLANNED);
        Seen seen = story.say(ALICE, "a1");
        story.deliver(seen, BOB);
        story.judge().mustHold();
    }

    @Test
    void aGapOverWhatMayBeSeen() {
        story.say(ALICE, "a1");
        history.gap(story.tick(), BOB, "c", 1, 3, GapReason.NOT_MEMBER);
        assertThat(story.found()).containsExactly(Kind.FALSE_GAP);
    }

    @Test
    void damageThatWasNotExpected() {
        story.say(ALICE, "a1");
        history.gap(story.tick(), BOB, "c", 3, 3, GapReason.DAMAGED);
        assertThat(story.found()).containsExactly(Kind.FALSE_GAP);
    }

    @Test
    void anEntryToOneWhoWasRemoved() {
        story.deliver(story.members(EntryKind.MEMBER_REMOVED, "bob"), ALICE, BOB);
        story.say(ALICE, "a1");
        assertThat(story.found()).containsExactly(Kind.LEAK);
    }

    @Test
    void anEntryOfTheTimeAwayToOneWhoCameBack() {
        story.deliver(story.members(EntryKind.MEMBER_REMOVED, "bob"), ALICE, BOB);
        story.say(ALICE, "a1");
        story.deliver(story.members(EntryKind.MEMBER_ADDED, "bob"), ALICE, BOB);
        assertThat(story.found()).containsExactly(Kind.LEAK);
    }

    @Test
    void aPushToAStranger() {
        history.push(story.tick(), "eve", "c", 2);
        assertThat(story.found()).containsExactly(Kind.LEAK);
    }

    @Test
    void aFinalReadShowsMoreThanTheReaderMaySee() {
        story.readPages("n1", BOB, story.log);
        assertThat(story.found()).containsExactly(Kind.LEAK);
    }

    @Test
    void aSendOfOneWhoWasRemoved() {
        story.deliver(story.members(EntryKind.MEMBER_REMOVED, "bob"), ALICE, BOB);
        Seen seen = story.place("bob", story.invoke(BOB, text("b1")));
        story.deliver(seen, ALICE);
        assertThat(story.found()).containsExactly(Kind.UNAUTHORIZED_APPEND);
    }

    @Test
    void whoeverLeavesMaySaySo() {
        story.deliver(story.append(Seen.members("c", 3, EntryKind.MEMBER_LEFT, "bob", 1003, "bob")), ALICE, BOB);
        story.say(ALICE, "a1");
        history.gap(story.tick(), BOB, "c", 4, 4, GapReason.NOT_MEMBER);
        assertThat(story.found()).containsExactly(Kind.LEAK); // the helper tells bob of a1 all the same
    }

    @Test
    void aReadPointerThatGoesBack() {
        story.say(ALICE, "a1");
        history.readPointer(story.tick(), session(BOB), "alice", "c", 3);
        history.readPointer(story.tick(), session(ALICE), "alice", "c", 2);
        story.judge().mustHold();
        history.readPointer(story.tick(), session(BOB), "alice", "c", 2);
        assertThat(Checker.check(history, story.expected).counts()).containsOnlyKeys(Kind.POINTER);
    }

    @Test
    void aReadPointerPastTheHead() {
        history.readPointer(story.tick(), session(BOB), "alice", "c", 3);
        assertThat(story.found()).containsExactly(Kind.POINTER);
    }

    @Test
    void aWrongUnreadCount() {
        story.say(ALICE, "a1");
        story.say(ALICE, "a2");
        history.unread(story.tick(), "bob", "c", 3, 4, 1);
        history.unread(story.tick(), "bob", "c", 1, 4, 3);
        assertThat(story.found()).containsExactly(Kind.UNREAD);
    }

    @Test
    void anExportWithAHole() {
        story.say(ALICE, "a1");
        history.export(story.tick(), "search", story.log.get(0));
        history.export(story.tick(), "search", story.log.get(2));
        assertThat(story.found()).containsExactly(Kind.EXPORT);
    }

    @Test
    void anExportThatLeavesAConversationOut() {
        story.log.forEach(seen -> history.export(story.tick(), "search", seen));
        Seen another = Seen.members("d", 1, EntryKind.CONVERSATION_CREATED, "alice", 5);
        history.finalRead(story.tick(), "n1", null, How.LOG, another);
        assertThat(story.found()).contains(Kind.EXPORT);
    }

    @Test
    void anExportThatStopsShort() {
        history.export(story.tick(), "search", story.log.get(0));
        history.export(story.tick(), "search", story.log.get(0));
        assertThat(story.found()).containsExactly(Kind.EXPORT);
    }

    @Test
    void aSlowAcknowledgement() {
        story.expected.ackWithin(1_000_000_000L, 0.999);
        Sent sent = story.invoke(ALICE, text("a1"));
        story.pass(2_000_000_000L);
        Seen seen = story.place("alice", sent);
        story.ok(ALICE, sent, seen);
        story.deliver(seen, BOB);
        assertThat(story.found()).containsExactly(Kind.LIVENESS);
    }

    @Test
    void aSlowAcknowledgementWhileThingsAreBrokenHolds() {
        story.expected.ackWithin(1_000_000_000L, 0.999).settleNanos(0);
        Sent sent = story.invoke(ALICE, text("a1"));
        history.fault(story.tick(), "cut n1", FaultStep.PLANNED);
        history.fault(story.tick(), "cut n1", FaultStep.HEALED);
        story.pass(2_000_000_000L);
        Seen seen = story.place("alice", sent);
        story.ok(ALICE, sent, seen);
        story.deliver(seen, BOB);
        story.judge().mustHold();
    }

    @Test
    void aSlowDelivery() {
        story.expected.recvWithin(2_000_000_000L);
        Sent sent = story.invoke(ALICE, text("a1"));
        Seen seen = story.place("alice", sent);
        story.ok(ALICE, sent, seen);
        story.pass(3_000_000_000L);
        story.deliver(seen, BOB);
        assertThat(story.found()).containsExactly(Kind.LIVENESS);
    }

    @Test
    void aLongOutage() {
        story.expected.outageAtMost(20_000_000_000L);
        history.fault(story.tick(), "cut n1", FaultStep.PLANNED);
        Sent sent = story.invoke(ALICE, text("a1"));
        history.fail(story.tick(), ALICE, session(ALICE), sent, "unavailable");
        story.pass(30_000_000_000L);
        story.send(ALICE, sent.attempt(2));
        assertThat(story.found()).containsExactly(Kind.LIVENESS);
    }

    @Test
    void aServerTimeThatGoesBack() {
        story.say(ALICE, "a1");
        Sent sent = story.invoke(ALICE, text("a2"));
        Seen seen = story.append(Seen.message("c", 4, "alice", "a2", 5, sent.body()));
        story.ok(ALICE, sent, seen);
        story.deliver(seen, BOB);
        assertThat(story.found()).containsExactly(Kind.SENT_AT);
    }

    @Test
    void aRunWithoutSendsShowsNothing() {
        story.expected.atLeast(Counter.ACKS, 1);
        assertThat(story.found()).containsExactly(Kind.VACUOUS);
    }

    @Test
    void aRunWhoseFaultsDidNotBiteShowsNothing() {
        story.say(ALICE, "a1");
        story.expected.faultsEffective(0.9);
        history.fault(story.tick(), "kill n1", FaultStep.PLANNED);
        assertThat(story.found()).containsExactly(Kind.VACUOUS);
    }

    @Test
    void aClusterRunAsksForAllItsTrouble() {
        everything(story);
        story.expected = Expectations.cluster();
        story.readLog("store", story.log);
        assertThat(Checker.check(history, story.expected).violations())
                .extracting(Violation::text)
                .hasSize(2)
                .anyMatch(text -> text.startsWith("SHARDS_MOVED is 0"))
                .anyMatch(text -> text.startsWith("CONFLICTS is 0"));
    }

    @Test
    void aConversationNeverReadAtTheEndShowsNothing() {
        story.say(ALICE, "a1");
        story.log.clear();
        assertThat(story.found()).containsExactly(Kind.VACUOUS);
    }

    @Test
    void anAmendedMessageHasManyFaces() {
        Seen first = story.say(ALICE, "a1");
        Seen second = story.say(ALICE, "a2");
        Seen edit = story.send(ALICE, Sent.edit("c", "a3", 3, Story.body("better")));
        Seen editOfSecond = story.send(ALICE, Sent.edit("c", "a4", 4, Story.body("worse")));
        Seen delete = story.send(ALICE, Sent.delete("c", "a5", 4));
        List<Seen> head = story.log.subList(0, 2);
        story.readPages("n1", ALICE, head);
        story.readPages(
                "n1",
                ALICE,
                List.of(first.withBody(edit.body()), second.withBody(0), edit, editOfSecond.withBody(0), delete));
        story.judge().mustHold();
    }

    @Test
    void whoJoinsByThemselvesWasNoMemberBefore() {
        story.deliver(story.append(Seen.members("c", 3, EntryKind.MEMBER_ADDED, "cid", 1003, "cid")), ALICE, BOB);
        story.judge().mustHold();
    }

    @Test
    void whoIsNoMemberAddsThemselvesAndAnother() {
        story.deliver(
                story.append(Seen.members("c", 3, EntryKind.MEMBER_ADDED, "cid", 1003, "cid", "dora")), ALICE, BOB);
        assertThat(story.found()).containsExactly(Kind.UNAUTHORIZED_APPEND);
    }

    @Test
    void anEditThatWasErasedBeforeAnybodySawIt() {
        Seen first = story.say(ALICE, "a1");
        Sent edit = story.invoke(ALICE, Sent.edit("c", "a2", 3, Story.body("better")));
        Seen erased = story.place("alice", edit).withBody(0);
        story.log.set(3, erased);
        story.deliver(erased, ALICE, BOB);
        story.send(ALICE, Sent.delete("c", "a3", 3));
        Seen amended = first.withClientMessageId(null).withBody(Story.body("better"));
        history.recv(story.tick(), BOB, null, How.PAGE, amended);
        story.judge().mustHold();

        history.recv(story.tick(), BOB, null, How.PAGE, amended.withBody(Story.body("never said")));
        assertThat(story.found()).containsExactly(Kind.DIVERGENT_LOG);
    }

    @Test
    void anEditThatPagesDoNotShow() {
        Seen first = story.say(ALICE, "a1");
        story.send(ALICE, Sent.edit("c", "a3", 3, Story.body("better")));
        story.readPages("n1", ALICE, story.log);
        assertThat(first.body()).isNotEqualTo(Story.body("better"));
        assertThat(story.found()).containsExactly(Kind.DIVERGENT_READ);
    }

    @Test
    void aBodyErasedWithoutADelete() {
        Seen first = story.say(ALICE, "a1");
        history.recv(
                story.tick(),
                BOB,
                null,
                How.PAGE,
                first.withClientMessageId(null).withBody(0));
        assertThat(story.found()).containsExactly(Kind.DIVERGENT_LOG);
    }

    @Test
    void filesOfSeveralProcessesAreOneHistory(@TempDir Path directory) throws IOException {
        everything(story);
        story.readLog("store", story.log);
        Path whole = directory.resolve("whole");
        HistoryFile.write(history, whole);
        List<String> lines = Files.readAllLines(whole);
        Path even = directory.resolve("even");
        Path odd = directory.resolve("odd");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i) + "\n";
            Files.writeString(i % 2 == 0 ? even : odd, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        Files.writeString(odd, "{\"e\":\"recv\",\"t\":17", StandardOpenOption.APPEND); // the process was killed
        History merged = HistoryFile.read(List.of(odd, even));

        Verdict verdict = Checker.check(merged, story.expected);
        verdict.mustHold();
        assertThat(verdict.counters())
                .isEqualTo(Checker.check(history, story.expected).counters());
        Path again = directory.resolve("again");
        HistoryFile.write(HistoryFile.read(List.of(whole)), again);
        assertThat(Files.readAllLines(again)).isEqualTo(lines);
    }

    @Test
    void aBadLineInTheMiddleIsAnError(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("bad");
        Files.writeString(file, "{\"e\":\"open\"\n{\"e\":\"open\",\"t\":1,\"device\":\"a/b\",\"session\":\"s\"}\n");
        assertThatThrownBy(() -> HistoryFile.read(List.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 1");
    }

    @Test
    void whatIsAddedLaterIsAppended(@TempDir Path directory) throws IOException {
        Path path = directory.resolve("growing");
        try (HistoryFile file = new HistoryFile(path)) {
            file.append(history);
            history.sessionOpen(story.tick(), "zoë \"z\"\n/phone", "s\\1");
            file.append(history);
        }
        History read = HistoryFile.read(List.of(path));
        assertThat(read.size()).isEqualTo(history.size());
        assertThat(read.describe(read.size() - 1)).isEqualTo(history.describe(history.size() - 1));
    }

    /** Something of every kind of event, all as promised. */
    private static void everything(Story story) {
        History history = story.history;
        history.fault(story.tick(), "cut n1", FaultStep.PLANNED);
        history.fault(story.tick(), "cut n1", FaultStep.EFFECTIVE);
        Sent unknown = story.invoke(BOB, text("b0"));
        history.info(story.tick(), BOB, session(BOB), unknown, "timeout");
        Sent refused = story.invoke(BOB, text("b1"));
        history.fail(story.tick(), BOB, session(BOB), refused, "busy");
        history.fault(story.tick(), "cut n1", FaultStep.HEALED);
        story.send(BOB, unknown.attempt(2));
        story.send(BOB, refused.attempt(2));
        Seen pulled = story.place("alice", text("a1"));
        story.ok(ALICE, story.invoke(ALICE, text("a1")), pulled);
        history.sessionClose(story.tick(), BOB, session(BOB));
        history.sessionOpen(story.tick(), BOB, "second");
        history.resume(story.tick(), BOB, "second", "c", 4);
        history.recv(story.tick(), BOB, "second", How.PULL, pulled.withClientMessageId(null));
        show(story, BOB, 2, 3, 4, 5);
        story.send(ALICE, Sent.edit("c", "a2", 5, Story.body("better")));
        story.send(ALICE, Sent.delete("c", "a3", 5));
        story.readPages("n1", ALICE, story.log.subList(0, 4));
        story.readPages("n1", ALICE, List.of(pulled.withBody(0)));
        story.readPages("n1", ALICE, story.log.subList(5, 7));
        history.finalGap(story.tick(), "n1", BOB, "c", 1, 1, GapReason.NOT_MEMBER);
        story.readPages("n1", BOB, story.log.subList(1, 4));
        story.readPages("n1", BOB, List.of(pulled.withBody(0)));
        story.readPages("n1", BOB, story.log.subList(5, 7));
        history.readPointer(story.tick(), session(ALICE), "bob", "c", 3);
        history.unread(story.tick(), "bob", "c", 3, 7, 2);
        history.push(story.tick(), "bob", "c", 5);
        story.log.forEach(seen -> history.export(story.tick(), "search", seen));
        history.count(story.tick(), Counter.RESUMES, 1);
    }

    private void show(String device, long... sequences) {
        story.say(ALICE, "shown");
        show(story, device, sequences);
    }

    private static void show(Story story, String device, long... sequences) {
        for (long sequence : sequences) story.history.shown(story.tick(), device, "c", sequence);
    }
}
