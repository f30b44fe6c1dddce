package chat.parley.load.gatling;

import chat.parley.load.Plot;
import chat.parley.load.gatling.Figures.Count;
import chat.parley.load.gatling.Figures.Latency;
import chat.parley.load.gatling.Figures.Slice;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What a run came to: a page, the same as JSON, and some lines. */
final class Summary {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9};

    private final Run run;
    private final Figures figures;
    private final Map<String, Long> problems;
    private final boolean holds;
    private final @Nullable String gatlingPage;
    private final Instant now = Instant.now();

    /**
     * @param gatlingHolds whether its assertions do
     * @param gatlingPage its report, from the folder of the summary; null: none
     */
    Summary(Run run, boolean gatlingHolds, @Nullable String gatlingPage) {
        this.run = run;
        this.gatlingPage = gatlingPage;
        figures = run.figures();
        problems = figures.problems();
        int missing = run.users() - figures.finishedUsers();
        if (missing > 0) problems.put("users who did not see the end", (long) missing);
        if (!gatlingHolds) problems.putIfAbsent("assertions of Gatling that failed", 1L);
        holds = problems.isEmpty();
    }

    boolean holds() {
        return holds;
    }

    void write(Path folder) throws IOException {
        Files.writeString(
                folder.resolve("summary.json"),
                Device.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json()) + "\n");
        Files.writeString(folder.resolve("summary.html"), html());
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(counted());
        latencies().forEach((latency, histogram) -> lines.add(latency.says + ": " + percentiles(histogram)));
        lines.add(verdict());
        lines.addAll(figures.notes());
        figures.examples().forEach(example -> lines.add("  " + example));
        return lines;
    }

    private String counted() {
        return Arrays.stream(Count.values())
                .filter(each -> figures.total(each) > 0)
                .map(each -> String.format(Locale.ROOT, "%,d %s", figures.total(each), each.says()))
                .collect(Collectors.joining(", "));
    }

    private String verdict() {
        if (holds) return "order kept, nothing lost or twice, no errors";
        return "BROKEN: "
                + problems.entrySet().stream()
                        .map(each -> each.getKey() + " " + each.getValue())
                        .collect(Collectors.joining(", "));
    }

    private Map<Latency, Histogram> latencies() {
        Map<Latency, Histogram> all = new LinkedHashMap<>();
        for (Latency each : Latency.values()) {
            Histogram histogram = figures.latency(each);
            if (histogram.getTotalCount() > 0) all.put(each, histogram);
        }
        return all;
    }

    private static String percentiles(Histogram histogram) {
        return Arrays.stream(PERCENTILES)
                        .mapToObj(each -> name(each) + " " + histogram.getValueAtPercentile(each))
                        .collect(Collectors.joining(", "))
                + ", max " + histogram.getMaxValue() + " ms";
    }

    private static String name(double percentile) {
        return "p" + (percentile % 1 == 0 ? String.valueOf((int) percentile) : String.valueOf(percentile));
    }

    private ObjectNode json() {
        ObjectNode json = Device.JSON.createObjectNode();
        json.put("simulation", run.listed().name());
        json.put("question", run.listed().question());
        json.put("endedAt", now.toString());
        run.servers().forEach(json.putArray("servers")::add);
        ObjectNode settings = json.putObject("settings");
        run.listed().settings().forEach(each -> settings.put(each.name(), each.value()));
        json.put("holds", holds);
        ObjectNode counts = json.putObject("counts");
        for (Count each : Count.values()) counts.put(each.says(), figures.total(each));
        ObjectNode wrong = json.putObject("problems");
        problems.forEach(wrong::put);
        figures.examples().forEach(json.putArray("examples")::add);
        figures.notes().forEach(json.putArray("notes")::add);
        ObjectNode latencies = json.putObject("latencyMillis");
        latencies().forEach((latency, histogram) -> {
            ObjectNode each = latencies.putObject(latency.name().toLowerCase(Locale.ROOT));
            each.put("count", histogram.getTotalCount()).put("mean", Math.round(histogram.getMean() * 10) / 10.0);
            for (double percentile : PERCENTILES)
                each.put(name(percentile), histogram.getValueAtPercentile(percentile));
            each.put("max", histogram.getMaxValue()).put("hdrHistogram", encoded(histogram));
        });
        json.put("sliceMillis", figures.sliceMillis());
        var slices = json.putArray("slices");
        for (Slice slice : figures.slices()) {
            ObjectNode each = slices.addObject().put("connected", slice.connected);
            for (Count count : Count.values()) each.put(count.says(), slice.counts[count.ordinal()]);
        }
        return json;
    }

    /** As other tools of HdrHistogram read it, compressed, in base64. */
    private static String encoded(Histogram histogram) {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    private String html() {
        String rows = latencies().entrySet().stream()
                .map(each -> row(each.getKey().says, each.getValue()))
                .collect(Collectors.joining("\n"));
        String settings = run.listed().settings().stream()
                .map(each -> each.name() + " " + String.format(Locale.ROOT, "%,d", each.value()))
                .collect(Collectors.joining(" · "));
        String examples = figures.examples().isEmpty()
                ? ""
                : "<ul>"
                        + figures.examples().stream()
                                .map(each -> "<li>" + escaped(each) + "</li>")
                                .collect(Collectors.joining())
                        + "</ul>";
        String notes = figures.notes().stream()
                .map(each -> "<p>" + escaped(each) + "</p>")
                .collect(Collectors.joining());
        String page = gatlingPage == null ? "" : "<a href=\"" + escaped(gatlingPage) + "\">Gatling's report</a> · ";
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%1$s</title>
            <style>
            :root { color-scheme: light dark; --good: #1f7a43; --bad: #b3261e; }
            @media (prefers-color-scheme: dark) { :root { --good: #6fd196; --bad: #ff8a80; } }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 780px; margin: 2rem auto; padding: 0 1rem; }
            h1 { margin: 0; font-size: 1.5rem; }
            p { margin: .4rem 0; }
            .small { opacity: .75; font-size: .87rem; }
            .verdict { margin: 1rem 0; padding: .5rem .8rem; border-left: 4px solid; font-weight: 600; }
            .good { color: var(--good); } .bad { color: var(--bad); }
            table { border-collapse: collapse; width: 100%%; margin: 1rem 0; font-variant-numeric: tabular-nums; }
            th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid #8886; font-weight: normal; }
            th:first-child, td:first-child { text-align: left; }
            thead th { opacity: .75; }
            svg { width: 100%%; height: auto; margin: .5rem 0; }
            </style>
            </head>
            <body>
            <h1>%1$s</h1>
            <p>%2$s</p>
            <p class="small">%3$s · %4$s<br>%5$s</p>
            <p class="verdict %6$s">%7$s</p>
            %8$s
            <p>%9$s</p>
            <table>
            <thead><tr><th>milliseconds</th><th>count</th><th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th></tr></thead>
            <tbody>
            %10$s
            </tbody>
            </table>
            %11$s
            %12$s
            <p class="small">%13$s<a href="summary.json">summary.json</a> · Latencies count from when a message was to be sent%14$s.</p>
            </body>
            </html>
            """.formatted(
                        escaped(run.listed().name()),
                        escaped(run.listed().question()),
                        escaped(String.join(", ", run.servers())),
                        now.toString().replace('T', ' ').replaceFirst("\\..*", " UTC"),
                        escaped(settings),
                        holds ? "good" : "bad",
                        escaped(verdict()),
                        examples + notes,
                        escaped(counted()),
                        rows,
                        svg(overTime()),
                        svg(byPercentile()),
                        page,
                        run.value("warm") == 0
                                ? ""
                                : ", those of the first " + run.value("warm") + " s after all had come not at all");
    }

    private static String row(String name, Histogram histogram) {
        String cells = Arrays.stream(PERCENTILES)
                .mapToObj(each -> cell(histogram.getValueAtPercentile(each)))
                .collect(Collectors.joining());
        return "<tr><td>" + name + "</td>" + cell(histogram.getTotalCount()) + cells + cell(histogram.getMaxValue())
                + "</tr>";
    }

    private static String cell(long value) {
        return String.format(Locale.ROOT, "<td>%,d</td>", value);
    }

    private static String svg(Plot plot) {
        return plot.isEmpty() ? "" : plot.svg();
    }

    private Plot overTime() {
        List<Slice> slices = figures.slices();
        double perSlice = figures.sliceMillis() / 1_000.0;
        double seconds = Math.max(1, slices.size() * perSlice);
        double step = Math.ceil(seconds / 6 / 5) * 5;
        double[] ticks = IntStream.rangeClosed(0, (int) Math.ceil(seconds / step))
                .mapToDouble(i -> i * step)
                .toArray();
        Plot plot = new Plot("Each second", Plot.Axis.linear("seconds since the first user came", ticks), "a second");
        plot.curve("connected", points(slices, perSlice, slice -> slice.connected, 1));
        plot.curve("acknowledged", points(slices, perSlice, of(Count.ACKNOWLEDGED), perSlice));
        plot.curve("delivered", points(slices, perSlice, of(Count.DELIVERED), perSlice));
        plot.curve("logins", points(slices, perSlice, of(Count.LOGINS), perSlice));
        plot.curve("resumes", points(slices, perSlice, of(Count.RESUMES), perSlice));
        return plot;
    }

    private static ToLongFunction<Slice> of(Count what) {
        return slice -> slice.counts[what.ordinal()];
    }

    private static List<double[]> points(
            List<Slice> slices, double perSlice, ToLongFunction<Slice> value, double divisor) {
        return IntStream.range(0, slices.size())
                .filter(i -> value.applyAsLong(slices.get(i)) > 0)
                .mapToObj(i -> new double[] {(i + 0.5) * perSlice, value.applyAsLong(slices.get(i)) / divisor})
                .toList();
    }

    /** Over one in so many, as what is rare is what matters. */
    private Plot byPercentile() {
        Plot plot = new Plot(
                "Latency by percentile",
                new Plot.Axis(
                        "of all, so many were as fast or faster",
                        true,
                        List.of(1.0, 2.0, 10.0, 100.0, 1_000.0, 10_000.0),
                        List.of("0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %")),
                "milliseconds");
        latencies().forEach((latency, histogram) -> {
            List<double[]> points = new ArrayList<>();
            double last = Math.min(10_000, histogram.getTotalCount());
            for (double oneIn = 1; oneIn <= last; oneIn *= 1.15)
                points.add(new double[] {oneIn, Math.max(1, histogram.getValueAtPercentile(100 - 100 / oneIn))});
            plot.curve(latency.says, points);
        });
        return plot;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
