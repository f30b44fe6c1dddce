package chat.parley.checker;

import java.util.BitSet;

/** What one device has of one conversation, by sequence. */
final class Stream {
    final int device;
    final int conversation;
    final BitSet held = new BitSet(); // received, acknowledged on a session, in a gap, or before its start
    final BitSet received = new BitSet();
    final BitSet onSession = new BitSet(); // received live or by resume
    final BitSet excused = new BitSet(); // in a gap, or before its start
    final BitSet shown = new BitSet();
    int lastShown;

    Stream(int device, int conversation) {
        this.device = device;
        this.conversation = conversation;
    }

    /** These are held without an entry. */
    void excuse(int from, int to) {
        if (to < from) return;
        held.set(from, to + 1);
        excused.set(from, to + 1);
    }
}
