package chat.parley.node;

import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Histogram;
import chat.parley.telemetry.Metric;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.TreeMap;

/**
 * What a node shows to monitoring: the {@link Figures} of its parts, added up as they are asked for, and what Micrometer knows of the JVM. Parts may come and go:
 * of one that has gone what it counted stays, so that no total ever goes back, and how it was does not. From any thread.
 */
public final class Metrics implements MultiCollector, AutoCloseable {
    /** The text format of Prometheus. */
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Comparator<Figures.Key> ORDER = Comparator.comparing(Figures.Key::metric)
            .thenComparing(Figures.Key::label, Comparator.nullsFirst(Comparator.naturalOrder()));

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final SequencedSet<Figures> parts = new LinkedHashSet<>();
    private final Map<Figures.Key, Long> countsOfGone = new HashMap<>();
    private final Map<Figures.Key, Histogram.Reading> spreadsOfGone = new HashMap<>();

    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
        registry.getPrometheusRegistry().register(this);
    }

    /** A part is there: it is read from now on. */
    public synchronized void add(Figures part) {
        parts.add(part);
    }

    /** The part has ended, and counts no more: what it has counted stays. One that is not there is no matter. */
    public synchronized void remove(Figures part) {
        if (!parts.remove(part)) return;
        for (Figures.Figure each : part.all()) {
            switch (each) {
                case Figures.Count count ->
                    countsOfGone.merge(count.key(), count.total().getAsLong(), Long::sum);
                case Figures.Spread spread ->
                    spreadsOfGone.merge(spread.key(), spread.histogram().read(), Histogram.Reading::plus);
                case Figures.Level level -> {} // it has gone
            }
        }
    }

    /**
     * How it was at one moment, whatever the label. What no part shows is not there.
     *
     * @param totals what was counted since the node began
     * @param now levels of all parts together
     * @param most the highest level of any part or label
     */
    record Reading(Map<Metric, Long> totals, Map<Metric, Double> now, Map<Metric, Double> most) {}

    /** Asks every part once. */
    synchronized Reading read() {
        Reading reading = new Reading(new HashMap<>(), new HashMap<>(), new HashMap<>());
        counts().forEach((key, total) -> reading.totals.merge(key.metric(), total, Long::sum));
        for (Figures part : parts)
            for (Figures.Figure each : part.all())
                if (each instanceof Figures.Level(Figures.Key key, var level)) {
                    double now = level.getAsDouble();
                    reading.now.merge(key.metric(), now, Double::sum);
                    reading.most.merge(key.metric(), now, Math::max);
                }
        return reading;
    }

    /** All of it, in the text format of Prometheus. */
    String text() {
        return registry.scrape(CONTENT_TYPE);
    }

    @Override
    public MetricSnapshots collect() {
        List<MetricSnapshot> all = new ArrayList<>();
        Map<Figures.Key, Long> counts;
        Map<Figures.Key, Double> levels;
        Map<Figures.Key, Histogram.Reading> spreads;
        synchronized (this) {
            counts = counts();
            levels = levels();
            spreads = spreads();
        }
        byMetric(counts).forEach((metric, its) -> {
            CounterSnapshot.Builder counter = CounterSnapshot.builder()
                    .name(metric.shownAs().substring(0, metric.shownAs().length() - "_total".length()))
                    .help(metric.help());
            its.forEach((key, total) -> counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(labels(key))
                    .value(total)
                    .build()));
            all.add(counter.build());
        });
        byMetric(levels).forEach((metric, its) -> {
            GaugeSnapshot.Builder gauge =
                    GaugeSnapshot.builder().name(metric.shownAs()).help(metric.help());
            its.forEach((key, now) -> gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(labels(key))
                    .value(now)
                    .build()));
            all.add(gauge.build());
        });
        byMetric(spreads).forEach((metric, its) -> {
            HistogramSnapshot.Builder histogram =
                    HistogramSnapshot.builder().name(metric.shownAs()).help(metric.help());
            its.forEach((key, read) -> histogram.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .labels(labels(key))
                    .classicHistogramBuckets(buckets(read))
                    .sum(read.sum())
                    .build()));
            all.add(histogram.build());
        });
        return new MetricSnapshots(all);
    }

    private static <T> Map<Metric, Map<Figures.Key, T>> byMetric(Map<Figures.Key, T> values) {
        Map<Metric, Map<Figures.Key, T>> grouped = new TreeMap<>();
        values.forEach((key, value) -> grouped.computeIfAbsent(key.metric(), any -> new TreeMap<>(ORDER))
                .put(key, value));
        return grouped;
    }

    private static Labels labels(Figures.Key key) {
        return key.label() == null
                ? Labels.EMPTY
                : Labels.of(Objects.requireNonNull(key.metric().label()), key.label());
    }

    private static ClassicHistogramBuckets buckets(Histogram.Reading read) {
        double[] bounds = Arrays.copyOf(read.bounds(), read.counts().length);
        bounds[bounds.length - 1] = Double.POSITIVE_INFINITY;
        return ClassicHistogramBuckets.of(bounds, read.counts());
    }

    private Map<Figures.Key, Long> counts() {
        Map<Figures.Key, Long> counts = new HashMap<>(countsOfGone);
        for (Figures part : parts)
            for (Figures.Figure each : part.all())
                if (each instanceof Figures.Count(Figures.Key key, var total))
                    counts.merge(key, total.getAsLong(), Long::sum);
        return counts;
    }

    private Map<Figures.Key, Double> levels() {
        Map<Figures.Key, Double> levels = new HashMap<>();
        for (Figures part : parts)
            for (Figures.Figure each : part.all())
                if (each instanceof Figures.Level(Figures.Key key, var now))
                    levels.merge(key, now.getAsDouble(), Double::sum);
        return levels;
    }

    private Map<Figures.Key, Histogram.Reading> spreads() {
        Map<Figures.Key, Histogram.Reading> spreads = new HashMap<>(spreadsOfGone);
        for (Figures part : parts)
            for (Figures.Figure each : part.all())
                if (each instanceof Figures.Spread(Figures.Key key, Histogram histogram))
                    spreads.merge(key, histogram.read(), Histogram.Reading::plus);
        return spreads;
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
