package chat.parley.gateway;

import chat.parley.bus.Address;
import chat.parley.bus.Answer;
import chat.parley.bus.Bus;
import chat.parley.bus.Loop;
import chat.parley.bus.NotMine;
import chat.parley.bus.Submit;
import chat.parley.bus.Submitted;
import chat.parley.bus.Topology;
import chat.parley.model.ConversationId;
import chat.parley.model.Draft;
import chat.parley.telemetry.Traces;
import chat.parley.wire.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes drafts to the sequencers of their conversations: all of one loop turn and shard in one message. Of one session and conversation at
 * most one message is under way; what comes meanwhile goes along in the next, in order, and is refused with what stands before it if that
 * is to be tried again. At most {@code draftsMax} are here at a time, past that the answer is {@code busy}.
 */
public final class Submitter {
    private static final Logger LOG = LoggerFactory.getLogger(Submitter.class);
    private static final int DRAFTS_MAX = 16_384;
    private static final int SUBMIT_DRAFTS_MAX = 2_048;
    private static final int QUICK_TRIES = 2;
    private static final long PAUSE_MILLIS = 100;
    private static final long DOUBTED_ANSWER_MILLIS = 500;
    private static final long RETRY_AFTER_MILLIS = 1_000;

    private static final Answer.Refused BUSY =
            new Answer.Refused(ErrorCode.BUSY, "too many sends are under way", RETRY_AFTER_MILLIS);
    private static final Answer UNAVAILABLE = new Answer.Refused(
            ErrorCode.UNAVAILABLE, "nobody takes sends to this conversation now", RETRY_AFTER_MILLIS);
    private static final Answer OUTCOME_UNKNOWN = new Answer.Refused(
            ErrorCode.OUTCOME_UNKNOWN, "no answer came in time: try again with the same id", RETRY_AFTER_MILLIS);

    private final Bus bus;
    private final Loop loop;
    private final Topology topology;
    private final ReadPointers readPointers;
    private final long answerMillis;
    private final Tally tally;
    private Traces traces = Traces.NONE;
    private final Map<Integer, List<Ready>> ready = new HashMap<>();
    private final List<Integer> readyShards = new ArrayList<>();
    private final Set<Shipment> underWay = new LinkedHashSet<>();
    private boolean isPlanned;
    private final AtomicInteger drafts = new AtomicInteger();
    private Runnable deaf = () -> {};

    Submitter(Bus bus, Loop loop, Topology topology, ReadPointers readPointers, long answerMillis, Tally tally) {
        this.bus = bus;
        this.loop = loop;
        this.topology = topology;
        this.readPointers = readPointers;
        this.answerMillis = answerMillis;
        this.tally = tally;
    }

    /** Before it starts. */
    void traces(Traces its) {
        traces = its;
    }

    /** From now on it hears of nodes that leave. */
    void start() {
        deaf = topology.listen(loop, this::askOthers);
    }

    void stop() {
        deaf.run();
    }

    /**
     * What became of the draft; never fails. Without an answer it is refused: {@code unavailable} if it reached nobody, else {@code
     * outcome_unknown}. The sender's read pointer moves along.
     */
    public Future<Answer> submit(Draft draft) {
        Promise<Answer> promise = Promise.promise();
        submit(
                new Submission(draft) {
                    @Override
                    void answered(Answer answer) {
                        promise.complete(answer);
                    }
                },
                new HashMap<>(1));
        return promise.future();
    }

    /** @param lanes of the session that sends: kept by the caller, filled and emptied here */
    void submit(Submission submission, Map<ConversationId, Lane> lanes) {
        tally.sends.increment();
        if (drafts.get() >= DRAFTS_MAX) {
            tally.sendRefused(BUSY.code());
            submission.answered(BUSY);
            return;
        }
        drafts.incrementAndGet();
        Lane lane = lanes.get(submission.draft.conversationId());
        if (lane == null) {
            lane = new Lane(submission.draft.conversationId());
            lanes.put(lane.conversation, lane);
        }
        lane.waiting.add(submission);
        if (!lane.isUnderWay && lane.waiting.size() == 1) getReady(lane, lanes);
    }

    /** Drafts that have no answer yet. From any thread. */
    int drafts() {
        return drafts.get();
    }

    private void getReady(Lane lane, Map<ConversationId, Lane> lanes) {
        int shard = lane.conversation.shard();
        List<Ready> group = ready.computeIfAbsent(shard, none -> new ArrayList<>());
        if (group.isEmpty()) readyShards.add(shard);
        group.add(new Ready(lane, lanes));
        if (isPlanned) return;
        isPlanned = true;
        loop.soon(this::sendReady);
    }

    private void sendReady() {
        isPlanned = false;
        List<Integer> shards = List.copyOf(readyShards);
        readyShards.clear();
        for (int shard : shards) {
            List<Ready> group = ready.get(shard);
            if (group == null) continue;
            List<Ready> lanes = List.copyOf(group);
            group.clear();
            Shipment shipment = new Shipment(shard);
            for (Ready each : lanes) {
                shipment.add(each);
                if (shipment.drafts.size() < SUBMIT_DRAFTS_MAX) continue;
                send(shipment);
                shipment = new Shipment(shard);
            }
            if (!shipment.drafts.isEmpty()) send(shipment);
        }
    }

    private void send(Shipment shipment) {
        long left = shipment.deadline - loop.monotonicMillis();
        if (left <= 0) {
            finish(shipment, null, shipment.isDoubted ? OUTCOME_UNKNOWN : UNAVAILABLE);
            return;
        }
        int ask = ++shipment.asks;
        shipment.tries++;
        String owner = owner(shipment);
        shipment.asked = owner;
        underWay.add(shipment);
        if (owner == null) {
            shipment.tries = QUICK_TRIES;
            sendAgain(shipment);
            return;
        }
        bus.request(
                        topology.addressOf(owner, Address.sequencer(shipment.shard)),
                        new Submit(shipment.shard, shipment.drafts),
                        shipment.isDoubted ? Math.min(left, DOUBTED_ANSWER_MILLIS) : left)
                .onComplete(answer -> {
                    if (!underWay.contains(shipment)) return; // another ask was answered
                    boolean isLast = ask == shipment.asks;
                    if (answer.succeeded()) answered(shipment, answer.result(), isLast);
                    else if (isLast) failed(shipment, answer.cause());
                });
    }

    /** Who is to be asked: whom the last that was asked named, or else who should have the shard. Null: nobody. */
    private @Nullable String owner(Shipment shipment) {
        String named = shipment.named;
        shipment.named = null;
        return named != null && topology.isAlive(named) ? named : topology.sequencerOwner(shipment.shard);
    }

    private void askOthers() {
        for (Shipment shipment : List.copyOf(underWay)) {
            if (shipment.asked == null || topology.isAlive(shipment.asked)) continue;
            shipment.isDoubted = true;
            shipment.tries = 0;
            send(shipment);
        }
    }

    private void answered(Shipment shipment, Object answer, boolean isLast) {
        switch (answer) {
            case Submitted submitted
            when submitted.answers().size() == shipment.drafts.size() ->
                finish(shipment, submitted.answers(), OUTCOME_UNKNOWN);
            case NotMine notMine -> {
                if (!isLast) return;
                shipment.named = notMine.owner();
                sendAgain(shipment);
            }
            default -> {
                LOG.error("sequencer {} answered with something else than answers", shipment.shard);
                finish(shipment, null, OUTCOME_UNKNOWN);
            }
        }
    }

    private void failed(Shipment shipment, Throwable cause) {
        if (shipment.isDoubted
                || cause instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS) {
            shipment.tries = QUICK_TRIES; // nobody is there: no use in asking again at once
            sendAgain(shipment);
            return;
        }
        LOG.debug("no answer from sequencer {}", shipment.shard, cause);
        finish(shipment, null, OUTCOME_UNKNOWN);
    }

    private void sendAgain(Shipment shipment) {
        shipment.asked = null; // nobody has it
        if (shipment.tries < QUICK_TRIES) {
            send(shipment);
            return;
        }
        shipment.named = null; // after a pause others may know better
        int ask = shipment.asks;
        loop.after(PAUSE_MILLIS, () -> {
            if (underWay.contains(shipment) && ask == shipment.asks) send(shipment);
        });
    }

    /** @param answers null: none came, and {@code without} is what is said instead */
    private void finish(Shipment shipment, @Nullable List<Answer> answers, Answer without) {
        underWay.remove(shipment);
        int at = 0;
        for (int i = 0; i < shipment.lanes.size(); i++) {
            Ready each = shipment.lanes.get(i);
            Answer.Refused refused = null;
            for (int end = shipment.ends.get(i); at < end; at++) {
                Answer answer = answers == null ? without : answers.get(at);
                if (shipment.isDoubted && !(answer instanceof Answer.Placed)) answer = OUTCOME_UNKNOWN;
                if (answer instanceof Answer.Refused refusal && refusal.code().retryable()) refused = refusal;
                answer(shipment.submissions.get(at), answer);
            }
            goOn(each, refused);
        }
    }

    private void goOn(Ready each, Answer.@Nullable Refused refused) {
        Lane lane = each.lane;
        if (refused != null && !lane.waiting.isEmpty()) {
            // What stands behind never left, so its outcome is known even where that of what stood before it is not.
            Answer same = refused.code() == ErrorCode.OUTCOME_UNKNOWN ? UNAVAILABLE : refused;
            for (Submission submission : lane.take()) answer(submission, same);
        }
        lane.isUnderWay = false;
        if (lane.waiting.isEmpty()) each.lanes.remove(lane.conversation, lane);
        else getReady(lane, each.lanes);
    }

    private void answer(Submission submission, Answer answer) {
        drafts.decrementAndGet();
        traces.draft(
                Traces.Stage.SEND,
                submission.draft,
                submission.cameAtNanos,
                "error",
                answer instanceof Answer.Refused refusal ? refusal.code().number() : 0);
        if (answer instanceof Answer.Placed placed) {
            tally.acks.increment();
            tally.ackSeconds.recordSince(submission.cameAtNanos);
            readPointers.sent(submission.draft, placed);
        } else if (answer instanceof Answer.Refused refusal) tally.sendRefused(refusal.code());
        submission.answered(answer);
    }

    /** A lane with something to send, and where it is kept. */
    private record Ready(Lane lane, Map<ConversationId, Lane> lanes) {}

    /** What goes to one shard in one message. */
    private final class Shipment {
        final int shard;
        final long deadline = loop.monotonicMillis() + answerMillis;
        final List<Ready> lanes = new ArrayList<>();
        final List<Integer> ends = new ArrayList<>(); // of each lane's part
        final List<Submission> submissions = new ArrayList<>();
        final List<Draft> drafts = new ArrayList<>();
        int asks;
        int tries; // since nobody was there, or somebody else

        @Nullable
        String asked; // the node, as far as it is known here

        @Nullable
        String named; // as the owner, by one that was asked and is not

        boolean isDoubted; // what it was asked may have been done, or be done yet, and that node does not answer

        Shipment(int shard) {
            this.shard = shard;
        }

        void add(Ready each) {
            for (Submission submission : each.lane.take()) {
                submissions.add(submission);
                drafts.add(submission.draft);
            }
            lanes.add(each);
            ends.add(submissions.size());
        }
    }
}
