package chat.parley.checker;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/**
 * A history as lines of JSON, one event a line, added to as it grows. A process that is killed leaves a torn last line,
 * which is left out when read; any other bad line is an error.
 */
public final class HistoryFile implements Closeable {
    private final BufferedWriter out;
    private int written;

    /** A new file: one for each life of a process. */
    public HistoryFile(Path path) throws IOException {
        out = Files.newBufferedWriter(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    public static void write(History history, Path path) throws IOException {
        Files.deleteIfExists(path);
        try (HistoryFile file = new HistoryFile(path)) {
            file.append(history);
        }
    }

    /** Writes the rows that were added since the last call, through to the operating system. */
    public void append(History history) throws IOException {
        synchronized (history) {
            for (; written < history.size(); written++)
                out.append(line(history, written)).append('\n');
        }
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** All files as one history; the checker puts the rows in order of time. */
    public static History read(List<Path> paths) throws IOException {
        History history = new History();
        for (Path path : paths) read(path, history);
        return history;
    }

    private static void read(Path path, History into) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(path)) {
            JsonLine json = new JsonLine();
            String line = in.readLine();
            for (int number = 1; line != null; number++) {
                String next = in.readLine();
                try {
                    json.parse(line);
                    add(json, into);
                } catch (RuntimeException e) {
                    if (next != null) throw new IOException(path + ", line " + number + ": " + e.getMessage(), e);
                }
                line = next;
            }
        }
    }

    private static StringBuilder line(History history, int row) {
        Event event = history.event(row);
        String who = history.name(history.who(row));
        String session = history.name(history.session(row));
        String conversation = history.conversationName(row);
        long number = history.sequence(row);
        JsonLine.Writer json = new JsonLine.Writer().text("e", event.wire).number("t", history.time(row));
        switch (event) {
            case INVOKE, OK, FAIL, INFO -> {
                json.text("device", who)
                        .text("session", session)
                        .text("conversation", conversation)
                        .text("clientMessageId", history.clientIdOf(history.clientId(row)))
                        .number("attempt", history.attempt(row));
                switch (event) {
                    case INVOKE ->
                        json.text("kind", history.kind(row).wire())
                                .digest("body", history.body(row))
                                .unlessZero("target", history.target(row));
                    case OK ->
                        json.number("sequence", number)
                                .text("messageId", history.messageId(row))
                                .number("sentAt", history.sentAt(row))
                                .number("duplicate", history.repeated(row) ? 1 : 0);
                    default -> json.text("code", history.name(history.text(row)));
                }
            }
            case RECV -> seen(json.text("device", who).text("session", session), history, row);
            case FINAL -> seen(json.text("source", who).text("reader", session), history, row);
            case EXPORT -> seen(json.text("consumer", who), history, row);
            case GAP, FINAL_GAP ->
                json.text(event == Event.GAP ? "device" : "source", who)
                        .text("reader", session)
                        .text("conversation", conversation)
                        .number("from", number)
                        .number("to", history.body(row))
                        .text("reason", history.reason(row).wire());
            case START, SHOWN ->
                json.text("device", who).text("conversation", conversation).number("sequence", number);
            case OPEN, CLOSE -> json.text("device", who).text("session", session);
            case RESUME ->
                json.text("device", who)
                        .text("session", session)
                        .text("conversation", conversation)
                        .number("sequence", number);
            case POINTER ->
                json.text("observer", who)
                        .text("user", history.name(history.sender(row)))
                        .text("conversation", conversation)
                        .number("sequence", number);
            case UNREAD ->
                json.text("user", who)
                        .text("conversation", conversation)
                        .number("pointer", number)
                        .number("head", history.body(row))
                        .number("unread", history.sentAt(row));
            case PUSH ->
                json.text("user", who).text("conversation", conversation).number("sequence", number);
            case FAULT -> json.text("name", who).text("step", FaultStep.VALUES[(int) number].name());
            case COUNT ->
                json.text("counter", Counter.VALUES[(int) history.body(row)].name())
                        .number("amount", number);
        }
        return json.end();
    }

    private static void seen(JsonLine.Writer json, History history, int row) {
        json.text("how", history.how(row).wire())
                .text("conversation", history.conversationName(row))
                .number("sequence", history.sequence(row))
                .text("messageId", history.messageId(row))
                .text("kind", history.kind(row).wire())
                .text("sender", history.name(history.sender(row)))
                .text("clientMessageId", history.clientIdOf(history.clientId(row)))
                .number("sentAt", history.sentAt(row))
                .digest("body", history.body(row))
                .unlessZero("target", history.target(row))
                .texts("users", history.users(row));
    }

    private static void add(JsonLine json, History into) {
        long time = json.number("t");
        String session = json.text("session");
        Event event = Event.valueOf(json.named("e").toUpperCase(Locale.ROOT));
        switch (event) {
            case INVOKE -> into.invoke(time, json.named("device"), session, sent(json));
            case OK ->
                into.ok(
                        time,
                        json.named("device"),
                        session,
                        sent(json),
                        json.number("sequence"),
                        json.text("messageId"),
                        json.number("sentAt"),
                        json.number("duplicate") == 1);
            case FAIL -> into.fail(time, json.named("device"), session, sent(json), json.named("code"));
            case INFO -> into.info(time, json.named("device"), session, sent(json), json.named("code"));
            case RECV -> into.recv(time, json.named("device"), session, How.of(json.named("how")), seen(json));
            case FINAL ->
                into.finalRead(time, json.named("source"), json.text("reader"), How.of(json.named("how")), seen(json));
            case EXPORT -> into.export(time, json.named("consumer"), seen(json));
            case GAP ->
                into.gap(
                        time,
                        json.named("device"),
                        json.named("conversation"),
                        json.number("from"),
                        json.number("to"),
                        GapReason.of(json.named("reason")));
            case FINAL_GAP ->
                into.finalGap(
                        time,
                        json.named("source"),
                        json.text("reader"),
                        json.named("conversation"),
                        json.number("from"),
                        json.number("to"),
                        GapReason.of(json.named("reason")));
            case START -> into.start(time, json.named("device"), json.named("conversation"), json.number("sequence"));
            case SHOWN -> into.shown(time, json.named("device"), json.named("conversation"), json.number("sequence"));
            case OPEN -> into.sessionOpen(time, json.named("device"), json.named("session"));
            case CLOSE -> into.sessionClose(time, json.named("device"), json.named("session"));
            case RESUME ->
                into.resume(
                        time,
                        json.named("device"),
                        json.named("session"),
                        json.named("conversation"),
                        json.number("sequence"));
            case POINTER ->
                into.readPointer(
                        time,
                        json.named("observer"),
                        json.named("user"),
                        json.named("conversation"),
                        json.number("sequence"));
            case UNREAD ->
                into.unread(
                        time,
                        json.named("user"),
                        json.named("conversation"),
                        json.number("pointer"),
                        json.number("head"),
                        json.number("unread"));
            case PUSH -> into.push(time, json.named("user"), json.named("conversation"), json.number("sequence"));
            case FAULT -> into.fault(time, json.named("name"), FaultStep.valueOf(json.named("step")));
            case COUNT -> into.count(time, Counter.valueOf(json.named("counter")), json.number("amount"));
        }
    }

    private static Sent sent(JsonLine json) {
        String kind = json.text("kind");
        return new Sent(
                json.named("conversation"),
                json.named("clientMessageId"),
                (int) json.number("attempt"),
                kind == null ? EntryKind.UNKNOWN : EntryKind.of(kind),
                json.digest("body"),
                json.number("target"));
    }

    private static Seen seen(JsonLine json) {
        return new Seen(
                json.named("conversation"),
                json.number("sequence"),
                json.text("messageId"),
                EntryKind.of(json.named("kind")),
                json.named("sender"),
                json.text("clientMessageId"),
                json.number("sentAt"),
                json.digest("body"),
                json.number("target"),
                json.texts("users"));
    }
}
