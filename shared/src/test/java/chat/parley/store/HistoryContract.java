package chat.parley.store;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.BOB;
import static chat.parley.store.Scribe.EVE;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Attachment;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Mention;
import chat.parley.store.History.EntryKey;
import chat.parley.store.History.IdKey;
import chat.parley.store.History.KnownId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link History} promises. */
public abstract class HistoryContract {
    private static final int SHARD = 77;
    private static final ConversationId ONE = conversation(SHARD, 0);
    private static final ConversationId OTHER = conversation(SHARD, 1);
    private static final int MANY_BYTES = 1 << 20;

    private History history;
    private Scribe scribe;

    /** Stores without any data. */
    protected abstract Stores empty() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        Stores stores = empty();
        history = stores.history();
        scribe = new Scribe(stores);
    }

    @Test
    void aConversationThatIsNotThereHasNoEntries() {
        assertThat(await(history.after(ONE, 0, 10, MANY_BYTES))).isEmpty();
        assertThat(await(history.before(ONE, Long.MAX_VALUE, 10, MANY_BYTES))).isEmpty();
    }

    @Test
    void aPageAfterIsAscending() {
        List<Entry> entries = conversationOf(5);
        assertThat(after(2, 10)).isEqualTo(entries.subList(2, 5));
        assertThat(after(0, 2)).isEqualTo(entries.subList(0, 2));
        assertThat(after(5, 10)).isEmpty();
        assertThat(after(9, 10)).isEmpty();
    }

    @Test
    void aPageBeforeIsNewestFirst() {
        List<Entry> entries = conversationOf(5);
        assertThat(before(4, 10)).isEqualTo(entries.subList(0, 3).reversed());
        assertThat(before(6, 2)).isEqualTo(entries.subList(3, 5).reversed());
        assertThat(before(Long.MAX_VALUE, 10)).isEqualTo(entries.reversed());
        assertThat(before(1, 10)).isEmpty();
        assertThat(before(0, 10)).isEmpty();
    }

    @Test
    void pagesAreOfOneConversation() {
        List<Entry> one = conversationOf(3);
        Entry other = scribe.message(OTHER, BOB, "elsewhere");
        assertThat(after(0, 10)).isEqualTo(one);
        assertThat(before(100, 10)).isEqualTo(one.reversed());
        assertThat(await(history.after(OTHER, 0, 10, MANY_BYTES))).containsExactly(StoredEntry.plain(other));
    }

    @Test
    void aPageEndsAfterAboutItsBytesButHasOneEntry() {
        for (int i = 0; i < 10; i++) scribe.message(ONE, ANN, "x".repeat(1_000));
        assertThat(await(history.after(ONE, 0, 10, 1))).hasSize(1);
        assertThat(await(history.before(ONE, 11, 10, 1))).hasSize(1);
        assertThat(await(history.after(ONE, 0, 10, 4_500))).hasSizeBetween(3, 5);
        assertThat(await(history.before(ONE, 11, 10, 4_500))).hasSizeBetween(3, 5);
    }

    @Test
    void aLongConversationIsReadInPages() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Content[] messages = new Content[60];
            for (int j = 0; j < messages.length; j++) messages[j] = Content.Message.of("message " + j);
            entries.addAll(scribe.write(ONE, ANN, messages));
        }
        List<Entry> read = new ArrayList<>();
        for (List<Entry> page = after(0, 50); !page.isEmpty(); page = after(read.size(), 50)) read.addAll(page);
        assertThat(read).isEqualTo(entries);
    }

    @Test
    void everyKindOfContentIsReadAsItWasWritten() {
        List<Entry> entries = new ArrayList<>(scribe.group(ONE, BOB, EVE));
        entries.addAll(scribe.write(
                ONE,
                BOB,
                new Content.Message(
                        "größer 😀",
                        "text/plain",
                        List.of(new Attachment("https://x/y", null, "y", "image/png", 9, 3, 4, null, "d")),
                        List.of(new Mention(ANN, 0, 3), new Mention(null, null, null)),
                        2,
                        "{\"a\":1}")));
        entries.addAll(scribe.write(
                ONE,
                ANN,
                new Content.ConversationUpdated(new chat.parley.model.Settings("renamed", 5_000)),
                new Content.RoleChanged(BOB, 2, chat.parley.model.Role.ADMIN),
                new Content.MembersRemoved(List.of(new Content.Departure(EVE, 2))),
                new Content.MemberLeft(new Content.Departure(ANN, 1))));
        assertThat(after(0, 100)).isEqualTo(entries);
    }

    @Test
    void anEditedMessageIsShownWithItsPresentBody() {
        Entry message = scribe.message(ONE, ANN, "first");
        Entry edit =
                scribe.write(ONE, ANN, new Content.Edit(1, "second", List.of())).getFirst();
        Entry again = scribe.write(ONE, ANN, new Content.Edit(1, "third", List.of(2L)))
                .getFirst();

        List<StoredEntry> page = await(history.after(ONE, 0, 10, MANY_BYTES));

        StoredEntry shown = page.getFirst();
        assertThat(((Content.Message) shown.entry().content()).body()).isEqualTo("third");
        assertThat(shown.editedAt()).isEqualTo(again.sentAt());
        assertThat(shown.isDeleted()).isFalse();
        assertThat(shown.edits()).containsExactly(2L, 3L);
        assertThat(shown.entry().sentAt()).isEqualTo(message.sentAt());
        assertThat(page.subList(1, 3)).containsExactly(StoredEntry.plain(edit), StoredEntry.plain(again));
        assertThat(await(history.before(ONE, 2, 10, MANY_BYTES))).containsExactly(shown);
        assertThat(await(history.entries(List.of(new EntryKey(ONE, 1)))))
                .isEqualTo(Map.of(new EntryKey(ONE, 1), shown));
    }

    @Test
    void ofADeletedMessageAndItsEditsNoBodyIsLeft() {
        scribe.write(
                ONE,
                ANN,
                new Content.Message(
                        "secret",
                        "text/plain",
                        List.of(new Attachment(null, "blob", "secret.png", "image/png", 1, null, null, null, null)),
                        List.of(new Mention(BOB, null, null)),
                        0,
                        "{\"secret\":true}"));
        scribe.write(ONE, ANN, new Content.Edit(1, "secret too", List.of()));
        Entry deletion =
                scribe.write(ONE, ANN, new Content.Delete(1, List.of(2L))).getFirst();

        List<StoredEntry> page = await(history.after(ONE, 0, 10, MANY_BYTES));

        assertThat(page).hasSize(3);
        assertThat(page.toString()).doesNotContain("secret");
        assertThat(page.getFirst().entry().content()).isEqualTo(Content.Message.of(""));
        assertThat(page.getFirst().deletedAt()).isEqualTo(deletion.sentAt());
        assertThat(page.getFirst().edits()).containsExactly(2L);
        assertThat(page.get(1).entry().content()).isEqualTo(new Content.Edit(1, "", List.of()));
        assertThat(page.get(2)).isEqualTo(StoredEntry.plain(deletion));
    }

    @Test
    void aMessageDeletedInTheBatchThatBroughtItHasNoBody() {
        scribe.write(
                ONE,
                ANN,
                Content.Message.of("secret"),
                new Content.Edit(1, "secret too", List.of()),
                new Content.Delete(1, List.of(2L)),
                Content.Message.of("stays"));
        List<StoredEntry> page = await(history.after(ONE, 0, 10, MANY_BYTES));
        assertThat(page).hasSize(4);
        assertThat(page.toString()).doesNotContain("secret").contains("stays");
    }

    @Test
    void anIdIsKnownOnceItsEntryIsThere() {
        Entry entry = scribe.message(ONE, ANN, "hello");
        IdKey id = idOf(entry);
        assertThat(await(history.ids(List.of(id))))
                .isEqualTo(Map.of(id, new KnownId(1, entry.sentAt(), entry.digest())));
    }

    @Test
    void anIdIsThatOfOneSenderInOneConversation() {
        Entry entry = scribe.message(ONE, ANN, "hello");
        String id = entry.clientMessageId();
        assertThat(await(history.ids(
                        List.of(new IdKey(OTHER, ANN, id), new IdKey(ONE, BOB, id), new IdKey(ONE, ANN, id + "x")))))
                .isEmpty();
        assertThat(await(history.ids(List.of()))).isEmpty();
    }

    @Test
    void manyIdsAreLookedUpAtOnce() {
        List<Entry> entries = conversationOf(150);
        List<IdKey> asked = new ArrayList<>();
        for (Entry entry : entries) {
            asked.add(idOf(entry));
            asked.add(new IdKey(ONE, EVE, entry.clientMessageId()));
        }
        Map<IdKey, KnownId> known = await(history.ids(asked));
        assertThat(known).hasSize(150);
        for (Entry entry : entries) {
            assertThat(known.get(idOf(entry))).isEqualTo(new KnownId(entry.sequence(), entry.sentAt(), entry.digest()));
        }
    }

    @Test
    void anIdStaysKnownWhenItsMessageIsDeleted() {
        Entry entry = scribe.message(ONE, ANN, "hello");
        scribe.write(ONE, ANN, new Content.Delete(1, List.of()));
        assertThat(await(history.ids(List.of(idOf(entry)))).get(idOf(entry)))
                .isEqualTo(new KnownId(1, entry.sentAt(), entry.digest()));
    }

    @Test
    void entriesAreFoundByTheirKeys() {
        List<Entry> entries = conversationOf(3);
        Entry other = scribe.message(OTHER, BOB, "elsewhere");
        assertThat(await(history.entries(List.of(new EntryKey(ONE, 2), new EntryKey(ONE, 4), new EntryKey(OTHER, 1)))))
                .isEqualTo(Map.of(
                        new EntryKey(ONE, 2), StoredEntry.plain(entries.get(1)),
                        new EntryKey(OTHER, 1), StoredEntry.plain(other)));
    }

    private static IdKey idOf(Entry entry) {
        return new IdKey(entry.conversationId(), entry.senderId(), entry.clientMessageId());
    }

    private List<Entry> conversationOf(int messages) {
        Content[] contents = new Content[messages];
        for (int i = 0; i < messages; i++) contents[i] = Content.Message.of("message " + i);
        return scribe.write(ONE, ANN, contents);
    }

    private List<Entry> after(long after, int entriesMax) {
        return plain(await(history.after(ONE, after, entriesMax, MANY_BYTES)));
    }

    private List<Entry> before(long before, int entriesMax) {
        return plain(await(history.before(ONE, before, entriesMax, MANY_BYTES)));
    }

    private static List<Entry> plain(List<StoredEntry> page) {
        return page.stream().map(StoredEntry::entry).toList();
    }
}
