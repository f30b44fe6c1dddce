package chat.parley.store;

import chat.parley.model.Entry;

/** One row of a shard's log: the entry at its position, and the batch that brought it. */
public record LogRow(Entry entry, BatchId batchId) {}
