package chat.parley.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one part of a node shows: made by the part once, and read from any thread, for as long as the part is there. Several parts may show the same name:
 * the node adds them up.
 */
public final class Figures {
    /** Of one name and value of its label. */
    public sealed interface Figure {
        Key key();
    }

    /** @param label the value of the metric's label; null: it has none */
    public record Key(Metric metric, @Nullable String label) {
        public Key {
            if ((metric.label() == null) != (label == null))
                throw new IllegalArgumentException(metric + " with label " + label);
        }
    }

    /** @param total only grows */
    public record Count(Key key, LongSupplier total) implements Figure {}

    public record Level(Key key, DoubleSupplier now) implements Figure {}

    public record Spread(Key key, Histogram histogram) implements Figure {}

    private final List<Figure> all = new ArrayList<>();

    public Figures count(Metric metric, LongSupplier total) {
        return count(metric, null, total);
    }

    public Figures count(Metric metric, @Nullable String label, LongSupplier total) {
        return add(Metric.Type.COUNTER, new Count(new Key(metric, label), total));
    }

    public Figures level(Metric metric, DoubleSupplier now) {
        return level(metric, null, now);
    }

    public Figures level(Metric metric, @Nullable String label, DoubleSupplier now) {
        return add(Metric.Type.GAUGE, new Level(new Key(metric, label), now));
    }

    public Figures spread(Metric metric, Histogram histogram) {
        return add(Metric.Type.HISTOGRAM, new Spread(new Key(metric, null), histogram));
    }

    /** All of another's, too. */
    public Figures with(Figures other) {
        all.addAll(other.all);
        return this;
    }

    private Figures add(Metric.Type type, Figure figure) {
        Metric metric = figure.key().metric();
        if (metric.type() != type) throw new IllegalArgumentException(metric + " is no " + type);
        all.add(figure);
        return this;
    }

    public List<Figure> all() {
        return List.copyOf(all);
    }

    /** What was counted under that name until now, whatever the label. */
    public long total(Metric metric) {
        long total = 0;
        for (Figure each : all)
            if (each instanceof Count count && count.key.metric().equals(metric)) total += count.total.getAsLong();
        return total;
    }
}
