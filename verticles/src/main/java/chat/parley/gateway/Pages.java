package chat.parley.gateway;

import chat.parley.bus.Pulled;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import chat.parley.wire.ServerFrame;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Pages of a conversation's entries, as a user may see them. The entries are read first, then the membership that cuts them. What is not
 * projected yet comes from the owner of the shard or, if that does not answer, from the log: a page needs the store, never the owner.
 */
public final class Pages {
    private static final int PAGE_BYTES = 1 << 20;
    private static final int TAIL_ENTRIES = 500;

    private final Stores stores;
    private final Tail tail;

    Pages(Stores stores, Tail tail) {
        this.stores = stores;
        this.tail = tail;
    }

    /** Entries with sequence &gt; {@code after}, ascending. Null: there is no such conversation, or it is none of the user's. */
    public Future<@Nullable Page> after(UserId user, ConversationId conversation, long after, int entriesMax) {
        return membership(user, conversation)
                .compose(membership -> membership.isEmpty()
                        ? Future.succeededFuture(Optional.<Page>empty())
                        : fillAfter(new PageCut(membership.get(), after, entriesMax)))
                .<@Nullable Page>map(page -> page.orElse(null));
    }

    /** Entries with sequence &lt; {@code before} ({@link Long#MAX_VALUE}: from the end), newest first. Null likewise. */
    public Future<@Nullable Page> before(UserId user, ConversationId conversation, long before, int entriesMax) {
        return membership(user, conversation)
                .compose(membership -> membership.isEmpty()
                        ? Future.succeededFuture(Optional.<Page>empty())
                        : fillBefore(new PageCut(membership.get(), before, entriesMax)))
                .<@Nullable Page>map(page -> page.orElse(null));
    }

    /** The message with this sequence, for who is a member and may read it. */
    public Future<Optional<Entry>> message(UserId user, ConversationId conversation, long sequence) {
        History.EntryKey key = new History.EntryKey(conversation, sequence);
        return membership(user, conversation).compose(before -> {
            if (!mayRead(before, sequence)) return Future.succeededFuture(Optional.empty());
            return stores.history()
                    .entries(List.of(key))
                    .compose(found -> found.containsKey(key)
                            ? Future.succeededFuture(List.of(found.get(key).entry()))
                            : tail.read(conversation, sequence - 1, 1, List.of(), 0)
                                    .map(Pulled::entries))
                    .compose(entries -> membership(user, conversation)
                            .map(now -> entries.stream()
                                    .filter(entry ->
                                            entry.content() instanceof Content.Message && mayRead(now, sequence))
                                    .findFirst()));
        });
    }

    private static boolean mayRead(Optional<Membership> membership, long sequence) {
        return membership
                .filter(each -> each.isMember() && each.mayRead(sequence))
                .isPresent();
    }

    private Future<Optional<Membership>> membership(UserId user, ConversationId conversation) {
        return stores.directory()
                .memberships(conversation, List.of(user))
                .map(memberships -> Optional.ofNullable(memberships.get(user)));
    }

    private Future<Optional<Page>> fillAfter(PageCut cut) {
        long from = cut.afterNext();
        int most = cut.entriesLeft();
        return stores.history()
                .after(cut.conversation(), from, most, PAGE_BYTES)
                .compose(rows -> {
                    if (rows.size() == most) return cutByRow(cut, () -> cut.ascending(from, rows, -1), this::fillAfter);
                    long last = rows.isEmpty() ? from : rows.getLast().entry().sequence();
                    return readTail(cut, last, most - rows.size()).compose(pulled -> {
                        List<StoredEntry> all = new ArrayList<>(rows);
                        for (Entry entry : pulled.entries()) all.add(StoredEntry.plain(entry));
                        PageCut.amend(all, pulled.entries());
                        return cutByTail(cut, pulled, () -> cut.ascending(from, all, pulled.head()), this::fillAfter);
                    });
                });
    }

    private Future<Optional<Page>> fillBefore(PageCut cut) {
        long from = cut.beforeNext();
        int most = cut.entriesLeft();
        return stores.history()
                .before(cut.conversation(), from, most, PAGE_BYTES)
                .compose(rows -> {
                    long newest = rows.isEmpty() ? 0 : rows.getFirst().entry().sequence();
                    if (newest + 1 >= from)
                        return cutByRow(cut, () -> cut.descending(from, rows, -1), this::fillBefore);
                    return readWholeTail(cut, newest, from, new ArrayList<>()).compose(pulled -> {
                        List<StoredEntry> all = new ArrayList<>();
                        for (Entry entry : pulled.entries().reversed()) all.add(StoredEntry.plain(entry));
                        all.addAll(rows);
                        PageCut.amend(all, pulled.entries());
                        return cutByTail(cut, pulled, () -> cut.descending(from, all, pulled.head()), this::fillBefore);
                    });
                });
    }

    private Future<Pulled> readTail(PageCut cut, long after, int entriesMax) {
        return tail.read(cut.conversation(), after, entriesMax, List.of(cut.user()), after);
    }

    /** All that is behind what is projected, as far as it is asked for. */
    private Future<Pulled> readWholeTail(PageCut cut, long after, long before, List<Entry> entries) {
        return readTail(cut, after, TAIL_ENTRIES).compose(pulled -> {
            for (Entry entry : pulled.entries()) if (entry.sequence() < before) entries.add(entry);
            long last = pulled.entries().isEmpty()
                    ? after
                    : pulled.entries().getLast().sequence();
            if (last < pulled.head() && last + 1 < before && last > after) {
                return readWholeTail(cut, last, before, entries);
            }
            return Future.succeededFuture(
                    new Pulled(pulled.conversationId(), pulled.epoch(), pulled.head(), entries, pulled.memberships()));
        });
    }

    private Future<Optional<Page>> cutByTail(PageCut cut, Pulled pulled, Cutting cutting, Filling more) {
        for (Membership each : pulled.memberships()) {
            if (!each.userId().equals(cut.user())) continue;
            cut.membership(each);
            return goOn(cut, cutting, more);
        }
        return cutByRow(cut, cutting, more);
    }

    /** Page first, then the member's row. */
    private Future<Optional<Page>> cutByRow(PageCut cut, Cutting cutting, Filling more) {
        return stores.directory()
                .heads(List.of(cut.conversation()))
                .compose(heads -> membership(cut.user(), cut.conversation()).compose(membership -> {
                    if (membership.isEmpty()) return Future.succeededFuture(Optional.empty());
                    Directory.Head head = heads.get(cut.conversation());
                    if (head != null) cut.head(head.sequence());
                    cut.membership(membership.get());
                    return goOn(cut, cutting, more);
                }));
    }

    private static Future<Optional<Page>> goOn(PageCut cut, Cutting cutting, Filling more) {
        cutting.run();
        return cut.isDone() ? Future.succeededFuture(Optional.of(cut.page())) : more.fill(cut);
    }

    private interface Cutting {
        void run();
    }

    private interface Filling {
        Future<Optional<Page>> fill(PageCut cut);
    }

    /**
     * @param entries as {@code message_event} in UTF-8, the reader's own with their {@code clientMessageId}
     * @param gaps within what the page covers
     * @param first the first sequence the user may read
     * @param head the last sequence the user may read
     */
    public record Page(List<byte[]> entries, List<ServerFrame.Gap> gaps, long first, long head) {}
}
