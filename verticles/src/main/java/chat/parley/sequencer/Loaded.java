package chat.parley.sequencer;

import org.jspecify.annotations.Nullable;

/** The conversations that one instance has loaded, from the longest idle to the last used. Past its bounds the longest idle goes. */
final class Loaded {
    private static final int BUSY_SKIPPED_MAX = 32;

    private int max;
    private long bytesMax;
    private @Nullable Conversation longestIdle;
    private @Nullable Conversation lastUsed;
    private int count;
    private long bytes;

    Loaded(int max, long bytesMax) {
        this.max = max;
        this.bytesMax = bytesMax;
    }

    /** From now on so much may be loaded; what is beyond goes as others come. */
    void bound(int max, long bytesMax) {
        this.max = max;
        this.bytesMax = bytesMax;
        shrink();
    }

    int count() {
        return count;
    }

    void add(Conversation conversation) {
        remove(conversation);
        append(conversation);
        count++;
        weigh(conversation);
        shrink();
    }

    /** It was used, and may take more than before. */
    void touch(Conversation conversation) {
        if (conversation.counted == 0) return;
        if (conversation != lastUsed) {
            unlink(conversation);
            append(conversation);
        }
        weigh(conversation);
    }

    void remove(Conversation conversation) {
        if (conversation.counted == 0) return;
        unlink(conversation);
        count--;
        bytes -= conversation.counted;
        conversation.counted = 0;
    }

    /** Unloads the longest idle, as long as there are too many. Something rests on the busy ones: they stay, and their turn comes later. */
    void shrink() {
        for (int skipped = 0; (count > max || bytes > bytesMax) && skipped < BUSY_SKIPPED_MAX; ) {
            Conversation idle = longestIdle;
            if (idle == null || idle == lastUsed) return;
            if (idle.isBusy()) {
                skipped++;
                touch(idle);
            } else {
                remove(idle);
                idle.unload();
                idle.line().forgetIfNothing(idle);
            }
        }
    }

    private void weigh(Conversation conversation) {
        bytes -= conversation.counted;
        conversation.counted = conversation.bytes();
        bytes += conversation.counted;
    }

    private void append(Conversation conversation) {
        conversation.longerIdle = lastUsed;
        conversation.lessIdle = null;
        if (lastUsed == null) longestIdle = conversation;
        else lastUsed.lessIdle = conversation;
        lastUsed = conversation;
    }

    private void unlink(Conversation conversation) {
        Conversation longer = conversation.longerIdle;
        Conversation less = conversation.lessIdle;
        if (longer == null) longestIdle = less;
        else longer.lessIdle = less;
        if (less == null) lastUsed = longer;
        else less.longerIdle = longer;
        conversation.longerIdle = null;
        conversation.lessIdle = null;
    }
}
