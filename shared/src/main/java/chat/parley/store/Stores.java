package chat.parley.store;

/** The durable stores of a node, as one parts list. */
public record Stores(ShardLog log, Projections projections, History history, Directory directory) {}
