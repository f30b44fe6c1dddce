package chat.parley.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What devices got: in order, all they are owed, and nothing they may not see. */
final class Streams {
    /** Live entries may be under way while others are asked for: each are in order by themselves. */
    private static final int UNASKED = 0;

    private static final int ASKED = 1;

    private final History history;
    private final Findings findings;
    private final Expectations expected;
    private final Logs logs;
    private final Memberships memberships;
    private final Keys keys = new Keys(); // device, conversation
    private final List<Stream> streams = new ArrayList<>();
    private final Map<Integer, List<Stream>> byDevice = new HashMap<>();
    private final Keys orders = new Keys(); // session, conversation, 1 for what was asked for
    private final Ints lastInOrder = new Ints(); // sequence
    private final Keys devices = new Keys();
    private final Ints openSessions = new Ints(); // of a device: its session + 1; 0: closed
    private final List<Jump> jumps = new ArrayList<>();
    private int checked;
    private long repeats;
    private long liveInCalm;
    private long repeatsInCalm;

    /** The library showed an entry that is not the next. */
    private record Jump(Stream stream, int after, int row) {}

    Streams(History history, Findings findings, Expectations expected, Logs logs, Memberships memberships) {
        this.history = history;
        this.findings = findings;
        this.expected = expected;
        this.logs = logs;
        this.memberships = memberships;
    }

    void open(int row) {
        openSessions.set(device(history.who(row)), history.session(row) + 1);
    }

    void close(int row) {
        int device = device(history.who(row));
        if (openSessions.get(device) == history.session(row) + 1) openSessions.set(device, 0);
    }

    void recv(int row, boolean calm) {
        int sequence = (int) history.sequence(row);
        Stream stream = stream(row);
        How how = history.how(row);
        if (how == How.LIVE && calm) liveInCalm++;
        if (how == How.LIVE && stream.onSession.get(sequence)) {
            repeats++;
            if (calm) repeatsInCalm++;
        }
        if (how == How.LIVE || how == How.RESUME) {
            checkOrder(row, sequence, stream);
            stream.onSession.set(sequence);
        }
        stream.received.set(sequence);
        stream.held.set(sequence);
    }

    /** On a session an acknowledgement stands for the entry; it may overtake others. */
    void ok(int row) {
        if (history.session(row) < 0) return;
        stream(row).held.set((int) history.sequence(row));
    }

    void gap(int row) {
        stream(row).excuse(logs.clamp(history.sequence(row)), logs.clamp(history.body(row)));
    }

    void start(int row) {
        Stream stream = stream(row);
        int through = logs.clamp(history.sequence(row));
        stream.excuse(1, through);
        stream.lastShown = through;
        stream.shown.clear(through + 1, Math.max(through + 1, stream.shown.length()));
    }

    /** The session asks anew: what lies behind the cursor may come once more. */
    void resume(int row) {
        int order = orders.of(history.session(row), history.conversation(row), ASKED);
        lastInOrder.set(order, logs.clamp(history.sequence(row)));
    }

    private void checkOrder(int row, int sequence, Stream stream) {
        if (history.session(row) < 0) return;
        int asked = history.how(row) == How.RESUME ? ASKED : UNASKED;
        int order = orders.of(history.session(row), history.conversation(row), asked);
        int last = lastInOrder.get(order);
        if (sequence > last) {
            lastInOrder.set(order, sequence);
        } else if (!stream.held.get(sequence)) {
            findings.add(
                    Violation.Kind.ORDER,
                    history.conversation(row),
                    sequence,
                    () -> "first came after #" + last + ": " + history.describe(row));
        }
    }

    void shown(int row) {
        int sequence = (int) history.sequence(row);
        Stream stream = stream(row);
        int last = stream.lastShown;
        boolean again = stream.shown.get(sequence);
        if (again || sequence <= last) {
            findings.add(
                    again ? Violation.Kind.DUP_VISIBLE : Violation.Kind.ORDER,
                    history.conversation(row),
                    sequence,
                    () -> "shown " + (again ? "twice" : "after #" + last) + ": " + history.describe(row));
            return;
        }
        if (sequence > last + 1) jumps.add(new Jump(stream, last, row));
        stream.shown.set(sequence);
        stream.lastShown = sequence;
    }

    /** All rows are in. */
    void check() {
        jumps.forEach(this::checkJump);
        streams.forEach(this::checkLeaks);
        if (expected.completeDevices) {
            for (int device = 0; device < devices.size(); device++) {
                if (openSessions.get(device) != 0) checkOwed(devices.first(device));
            }
        }
        if (repeatsInCalm > expected.rawDuplicatesShare * liveInCalm) {
            findings.add(
                    Violation.Kind.RAW_DUPLICATES,
                    -1,
                    0,
                    () -> repeatsInCalm + " repeats among " + liveInCalm + " live entries outside faults");
        }
    }

    private void checkJump(Jump jump) {
        int user = history.user(jump.stream.device);
        int to = (int) history.sequence(jump.row);
        for (int sequence = jump.after + 1; sequence < to; sequence++) {
            if (jump.stream.excused.get(sequence) || !memberships.may(jump.stream.conversation, user, sequence))
                continue;
            int lacking = sequence;
            findings.add(
                    Violation.Kind.DEVICE_HOLE,
                    jump.stream.conversation,
                    sequence,
                    () -> "not shown, #" + lacking + " comes after #" + jump.after + ": " + history.describe(jump.row));
            return;
        }
    }

    private void checkLeaks(Stream stream) {
        int user = history.user(stream.device);
        Ints may = memberships.intervals(stream.conversation, user);
        int from = 1;
        for (int i = 0; i <= may.size(); i += 2) {
            int until = i < may.size() ? may.get(i) : Memberships.OPEN;
            for (int at = stream.received.nextSetBit(from);
                    at >= 0 && at < until;
                    at = stream.received.nextSetBit(at + 1)) {
                leaks(stream, user, at);
            }
            if (i == may.size() || may.get(i + 1) == Memberships.OPEN) return;
            from = may.get(i + 1) + 1;
        }
    }

    private void leaks(Stream stream, int user, int sequence) {
        findings.add(
                Violation.Kind.LEAK,
                stream.conversation,
                sequence,
                () -> history.name(user) + " " + memberships.spell(stream.conversation, user) + ": "
                        + history.describe(reception(stream, sequence)));
    }

    private int reception(Stream stream, int sequence) {
        for (int row = 0; row < history.size(); row++) {
            if (history.event(row) == Event.RECV
                    && history.who(row) == stream.device
                    && history.conversation(row) == stream.conversation
                    && history.sequence(row) == sequence) {
                return row;
            }
        }
        throw new IllegalStateException("no reception of #" + sequence);
    }

    /** An open device is owed every entry of its user's memberships, also of conversations that it heard nothing of. */
    private void checkOwed(int device) {
        int user = history.user(device);
        Ints conversations = memberships.conversationsOf(user);
        for (int i = 0; i < conversations.size(); i++) stream(device, conversations.get(i));
        byDevice.getOrDefault(device, List.of()).forEach(stream -> checkOwed(stream, user));
    }

    private void checkOwed(Stream stream, int user) {
        checked++;
        Ints may = memberships.intervals(stream.conversation, user);
        int head = logs.head(stream.conversation);
        for (int i = 0; i < may.size(); i += 2) {
            int last = Math.min(may.get(i + 1), head);
            int from = stream.held.nextClearBit(may.get(i));
            while (from <= last) {
                int next = stream.held.nextSetBit(from);
                int to = next < 0 || next > last ? last : next - 1;
                lacks(stream, from, to);
                from = stream.held.nextClearBit(to + 1);
            }
        }
    }

    private void lacks(Stream stream, int from, int to) {
        boolean tail = stream.held.nextSetBit(to + 1) < 0;
        findings.add(
                tail ? Violation.Kind.LOST_TAIL : Violation.Kind.DEVICE_HOLE,
                stream.conversation,
                from,
                () -> history.name(stream.device) + " lacks #" + from + "..#" + to + " at the end; it holds "
                        + stream.held.cardinality() + ", the last #" + (stream.held.length() - 1) + ", the head is #"
                        + logs.head(stream.conversation));
    }

    int checked() {
        return checked;
    }

    long repeats() {
        return repeats;
    }

    private int device(int name) {
        return devices.of(name, 0, 0);
    }

    private Stream stream(int row) {
        return stream(history.who(row), history.conversation(row));
    }

    private Stream stream(int device, int conversation) {
        int key = keys.of(device, conversation, 0);
        if (key == streams.size()) {
            streams.add(new Stream(device, conversation));
            byDevice.computeIfAbsent(device, of -> new ArrayList<>()).add(streams.getLast());
        }
        return streams.get(key);
    }
}
