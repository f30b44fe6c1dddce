package chat.parley.simulator;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.tools.ToolProvider;

/** One line of a source that says something else. The classes are built anew with it, in a loader of their own. */
public record Mutation(String source, String was, String is) {
    private static final Path BASE = Path.of(System.getProperty("basedir", "."));
    private static final List<Path> SOURCES = List.of(
            BASE.resolve(Path.of("src", "main", "java")), BASE.resolve(Path.of("..", "shared", "src", "main", "java")));
    private static final String CLASSES =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

    /**
     * All of Parley, the simulator too, with these lines changed.
     *
     * @param folder for what is built
     * @param shared packages that it has in common with the classes that ask, which know nothing of the others
     */
    public static ClassLoader classesWith(List<Mutation> mutations, Path folder, String... shared) throws IOException {
        for (Mutation mutation : mutations) mutation.write(folder);
        List<String> arguments =
                new ArrayList<>(List.of("-nowarn", "-proc:none", "-g", "-cp", CLASSES, "-d", folder.toString()));
        for (Mutation mutation : mutations)
            arguments.add(folder.resolve(mutation.source).toString());
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, arguments.stream().distinct().toArray(String[]::new));
        if (failed != 0) throw new IllegalStateException("does not compile: " + mutations);
        List<URL> places = new ArrayList<>(List.of(folder.toUri().toURL()));
        for (String place : CLASSES.split(java.io.File.pathSeparator)) places.add(url(place));
        return new OwnFirst(places.toArray(URL[]::new), List.of(shared));
    }

    private void write(Path folder) throws IOException {
        Path to = folder.resolve(source);
        String text = Files.readString(Files.exists(to) ? to : original());
        int at = text.indexOf(was);
        if (at < 0 || text.indexOf(was, at + 1) >= 0) throw new IllegalStateException(source + " has not one " + was);
        Files.createDirectories(to.getParent());
        Files.writeString(to, text.replace(was, is));
    }

    private Path original() {
        return SOURCES.stream()
                .map(folder -> folder.resolve(source))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no source " + source));
    }

    private static URL url(String place) throws MalformedURLException {
        return Path.of(place).toUri().toURL();
    }

    /** What {@link Mutant#broken} says when these classes run it. */
    @SuppressWarnings("unchecked")
    static Set<String> broken(ClassLoader classes, Mutant mutant, long seed) throws ReflectiveOperationException {
        Class<?> other = classes.loadClass(Mutant.class.getName());
        Method broken = other.getDeclaredMethod("broken", String.class, long.class);
        broken.setAccessible(true);
        return (Set<String>) broken.invoke(null, mutant.name(), seed);
    }

    /** What is Parley's and not shared is loaded here, though the parent has it too. */
    private static final class OwnFirst extends URLClassLoader {
        private final List<String> shared;

        OwnFirst(URL[] places, List<String> shared) {
            super(places, Mutation.class.getClassLoader());
            this.shared = shared;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("chat.parley.") || shared.stream().anyMatch(name::startsWith))
                return super.loadClass(name, resolve);
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }
}
