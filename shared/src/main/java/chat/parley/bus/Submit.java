package chat.parley.bus;

import chat.parley.model.ConversationId;
import chat.parley.model.Draft;
import java.util.List;

/**
 * Drafts for one shard, to {@code sequencer.<shard>}; those of one conversation in the order sent. Answered by {@link Submitted} or {@link NotMine}.
 *
 * @param blocksChanged direct conversations of which one has changed whether they block the other: nothing that comes after the answer is decided on
 *     what was known before
 */
public record Submit(int shard, List<Draft> drafts, List<ConversationId> blocksChanged) {
    public Submit(int shard, List<Draft> drafts) {
        this(shard, drafts, List.of());
    }
}
