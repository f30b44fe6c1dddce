package chat.parley.sequencer;

import chat.parley.bus.Loop;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Damaged;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.Stores;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from the projections what the lines want, for all of them at once: one multi-get for the ids of all drafts of a turn, one for
 * the messages they amend, one for the conversations to load; one for each conversation whose members are not all in memory. What fails is read again until nobody waits for it. If damage is the
 * cause, each conversation is read alone, and the damaged one is taken out.
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
    private final int loadedMembersMax;
    private boolean isFailing;

    /** @param changed to be run after the lines were told something */
    LookUps(Stores stores, Loop loop, Turn turn, SequencerConfig config, Runnable changed) {
        this.history = stores.history();
        this.directory = stores.directory();
        this.loop = loop;
        this.turn = turn;
        this.slowLookBackMax = config.slowLookBackMax();
        this.loadedMembersMax = config.loadedMembersMax();
        this.changed = changed;
    }

    /** Reads all that was wanted in this turn. */
    void issue() {
        List<WaitingDraft> ids = turn.takeIds();
        if (!ids.isEmpty()) ids(ids);
        List<WaitingDraft> targets = turn.takeTargets();
        if (!targets.isEmpty()) targets(targets);
        List<Conversation> loads = turn.takeLoads();
        if (!loads.isEmpty()) load(loads.stream().map(Load::new).toList());
        for (WantedMembers wanted : turn.takeMembers()) members(wanted);
        List<Block> blocks = new ArrayList<>(0);
        for (Conversation conversation : turn.takeBlocking()) {
            Blocking wanted = conversation.blocking; // null: it is otherwise by now, or unloaded
            if (wanted != null) blocks.add(new Block(conversation, wanted));
        }
        if (!blocks.isEmpty()) blocking(blocks);
        for (Conversation conversation : turn.takeDoors()) door(conversation, conversation.doorReading);
        for (Conversation conversation : turn.takeSpoken()) spoken(new Load(conversation));
    }

    private void ids(List<WaitingDraft> drafts) {
        List<History.IdKey> keys = new ArrayList<>(drafts.size());
        for (WaitingDraft draft : drafts) keys.add(draft.key());
        history.ids(keys).onComplete(read -> {
            if (read.failed()) {
                again(waiting(drafts), WaitingDraft::conversation, read.cause(), this::ids);
                return;
            }
            isFailing = false;
            for (WaitingDraft draft : drafts) {
                if (!draft.hasLeft())
                    draft.conversation().grounds().idFound(draft, read.result().get(draft.key()));
            }
            changed.run();
        });
    }

    private void targets(List<WaitingDraft> drafts) {
        List<History.EntryKey> keys = new ArrayList<>(drafts.size());
        for (WaitingDraft draft : drafts) keys.add(target(draft));
        history.entries(keys).onComplete(read -> {
            if (read.failed()) {
                again(waiting(drafts), WaitingDraft::conversation, read.cause(), this::targets);
                return;
            }
            for (WaitingDraft draft : drafts) {
                if (draft.hasLeft()) continue;
                draft.conversation().grounds().targetFound(draft, read.result().get(target(draft)));
            }
            changed.run();
        });
    }

    private static History.EntryKey target(WaitingDraft draft) {
        return new History.EntryKey(draft.draft().conversationId(), draft.targetSequence());
    }

    private static List<WaitingDraft> waiting(List<WaitingDraft> drafts) {
        return drafts.stream().filter(draft -> !draft.hasLeft()).toList();
    }

    /** A conversation that is being read. What is found counts only as long as the line waits for this reading. */
    private static final class Load {
        final Conversation conversation;
        final @Nullable Reading reading;

        Load(Conversation conversation) {
            this.conversation = conversation;
            this.reading = conversation.reading;
        }

        boolean isWaitedFor() {
            return reading != null && conversation.reading == reading;
        }
    }

    private void load(List<Load> loads) {
        List<ConversationId> ids = new ArrayList<>(loads.size());
        for (Load load : loads) ids.add(load.conversation.id());
        directory.conversations(ids).onComplete(read -> {
            if (read.failed()) {
                again(wanted(loads), load -> load.conversation, read.cause(), this::load);
                return;
            }
            for (Load load : loads) {
                Directory.Conversation row = read.result().get(load.conversation.id());
                if (row == null) loaded(load, null, List.of());
                else if (row.head().memberCount() > loadedMembersMax) loaded(load, row, null);
                else members(load, row, new ArrayList<>(), "");
            }
            changed.run();
        });
    }

    private void members(Load load, Directory.Conversation row, List<Membership> members, String afterUser) {
        directory.members(load.conversation.id(), afterUser, MEMBERS_PAGE).onComplete(read -> {
            if (read.failed()) {
                again(wanted(List.of(load)), each -> each.conversation, read.cause(), this::load);
                return;
            }
            members.addAll(read.result());
            // Present and past ones can be more than the count says. Where there is none, they have to be counted.
            boolean isCounted = row.head().memberCount() != Entry.NOT_COUNTED;
            if (isCounted && members.size() > loadedMembersMax) {
                loaded(load, row, null);
            } else if (read.result().size() < MEMBERS_PAGE) {
                loaded(load, row, members);
            } else {
                String last = members.getLast().userId().value();
                members(load, row, members, last);
            }
            changed.run();
        });
    }

    private void loaded(Load load, Directory.@Nullable Conversation row, @Nullable List<Membership> members) {
        if (!load.isWaitedFor()) return;
        try {
            load.conversation.grounds().loaded(load.conversation, row, members);
        } catch (IllegalStateException e) {
            LOG.error("conversation {} cannot be loaded", load.conversation.id(), e);
            load.conversation.line().damaged(load.conversation);
        }
    }

    private void members(WantedMembers wanted) {
        Conversation conversation = wanted.conversation();
        directory.memberships(conversation.id(), wanted.users()).onComplete(read -> {
            if (read.succeeded()) {
                conversation.grounds().membersFound(wanted, read.result());
                changed.run();
                return;
            }
            boolean isWaitedFor =
                    !conversation.line().isEnded() && !conversation.waiting().isEmpty();
            if (!isWaitedFor || read.cause() instanceof Damaged)
                conversation.grounds().membersNotFound(wanted);
            if (isWaitedFor) again(List.of(wanted), WantedMembers::conversation, read.cause(), all -> members(wanted));
        });
    }

    private void spoken(Load load) {
        Conversation conversation = load.conversation;
        history.before(conversation.id(), conversation.decided().head() + 1, slowLookBackMax, SLOW_BYTES_MAX)
                .onComplete(read -> {
                    if (!load.isWaitedFor()) return;
                    if (read.failed()) {
                        again(wanted(List.of(load)), each -> each.conversation, read.cause(), all -> spoken(load));
                        return;
                    }
                    conversation.grounds().spokenFound(conversation, read.result());
                    changed.run();
                });
    }

    private void door(Conversation conversation, @Nullable Reading reading) {
        directory
                .bans(conversation.id(), "", Door.BANS_MAX)
                .compose(
                        bans -> directory.invitations(conversation.id()).map(invitations -> Door.of(bans, invitations)))
                .onComplete(read -> {
                    if (reading == null || conversation.doorReading != reading) return;
                    if (read.failed() && !conversation.isWanted()) {
                        conversation.grounds().doorNotFound(conversation);
                        return;
                    }
                    if (read.failed()) {
                        again(
                                List.of(conversation),
                                Function.identity(),
                                read.cause(),
                                all -> door(conversation, reading));
                        return;
                    }
                    conversation.grounds().doorFound(conversation, read.result());
                    changed.run();
                });
    }

    /** What is found counts only as long as nobody said that it is otherwise. */
    private record Block(Conversation conversation, Blocking blocking) {
        boolean isWaitedFor() {
            return conversation.blocking == blocking;
        }
    }

    private void blocking(List<Block> blocks) {
        Set<UserId> users = new LinkedHashSet<>();
        for (Block block : blocks) users.addAll(block.blocking.both());
        directory.userSettings(users).onComplete(read -> {
            List<Block> waiting = blocks.stream().filter(Block::isWaitedFor).toList();
            if (read.failed()) {
                List<Block> wanted = new ArrayList<>(waiting.size());
                for (Block block : waiting) {
                    if (block.conversation.isWanted()) wanted.add(block);
                    else block.conversation.blocking = null; // whoever wants it next asks again
                }
                again(wanted, Block::conversation, read.cause(), all -> all.forEach(each -> blocking(List.of(each))));
                return;
            }
            for (Block block : waiting) {
                block.blocking.found(read.result());
                block.conversation.grounds().blockingFound(block.conversation);
            }
            changed.run();
        });
    }

    /** Those that somebody still waits for; the others need not be read. */
    private static List<Load> wanted(List<Load> loads) {
        List<Load> wanted = new ArrayList<>(loads.size());
        for (Load load : loads) {
            if (!load.isWaitedFor()) continue;
            if (load.conversation.isWanted()) wanted.add(load);
            else load.conversation.grounds().notLoaded(load.conversation);
        }
        return wanted;
    }

    private <T> void again(
            List<T> waiting, Function<T, Conversation> conversation, Throwable cause, Consumer<List<T>> read) {
        if (waiting.isEmpty()) return;
        if (!(cause instanceof Damaged)) {
            if (!isFailing) LOG.warn("projections cannot be read, trying again", cause);
            isFailing = true;
            loop.after(RETRY_MILLIS, () -> read.accept(waiting));
            return;
        }
        Map<Conversation, List<T>> apart = new LinkedHashMap<>();
        for (T each : waiting) {
            apart.computeIfAbsent(conversation.apply(each), none -> new ArrayList<>(1))
                    .add(each);
        }
        if (apart.size() == 1) refuse(apart.keySet(), cause);
        else apart.values().forEach(read);
    }

    private void refuse(Collection<Conversation> damaged, Throwable cause) {
        for (Conversation conversation : damaged) {
            LOG.error("conversation {} is refused: {}", conversation.id(), cause.getMessage());
            conversation.line().damaged(conversation);
        }
        changed.run();
    }
}
