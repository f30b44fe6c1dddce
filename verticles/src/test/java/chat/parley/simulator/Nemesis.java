package chat.parley.simulator;

import chat.parley.checker.FaultStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Does harm while the storm lasts, of many kinds, one or several at a time; afterwards everything heals. */
final class Nemesis {
    private static final long SECOND = 1_000_000;

    private final Simulation world;
    private final Cluster cluster;
    private final SplittableRandom random;
    private final Map<Harm, Integer> done = new TreeMap<>();
    private final List<Runnable> remedies = new ArrayList<>();
    private long until;
    private int names;

    /** Kinds of harm. */
    enum Harm {
        CRASH(5),
        FREEZE(4),
        LONG_FREEZE(1),
        ALONE(4),
        PARTITION(3),
        ONE_WAY_CUT(3),
        BUS_LOSS(4),
        BUS_DELAY(4),
        BUS_REPEAT(3),
        STORE_UNKNOWN(5),
        STORE_READS_FAIL(2),
        STORE_SLOW(2),
        BROKEN_PROJECTIONS(3),
        CLOCK_JUMP(2);

        final int weight;

        Harm(int weight) {
            this.weight = weight;
        }
    }

    Nemesis(Simulation world, SplittableRandom random) {
        this.world = world;
        this.cluster = world.cluster;
        this.random = random;
    }

    /** Begins now; ends after so long. */
    void rage(long micros) {
        until = world.nowMicros() + micros;
        for (int i = 0; i < world.options.faultsAtOnce(); i++) world.after(random.nextLong(5 * SECOND), this::strike);
    }

    /** How often each was done. */
    Map<Harm, Integer> done() {
        return done;
    }

    private void strike() {
        if (world.nowMicros() >= until) return;
        Harm harm = world.options.choose(random);
        long lasts = SECOND + random.nextLong(9 * SECOND);
        String name = harm + " " + ++names;
        done.merge(harm, 1, Integer::sum);
        world.trace.event("harm", name, lasts, () -> harm + " for " + lasts / 1e6 + " s");
        world.history.fault(world.now(), name, FaultStep.PLANNED);
        world.history.fault(world.now(), name, FaultStep.EFFECTIVE);
        long heals = Math.max(lasts, harm(harm, lasts));
        world.after(heals, () -> world.history.fault(world.now(), name, FaultStep.HEALED));
        world.after(Math.min(heals, 10 * SECOND) + random.nextLong(3 * SECOND), this::strike);
    }

    /** Returns how long it takes until all is as before. */
    private long harm(Harm harm, long lasts) {
        Node node = cluster.get(random.nextInt(cluster.size()));
        Node other = cluster.others(node).get(random.nextInt(cluster.size() - 1));
        switch (harm) {
            case CRASH -> {
                cluster.kill(node);
                world.after(50_000 + random.nextLong(lasts), () -> cluster.restart(node));
            }
            case FREEZE -> {
                long millis = 1_000 + random.nextLong(9_000);
                cluster.freeze(node, millis);
                return millis * 1_000 + 8 * SECOND;
            }
            case LONG_FREEZE -> {
                long millis = 10_000 + random.nextLong(35_000);
                cluster.freeze(node, millis);
                return millis * 1_000 + 8 * SECOND;
            }
            case ALONE -> {
                cluster.forget(node, 0);
                return 8 * SECOND;
            }
            case PARTITION -> {
                long length = lasts * 3;
                List<Node> others = cluster.others(node);
                for (Node far : others) {
                    world.network.cut(node.name, far.name);
                    world.network.cut(far.name, node.name);
                    cluster.loseSight(node, far);
                    cluster.loseSight(far, node);
                }
                remedy(length, () -> {
                    for (Node far : others) {
                        world.network.mend(node.name, far.name);
                        world.network.mend(far.name, node.name);
                    }
                    cluster.meet(SECOND, 8 * SECOND);
                });
                return length + 8 * SECOND;
            }
            case ONE_WAY_CUT -> {
                long length = lasts * 2;
                world.network.cut(node.name, other.name);
                if (random.nextBoolean()) cluster.loseSight(other, node);
                if (random.nextBoolean()) cluster.loseSight(node, other);
                remedy(length, () -> {
                    world.network.mend(node.name, other.name);
                    cluster.meet(SECOND, 8 * SECOND);
                });
                return length + 8 * SECOND;
            }
            case BUS_LOSS -> {
                world.network.lossRate(random.nextInt(4) == 0 ? 0.5 : 0.05 + random.nextDouble() * 0.2);
                remedy(lasts, () -> world.network.lossRate(0));
            }
            case BUS_DELAY -> {
                world.network.delayRate(0.02 + random.nextDouble() * 0.3);
                remedy(lasts, () -> world.network.delayRate(0));
                return lasts + 60 * SECOND;
            }
            case BUS_REPEAT -> {
                world.network.repeatRate(0.02 + random.nextDouble() * 0.3);
                remedy(lasts, () -> world.network.repeatRate(0));
            }
            case STORE_UNKNOWN -> {
                world.storeFaults.unknownWrites = 0.02 + random.nextDouble() * 0.3;
                remedy(lasts, () -> world.storeFaults.unknownWrites = 0);
                return lasts + 8 * SECOND;
            }
            case STORE_READS_FAIL -> {
                world.storeFaults.readFailures = 0.02 + random.nextDouble() * 0.3;
                remedy(lasts, () -> world.storeFaults.readFailures = 0);
            }
            case STORE_SLOW -> {
                world.storeFaults.slowMicros = 50_000 + random.nextLong(3 * SECOND);
                remedy(lasts, () -> world.storeFaults.slowMicros = 0);
            }
            case BROKEN_PROJECTIONS -> {
                world.storeFaults.brokenProjections = random.nextInt(3) == 0 ? 1 : 0.05 + random.nextDouble() * 0.5;
                remedy(lasts, () -> world.storeFaults.brokenProjections = 0);
            }
            case CLOCK_JUMP -> node.setClock(random.nextLong(-3_600_000, 3_600_000));
        }
        return lasts;
    }

    /** Undone after so long, or when everything heals. */
    private void remedy(long micros, Runnable remedy) {
        remedies.add(remedy);
        world.after(micros, () -> {
            if (remedies.remove(remedy)) remedy.run();
        });
    }

    /** The storm is over: everything that was harmed is well from now on, but for what is still on its way. */
    void heal() {
        List.copyOf(remedies).forEach(Runnable::run);
        remedies.clear();
        for (Node node : cluster.nodes) cluster.restart(node);
        cluster.meet(SECOND, 8 * SECOND);
    }
}
