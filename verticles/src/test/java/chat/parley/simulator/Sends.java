package chat.parley.simulator;

import chat.parley.bus.Answer;
import chat.parley.checker.EntryKind;
import chat.parley.model.Content;
import chat.parley.model.Draft;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a device sends: messages on its session, in order, all else over HTTP. Whatever has no answer is sent again with the same id;
 * what was refused for good is not.
 */
final class Sends {
    private static final long ANSWER_MICROS = 10_000_000;
    private static final long BACK_OFF_MICROS = 200_000;

    private final Device device;
    private final Simulation world;
    private final Map<String, Sending> byId = new HashMap<>();
    private final List<Sending> waiting = new ArrayList<>(); // on the session, in order, until they are over
    private int onTheirWay; // over HTTP

    Sends(Device device) {
        this.device = device;
        this.world = device.world;
    }

    /** Sends it on the session: now, or when there is one. */
    void onSession(Sending sending) {
        byId.put(sending.clientMessageId, sending);
        waiting.add(sending);
        flush();
    }

    boolean isSettled() {
        return waiting.isEmpty() && onTheirWay == 0;
    }

    int unsettled() {
        return waiting.size() + onTheirWay;
    }

    void disconnected() {
        for (Sending sending : waiting) {
            if (!sending.isFlying) continue;
            sending.isFlying = false;
            world.history.info(world.now(), device.name, device.session(), sending.attempt(), "disconnected");
        }
    }

    /** Sends what may go; in each conversation nothing overtakes what waits. */
    void flush() {
        if (!device.isWelcome()) return;
        Set<String> held = new HashSet<>();
        for (Sending sending : List.copyOf(waiting)) {
            if (sending.isFlying || held.contains(sending.conversation.value())) continue;
            if (sending.notBeforeMicros > world.nowMicros()) held.add(sending.conversation.value());
            else fly(sending);
        }
    }

    private void fly(Sending sending) {
        sending.attempts++;
        sending.isFlying = true;
        world.history.invoke(world.now(), device.name, device.session(), sending.attempt());
        int attempt = sending.attempts;
        world.after(ANSWER_MICROS, () -> {
            if (sending.isOver || !sending.isFlying || sending.attempts != attempt) return;
            world.history.info(world.now(), device.name, device.session(), sending.attempt(), "no answer");
            sending.isFlying = false;
            if (device.random.nextBoolean()) device.hangUp();
            else flush();
        });
        device.say(frame(sending));
    }

    private static JsonObject frame(Sending sending) {
        JsonObject frame = new JsonObject()
                .put("ref", ref(sending))
                .put("clientMessageId", sending.clientMessageId)
                .put("conversationId", sending.conversation.value());
        switch (sending.contents.getFirst()) {
            case Content.Message message -> frame.put("type", "send_message").put("body", message.body());
            case Content.Edit edit ->
                frame.put("type", "edit_message").put("sequence", edit.target()).put("body", edit.body());
            case Content.Delete delete -> frame.put("type", "delete_message").put("sequence", delete.target());
            default -> throw new IllegalArgumentException("not said on a session: " + sending.kind());
        }
        return frame;
    }

    private static String ref(Sending sending) {
        return sending.clientMessageId + "/" + sending.attempts;
    }

    void onAck(JsonObject ack, String session) {
        Sending sending = byId.get(ack.getString("clientMessageId"));
        if (sending == null) {
            world.broken(device + " got an acknowledgement of what it never sent: " + ack);
            return;
        }
        long sequence = ack.getLong("sequence");
        sending.isFlying = false;
        sending.sequence = sequence;
        over(sending);
        world.history.ok(
                world.now(),
                device.name,
                session,
                sending.attempt(),
                sequence,
                ack.getString("messageId"),
                ack.getLong("sentAt"),
                ack.getBoolean("duplicate", false));
        device.shelf.onAck(sending.conversation.value(), sequence);
    }

    void onError(JsonObject error) {
        Sending sending = byId.get(error.getString("clientMessageId"));
        if (sending == null || !sending.isFlying) return;
        if (!ref(sending).equals(error.getString("ref"))) return; // the answer to an attempt that was given up
        sending.isFlying = false;
        refused(
                sending,
                device.session(),
                error.getString("code"),
                error.getBoolean("retryable"),
                error.getLong("retryAfterMillis", 0L));
        if (!sending.isOver) world.after(sending.notBeforeMicros - world.nowMicros(), this::flush);
    }

    private void refused(
            Sending sending, @Nullable String session, String code, boolean isRetryable, long retryAfterMillis) {
        boolean isUnknown = code.equals("outcome_unknown") || code.equals("internal");
        if (isUnknown) world.history.info(world.now(), device.name, session, sending.attempt(), code);
        else world.history.fail(world.now(), device.name, session, sending.attempt(), code);
        world.refusals.merge(code, 1L, Long::sum);
        if (!isRetryable) {
            sending.isRefused = true;
            over(sending);
            return;
        }
        long wait = BACK_OFF_MICROS + device.random.nextLong(BACK_OFF_MICROS * 3);
        sending.notBeforeMicros = world.nowMicros() + Math.max(wait, retryAfterMillis * Scheduler.MICROS_A_MILLI);
    }

    private void over(Sending sending) {
        sending.isOver = true;
        waiting.remove(sending);
    }

    /** Sends it over HTTP to some node, until there is an answer. */
    void overHttp(Sending sending) {
        onTheirWay++;
        tryHttp(sending);
    }

    private void tryHttp(Sending sending) {
        sending.attempts++;
        world.history.invoke(world.now(), device.name, null, sending.attempt());
        Draft draft = new Draft(sending.conversation, device.userId(), sending.clientMessageId, "", sending.contents);
        world.cluster.ask(device, node -> node.submit(draft)).onComplete(answer -> {
            if (answer.succeeded()) answered(sending, answer.result());
            else world.history.info(world.now(), device.name, null, sending.attempt(), "no answer");
            if (sending.isOver) {
                onTheirWay--;
                return;
            }
            sending.notBeforeMicros = Math.max(sending.notBeforeMicros, world.nowMicros() + BACK_OFF_MICROS);
            world.after(sending.notBeforeMicros - world.nowMicros(), () -> tryHttp(sending));
        });
    }

    private void answered(Sending sending, Answer answer) {
        switch (answer) {
            case Answer.Placed placed -> {
                over(sending);
                sending.sequence = placed.sequence();
                world.history.ok(
                        world.now(),
                        device.name,
                        null,
                        sending.attempt(),
                        placed.sequence(),
                        sending.conversation + "." + placed.sequence(),
                        placed.sentAt(),
                        placed.duplicate());
            }
            case Answer.Unchanged unchanged -> {
                over(sending);
                world.history.fail(world.now(), device.name, null, sending.attempt(), "unchanged");
            }
            case Answer.Refused refused ->
                refused(
                        sending,
                        null,
                        refused.code().wireName(),
                        refused.code().retryable(),
                        refused.retryAfterMillis());
        }
    }

    /** An own message that was acknowledged, to be edited or deleted; null: there is none in this conversation. */
    @Nullable
    Sending placed(String conversation) {
        Sending found = null;
        for (Sending sending : byId.values()) {
            boolean fits = sending.sequence > 0
                    && sending.kind() == EntryKind.MESSAGE
                    && sending.conversation.value().equals(conversation);
            if (fits && (found == null || sending.sequence > found.sequence)) found = sending;
        }
        return found;
    }
}
