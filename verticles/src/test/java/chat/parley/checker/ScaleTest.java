package chat.parley.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checker's own speed, printed; -Dchecker.sends=1000000 for the size of a full run. */
class ScaleTest {
    private static final int SENDS = Integer.getInteger("checker.sends", 100_000);
    private static final int CONVERSATIONS = 500;
    private static final int MEMBERS = 6;

    @Test
    void aLargeHistoryIsChecked() {
        long began = System.nanoTime();
        History history = history(SENDS);
        System.out.printf("%,d rows recorded in %s%n", history.size(), History.seconds(System.nanoTime() - began));
        Verdict verdict =
                Checker.check(history, Expectations.oneNode().atLeast(Counter.RECEPTIONS, (MEMBERS - 1L) * SENDS));
        System.out.println(verdict);
        verdict.mustHold();
    }

    @Test
    void oneWrongReceptionInALargeFileIsFound(@TempDir Path directory) throws IOException {
        History history = history(SENDS / 10);
        long began = System.nanoTime();
        Path file = directory.resolve("history");
        HistoryFile.write(history, file);
        long wrote = System.nanoTime();
        History read = HistoryFile.read(List.of(file));
        System.out.printf(
                "%,d rows, %,d bytes written in %s, read in %s%n",
                history.size(),
                Files.size(file),
                History.seconds(wrote - began),
                History.seconds(System.nanoTime() - wrote));
        Seen wrong = Seen.message("c1", 5, user(1, 0), null, 1005, 7);
        read.recv(Long.MAX_VALUE / 2, device(1, 1), null, How.PAGE, wrong);
        assertThat(Checker.check(read, Expectations.oneNode()).counts())
                .hasSize(1)
                .containsEntry(Violation.Kind.DIVERGENT_LOG, 1L);
    }

    /** In each conversation one creates, five are added, and they send in turn, up to 20 on the way. */
    private static History history(int sends) {
        History history = new History();
        Random random = new Random(7);
        int[] heads = new int[CONVERSATIONS];
        long time = 1;
        for (int c = 0; c < CONVERSATIONS; c++) {
            String[] others = new String[MEMBERS - 1];
            for (int m = 0; m < MEMBERS; m++) {
                if (m > 0) others[m - 1] = user(c, m);
                history.sessionOpen(time++, device(c, m), "s" + device(c, m));
                history.start(time++, device(c, m), "c" + c, 2);
            }
            String owner = user(c, 0);
            Seen created = Seen.members("c" + c, 1, EntryKind.CONVERSATION_CREATED, owner, 1000);
            Seen added = Seen.members("c" + c, 2, EntryKind.MEMBER_ADDED, owner, 1000, others);
            history.finalRead(time++, "store", null, How.LOG, created);
            history.finalRead(time++, "store", null, How.LOG, added);
            heads[c] = 2;
        }
        Deque<Seen> onTheWay = new ArrayDeque<>();
        for (int i = 0; i < sends; i++) {
            int c = random.nextInt(CONVERSATIONS);
            int m = random.nextInt(MEMBERS);
            String device = device(c, m);
            Sent sent = Sent.message("c" + c, "id-" + i, 1 + i);
            history.invoke(time++, device, "s" + device, sent);
            int sequence = ++heads[c];
            Seen seen =
                    Seen.message("c" + c, sequence, user(c, m), sent.clientMessageId(), 1000 + sequence, sent.body());
            history.ok(time++, device, "s" + device, sent, sequence, seen.messageId(), seen.sentAt(), false);
            onTheWay.add(seen);
            if (onTheWay.size() > 20) time = deliver(history, time, onTheWay.poll());
        }
        while (!onTheWay.isEmpty()) time = deliver(history, time, onTheWay.poll());
        return history;
    }

    private static long deliver(History history, long begin, Seen seen) {
        long time = begin;
        int c = Integer.parseInt(seen.conversation(), 1, seen.conversation().length(), 10);
        Seen toOthers = seen.withClientMessageId(null);
        for (int m = 0; m < MEMBERS; m++) {
            if (user(c, m).equals(seen.sender())) continue;
            history.recv(time++, device(c, m), "s" + device(c, m), How.LIVE, toOthers);
        }
        history.finalRead(time++, "store", null, How.LOG, seen);
        return time;
    }

    private static String user(int conversation, int member) {
        return "u" + (conversation * 7 + member * 50) % 300;
    }

    private static String device(int conversation, int member) {
        return user(conversation, member) + "/phone";
    }
}
