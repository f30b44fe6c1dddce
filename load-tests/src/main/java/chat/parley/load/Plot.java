package chat.parley.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Curves over two logarithmic axes, as an SVG that can be read on a light page and on a dark one. */
final class Plot {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 440;
    private static final int LEFT = 70;
    private static final int RIGHT = 150;
    private static final int TOP = 44;
    private static final int BOTTOM = 56;
    private static final List<String> COLOURS = List.of("#2f6fde", "#d9622b", "#2a9d57", "#8c4fc4", "#b8860b");
    private static final String GREY = "#808890";

    private final String title;
    private final String xName;
    private final String yName;
    private final double[] ticks;
    private final List<Curve> curves = new ArrayList<>();

    private record Curve(String name, List<double[]> points) {}

    /** @param ticks values of x that are named */
    Plot(String title, String xName, String yName, double[] ticks) {
        this.title = title;
        this.xName = xName;
        this.yName = yName;
        this.ticks = ticks.clone();
    }

    /** @param points pairs of x and y, both above 0, by x */
    void curve(String name, List<double[]> points) {
        curves.add(new Curve(name, points));
    }

    String svg() {
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
        for (double x : ticks) {
            svg.append(line(x(x), TOP, x(x), HEIGHT - BOTTOM));
            svg.append(text(x(x), HEIGHT - BOTTOM + 18, "middle", 13, number(x)));
        }
        svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, "middle", 13, xName));
        svg.append(format(
                "<text transform=\"translate(18 %.0f) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
                (TOP + HEIGHT - BOTTOM) / 2.0, yName));
        double labelled = 0;
        for (int i = 0; i < curves.size(); i++) {
            Curve curve = curves.get(i);
            if (curve.points.isEmpty()) continue;
            String colour = COLOURS.get(i % COLOURS.size());
            StringBuilder path = new StringBuilder();
            for (double[] point : curve.points) {
                path.append(format("%s%.1f %.1f ", path.isEmpty() ? "M" : "L", x(point[0]), y(point[1], low, high)));
                svg.append(format(
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>\n",
                        x(point[0]), y(point[1], low, high), colour));
            }
            svg.append(format(
                    "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n",
                    path.toString().trim(), colour));
            double[] last = curve.points.getLast();
            double at = y(last[1], low, high) + 4;
            if (labelled > 0 && Math.abs(at - labelled) < 15) at = labelled + 15;
            labelled = at;
            svg.append(format(
                    "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>\n", x(last[0]) + 9, at, colour, curve.name));
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
        return between(LEFT, WIDTH - RIGHT, value, ticks[0], ticks[ticks.length - 1]);
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
        return value >= 1 ? format("%,.0f", value) : format("%s", Json.round(value, 4));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
