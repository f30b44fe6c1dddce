package chat.parley.store;

/** What nodes tell one another by the way, and may lose: whatever is in it is said again or was only good to know. */
public record Ephemeral(Presence presence, SharedBuckets buckets, SharedCounts counts) {
    /** Of a node that shares with nobody. */
    public static Ephemeral alone(Presence presence) {
        return new Ephemeral(presence, SharedBuckets.NONE, SharedCounts.NONE);
    }
}
