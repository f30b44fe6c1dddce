package chat.parley.bus;

import org.jspecify.annotations.Nullable;

/** The shard belongs to another; nothing was done. @param owner the node it is believed to be; null: not known */
public record NotMine(int shard, @Nullable String owner) {}
