package chat.parley.gateway;

/**
 * Bounds of what sessions of one gateway instance watch.
 *
 * @param eventsPerSecond presence events written, whoever they are for; past it what is shown is unknown
 * @param sessionMax users that one session may watch
 * @param viewsMax users watched, counted for each session that does
 */
public record WatchConfig(int eventsPerSecond, int sessionMax, int viewsMax) {
    public static final WatchConfig DEFAULT = new WatchConfig(5_000, 500, 500_000);

    /** The share of one of so many instances. */
    public WatchConfig ofInstances(int instances) {
        return new WatchConfig(
                Math.max(1, eventsPerSecond / instances), sessionMax, Math.max(sessionMax, viewsMax / instances));
    }
}
