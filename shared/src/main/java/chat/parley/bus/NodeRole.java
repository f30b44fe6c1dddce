package chat.parley.bus;

/** What a node does. */
public enum NodeRole {
    GATEWAY,
    SEQUENCER,
    FANOUT,
    PRESENCE,
    CONSUMERS
}
