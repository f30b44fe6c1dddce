package chat.parley.gateway.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of a page that a node shows, by the paths that they are asked for; the same for all instances and threads. */
public final class WebFiles {
    private static final String INDEX = "index.html";
    private static final String SDK = "sdk/";
    private static final String DOCS = "docs/";
    private static final int FILES_MAX = 200;
    private static final int BYTES_MAX = 4 << 20;
    private static final int VERSION_BYTES = 8;

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png");

    /** @param tag changes with the bytes */
    record WebFile(String contentType, byte[] bytes, String tag) {}

    private final String kept;
    private final List<String> routes;
    private final Map<String, WebFile> files;

    private WebFiles(String kept, List<String> routes, Map<String, WebFile> files) {
        this.kept = kept;
        this.routes = List.copyOf(routes);
        this.files = Map.copyOf(files);
    }

    /**
     * The web client at {@code /}, from the class path.
     *
     * @param offersTokens whether the page may ask this node for development tokens
     * @throws IllegalStateException if this build has none, or such as do not belong there
     */
    public static WebFiles client(boolean offersTokens) {
        SortedMap<String, byte[]> sources = readAll("web");
        Map<String, WebFile> files = new HashMap<>();
        putPage(files, sources, "/", "/web/", Map.of("tokens", offersTokens ? "offered" : "none"));
        sources.forEach((name, bytes) -> {
            if (name.startsWith(DOCS)) files.put("/" + name.replaceFirst("(/index)?\\.html$", ""), file(name, bytes));
            if (name.startsWith(SDK)) files.put("/" + name, file(name, bytes));
        });
        return new WebFiles("/web/", List.of("/", "/web/*", "/sdk/*", "/docs", "/docs/*"), files);
    }

    /** The operators' page at {@code /admin/}, likewise. */
    public static WebFiles ops() {
        Map<String, WebFile> files = new HashMap<>();
        putPage(files, readAll("ops"), "/admin/", "/admin/files/", Map.of());
        return new WebFiles("/admin/files/", List.of("/admin", "/admin/files/*"), files);
    }

    /** @param filled what stands in the page for the names in double braces, besides where its files are */
    private static void putPage(
            Map<String, WebFile> files,
            SortedMap<String, byte[]> sources,
            String path,
            String kept,
            Map<String, String> filled) {
        byte[] index = sources.get(INDEX);
        if (index == null) throw new IllegalStateException("the page at " + path + " has no " + INDEX);
        String below = kept + digest(sources);
        String page = new String(index, StandardCharsets.UTF_8).replace("{{files}}", below);
        for (Map.Entry<String, String> each : filled.entrySet())
            page = page.replace("{{" + each.getKey() + "}}", each.getValue());
        files.put(path, file(INDEX, page.getBytes(StandardCharsets.UTF_8)));
        sources.forEach((name, bytes) -> {
            if (!name.equals(INDEX) && !name.startsWith(DOCS)) files.put(below + "/" + name, file(name, bytes));
        });
    }

    /** Begins the paths of those that never change, as their version is in their path. */
    String kept() {
        return kept;
    }

    /** Routes that all of them are on. */
    List<String> routes() {
        return routes;
    }

    /** What is at this path, exactly; null: nothing. */
    @Nullable
    WebFile at(String path) {
        return files.get(path);
    }

    private static WebFile file(String name, byte[] bytes) {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) throw new IllegalStateException("a page has a file of no known type: " + name);
        return new WebFile(
                type, bytes, "\"" + HexFormat.of().formatHex(sha256().digest(bytes), 0, VERSION_BYTES) + "\"");
    }

    private static String digest(SortedMap<String, byte[]> files) {
        MessageDigest all = sha256();
        files.forEach((name, bytes) -> {
            all.update((name + "\n" + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
            all.update(bytes);
        });
        return HexFormat.of().formatHex(all.digest(), 0, VERSION_BYTES);
    }

    private static SortedMap<String, byte[]> readAll(String folder) {
        URL index = WebFiles.class.getClassLoader().getResource(folder + "/" + INDEX);
        if (index == null) throw new IllegalStateException("this build has no page in " + folder);
        try {
            URI uri = index.toURI();
            if (!uri.getScheme().equals("jar")) return readBelow(Path.of(uri).resolveSibling(""));
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return readBelow(jar.getPath(folder));
            }
        } catch (URISyntaxException | IOException unreadable) {
            throw new IllegalStateException("the page in " + folder + " cannot be read", unreadable);
        }
    }

    private static SortedMap<String, byte[]> readBelow(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> all = Files.walk(folder)) {
            paths = all.filter(Files::isRegularFile).limit(FILES_MAX + 1).toList();
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
        SortedMap<String, byte[]> files = new TreeMap<>();
        long bytes = 0;
        for (Path path : paths) {
            byte[] content = Files.readAllBytes(path);
            bytes += content.length;
            if (paths.size() > FILES_MAX || bytes > BYTES_MAX)
                throw new IllegalStateException("a page has too many files, or too large ones");
            files.put(folder.relativize(path).toString().replace('\\', '/'), content);
        }
        return files;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
