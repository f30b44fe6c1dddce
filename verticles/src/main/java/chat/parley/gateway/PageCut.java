package chat.parley.gateway;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.StoredEntry;
import chat.parley.wire.EventJson;
import chat.parley.wire.ServerFrame;
import chat.parley.wire.ServerFrame.GapReason;
import java.util.ArrayList;
import java.util.List;

/** A page in the making: cuts what was read by the reader's membership, says what to read next, and where the gaps are. */
final class PageCut {
    private static final int ROUNDS_MAX = 16;

    private final long edge;
    private final int entriesMax;
    private final List<byte[]> entries = new ArrayList<>();
    private Membership membership;
    private long reached;
    private long head;
    private boolean isAtEnd;
    private int rounds;

    /** @param edge where the page begins, not counted: sequences above it for an ascending page, below it for a descending one */
    PageCut(Membership membership, long edge, int entriesMax) {
        this.membership = membership;
        this.edge = edge;
        this.entriesMax = entriesMax;
        this.reached = edge;
        this.head = membership.last().joined();
    }

    ConversationId conversation() {
        return membership.conversationId();
    }

    UserId user() {
        return membership.userId();
    }

    /** The latest that was read. */
    void membership(Membership latest) {
        membership = latest;
    }

    /** The conversation goes at least so far. */
    void head(long sequence) {
        head = Math.max(head, sequence);
    }

    int entriesLeft() {
        return entriesMax - entries.size();
    }

    boolean isDone() {
        return isAtEnd || entriesLeft() <= 0 || rounds >= ROUNDS_MAX;
    }

    /** Behind which the next entry is that the reader may see. */
    long afterNext() {
        for (Interval interval : membership.intervals()) {
            if (!interval.isOpen() && interval.left() <= reached) continue;
            return Math.max(reached, interval.joined() - 1);
        }
        return reached;
    }

    /** Before which the next entry is that the reader may see. */
    long beforeNext() {
        for (Interval interval : membership.intervals().reversed()) {
            if (interval.joined() >= reached) continue;
            return interval.isOpen() ? reached : Math.min(reached, interval.left() + 1);
        }
        return Math.min(reached, 1);
    }

    /** @param from behind which the rows begin @param end the head of the conversation if the rows go on to it; −1: there may be more */
    void ascending(long from, List<StoredEntry> rows, long end) {
        rounds++;
        if (end >= 0) head(end);
        reached = Math.max(reached, from);
        for (StoredEntry row : rows) {
            if (entriesLeft() <= 0) return;
            reached = row.entry().sequence();
            head(reached);
            add(row);
        }
        boolean isOver = membership.isMember()
                ? end >= 0 && reached >= end
                : reached >= membership.last().left();
        if (!isOver && !(rows.isEmpty() && end >= 0)) return;
        isAtEnd = true;
        reached = Math.max(reached, visibleHead());
    }

    /** @param from before which the rows begin @param end the head of the conversation; −1: not asked */
    void descending(long from, List<StoredEntry> rows, long end) {
        rounds++;
        if (end >= 0) head(end);
        reached = Math.min(reached, from);
        for (StoredEntry row : rows) {
            if (entriesLeft() <= 0) return;
            reached = row.entry().sequence();
            head(reached);
            add(row);
        }
        if (!rows.isEmpty() && reached > membership.intervals().getFirst().joined()) return;
        isAtEnd = true;
        reached = Math.min(reached, 1);
    }

    private void add(StoredEntry row) {
        Entry entry = row.entry();
        if (!membership.mayRead(entry.sequence())) return;
        boolean isCounted = EventJson.isForSome(entry) && !Entries.isToldWho(entry, user(), membership.role());
        byte[] event =
                isCounted ? EventJson.encodeCounted(entry) : EventJson.encode(entry, row.editedAt(), row.deletedAt());
        boolean isOwn =
                entry.senderId().equals(user()) && !entry.clientMessageId().isEmpty();
        entries.add(isOwn ? EventJson.withClientMessageId(event, entry.clientMessageId()) : event);
    }

    /** Shows in the rows what entries say that are not projected yet. */
    static void amend(List<StoredEntry> rows, List<Entry> tail) {
        for (Entry entry : tail) {
            switch (entry.content()) {
                case Content.Edit edit -> edit(rows, edit, entry.sentAt());
                case Content.Delete delete -> delete(rows, delete, entry.sentAt());
                default -> {}
            }
        }
    }

    private static void edit(List<StoredEntry> rows, Content.Edit edit, long sentAt) {
        for (int i = 0; i < rows.size(); i++) {
            StoredEntry row = rows.get(i);
            if (row.entry().sequence() != edit.target() || row.isDeleted()) continue;
            if (!(row.entry().content() instanceof Content.Message message)) continue;
            Content.Message amended = new Content.Message(
                    edit.body(),
                    message.contentType(),
                    message.attachments(),
                    message.mentions(),
                    message.replyTo(),
                    message.ext());
            rows.set(i, new StoredEntry(row.entry().with(amended), sentAt, null, row.edits()));
        }
    }

    private static void delete(List<StoredEntry> rows, Content.Delete delete, long sentAt) {
        for (int i = 0; i < rows.size(); i++) {
            StoredEntry row = rows.get(i);
            long sequence = row.entry().sequence();
            if (sequence == delete.target()) {
                rows.set(i, new StoredEntry(row.entry().with(Content.Message.of("")), null, sentAt, List.of()));
            } else if (delete.edits().contains(sequence) && row.entry().content() instanceof Content.Edit edit) {
                Content.Edit erased = new Content.Edit(edit.target(), "", edit.edits());
                rows.set(i, StoredEntry.plain(row.entry().with(erased)));
            }
        }
    }

    private long visibleHead() {
        return membership.isMember() ? head : membership.last().left();
    }

    Pages.Page page() {
        long low = Math.min(edge, reached);
        long high = Math.max(edge, reached);
        boolean isAscending = reached >= edge;
        long from = isAscending ? low + 1 : low;
        long to = Math.min(isAscending ? high : high - 1, visibleHead());
        List<ServerFrame.Gap> gaps = new ArrayList<>(0);
        if (from <= to) {
            for (Membership.Range range : membership.gaps(from, to)) {
                gaps.add(new ServerFrame.Gap(conversation(), range.from(), range.to(), GapReason.NOT_MEMBER));
            }
        }
        return new Pages.Page(entries, gaps, membership.intervals().getFirst().joined(), visibleHead());
    }
}
