package chat.parley.telemetry;

import chat.parley.model.Draft;
import chat.parley.model.Entry;

/**
 * The way of some messages over the nodes, for whom operators want to see it. Which messages are followed, and what the spans of each are called, follows from
 * the names that every node knows them by: so all nodes that follow one in as many follow the same, and nothing has to travel along.
 */
public interface Traces {
    /** Nothing is followed. */
    Traces NONE = new Traces() {
        @Override
        public boolean isOn() {
            return false;
        }

        @Override
        public boolean follows(String conversationId, String clientMessageId) {
            return false;
        }

        @Override
        public void span(Stage stage, Message message, long beganNanos, String attribute, long value) {}
    };

    /** Where a message was for a while. */
    enum Stage {
        /** At the gateway: from its arrival to its answer. */
        SEND,
        /** At the owner of its shard: likewise. */
        SEQUENCE,
        /** In the store, until it was durable. */
        APPEND,
        /** In the store, until it was in the tables. */
        PROJECT,
        /** At the node that knows where its receivers are. */
        ROUTE,
        /** At the worker that tells all gateways. */
        SPREAD,
        /** At a gateway: from there to the sockets of its receivers. */
        DELIVER
    }

    /** What names it. */
    record Message(String conversationId, String senderId, String clientMessageId) {
        public static Message of(Draft draft) {
            return new Message(draft.conversationId().value(), draft.senderId().value(), draft.clientMessageId());
        }

        public static Message of(Entry entry) {
            return new Message(entry.conversationId().value(), entry.senderId().value(), entry.clientMessageId());
        }
    }

    /** Whether any is followed: asked before anything is looked at. */
    boolean isOn();

    boolean follows(String conversationId, String clientMessageId);

    /**
     * The message was there, from then until now. Never blocks and never fails. From any thread.
     *
     * @param beganNanos by {@link System#nanoTime}
     * @param attribute what the value says; no name of anybody
     */
    void span(Stage stage, Message message, long beganNanos, String attribute, long value);

    /** Likewise, if it is followed. */
    default void draft(Stage stage, Draft draft, long beganNanos, String attribute, long value) {
        if (isOn() && follows(draft.conversationId().value(), draft.clientMessageId()))
            span(stage, Message.of(draft), beganNanos, attribute, value);
    }

    /** Likewise, if it is followed; not of what is placed beside the entry that has the id. */
    default void entry(Stage stage, Entry entry, long beganNanos, String attribute, long value) {
        if (!isOn() || entry.clientMessageId().isEmpty()) return;
        if (follows(entry.conversationId().value(), entry.clientMessageId()))
            span(stage, Message.of(entry), beganNanos, attribute, value);
    }
}
