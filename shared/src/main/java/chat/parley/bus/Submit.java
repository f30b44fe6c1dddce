package chat.parley.bus;

import chat.parley.model.Draft;
import java.util.List;

/** Drafts for one shard, to {@code sequencer.<shard>}; those of one conversation in the order sent. Answered by {@link Submitted} or {@link NotMine}. */
public record Submit(int shard, List<Draft> drafts) {}
