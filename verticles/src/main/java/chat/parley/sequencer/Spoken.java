package chat.parley.sequencer;

import chat.parley.model.Entry;
import chat.parley.model.Kind;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was said, as far as the pace of a conversation rests on it: a function of its last messages. Never changes.
 *
 * <p>The rate of all together is a bucket that every message fills by its share of a minute, and that runs empty as time passes: so a burst of
 * a minute's messages is taken at once, and then one as often as the rate says. All of it is one number, whoever speaks.
 *
 * @param lastBy in slow mode, when the last message of each of the last speakers was sent; the latest last
 * @param fullUntil when the bucket will have run empty
 */
record Spoken(Map<UserId, Long> lastBy, long fullUntil) {
    private static final long MINUTE_MILLIS = 60_000;

    /** Who spoke before so many others waits no longer: with that many, slow mode has done what it is for. */
    private static final int SPEAKERS_MAX = 500;

    private static final Spoken NOTHING = new Spoken(Map.of(), 0);

    /** Of entries in any order, of which some may come twice. */
    static Spoken of(Collection<Entry> entries, Settings settings) {
        Map<Long, Entry> bySequence = new TreeMap<>();
        for (Entry entry : entries) bySequence.put(entry.sequence(), entry);
        Spoken spoken = NOTHING;
        for (Entry entry : bySequence.values()) spoken = spoken.after(entry, settings);
        return spoken;
    }

    Spoken after(Entry entry, Settings settings) {
        if (entry.kind() != Kind.MESSAGE) return this;
        Map<UserId, Long> last = lastBy;
        if (settings.slowModeMillis() > 0) {
            LinkedHashMap<UserId, Long> latest = new LinkedHashMap<>(lastBy);
            latest.putLast(entry.senderId(), entry.sentAt());
            if (latest.size() > SPEAKERS_MAX) latest.pollFirstEntry();
            last = latest;
        }
        long sentAt = entry.sentAt();
        long full = settings.messagesPerMinute() == 0
                ? 0
                : Math.min(Math.max(fullUntil, sentAt) + shareMillis(settings), sentAt + MINUTE_MILLIS);
        return new Spoken(last, full);
    }

    /** How long this one waits for the slow mode; 0: not at all. A wait longer than it can be: the clock has gone back since, and nobody knows how far. */
    long slowMillis(UserId sender, Settings settings, long now) {
        Long before = settings.slowModeMillis() == 0 ? null : lastBy.get(sender);
        long wait = before == null ? 0 : before + settings.slowModeMillis() - now;
        return wait > settings.slowModeMillis() ? 0 : Math.max(0, wait);
    }

    /** How long everybody waits for the rate, likewise. */
    long rateMillis(Settings settings, long now) {
        if (settings.messagesPerMinute() == 0) return 0;
        long wait = fullUntil + shareMillis(settings) - MINUTE_MILLIS - now;
        return wait > shareMillis(settings) ? 0 : Math.max(0, wait);
    }

    private static long shareMillis(Settings settings) {
        return Math.max(1, MINUTE_MILLIS / settings.messagesPerMinute());
    }
}
