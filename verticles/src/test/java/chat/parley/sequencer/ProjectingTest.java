package chat.parley.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProjectingTest {
    private static final long RETRY_MILLIS_MAX = SequencerConfig.DEFAULT.retryMillisMax();
    private static final UserId ANN = new UserId("ann");

    private final Projecting projecting = new Projecting(0, SequencerConfig.DEFAULT);
    private final Conversation first = conversation("first");
    private final Conversation second = conversation("second");
    private long now;
    private long position;

    @Test
    void entriesGoInTheirOrderInOneCallAtATime() {
        add(first, 3);
        assertThat(positions(next())).containsExactly(1L, 2L, 3L);
        add(first, 1);
        assertThat(projecting.next(now)).isNull();
        projecting.done();
        assertThat(positions(next())).containsExactly(4L);
    }

    @Test
    void aConversationThatCannotBeProjectedHoldsUpNoOther() {
        add(first, 2);
        add(second, 2);
        List<Long> projected = projectUnless(call -> call.contains(1L), 20);
        assertThat(projected).containsExactly(3L, 4L);
        assertThat(projecting.projected()).isZero();
    }

    @Test
    void aStoreThatFailsLargeCallsGetsSmallOnesUntilAllIsProjectedInOrder() {
        int entries = 5_000;
        add(first, entries);
        List<Long> projected = projectUnless(call -> call.size() > 3, 10_000);
        assertThat(projected).hasSize(entries).isSorted();
        assertThat(projecting.isEmpty()).isTrue();
        assertThat(projecting.projected()).isEqualTo(entries);
    }

    @Test
    void callsGrowAgainWhenTheStoreIsWell() {
        add(first, 4_000);
        projectUnless(call -> call.size() > 3, 40);
        int calls = 0;
        while (!projecting.isEmpty()) {
            next();
            projecting.done();
            calls++;
        }
        assertThat(calls).isLessThan(20);
    }

    /** What is projected in so many calls, of which those fail that the store does not like. */
    private List<Long> projectUnless(Judge isDisliked, int callsMax) {
        List<Long> projected = new ArrayList<>();
        for (int i = 0; i < callsMax && !projecting.isEmpty(); i++) {
            List<Long> call = positions(next());
            if (isDisliked.judges(call)) {
                projecting.failed(now);
            } else {
                projecting.done();
                projected.addAll(call);
            }
        }
        return projected;
    }

    private interface Judge {
        boolean judges(List<Long> positions);
    }

    /** The next call, at the time when it is due. */
    private List<Kept> next() {
        List<Kept> next = projecting.next(now);
        while (next == null) {
            assertThat(projecting.dueAt()).isBetween(now + 1, now + 2 * RETRY_MILLIS_MAX);
            now = projecting.dueAt();
            next = projecting.next(now);
        }
        return next;
    }

    private static List<Long> positions(List<Kept> call) {
        return call.stream().map(Kept::position).toList();
    }

    private void add(Conversation conversation, int entries) {
        for (int i = 0; i < entries; i++) {
            position++;
            Content content = new Content.Edit(1, "body", List.of());
            Entry entry = new Entry(
                    conversation.id(), position, position, 1, ANN, "m", new Digest(1, 2, 3), "", 1, 1, content);
            projecting.add(new Kept(conversation, null, entry, 1));
        }
    }

    private static Conversation conversation(String id) {
        return new Conversation(null, new ConversationId(id));
    }
}
