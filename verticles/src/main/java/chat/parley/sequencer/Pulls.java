package chat.parley.sequencer;

import chat.parley.bus.Pull;
import chat.parley.bus.Pulled;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@link Pull}: entries up to the last that may be told, from memory or, further back, from the history; and memberships as of that
 * entry.
 */
final class Pulls {
    private static final Logger LOG = LoggerFactory.getLogger(Pulls.class);
    private static final int BYTES_MAX = 256 * 1024;
    private static final int ENTRIES_MAX = 500;

    private final History history;
    private final Directory directory;
    private final int waitingMax;
    private int waiting;

    /** @param waitingMax pulls that wait for their conversation */
    Pulls(Stores stores, int waitingMax) {
        this.history = stores.history();
        this.directory = stores.directory();
        this.waitingMax = waitingMax;
    }

    /** Answers now or later; tells {@code refused} if the shard is lost meanwhile, or too many wait. */
    void answer(Line line, Pull pull, Consumer<Pulled> answer, Runnable refused) {
        Conversation conversation = line.conversation(pull.conversationId());
        if (conversation.isLoaded()) {
            answerLoaded(conversation, pull, answer, refused);
            line.forgetIfNothing(conversation);
            return;
        }
        if (waiting >= waitingMax) {
            refused.run();
            return;
        }
        waiting++;
        conversation.onceLoaded(() -> {
            waiting--;
            if (conversation.isLoaded() && !line.isEnded()) answerLoaded(conversation, pull, answer, refused);
            else refused.run();
        });
        conversation.grounds().load(conversation);
    }

    private void answerLoaded(Conversation conversation, Pull pull, Consumer<Pulled> answer, Runnable refused) {
        Members members = conversation.durable().members();
        if (pull.users().stream().allMatch(members::knows)) answer(conversation, members, pull, answer);
        else if (waiting < waitingMax) readMembers(conversation, pull, answer, refused);
        else refused.run();
    }

    /** Where not all members are in memory: reads those that were asked for. They are not kept, since nothing is decided on them. */
    private void readMembers(Conversation conversation, Pull pull, Consumer<Pulled> answer, Runnable refused) {
        Line line = conversation.line();
        Reading reading = conversation.grounds().reading();
        waiting++;
        conversation.pulling++; // so that it is not unloaded
        directory.memberships(conversation.id(), pull.users()).onComplete(read -> {
            waiting--;
            conversation.pulling--;
            if (line.isEnded()) {
                refused.run();
            } else if (read.failed()) {
                LOG.warn("members of {} cannot be pulled: {}", conversation.id(), String.valueOf(read.cause()));
            } else {
                long head = conversation.durable().head();
                List<Entry> entries = conversation.recent().through(head);
                answer(conversation, KnownMembers.overlaid(pull.users(), read.result(), entries), pull, answer);
            }
            reading.done();
            line.forgetIfNothing(conversation);
        });
    }

    private void answer(Conversation conversation, Members members, Pull pull, Consumer<Pulled> answer) {
        long epoch = conversation.line().epoch();
        long head = conversation.toldHead();
        long first = pull.after() + 1;
        int max = Math.clamp(pull.entriesMax(), 1, ENTRIES_MAX);
        List<Membership> memberships = memberships(conversation.id(), members, head, pull.users());
        if (first > head || conversation.recent().first() <= first) {
            List<Entry> entries = new ArrayList<>();
            addRecent(conversation, first, head, max, entries);
            answer.accept(new Pulled(conversation.id(), epoch, head, entries, memberships));
            return;
        }
        history.after(conversation.id(), pull.after(), max, BYTES_MAX).onComplete(read -> {
            if (read.failed()) {
                // Not answered: the asker reads for itself after 500 ms, and finds out what is wrong.
                LOG.warn("conversation {} cannot be pulled: {}", conversation.id(), String.valueOf(read.cause()));
                return;
            }
            List<Entry> entries = new ArrayList<>();
            for (StoredEntry stored : read.result()) {
                if (stored.entry().sequence() <= head) entries.add(stored.entry());
            }
            long next = entries.isEmpty() ? first : entries.getLast().sequence() + 1;
            addRecent(conversation, next, head, max, entries);
            answer.accept(new Pulled(conversation.id(), epoch, head, entries, memberships));
        });
    }

    private static void addRecent(Conversation conversation, long from, long head, int max, List<Entry> entries) {
        int bytes = 0;
        for (long next = from; next <= head && entries.size() < max && bytes < BYTES_MAX; next++) {
            Entry entry = conversation.recent().get(next);
            if (entry == null) return;
            bytes += EntryCodec.sizeOf(entry);
            entries.add(entry);
        }
    }

    /** As of {@code head}: what lies behind it is not told yet. */
    private static List<Membership> memberships(
            ConversationId conversation, Members members, long head, List<UserId> users) {
        List<Membership> memberships = new ArrayList<>(users.size());
        for (UserId user : users) {
            Membership membership = members.of(user);
            if (membership == null) continue;
            Interval last = membership.last();
            if (last.joined() <= head && last.left() <= head) {
                memberships.add(membership);
                continue;
            }
            List<Interval> intervals = new ArrayList<>();
            for (Interval interval : membership.intervals()) {
                if (interval.joined() > head) break;
                boolean isOver = interval.left() <= head;
                intervals.add(isOver ? interval : new Interval(interval.joined(), 0, interval.countable()));
            }
            if (intervals.isEmpty()) continue;
            memberships.add(new Membership(conversation, user, membership.role(), intervals));
        }
        return memberships;
    }
}
