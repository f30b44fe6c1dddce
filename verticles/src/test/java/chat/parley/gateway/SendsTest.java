package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Answer;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Draft;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.ServerFrame;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SendsTest {
    private static final UserId ANNA = new UserId("anna");
    private static final ConversationId GROUP = new ConversationId("group");
    private static final ConversationId OTHER = new ConversationId("other");

    private final Sends sends = new Sends();

    @Test
    void theAnswerAcksAndTheEntryBehindItSaysNothingMore() {
        Sends.Send send = sent(GROUP, "m1", "r");
        ServerFrame ack = sends.answered(send, new Answer.Placed(3, 9, 1, false), 2);
        assertThat(ack).isEqualTo(new ServerFrame.MessageAck("r", "m1", GROUP, 3, 9, false));

        assertThat(sends.passed(entry(GROUP, "m1", 3))).isEqualTo(Sends.Passed.KNOWN);
        assertThat(sends.isEmpty()).isTrue();
    }

    @Test
    void theEntryAcksAndTheAnswerBehindItSaysNothingMore() {
        Sends.Send send = sent(GROUP, "m1", "r");
        Sends.Passed passed = sends.passed(entry(GROUP, "m1", 3));
        assertThat(passed.ack()).isEqualTo(new ServerFrame.MessageAck("r", "m1", GROUP, 3, 9, false));
        assertThat(passed.asEvent()).isFalse();

        assertThat(sends.answered(send, new Answer.Placed(3, 9, 1, false), 3)).isNull();
        assertThat(sends.isEmpty()).isTrue();
        assertThat(sends.unanswered()).isZero();
    }

    @Test
    void whatWasAnsweredBehindTheGateIsSettledAtOnce() {
        sends.answered(sent(GROUP, "m1", "r"), new Answer.Placed(3, 9, 1, false), 3);

        assertThat(sends.isEmpty()).isTrue();
    }

    @Test
    void aRetryUnderWayGetsAnAckOfItsOwn() {
        Sends.Send first = sent(GROUP, "m1", "a");
        Sends.Send second = sent(GROUP, "m1", "b");
        Sends.Passed passed = sends.passed(entry(GROUP, "m1", 3));
        assertThat(Objects.requireNonNull(passed.ack()).ref()).isEqualTo("a");

        assertThat(sends.answered(first, new Answer.Placed(3, 9, 1, false), 3)).isNull();
        assertThat(sends.answered(second, new Answer.Placed(3, 9, 1, true), 3))
                .isEqualTo(new ServerFrame.MessageAck("b", "m1", GROUP, 3, 9, true));
        assertThat(sends.isEmpty()).isTrue();
    }

    @Test
    void theSameIdInAnotherConversationIsAnotherSend() {
        sent(GROUP, "m1", "a");
        sent(OTHER, "m1", "b");

        assertThat(Objects.requireNonNull(sends.passed(entry(OTHER, "m1", 7)).ack())
                        .ref())
                .isEqualTo("b");
        assertThat(Objects.requireNonNull(sends.passed(entry(GROUP, "m1", 3)).ack())
                        .ref())
                .isEqualTo("a");
        assertThat(sends.isEmpty()).isTrue();
    }

    @Test
    void aRefusalIsTheOneAnswer() {
        Sends.Send send = sent(GROUP, "m1", "r");
        ServerFrame error = sends.answered(send, new Answer.Refused(ErrorCode.BUSY, "busy", 5), 2);
        assertThat(error).isEqualTo(new ServerFrame.Error(ErrorCode.BUSY, "busy", 5, "r", "m1", GROUP));

        assertThat(sends.isEmpty()).isTrue();
        assertThat(sends.passed(entry(GROUP, "m1", 3))).isEqualTo(Sends.Passed.AS_EVENT);
    }

    @Test
    void aSendWhoseOutcomeWasUnknownIsAckedByItsEntry() {
        Sends.Send send = sent(GROUP, "m1", "r");
        sends.answered(send, new Answer.Refused(ErrorCode.OUTCOME_UNKNOWN, "no answer", 5), 2);

        assertThat(sends.passed(entry(GROUP, "m1", 3)).ack())
                .isEqualTo(new ServerFrame.MessageAck("r", "m1", GROUP, 3, 9, false));
        assertThat(sends.isEmpty()).isTrue();
    }

    @Test
    void onceItsRetryIsAckedTheEntrySaysNothingMore() {
        sends.answered(sent(GROUP, "m1", "a"), new Answer.Refused(ErrorCode.OUTCOME_UNKNOWN, "no answer", 5), 2);
        sends.answered(sent(GROUP, "m1", "b"), new Answer.Placed(3, 9, 0, true), 2);

        assertThat(sends.passed(entry(GROUP, "m1", 3))).isEqualTo(Sends.Passed.KNOWN);
        assertThat(sends.isEmpty()).isTrue();
    }

    @Test
    void acksWhoseEntriesNeverPassAreForgottenInTime() {
        for (int i = 0; i < 5_000; i++)
            sends.answered(sent(GROUP, "m" + i, "r"), new Answer.Placed(i, 9, 1, false), -1);

        assertThat(sends.passed(entry(GROUP, "m0", 0))).isEqualTo(Sends.Passed.AS_EVENT);
        assertThat(sends.passed(entry(GROUP, "m4999", 4_999))).isEqualTo(Sends.Passed.KNOWN);
    }

    private Sends.Send sent(ConversationId conversation, String id, String ref) {
        Draft draft = new Draft(conversation, ANNA, id, "s", List.of(Content.Message.of("x")));
        Sends.Send send = new Sends.Send(draft, ref) {
            @Override
            void answered(Answer answer) {}
        };
        sends.add(send);
        return send;
    }

    private static Entry entry(ConversationId conversation, String id, long sequence) {
        return new Entry(
                conversation,
                sequence,
                sequence,
                9,
                ANNA,
                id,
                new Digest(1, 0, 0),
                "s",
                1,
                sequence,
                Content.Message.of("x"));
    }
}
