package chat.parley.checker;

import java.util.Arrays;
import java.util.BitSet;

/** What is known of one conversation, by sequence. */
final class Log {
    static final int FINAL = 1; // some final read has it
    static final int ACKED = 2;
    static final int REPORTED = 4; // a contradiction here was reported: once is enough

    final int conversation;
    final BitSet excused = new BitSet(); // announced as a gap by a final read
    private int[] rows = new int[16]; // the row that stands for the entry, + 1
    private int[] drafts = new int[16]; // + 1
    private byte[] marks = new byte[16];
    private int head;

    Log(int conversation) {
        this.conversation = conversation;
    }

    int head() {
        return head;
    }

    void reach(int sequence) {
        head = Math.max(head, sequence);
        if (sequence < rows.length) return;
        int length = Math.max(sequence + 1, rows.length * 2);
        rows = Arrays.copyOf(rows, length);
        drafts = Arrays.copyOf(drafts, length);
        marks = Arrays.copyOf(marks, length);
    }

    /** The row that stands for the entry, or -1: a final read before a reception before an acknowledgement. */
    int row(int sequence) {
        return sequence > head ? -1 : rows[sequence] - 1;
    }

    void row(int sequence, int row) {
        rows[sequence] = row + 1;
    }

    /** The draft that became this entry, or -1 if nobody who saw it was shown. */
    int draft(int sequence) {
        return sequence > head ? -1 : drafts[sequence] - 1;
    }

    void draft(int sequence, int draft) {
        drafts[sequence] = draft + 1;
    }

    boolean has(int sequence, int mark) {
        return sequence <= head && (marks[sequence] & mark) != 0;
    }

    /** True if it was not marked before. */
    boolean mark(int sequence, int mark) {
        boolean before = (marks[sequence] & mark) != 0;
        marks[sequence] |= (byte) mark;
        return !before;
    }
}
