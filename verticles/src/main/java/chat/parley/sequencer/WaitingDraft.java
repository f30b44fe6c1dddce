package chat.parley.sequencer;

import chat.parley.model.Content;
import chat.parley.model.Digest;
import chat.parley.model.Draft;
import chat.parley.model.Entry;
import chat.parley.model.Kind;
import chat.parley.model.UserId;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A draft from its arrival to its answer, and what was looked up for it meanwhile. */
final class WaitingDraft {
    private final Ask ask;
    private final int index;
    private final Draft draft;
    private final History.IdKey key;
    private final Digest digest;
    private final int size;
    private final Conversation conversation;
    private final Reading reading;

    boolean idAsked;
    boolean idLookedUp;
    boolean targetAsked;
    boolean targetLookedUp;
    private History.@Nullable KnownId known;
    private @Nullable StoredEntry target;
    private @Nullable Set<UserId> users;
    private boolean out;
    private boolean left;

    WaitingDraft(
            Ask ask,
            int index,
            Draft draft,
            History.IdKey key,
            Digest digest,
            int size,
            Conversation conversation,
            Reading reading) {
        this.ask = ask;
        this.index = index;
        this.draft = draft;
        this.key = key;
        this.digest = digest;
        this.size = size;
        this.conversation = conversation;
        this.reading = reading;
    }

    Ask ask() {
        return ask;
    }

    int index() {
        return index;
    }

    Draft draft() {
        return draft;
    }

    History.IdKey key() {
        return key;
    }

    Digest digest() {
        return digest;
    }

    int size() {
        return size;
    }

    Conversation conversation() {
        return conversation;
    }

    /** What this draft rests on that was read from the projections: no older than this. */
    Reading reading() {
        return reading;
    }

    /** The message it edits or deletes; 0: it does neither. */
    long targetSequence() {
        return switch (draft.contents().getFirst()) {
            case Content.Edit edit -> edit.target();
            case Content.Delete delete -> delete.target();
            default -> 0;
        };
    }

    /** Those whose memberships it is decided on: who sends it, and those it adds, removes or changes. */
    Set<UserId> users() {
        if (users == null) users = Set.copyOf(named());
        return users;
    }

    private List<UserId> named() {
        List<UserId> named = new ArrayList<>();
        named.add(draft.senderId());
        switch (draft.contents().getFirst()) {
            case Content.MembersAdded added -> named.addAll(added.userIds());
            case Content.MembersRemoved removed ->
                removed.departures().forEach(departure -> named.add(departure.userId()));
            case Content.RoleChanged changed -> named.add(changed.userId());
            case Content.UserBanned banned -> named.add(banned.userId());
            default -> {}
        }
        return named;
    }

    void idFound(History.@Nullable KnownId found) {
        idLookedUp = true;
        known = found;
    }

    /** What the id projection knows of it. */
    History.@Nullable KnownId known() {
        return known;
    }

    void targetFound(@Nullable StoredEntry found) {
        targetLookedUp = true;
        target = found;
    }

    @Nullable
    StoredEntry target() {
        return target;
    }

    /** Of its entries only the first has its name and its origin, so that they name one entry. */
    Entry entry(boolean isFirst, Content content, Standing before, long position, long nowMillis) {
        long sequence = before.head() + 1;
        boolean isMessage = content.kind() == Kind.MESSAGE;
        return new Entry(
                conversation.id(),
                sequence,
                position,
                Math.max(before.sentAt(), nowMillis),
                draft.senderId(),
                isFirst ? draft.clientMessageId() : "",
                digest,
                isFirst ? draft.origin() : "",
                before.countable() + (isMessage ? 1 : 0),
                isMessage ? sequence : before.lastMessage(),
                before.memberCountAfter(content),
                before.ownerCountAfter(content),
                content);
    }

    /** Whether it is in a batch that went to the store: it may have been written. */
    boolean isOut() {
        return out;
    }

    void out(boolean isOut) {
        out = isOut;
    }

    /** Whether it has its answer. */
    boolean hasLeft() {
        return left;
    }

    void leave() {
        left = true;
    }
}
