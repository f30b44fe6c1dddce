package chat.parley.simulator;

import chat.parley.checker.EntryKind;
import chat.parley.model.Content;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Large groups: their members are added in pages; then some of these go, one by one, and come back in pages, again and again, across the thresholds between the
 * ways of fan-out too.
 */
final class Audiences {
    private static final long SECOND = 1_000_000;
    private static final int PAGE = 1_000;
    private static final int PAGES_AT_ONCE = 10;

    private final Simulation world;
    private final Workload workload;
    private final SplittableRandom random;
    private final List<One> all = new ArrayList<>();

    Audiences(Simulation world, Workload workload, SplittableRandom random) {
        this.world = world;
        this.workload = workload;
        this.random = random;
    }

    /** One of them. */
    private final class One {
        private final Sizes.Audience audience;
        private final Workload.Group group;
        private final List<String> waiting = new ArrayList<>(); // to be added first
        private final List<String> comers;
        private final List<String> there = new ArrayList<>(); // of the comers
        private List<Sending> underWay = List.of();

        One(Sizes.Audience audience) {
            this.audience = audience;
            int online = Math.min(world.users().size(), audience.least());
            group = workload.group(online);
            waiting.addAll(audience.residents(online));
            waiting.addAll(audience.comers());
            comers = audience.comers();
            there.addAll(comers);
        }

        void step() {
            if (workload.isOver()) return;
            world.after(SECOND, this::step);
            if (!workload.isMade(group) || underWay.stream().anyMatch(sending -> !sending.isOver)) return;
            if (!waiting.isEmpty()) fill();
            else if (there.isEmpty()) come();
            else go();
        }

        private void fill() {
            List<Sending> pages = new ArrayList<>();
            while (pages.size() < PAGES_AT_ONCE && !waiting.isEmpty()) {
                List<String> page = waiting.subList(0, Math.min(PAGE, waiting.size()));
                pages.add(add(page));
                page.clear();
            }
            underWay = pages;
        }

        private void come() {
            List<Sending> pages = new ArrayList<>();
            for (int from = 0; from < comers.size(); ) {
                int to = from + Math.min(PAGE, 1 + random.nextInt(comers.size() - from));
                pages.add(add(comers.subList(from, to)));
                from = to;
            }
            there.addAll(comers);
            underWay = pages;
        }

        private Sending add(List<String> users) {
            List<UserId> ids = users.stream().map(UserId::new).toList();
            return workload.write(
                    group.creator(), group, EntryKind.MEMBER_ADDED, new Content.MembersAdded(ids, Role.MEMBER));
        }

        private void go() {
            List<Sending> goers = new ArrayList<>();
            for (int i = 0; i < audience.pace() && !there.isEmpty(); i++) {
                Content.Departure departure = new Content.Departure(new UserId(there.removeLast()), 0);
                goers.add(workload.write(
                        group.creator(),
                        group,
                        EntryKind.MEMBER_REMOVED,
                        new Content.MembersRemoved(List.of(departure))));
            }
            underWay = goers;
        }
    }

    void begin() {
        for (Sizes.Audience audience : world.options.sizes().audiences()) all.add(new One(audience));
        all.forEach(One::step);
    }
}
