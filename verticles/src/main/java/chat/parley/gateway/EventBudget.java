package chat.parley.gateway;

/** So many events in whatever second, all at once if they come so: counted in slots of a tenth of a second. */
final class EventBudget {
    private static final long SLOT_MILLIS = 100;

    /** One more than a second has, as the eldest is not over when the youngest begins. */
    private static final int SLOTS = 11;

    private final int perSecond;
    private final int[] taken = new int[SLOTS];
    private long slot = Long.MIN_VALUE;
    private int sum;

    EventBudget(int perSecond) {
        this.perSecond = perSecond;
    }

    /** False: it is used up. Time never goes back. */
    boolean take(long nowMillis) {
        long present = Math.floorDiv(nowMillis, SLOT_MILLIS);
        for (long past = Math.max(slot + 1, present - SLOTS + 1); past <= present; past++) {
            int index = Math.floorMod(past, SLOTS);
            sum -= taken[index];
            taken[index] = 0;
        }
        slot = present;
        if (sum >= perSecond) return false;
        sum++;
        taken[Math.floorMod(present, SLOTS)]++;
        return true;
    }
}
