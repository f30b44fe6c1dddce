package chat.parley.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Route.HeadHint;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HeadRepeatsTest {
    private static final ConversationId TALK = new ConversationId("talk");
    private static final ConversationId OTHER = new ConversationId("other");
    private static final List<UserId> BOTH = List.of(new UserId("ann"), new UserId("bob"));

    private final HeadRepeats repeats = new HeadRepeats(FanoutConfig.DEFAULT, 0);
    private final Map<Long, List<HeadHint>> repeated = new LinkedHashMap<>();
    private final List<HeadHint> repeatedToAll = new ArrayList<>();
    private long now;

    @Test
    void aHeadIsRepeated2And10SecondsAfterTheLastEntry() {
        heard(0, 1, head(TALK, 1));

        pass(60_000);

        assertThat(repeated)
                .containsExactly(Map.entry(2_000L, List.of(head(TALK, 1))), Map.entry(10_000L, List.of(head(TALK, 1))));
        assertThat(repeats.conversations()).isZero();
    }

    @Test
    void aNewEntryStartsTheTimeAgain() {
        heard(0, 1, head(TALK, 1));
        pass(1_500);
        heard(1, 2, head(TALK, 2));

        pass(60_000);

        assertThat(repeated)
                .containsExactly(Map.entry(3_500L, List.of(head(TALK, 2))), Map.entry(11_500L, List.of(head(TALK, 2))));
    }

    @Test
    void anEntryBetweenTheRepeatsStartsTheTimeAgain() {
        heard(0, 1, head(TALK, 1));
        pass(5_000);
        heard(1, 2, head(TALK, 2));

        pass(60_000);

        assertThat(repeated.keySet()).containsExactly(2_000L, 7_000L, 15_000L);
    }

    @Test
    void whatIsHeardRightAfterAPauseOfTheNodeIsRepeated() {
        for (long pause = 250; pause <= 30_000; pause += 250) {
            HeadRepeats paused = new HeadRepeats(FanoutConfig.DEFAULT, 0);
            paused.heard(0, 1, List.of(head(TALK, 1)), List.of(), pause);
            List<Long> at = new ArrayList<>();
            for (long later = pause; later <= pause + 12_000; later += 250) {
                long time = later;
                paused.due(time, head -> at.add(time), large -> {});
            }

            assertThat(at).containsExactly(pause + 2_000, pause + 10_000);
            assertThat(paused.conversations()).isZero();
        }
    }

    @Test
    void whoIsNamedInAHoleThatIsReadLaterIsToldToo() {
        HeadHint joined = new HeadHint(TALK, 1, BOTH.subList(1, 2));
        repeats.heard(1, 2, List.of(), List.of(new HeadHint(TALK, 2, List.of())), now);
        pass(3_000);
        repeatedToAll.clear();

        repeats.heard(0, 1, List.of(), List.of(joined), now);
        pass(60_000);

        assertThat(repeatedToAll).isNotEmpty().allMatch(head -> head.equals(new HeadHint(TALK, 2, joined.users())));
    }

    @Test
    void theMembersAreThoseOfTheLatestEntry() {
        HeadHint alone = new HeadHint(TALK, 2, BOTH.subList(0, 1));
        heard(0, 1, head(TALK, 1));
        heard(1, 2, alone);

        pass(2_000);

        assertThat(repeated).containsExactly(Map.entry(2_000L, List.of(alone)));
    }

    @Test
    void aConversationThatNeverRestsIsRepeatedEvery10Seconds() {
        for (int entry = 1; entry <= 290; entry++) {
            heard(entry - 1, entry, head(TALK, entry));
            pass(100);
        }

        assertThat(repeated.keySet()).hasSize(2).allMatch(at -> at % 10_000 < 500);
        assertThat(repeats.fannedOut(now)).isBetween(195L, 205L);
    }

    @Test
    void conversationsThatAreDueTogetherComeTogether() {
        heard(0, 2, head(TALK, 1), head(OTHER, 1));

        pass(2_000);

        assertThat(repeated).containsExactly(Map.entry(2_000L, List.of(head(TALK, 1), head(OTHER, 1))));
    }

    @Test
    void theCursorPassesAnEntryOnceItsHeadWasRepeated() {
        heard(0, 1, head(TALK, 1));
        pass(1_000);
        heard(1, 2, head(OTHER, 1));
        heard(2, 2);

        assertThat(repeats.fannedOut(now)).isZero();
        pass(1_000);
        assertThat(repeats.fannedOut(now)).isEqualTo(1);
        pass(1_000);
        assertThat(repeats.fannedOut(now)).isEqualTo(2);
    }

    @Test
    void theCursorWaitsForTheFirstEntryThatWasNotRepeated() {
        heard(0, 1, head(TALK, 1));
        heard(1, 2, head(OTHER, 1));
        pass(1_900);
        heard(2, 3, head(TALK, 2));
        pass(100);

        assertThat(repeated.get(2_000L)).containsExactly(head(OTHER, 1));
        assertThat(repeats.fannedOut(now)).isZero();
        pass(2_000);
        assertThat(repeats.fannedOut(now)).isEqualTo(3);
    }

    @Test
    void theCursorDoesNotPassAHole() {
        heard(0, 1, head(TALK, 1));
        heard(5, 6, head(OTHER, 1));
        pass(20_000);

        assertThat(repeats.fannedOut(now)).isEqualTo(1);
        assertThat(repeats.covered()).isEqualTo(1);
        assertThat(repeats.holeEnd()).isEqualTo(5);
    }

    @Test
    void whatFillsAHoleIsRepeatedBeforeTheCursorPasses() {
        heard(0, 1, head(TALK, 1));
        heard(5, 6, head(OTHER, 1));
        pass(20_000);
        heard(1, 5, head(TALK, 5));

        assertThat(repeats.covered()).isEqualTo(6);
        assertThat(repeats.fannedOut(now)).isEqualTo(1);
        pass(2_000);
        assertThat(repeats.fannedOut(now)).isEqualTo(6);
    }

    @Test
    void anEmptySpreadShowsThatTheOneBeforeWasLost() {
        heard(0, 1, head(TALK, 1));
        heard(3, 3);

        assertThat(repeats.holeEnd()).isEqualTo(3);
        assertThat(repeats.covered()).isEqualTo(1);
    }

    @Test
    void aHeadBehindWhatIsCoveredIsRepeatedAndTheCursorWaits() {
        heard(4, 4);
        repeats.resume(4);
        heard(4, 4, head(TALK, 9));
        pass(2_000);

        assertThat(repeated).containsExactly(Map.entry(2_000L, List.of(head(TALK, 9))));
        assertThat(repeats.fannedOut(now)).isEqualTo(4);
        heard(4, 20, head(TALK, 9));
        assertThat(repeats.fannedOut(now)).as("that head was repeated").isEqualTo(20);
        pass(20_000);
        assertThat(repeated.keySet()).as("and is not started again").containsExactly(2_000L, 10_000L);
    }

    @Test
    void aDoubledSpreadChangesNothing() {
        heard(0, 1, head(TALK, 1));
        pass(1_000);
        heard(0, 1, head(TALK, 1));
        pass(20_000);

        assertThat(repeated.keySet()).containsExactly(2_000L, 10_000L);
        assertThat(repeats.fannedOut(now)).isEqualTo(1);
    }

    @Test
    void itGoesOnFromTheSavedCursor() {
        heard(100, 101, head(TALK, 7));
        repeats.resume(100);

        assertThat(repeats.covered()).isEqualTo(101);
        assertThat(repeats.fannedOut(now)).isEqualTo(100);
    }

    @Test
    void pastTheBoundOfConversationsTheOldestIsRepeatedAtOnce() {
        FanoutConfig small = new FanoutConfig(2_000, 10_000, 10_000, 250, 1_000, 2_000, 1, 100, 10, 100);
        HeadRepeats few = new HeadRepeats(small, 0);
        List<HeadHint> due = new ArrayList<>();
        few.heard(0, 1, List.of(head(TALK, 1)), List.of(), 0);
        few.heard(1, 2, List.of(head(OTHER, 1)), List.of(), 0);

        few.due(250, due::add, due::add);

        assertThat(due).containsExactly(head(TALK, 1));
        assertThat(few.conversations()).isEqualTo(1);
        assertThat(few.fannedOut(250)).isEqualTo(1);
    }

    @Test
    void pastTheBoundOfPositionsTheOldestIsRepeatedAtOnce() {
        FanoutConfig small = new FanoutConfig(2_000, 10_000, 10_000, 250, 1_000, 2_000, 100, 3, 10, 100);
        HeadRepeats few = new HeadRepeats(small, 0);
        List<HeadHint> due = new ArrayList<>();
        few.heard(0, 1, List.of(head(TALK, 1)), List.of(), 0);
        few.heard(1, 4, List.of(head(OTHER, 3)), List.of(), 0);
        assertThat(few.fannedOut(0)).isZero();

        few.due(250, due::add, due::add);

        assertThat(due).containsExactly(head(TALK, 1));
        assertThat(few.fannedOut(250)).isEqualTo(1);
    }

    @Test
    void afterALongPauseEverythingIsStillDue() {
        heard(0, 1, head(TALK, 1));
        now += 3_600_000;
        List<HeadHint> due = new ArrayList<>();
        repeats.due(now, due::add, due::add);

        assertThat(due).containsExactly(head(TALK, 1));
        assertThat(repeats.fannedOut(now)).isEqualTo(1);
    }

    @Test
    void everyLastEntryIsRepeatedWhateverComesBefore() {
        SplittableRandom random = new SplittableRandom(11);
        Map<ConversationId, Long> heads = new LinkedHashMap<>();
        Map<ConversationId, Long> last = new LinkedHashMap<>();
        long position = 0;
        for (int round = 0; round < 5_000; round++) {
            ConversationId conversation = new ConversationId("c" + random.nextInt(50));
            long head = heads.merge(conversation, 1L, Long::sum);
            heard(position, ++position, head(conversation, head));
            pass(random.nextInt(10) == 0 ? random.nextInt(4_000) : random.nextInt(50));
            assertThat(repeats.fannedOut(now)).isLessThanOrEqualTo(position);
        }
        pass(11_000);

        repeated.values().forEach(at -> at.forEach(hint -> last.put(hint.conversationId(), hint.head())));
        assertThat(last).isEqualTo(heads);
        assertThat(repeats.fannedOut(now)).isEqualTo(position);
        assertThat(repeats.conversations()).isZero();
    }

    @Test
    void ofALargeConversationThoseAreNamedWhoJoinedNotLongAgo() {
        repeats.heard(0, 1, List.of(), List.of(new HeadHint(TALK, 1, List.of(BOTH.get(0)))), now);
        pass(1_000);
        repeats.heard(1, 2, List.of(), List.of(new HeadHint(TALK, 2, List.of(BOTH.get(1)))), now);
        pass(1_000);
        repeats.heard(2, 3, List.of(), List.of(new HeadHint(TALK, 3, List.of())), now);
        pass(2_000);

        assertThat(repeated).isEmpty();
        assertThat(repeatedToAll).singleElement().satisfies(hint -> {
            assertThat(hint.head()).isEqualTo(3);
            assertThat(hint.users()).containsExactlyInAnyOrderElementsOf(BOTH);
        });
    }

    @Test
    void whoeverIsLeftInAConversationThatHasBecomeSmallIsNamed() {
        repeats.heard(0, 1, List.of(), List.of(new HeadHint(TALK, 1, List.of())), now);
        heard(1, 2, head(TALK, 2));
        pass(2_500);

        assertThat(repeatedToAll).isEmpty();
        assertThat(repeated.values()).containsExactly(List.of(head(TALK, 2)));
    }

    private void heard(long after, long position, HeadHint... heads) {
        repeats.heard(after, position, List.of(heads), List.of(), now);
    }

    private void pass(long millis) {
        long until = now + millis;
        while (now < until) {
            now = Math.min(until, now + 50);
            repeats.due(
                    now,
                    hint -> repeated.computeIfAbsent(now, any -> new ArrayList<>())
                            .add(hint),
                    large -> repeatedToAll.add(large));
        }
    }

    private static HeadHint head(ConversationId conversation, long head) {
        return new HeadHint(conversation, head, BOTH);
    }
}
