package chat.parley.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An entry is read as it was written; of other bytes nothing is made but an {@link IllegalArgumentException}. */
class EntryCodecTest {
    private static final long LARGEST = Long.MAX_VALUE;
    private static final UserId ANN = new UserId("ann");
    private static final UserId BOB = new UserId("bob.the_builder@example.org:1");

    static List<Content> contents() {
        return List.of(
                Content.Message.of(""),
                Content.Message.of("hello"),
                new Content.Message(
                        "größer 😀 \0 日本",
                        "text/plain",
                        List.of(
                                new Attachment(
                                        "https://example.org/a",
                                        null,
                                        "a",
                                        "image/png",
                                        LARGEST - 1,
                                        0,
                                        Integer.MAX_VALUE,
                                        0L,
                                        "d"),
                                new Attachment(null, "blob", "", "x/y", 0, null, null, null, null)),
                        List.of(new Mention(null, null, null), new Mention(ANN, 0, 3)),
                        (1L << 53) - 1,
                        "{\"a\":[1,2]}"),
                new Content.Edit(1, "x".repeat(20_000), List.of()),
                new Content.Edit(LARGEST, "ü", List.of(1L, 128L, LARGEST)),
                new Content.Delete(7, List.of()),
                new Content.Delete(7, List.of(8L, 9L)),
                new Content.ConversationCreated(ConversationType.DIRECT, Settings.NONE),
                new Content.ConversationCreated(ConversationType.GROUP, new Settings("", 1)),
                new Content.ConversationUpdated(new Settings("Größe", LARGEST)),
                new Content.ConversationUpdated(
                        new Settings(null, 0, Integer.MAX_VALUE, Writers.ADMINS), false, false, false, true),
                new Content.ConversationUpdated(new Settings("n", 0, 1, Writers.ALL), true, false, true, false),
                new Content.MembersAdded(List.of(ANN, BOB), Role.ADMIN),
                new Content.MembersRemoved(List.of(new Content.Departure(ANN, 1), new Content.Departure(BOB, LARGEST))),
                new Content.MemberLeft(new Content.Departure(BOB, 0)),
                new Content.MembersAdded(List.of(BOB), Role.MEMBER, new Content.InvitationUse("abc", 99, LARGEST)),
                new Content.UserBanned(ANN),
                new Content.UserUnbanned(BOB),
                new Content.InvitationCreated("abc", LARGEST, 1, 99, LARGEST),
                new Content.InvitationCreated("", 0, 0, 0, 0),
                new Content.InvitationRevoked("abc", 3),
                new Content.RoleChanged(ANN, 3, Role.OWNER));
    }

    @ParameterizedTest
    @MethodSource("contents")
    void anEntryIsReadAsItWasWritten(Content content) {
        Entry small = new Entry(new ConversationId("c"), 1, 1, 0, ANN, "", new Digest(0, 0, 0), "", 0, 0, content);
        Entry large = new Entry(
                new ConversationId("c".repeat(64)),
                (1L << 53) - 1,
                LARGEST,
                LARGEST,
                BOB,
                "ü".repeat(64),
                new Digest(255, -1, Long.MIN_VALUE),
                "o".repeat(200),
                LARGEST,
                LARGEST,
                Integer.MAX_VALUE,
                200_000,
                content);
        assertThat(EntryCodec.decode(EntryCodec.encode(small))).isEqualTo(small);
        assertThat(EntryCodec.decode(EntryCodec.encode(large))).isEqualTo(large);
    }

    @Test
    void everyKindIsAmongTheContents() {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (Content content : contents()) kinds.add(content.kind());
        assertThat(kinds).containsExactly(Kind.values());
    }

    /** So these settings were written when there were no others. */
    @Test
    void settingsOfTheFirstVersionAreReadAndWrittenAsThey() {
        byte[] first = {5, 1, 1, 'n', 7, 0, 1};
        Content updated = new Content.ConversationUpdated(new Settings("n", 7), false, true, false, false);
        assertThat(EntryCodec.readContent(new ByteReader(first))).isEqualTo(updated);
        ByteWriter out = new ByteWriter(16);
        EntryCodec.write(updated, out);
        assertThat(out.toBytes()).isEqualTo(first);
    }

    @ParameterizedTest
    @MethodSource("contents")
    void anEntryThatIsCutShortIsRefused(Content content) {
        byte[] whole = EntryCodec.encode(entry(content));
        for (int length = 0; length < whole.length; length += 1 + whole.length / 2_000) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> EntryCodec.decode(cut))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("contents")
    void changedBytesAreReadOrRefusedAndNothingElse(Content content) {
        byte[] whole = EntryCodec.encode(entry(content));
        var random = new Random(whole.length);
        for (int i = 0; i < 2_000; i++) {
            byte[] changed = whole.clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            try {
                EntryCodec.decode(changed);
            } catch (IllegalArgumentException e) {
                assertThat(e).isNotNull(); // refused
            }
        }
    }

    @Test
    void anEntryOfAnotherVersionIsRefused() {
        byte[] bytes = EntryCodec.encode(entry(Content.Message.of("hello")));
        bytes[0] = 3;
        assertThatThrownBy(() -> EntryCodec.decode(bytes)).hasMessage("entry of version 3");
    }

    @Test
    void anEntryOfVersionOneIsReadAndCountsNoMembers() {
        Entry entry = entry(Content.Message.of("hello"));
        var out = new ByteWriter(100).putByte(1).putString("abcDEF-_1234567890xyzw");
        out.putVar(300)
                .putVar(70_000)
                .putVar(1_700_000_000_000L)
                .putString(BOB.value())
                .putString("client-1");
        EntryCodec.write(entry.digest(), out);
        out.putString("session-1").putVar(200).putVar(299);
        EntryCodec.write(entry.content(), out);
        assertThat(EntryCodec.decode(out.toBytes())).isEqualTo(entry);
        assertThat(entry.memberCount()).isEqualTo(Entry.NOT_COUNTED);
    }

    @Test
    void entriesAreReadOneBehindTheOther() {
        var out = new ByteWriter(16);
        for (Content content : contents()) EntryCodec.write(entry(content), out);
        var in = new ByteReader(out.toBytes());
        for (Content content : contents()) assertThat(EntryCodec.read(in)).isEqualTo(entry(content));
        assertThat(in.hasMore()).isFalse();
    }

    @Test
    void theSizeGuessedIsNotFarFromTheSize() {
        for (Content content : contents()) {
            int size = EntryCodec.encode(entry(content)).length;
            assertThat(EntryCodec.sizeOf(entry(content))).isBetween(size / 3, size + 600);
        }
    }

    private static Entry entry(Content content) {
        return new Entry(
                new ConversationId("abcDEF-_1234567890xyzw"),
                300,
                70_000,
                1_700_000_000_000L,
                BOB,
                "client-1",
                new Digest(1, 0x0123456789abcdefL, -2),
                "session-1",
                200,
                299,
                content);
    }
}
