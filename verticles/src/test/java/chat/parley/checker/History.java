package chat.parley.checker;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What clients did and saw, appended as it happened: 64 bytes a row. Any thread may add. Times are nanoseconds of one
 * clock, common to all recorders; rows of one time count in the order added. A device is named {@code user/device}.
 */
public final class History {
    private static final int CHUNK_ROWS = 1 << 12;
    private static final int TIME = 0;
    private static final int TAGS = 1; // event, kind, how, flags: 8 bits each; session: 32
    private static final int WHERE = 2; // who (device, user, source, observer); conversation
    private static final int SEQUENCE = 3; // or attempt, cursor, amount, pointer, first of a gap
    private static final int BODY = 4; // or last of a gap, head
    private static final int SENT_AT = 5; // or unread
    private static final int DRAFT = 6; // sender; client message id
    private static final int MORE = 7; // message id or code or name; target or attempt or list of users
    private static final int WORDS = 8;

    private static final int USERS = 1; // flag: the last column is a list of users
    private static final int REPEATED = 2; // flag: acknowledged as a duplicate
    private static final int USUAL_ID = -2; // message id: <conversation>.<sequence>

    private final Names names = new Names();
    private final Names conversations = new Names();
    private final Names clientIds = new Names();
    private final List<List<String>> userLists = new ArrayList<>();
    private final Ints users = new Ints(); // of a name: the number of its user + 1, once asked for
    private long[][] chunks = new long[16][];
    private int size;

    /** A 64-bit digest of text for the body columns: never 0, the same in every process. Null is 0, no body. */
    public static long digest(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        long hash = 0xCBF29CE484222325L;
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ octet & 0xFF) * 0x100000001B3L;
        }
        hash = (hash ^ hash >>> 32) * 0x9E3779B97F4A7C15L;
        return hash == 0 ? 1 : hash;
    }

    /** An attempt goes out. Session null: over HTTP. */
    public synchronized void invoke(long time, String device, @Nullable String session, Sent sent) {
        int row = attempt(Event.INVOKE, time, device, session, sent);
        more(row, Names.NONE, (int) Math.min(sent.target(), Integer.MAX_VALUE));
    }

    /** The attempt is acknowledged. On a session that also counts as holding the entry. */
    public synchronized void ok(
            long time,
            String device,
            @Nullable String session,
            Sent sent,
            long sequence,
            @Nullable String messageId,
            long sentAt,
            boolean duplicate) {
        int row = attempt(Event.OK, time, device, session, sent);
        set(row, SEQUENCE, sequence);
        set(row, SENT_AT, sentAt);
        set(row, BODY, 0);
        tag(row, EntryKind.UNKNOWN, null, duplicate ? REPEATED : 0);
        more(row, messageId(sent.conversation(), sequence, messageId), sent.attempt());
    }

    /** The attempt is refused for certain: nothing was written by it. */
    public synchronized void fail(long time, String device, @Nullable String session, Sent sent, String code) {
        more(attempt(Event.FAIL, time, device, session, sent), names.of(code), 0);
    }

    /** The attempt's outcome is unknown: time-out, disconnect, {@code outcome_unknown}. */
    public synchronized void info(long time, String device, @Nullable String session, Sent sent, String why) {
        more(attempt(Event.INFO, time, device, session, sent), names.of(why), 0);
    }

    /** An entry arrived, as on the wire, repeats included. Session null: over HTTP. */
    public synchronized void recv(long time, String device, @Nullable String session, How how, Seen seen) {
        see(Event.RECV, time, device, session, how, seen);
    }

    /** A gap was announced to the device: these sequences will never come. */
    public synchronized void gap(long time, String device, String conversation, long from, long to, GapReason reason) {
        gap(Event.GAP, time, device, null, conversation, from, to, reason);
    }

    /** The device counts everything up to and with {@code through} as held: it begins there, or begins there again. */
    public synchronized void start(long time, String device, String conversation, long through) {
        set(next(Event.START, time, device, null, conversation), SEQUENCE, through);
    }

    /** The client library let the entry through to the application: for runs with a library that removes repeats. */
    public synchronized void shown(long time, String device, String conversation, long sequence) {
        set(next(Event.SHOWN, time, device, null, conversation), SEQUENCE, sequence);
    }

    public synchronized void sessionOpen(long time, String device, String session) {
        next(Event.OPEN, time, device, session, null);
    }

    public synchronized void sessionClose(long time, String device, String session) {
        next(Event.CLOSE, time, device, session, null);
    }

    /** The session asks for everything behind the cursor, with hello or sync: one call for each conversation. */
    public synchronized void resume(long time, String device, String session, String conversation, long cursor) {
        set(next(Event.RESUME, time, device, session, conversation), SEQUENCE, cursor);
    }

    /**
     * A read at the very end, from a node or a store ({@code source}); {@code how} is PAGE (as amended) or LOG (as
     * written). Reader: the device that asked, which sees only its user's intervals; null where everything is shown.
     */
    public synchronized void finalRead(long time, String source, @Nullable String reader, How how, Seen seen) {
        see(Event.FINAL, time, source, reader, how, seen);
    }

    public synchronized void finalGap(
            long time,
            String source,
            @Nullable String reader,
            String conversation,
            long from,
            long to,
            GapReason reason) {
        gap(Event.FINAL_GAP, time, source, reader, conversation, from, to, reason);
    }

    /** The observer (a session, or whatever hears values in their order) saw how far the user has read. */
    public synchronized void readPointer(long time, String observer, String user, String conversation, long sequence) {
        int row = next(Event.POINTER, time, observer, null, conversation);
        set(row, SEQUENCE, sequence);
        pair(row, DRAFT, names.of(user), Names.NONE);
    }

    /** An inbox answer: the user's unread count for this pointer and head. */
    public synchronized void unread(long time, String user, String conversation, long pointer, long head, long unread) {
        int row = next(Event.UNREAD, time, user, null, conversation);
        set(row, SEQUENCE, pointer);
        set(row, BODY, head);
        set(row, SENT_AT, unread);
    }

    public synchronized void push(long time, String user, String conversation, long sequence) {
        set(next(Event.PUSH, time, user, null, conversation), SEQUENCE, sequence);
    }

    /** A consumer of the event log got this entry, repeats included. */
    public synchronized void export(long time, String consumer, Seen seen) {
        see(Event.EXPORT, time, consumer, null, How.LOG, seen);
    }

    public synchronized void fault(long time, String name, FaultStep step) {
        set(next(Event.FAULT, time, name, null, null), SEQUENCE, step.ordinal());
    }

    /** Adds to what the run did; see {@link Counter}. */
    public synchronized void count(long time, Counter counter, long amount) {
        int row = next(Event.COUNT, time, null, null, null);
        set(row, SEQUENCE, amount);
        set(row, BODY, counter.ordinal());
    }

    public synchronized int size() {
        return size;
    }

    private int attempt(Event event, long time, String device, @Nullable String session, Sent sent) {
        int row = next(event, time, device, session, sent.conversation());
        set(row, SEQUENCE, sent.attempt());
        set(row, BODY, sent.body());
        pair(row, DRAFT, user(who(row)), clientIds.of(sent.clientMessageId()));
        tag(row, sent.kind(), null, 0);
        return row;
    }

    private void see(Event event, long time, String who, @Nullable String session, How how, Seen seen) {
        int row = next(event, time, who, session, seen.conversation());
        set(row, SEQUENCE, seen.sequence());
        set(row, BODY, seen.body());
        set(row, SENT_AT, seen.sentAt());
        pair(row, DRAFT, names.of(seen.sender()), clientIds.of(seen.clientMessageId()));
        int extra = (int) Math.min(seen.target(), Integer.MAX_VALUE);
        boolean listed = !seen.users().isEmpty();
        if (listed) {
            userLists.add(List.copyOf(seen.users()));
            extra = userLists.size() - 1;
        }
        tag(row, seen.kind(), how, listed ? USERS : 0);
        more(row, messageId(seen.conversation(), seen.sequence(), seen.messageId()), extra);
    }

    private void gap(
            Event event,
            long time,
            String who,
            @Nullable String reader,
            String conversation,
            long from,
            long to,
            GapReason reason) {
        int row = next(event, time, who, reader, conversation);
        set(row, SEQUENCE, from);
        set(row, BODY, to);
        more(row, Names.NONE, reason.ordinal());
    }

    private int messageId(String conversation, long sequence, @Nullable String id) {
        if (id == null) {
            return Names.NONE;
        }
        int dot = conversation.length();
        boolean usual = id.length() > dot + 1
                && id.startsWith(conversation)
                && id.charAt(dot) == '.'
                && spells(id, dot + 1, sequence);
        return usual ? USUAL_ID : names.of(id);
    }

    private static boolean spells(String id, int from, long sequence) {
        long rest = sequence;
        for (int at = id.length() - 1; at >= from; at--, rest /= 10) {
            if (rest <= 0 || id.charAt(at) != '0' + rest % 10) {
                return false;
            }
        }
        return rest == 0;
    }

    private int next(
            Event event, long time, @Nullable String who, @Nullable String session, @Nullable String conversation) {
        int chunk = size / CHUNK_ROWS;
        if (chunk == chunks.length) {
            chunks = Arrays.copyOf(chunks, chunks.length * 2);
        }
        if (size % CHUNK_ROWS == 0) {
            chunks[chunk] = new long[CHUNK_ROWS * WORDS];
        }
        int row = size++;
        set(row, TIME, time);
        pair(row, TAGS, event.ordinal(), names.of(session));
        pair(row, WHERE, names.of(who), conversations.of(conversation));
        pair(row, DRAFT, Names.NONE, Names.NONE);
        pair(row, MORE, Names.NONE, 0);
        return row;
    }

    private void tag(int row, EntryKind kind, @Nullable How how, int flags) {
        int tags = (int) get(row, TAGS) & 0xFF | kind.ordinal() << 8 | flags << 24;
        pair(row, TAGS, how == null ? tags : tags | how.ordinal() << 16, session(row));
    }

    private void more(int row, int text, int extra) {
        pair(row, MORE, text, extra);
    }

    private void pair(int row, int word, int low, int high) {
        set(row, word, (long) high << 32 | low & 0xFFFFFFFFL);
    }

    private void set(int row, int word, long value) {
        chunks[row / CHUNK_ROWS][row % CHUNK_ROWS * WORDS + word] = value;
    }

    private long get(int row, int word) {
        return chunks[row / CHUNK_ROWS][row % CHUNK_ROWS * WORDS + word];
    }

    // What follows is for the checker and the file: a row by its columns.

    long time(int row) {
        return get(row, TIME);
    }

    Event event(int row) {
        return Event.VALUES[(int) get(row, TAGS) & 0xFF];
    }

    EntryKind kind(int row) {
        return EntryKind.VALUES[(int) (get(row, TAGS) >>> 8) & 0xFF];
    }

    How how(int row) {
        return How.VALUES[(int) (get(row, TAGS) >>> 16) & 0xFF];
    }

    boolean repeated(int row) {
        return (get(row, TAGS) >>> 24 & REPEATED) != 0;
    }

    int session(int row) {
        return (int) (get(row, TAGS) >>> 32);
    }

    int who(int row) {
        return (int) get(row, WHERE);
    }

    int conversation(int row) {
        return (int) (get(row, WHERE) >>> 32);
    }

    long sequence(int row) {
        return get(row, SEQUENCE);
    }

    /** Of an attempt that was not acknowledged. */
    int attempt(int row) {
        return event(row) == Event.OK ? extra(row) : (int) sequence(row);
    }

    long body(int row) {
        return get(row, BODY);
    }

    long sentAt(int row) {
        return get(row, SENT_AT);
    }

    int sender(int row) {
        return (int) get(row, DRAFT);
    }

    int clientId(int row) {
        return (int) (get(row, DRAFT) >>> 32);
    }

    /** Message ids compare by this; {@link Names#NONE} is not known. */
    int text(int row) {
        return (int) get(row, MORE);
    }

    long target(int row) {
        return users(row).isEmpty() ? extra(row) : 0;
    }

    GapReason reason(int row) {
        return GapReason.VALUES[extra(row)];
    }

    List<String> users(int row) {
        return (get(row, TAGS) >>> 24 & USERS) != 0 ? userLists.get(extra(row)) : List.of();
    }

    private int extra(int row) {
        return (int) (get(row, MORE) >>> 32);
    }

    @Nullable
    String messageId(int row) {
        return text(row) == USUAL_ID ? conversationName(row) + "." + sequence(row) : names.get(text(row));
    }

    @Nullable
    String name(int number) {
        return names.get(number);
    }

    /** Empty for a row of no conversation. */
    String conversationName(int row) {
        return conversationOf(conversation(row));
    }

    String conversationOf(int number) {
        return Objects.requireNonNullElse(conversations.get(number), "");
    }

    @Nullable
    String clientIdOf(int number) {
        return clientIds.get(number);
    }

    int number(String name) {
        return names.of(name);
    }

    int conversationCount() {
        return conversations.size();
    }

    int nameCount() {
        return names.size();
    }

    /** The number of the user that a device belongs to. */
    int user(int device) {
        int known = users.get(device);
        if (known == 0) {
            String name = Objects.requireNonNull(names.get(device));
            int slash = name.indexOf('/');
            known = 1 + (slash < 0 ? device : names.of(name.substring(0, slash)));
            users.set(device, known);
        }
        return known - 1;
    }

    /** The rows in order of time, equal times as added; null if they stand so already. */
    int @Nullable [] byTime() {
        boolean sorted = true;
        for (int row = 1; row < size && sorted; row++) {
            sorted = time(row - 1) <= time(row);
        }
        return sorted ? null : mergeRuns();
    }

    /** Rows come in a few long sorted runs (one a process): merged two by two. */
    private int[] mergeRuns() {
        int[] from = new int[size];
        Ints starts = new Ints();
        for (int row = 0; row < size; row++) {
            from[row] = row;
            if (row == 0 || time(row - 1) > time(row)) {
                starts.add(row);
            }
        }
        int[] into = new int[size];
        while (starts.size() > 1) {
            Ints merged = new Ints();
            for (int run = 0; run < starts.size(); run += 2) {
                int low = starts.get(run);
                int middle = run + 1 < starts.size() ? starts.get(run + 1) : size;
                int high = run + 2 < starts.size() ? starts.get(run + 2) : size;
                merge(from, into, low, middle, high);
                merged.add(low);
            }
            starts = merged;
            int[] swap = from;
            from = into;
            into = swap;
        }
        return from;
    }

    private void merge(int[] from, int[] into, int low, int middle, int high) {
        int left = low;
        int right = middle;
        for (int at = low; at < high; at++) {
            boolean takeLeft = left < middle && (right >= high || time(from[left]) <= time(from[right]));
            into[at] = takeLeft ? from[left++] : from[right++];
        }
    }

    /** One row as a person wants to read it. */
    String describe(int row) {
        StringBuilder text = new StringBuilder(seconds(time(row))).append(' ');
        Event event = event(row);
        text.append(event.wire);
        if (event == Event.RECV || event == Event.FINAL) {
            text.append(' ').append(how(row).wire());
        }
        text.append(" by ").append(name(who(row)));
        if (session(row) >= 0) {
            text.append(" (").append(name(session(row))).append(')');
        }
        switch (event) {
            case INVOKE, FAIL, INFO ->
                text.append(" of ")
                        .append(clientIdOf(clientId(row)))
                        .append(" attempt ")
                        .append(attempt(row))
                        .append(text(row) >= 0 ? " " + name(text(row)) : "");
            case OK ->
                text.append(" of ")
                        .append(clientIdOf(clientId(row)))
                        .append(" attempt ")
                        .append(attempt(row))
                        .append(" = ")
                        .append(messageId(row))
                        .append(" sentAt ")
                        .append(sentAt(row));
            case RECV, FINAL, EXPORT ->
                text.append(" of ")
                        .append(messageId(row))
                        .append(' ')
                        .append(kind(row).wire())
                        .append(" from ")
                        .append(name(sender(row)))
                        .append(clientId(row) >= 0 ? " id " + clientIdOf(clientId(row)) : "")
                        .append(" sentAt ")
                        .append(sentAt(row))
                        .append(body(row) == 0 ? "" : " body " + Long.toHexString(body(row)))
                        .append(target(row) == 0 ? "" : " target " + target(row))
                        .append(users(row).isEmpty() ? "" : " users " + users(row));
            case GAP, FINAL_GAP ->
                text.append(' ')
                        .append(sequence(row))
                        .append("..")
                        .append(body(row))
                        .append(' ')
                        .append(reason(row).wire());
            default -> text.append(' ').append(sequence(row));
        }
        return text.toString();
    }

    static String seconds(long nanos) {
        return String.format("%d.%06ds", nanos / 1_000_000_000, Math.abs(nanos % 1_000_000_000) / 1_000);
    }
}
