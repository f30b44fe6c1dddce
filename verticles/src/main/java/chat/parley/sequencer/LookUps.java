package chat.parley.sequencer;

import chat.parley.bus.Loop;
import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.store.Damaged;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.Stores;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from the projections what the lines want, for all of them at once: one multi-get for the ids of all drafts of a turn, one for
 * the messages they amend, one for the conversations to load. What fails is read again until nobody waits for it; a conversation whose
 * data is damaged is taken out.
 */
final class LookUps {
    private static final Logger LOG = LoggerFactory.getLogger(LookUps.class);
    private static final int MEMBERS_PAGE = 1_000;
    private static final int SLOW_BYTES_MAX = 256 * 1024;
    private static final long RETRY_MILLIS = 50;

    private final History history;
    private final Directory directory;
    private final Loop loop;
    private final Turn turn;
    private final Runnable changed;
    private final int slowLookBackMax;
    private boolean isFailing;

    /** @param changed to be run after the lines were told something */
    LookUps(Stores stores, Loop loop, Turn turn, int slowLookBackMax, Runnable changed) {
        this.history = stores.history();
        this.directory = stores.directory();
        this.loop = loop;
        this.turn = turn;
        this.slowLookBackMax = slowLookBackMax;
        this.changed = changed;
    }

    /** Reads all that was wanted in this turn. */
    void issue() {
        List<WaitingDraft> ids = turn.takeIds();
        if (!ids.isEmpty()) ids(ids);
        List<WaitingDraft> targets = turn.takeTargets();
        if (!targets.isEmpty()) targets(targets);
        List<Conversation> loads = turn.takeLoads();
        if (!loads.isEmpty()) load(loads);
        for (Conversation conversation : turn.takeSlow()) lastSpoke(conversation);
    }

    private void ids(List<WaitingDraft> drafts) {
        List<History.IdKey> keys = new ArrayList<>(drafts.size());
        for (WaitingDraft draft : drafts) keys.add(draft.key());
        history.ids(keys).onComplete(read -> {
            if (read.succeeded()) {
                isFailing = false;
                Map<History.IdKey, History.KnownId> known = read.result();
                for (WaitingDraft draft : drafts) {
                    if (!draft.hasLeft()) draft.conversation().line().idFound(draft, known.get(draft.key()));
                }
                changed.run();
            } else {
                draftsAgain(drafts, read.cause(), this::ids);
            }
        });
    }

    private void targets(List<WaitingDraft> drafts) {
        List<History.EntryKey> keys = new ArrayList<>(drafts.size());
        for (WaitingDraft draft : drafts) keys.add(target(draft));
        history.entries(keys).onComplete(read -> {
            if (read.succeeded()) {
                for (WaitingDraft draft : drafts) {
                    if (!draft.hasLeft()) {
                        draft.conversation()
                                .line()
                                .targetFound(draft, read.result().get(target(draft)));
                    }
                }
                changed.run();
            } else {
                draftsAgain(drafts, read.cause(), this::targets);
            }
        });
    }

    private static History.EntryKey target(WaitingDraft draft) {
        return new History.EntryKey(draft.draft().conversationId(), draft.targetSequence());
    }

    private void draftsAgain(List<WaitingDraft> drafts, Throwable cause, Consumer<List<WaitingDraft>> read) {
        Set<Conversation> conversations = new LinkedHashSet<>();
        for (WaitingDraft draft : drafts) conversations.add(draft.conversation());
        boolean isDamage = takeOut(conversations, cause);
        again(() -> drafts.stream().filter(draft -> !draft.hasLeft()).toList(), isDamage, read);
    }

    private void load(List<Conversation> conversations) {
        List<ConversationId> ids = new ArrayList<>(conversations.size());
        for (Conversation conversation : conversations) ids.add(conversation.id());
        directory.conversations(ids).onComplete(read -> {
            if (read.succeeded()) {
                for (Conversation conversation : conversations) {
                    if (!conversation.loadAsked) continue;
                    Directory.Conversation row = read.result().get(conversation.id());
                    if (row == null) loaded(conversation, null, List.of());
                    else members(conversation, row, new ArrayList<>(), "");
                }
                changed.run();
            } else {
                boolean isDamage = takeOut(new LinkedHashSet<>(conversations), read.cause());
                again(() -> conversations.stream().filter(c -> c.loadAsked).toList(), isDamage, this::load);
            }
        });
    }

    private void members(
            Conversation conversation, Directory.Conversation row, List<Membership> members, String afterUser) {
        directory.members(conversation.id(), afterUser, MEMBERS_PAGE).onComplete(read -> {
            if (!conversation.loadAsked) return;
            if (read.succeeded()) {
                members.addAll(read.result());
                if (read.result().size() < MEMBERS_PAGE) loaded(conversation, row, members);
                else
                    members(
                            conversation,
                            row,
                            members,
                            members.getLast().userId().value());
            } else if (!takeOut(Set.of(conversation), read.cause())) {
                again(() -> conversation.loadAsked ? List.of(conversation) : List.of(), false, this::load);
            }
            changed.run();
        });
    }

    private void loaded(Conversation conversation, Directory.@Nullable Conversation row, List<Membership> members) {
        try {
            conversation.line().loaded(conversation, row, members);
        } catch (IllegalStateException e) {
            LOG.error("conversation {} cannot be loaded", conversation.id(), e);
            conversation.line().damaged(conversation);
        }
    }

    private void lastSpoke(Conversation conversation) {
        history.before(conversation.id(), conversation.decided().head() + 1, slowLookBackMax, SLOW_BYTES_MAX)
                .onComplete(read -> {
                    if (!conversation.slowAsked) return;
                    if (read.succeeded()) {
                        conversation.line().lastSpokeFound(conversation, read.result());
                    } else if (!takeOut(Set.of(conversation), read.cause())) {
                        loop.after(RETRY_MILLIS, () -> {
                            if (conversation.slowAsked) lastSpoke(conversation);
                        });
                    }
                    changed.run();
                });
    }

    /** Whether the cause was damage, of conversations that wait no longer. */
    private boolean takeOut(Set<Conversation> conversations, Throwable cause) {
        if (!(cause instanceof Damaged damaged) || damaged.conversation() == null) {
            if (!isFailing) LOG.warn("projections cannot be read, trying again: {}", cause.toString());
            isFailing = true;
            return false;
        }
        boolean found = false;
        for (Conversation conversation : conversations) {
            if (!Objects.equals(conversation.id(), damaged.conversation())) continue;
            LOG.error("conversation {} is refused: {}", conversation.id(), damaged.getMessage());
            conversation.line().damaged(conversation);
            found = true;
        }
        return found;
    }

    private <T> void again(Supplier<List<T>> waiting, boolean atOnce, Consumer<List<T>> read) {
        Runnable reading = () -> {
            List<T> left = waiting.get();
            if (!left.isEmpty()) read.accept(left);
        };
        if (atOnce) {
            changed.run();
            reading.run();
        } else {
            loop.after(RETRY_MILLIS, reading);
        }
    }
}
