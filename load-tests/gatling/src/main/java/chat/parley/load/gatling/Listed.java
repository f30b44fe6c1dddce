package chat.parley.load.gatling;

import io.gatling.javaapi.core.Simulation;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code ./parley load --list} tells of a simulation.
 *
 * @param name by which it is asked for
 * @param question that it answers, a line
 * @param own settings beside {@link #COMMON}, or in place of those of the same name
 * @param rule what has to hold between them
 */
record Listed(String name, String question, Class<? extends Simulation> type, List<Setting> own, Rule rule) {
    /** Throws an IllegalArgumentException with a sentence if it does not hold. */
    interface Rule {
        void check(Listed listed);
    }

    static final Setting USERS = users(200, "users, each on one device");

    /** What every simulation can be told. */
    static final List<Setting> COMMON = List.of(
            new Setting("seconds", 60, 1, 86_400, "how long, after all have come"),
            new Setting("warm", 5, 0, 600, "seconds before that, whose latencies do not count"),
            new Setting("logins", 100, 1, 2_000, "users who come in a second"),
            body(200));

    /** All that there are, in the order of a reader. */
    static List<Listed> all() {
        return List.of(
                OneToOne.LISTED,
                SmallGroups.LISTED,
                LargeGroup.LISTED,
                RampAndIdle.LISTED,
                ReconnectStorm.LISTED,
                PresenceChurn.LISTED,
                DayInAChat.LISTED,
                SockJsFallback.LISTED,
                SlowReaders.LISTED);
    }

    Listed(String name, String question, Class<? extends Simulation> type, List<Setting> own) {
        this(name, question, type, own, listed -> {});
    }

    static Setting users(int otherwise, String what) {
        return new Setting("users", otherwise, 2, 20_000, what);
    }

    static Setting rate(int otherwise) {
        return new Setting("rate", otherwise, 1, 20_000, "messages of all a second");
    }

    static Setting body(int otherwise) {
        return new Setting("body", otherwise, 80, 16_000, "length of a message in characters");
    }

    static Listed of(String name) {
        return all().stream()
                .filter(each -> each.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no simulation '" + name + "'; ./parley load --list names them."));
    }

    List<Setting> settings() {
        Set<String> ours = own.stream().map(Setting::name).collect(Collectors.toSet());
        return Stream.concat(own.stream(), COMMON.stream().filter(each -> !ours.contains(each.name())))
                .toList();
    }

    /** That each setting is in its range, and what has to hold between them. */
    void check() {
        settings().forEach(Setting::value);
        rule.check(this);
    }

    int value(String setting) {
        return settings().stream()
                .filter(each -> each.name().equals(setting))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
