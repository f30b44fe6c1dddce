package chat.parley.format;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code Format check|apply FOLDER WRONG}: names the Java sources of the modules in the folder whose layout is wrong,
 * or puts it right. The file WRONG lists what remains wrong, and is absent if nothing does.
 */
public final class Format {
    private static final Formatter FORMATTER = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .build());

    /** A module may have another below it. */
    private static final int MODULES_DEEP = 2;

    private final boolean apply;
    private final Path root;

    private Format(boolean apply, Path root) {
        this.apply = apply;
        this.root = root;
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3 || !List.of("check", "apply").contains(arguments[0])) {
            System.err.println("usage: Format check|apply FOLDER WRONG");
            System.exit(2);
        }
        var format = new Format(arguments[0].equals("apply"), Path.of(arguments[1]));
        List<String> wrong = format.everything();
        Path list = Path.of(arguments[2]);
        Files.deleteIfExists(list);
        if (!wrong.isEmpty()) {
            Files.write(list, wrong);
        }
    }

    private List<String> everything() throws IOException {
        List<Path> sources;
        try (Stream<Path> modules = Files.walk(root, MODULES_DEEP)) {
            sources = modules.flatMap(module -> sourcesOf(module.resolve("src")))
                    .sorted()
                    .toList();
        }
        return sources.parallelStream()
                .filter(source -> !isRight(source))
                .map(source -> root.relativize(source).toString())
                .toList();
    }

    private static Stream<Path> sourcesOf(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the source has the right layout, if need be because it just got it. */
    private boolean isRight(Path source) {
        try {
            String before = Files.readString(source);
            String after = FORMATTER.formatSourceAndFixImports(before);
            if (before.equals(after)) {
                return true;
            }
            System.out.println((apply ? "formatted: " : "not formatted: ") + root.relativize(source));
            if (apply) {
                Files.writeString(source, after);
            }
            return apply;
        } catch (FormatterException e) {
            System.out.println("cannot be formatted: " + root.relativize(source) + ": " + e.getMessage());
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
