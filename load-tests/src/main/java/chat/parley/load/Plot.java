package chat.parley.load;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** Curves over an axis of x and a logarithmic one of y, as an SVG that can be read on a light page and on a dark one. */
public final class Plot {
    private static final int WIDTH = 782;
    private static final int HEIGHT = 440;
    private static final int LEFT = 92;
    private static final int RIGHT = 190;
    private static final int TOP = 44;
    private static final int BOTTOM = 56;
    private static final List<String> COLOURS = List.of("#2f6fde", "#d9622b", "#2a9d57", "#8c4fc4", "#b8860b");
    private static final String GREY = "#808890";
    private static final int DOTS_MAX = 20;
    private static final int LABELS_APART = 16;

    private final String title;
    private final Axis x;
    private final String yName;
    private final List<Curve> curves = new ArrayList<>();

    private record Curve(String name, List<double[]> points) {}

    private record Label(String name, String colour, double y) {}

    /**
     * What an axis shows, from the first of its ticks to the last.
     *
     * @param ticks values that are named
     * @param names of these
     */
    public record Axis(String name, boolean isLogarithmic, List<Double> ticks, List<String> names) {
        /** Each named by its value. */
        public static Axis logarithmic(String name, double[] ticks) {
            return of(name, true, ticks);
        }

        /** Likewise. */
        public static Axis linear(String name, double[] ticks) {
            return of(name, false, ticks);
        }

        private static Axis of(String name, boolean isLogarithmic, double[] ticks) {
            return new Axis(
                    name,
                    isLogarithmic,
                    DoubleStream.of(ticks).boxed().toList(),
                    DoubleStream.of(ticks).mapToObj(Plot::number).toList());
        }
    }

    /** @param ticks values of x, logarithmic, that are named */
    Plot(String title, String xName, String yName, double[] ticks) {
        this(title, Axis.logarithmic(xName, ticks), yName);
    }

    public Plot(String title, Axis x, String yName) {
        this.title = title;
        this.x = x;
        this.yName = yName;
    }

    /** @param points pairs of x and y by x; y, and x on a logarithmic axis, above 0 */
    public void curve(String name, List<double[]> points) {
        curves.add(new Curve(name, points));
    }

    public boolean isEmpty() {
        return curves.stream().allMatch(curve -> curve.points.isEmpty());
    }

    public String svg() {
        double[] ys = curves.stream()
                .flatMap(curve -> curve.points.stream())
                .mapToDouble(point -> point[1])
                .sorted()
                .toArray();
        if (ys.length == 0) throw new IllegalStateException("there is nothing to plot");
        List<Double> lines = lines(ys[0], ys[ys.length - 1]);
        double low = lines.getFirst();
        double high = lines.getLast();
        StringBuilder svg = new StringBuilder();
        svg.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"13\" fill=\"%s\" role=\"img\" aria-label=\"%s\">\n",
                WIDTH, HEIGHT, GREY, title));
        svg.append(text(LEFT, 22, "start", 16, title));
        for (double y : lines) {
            svg.append(line(LEFT, y(y, low, high), WIDTH - RIGHT, y(y, low, high)));
            svg.append(text(LEFT - 8, y(y, low, high) + 4, "end", 13, number(y)));
        }
        for (int i = 0; i < x.ticks.size(); i++) {
            double at = x(x.ticks.get(i));
            svg.append(line(at, TOP, at, HEIGHT - BOTTOM));
            svg.append(text(at, HEIGHT - BOTTOM + 18, "middle", 13, x.names.get(i)));
        }
        svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, "middle", 13, x.name));
        svg.append(format(
                "<text transform=\"translate(18 %.0f) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
                (TOP + HEIGHT - BOTTOM) / 2.0, yName));
        List<Label> labels = new ArrayList<>();
        for (int i = 0; i < curves.size(); i++) {
            Curve curve = curves.get(i);
            if (curve.points.isEmpty()) continue;
            String colour = COLOURS.get(i % COLOURS.size());
            StringBuilder path = new StringBuilder();
            for (double[] point : curve.points) {
                path.append(format("%s%.1f %.1f ", path.isEmpty() ? "M" : "L", x(point[0]), y(point[1], low, high)));
                if (curve.points.size() > DOTS_MAX) continue;
                svg.append(format(
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>\n",
                        x(point[0]), y(point[1], low, high), colour));
            }
            svg.append(format(
                    "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n",
                    path.toString().trim(), colour));
            double[] last = curve.points.getLast();
            labels.add(new Label(curve.name, colour, y(last[1], low, high) + 4));
        }
        labels.sort(Comparator.comparingDouble(Label::y));
        double lowest = -LABELS_APART;
        for (Label each : labels) {
            lowest = Math.max(each.y, lowest + LABELS_APART);
            svg.append(format(
                    "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>\n",
                    WIDTH - RIGHT + 9.0, lowest, each.colour, each.name));
        }
        return svg.append("</svg>\n").toString();
    }

    /** Powers of ten that enclose all; where those are few, doubles and fives besides. */
    private static List<Double> lines(double least, double most) {
        int from = (int) Math.floor(Math.log10(least));
        int to = (int) Math.ceil(Math.log10(most) - 1e-9);
        List<Double> lines = new ArrayList<>();
        for (int power = from; power <= Math.max(to, from + 1); power++) {
            for (int step : to - from > 2 ? new int[] {1} : new int[] {1, 2, 5}) lines.add(step * Math.pow(10, power));
        }
        while (lines.size() > 2 && lines.get(1) <= least) lines.removeFirst();
        while (lines.size() > 2 && lines.get(lines.size() - 2) >= most) lines.removeLast();
        return lines;
    }

    private double x(double value) {
        double from = x.ticks.getFirst();
        double to = x.ticks.getLast();
        if (x.isLogarithmic) return between(LEFT, WIDTH - RIGHT, value, from, to);
        return LEFT + (WIDTH - RIGHT - LEFT) * (value - from) / (to - from);
    }

    private static double y(double value, double low, double high) {
        return between(HEIGHT - BOTTOM, TOP, value, low, high);
    }

    private static double between(double from, double to, double value, double low, double high) {
        return from + (to - from) * Math.log(value / low) / Math.log(high / low);
    }

    private static String line(double fromX, double fromY, double toX, double toY) {
        return format(
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-opacity=\"0.3\"/>\n",
                fromX, fromY, toX, toY, GREY);
    }

    private static String text(double x, double y, String anchor, int size, String text) {
        return format(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n",
                x, y, anchor, size, text);
    }

    private static String number(double value) {
        return value >= 1 || value == 0 ? format("%,.0f", value) : format("%s", Json.round(value, 4));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
