package chat.parley.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One service as the kernel would have it: its own network, host name and files, its user and no more rights than it is given. The files of its
 * image that matter are put over those of this machine, which are otherwise seen, and changed for itself only.
 */
final class Container {
    private final Compose.Service service;
    private final Image image;
    private final String network;
    private final Path folder;
    private @Nullable Process process;

    /**
     * @param network the namespace that it is in
     * @param folder for all that is its own
     */
    Container(Compose.Service service, Image image, String network, Path folder) {
        this.service = service;
        this.image = image;
        this.network = network;
        this.folder = folder;
    }

    /**
     * Begins to start it.
     *
     * @param hosts names and addresses that it knows
     * @param volumes folders of this machine by name
     */
    void start(Map<String, String> hosts, Map<String, Path> volumes) {
        try {
            Files.createDirectories(folder.resolve("fs"));
            List<String> lines = new ArrayList<>(List.of("127.0.0.1 localhost"));
            hosts.forEach((name, address) -> lines.add(address + " " + name));
            Files.write(folder.resolve("hosts"), lines);
            Path script = folder.resolve("start");
            Files.write(script, script(volumes));
            List<String> command = new ArrayList<>(
                    List.of("ip", "netns", "exec", network, "unshare", "--mount", "--uts", "sh", script.toString()));
            command.addAll(inside(command()));
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private Path log() {
        return folder.resolve("log");
    }

    String said() {
        try {
            return Files.readString(log());
        } catch (IOException unread) {
            return unread.toString();
        }
    }

    private List<String> command() {
        List<String> entrypoint = service.words("entrypoint");
        List<String> command = service.words("command");
        List<String> all = new ArrayList<>(entrypoint == null ? image.entrypoint() : entrypoint);
        if (command != null) all.addAll(command);
        else if (entrypoint == null) all.addAll(image.command());
        return all;
    }

    /** What makes its files as they are to be, and becomes what its arguments say. */
    private List<String> script(Map<String, Path> volumes) throws IOException {
        String fs = folder.resolve("fs").toString();
        List<String> lines = new ArrayList<>(List.of(
                "set -e",
                "hostname " + service.name(),
                "mount --make-rprivate /",
                "mount -t tmpfs tmpfs " + fs,
                "mkdir " + fs + "/upper " + fs + "/work " + fs + "/root",
                "mount -t overlay overlay -o lowerdir=/,upperdir=" + fs + "/upper,workdir=" + fs + "/work " + fs
                        + "/root",
                "cd " + fs + "/root",
                "mount -t proc proc proc",
                "mount --rbind /sys sys",
                "mount --rbind /dev dev",
                bind(folder.resolve("hosts"), "/etc/hosts", true)));
        for (Map.Entry<String, Path> each : image.files().entrySet()) {
            lines.add(bind(each.getValue(), each.getKey(), true));
        }
        for (Compose.Service.Mount each : service.mounts()) {
            Path source = each.isVolume() ? Objects.requireNonNull(volumes.get(each.source())) : Path.of(each.source());
            if (each.isVolume() && isEmpty(source)) lines.add("chown " + owner() + " " + source);
            lines.add(bind(source, each.target(), each.isReadOnly()));
        }
        for (String each : service.tmpfs()) {
            String[] parts = each.split(":");
            lines.add("mkdir -p ." + parts[0]);
            lines.add("mount -t tmpfs -o " + parts[1] + " tmpfs ." + parts[0]);
        }
        if (service.isReadOnly()) lines.add("mount -o remount,ro " + fs + "/root");
        lines.add("cd /");
        lines.add("exec chroot " + fs + "/root \"$@\"");
        return lines;
    }

    private static boolean isEmpty(Path source) throws IOException {
        try (Stream<Path> files = Files.list(source)) {
            return files.findAny().isEmpty();
        }
    }

    private static String bind(Path source, String target, boolean isReadOnly) {
        boolean isFolder = Files.isDirectory(source);
        String parent = "." + Path.of(target).getParent();
        return "mkdir -p " + (isFolder ? "." + target : parent + " && touch ." + target) + " && mount --rbind " + source
                + " ." + target + (isReadOnly ? " && mount -o remount,bind,ro ." + target : "");
    }

    private String owner() {
        String user = service.json().getString("user", String.valueOf(image.user()));
        return user.contains(":") ? user : user + ":" + user;
    }

    /** A command as its user, with its rights and its environment and no other. */
    private List<String> inside(List<String> command) {
        String[] owner = owner().split(":");
        List<String> words =
                new ArrayList<>(List.of("setpriv", "--reuid=" + owner[0], "--regid=" + owner[1], "--clear-groups"));
        if (service.isWithoutCapabilities()) words.addAll(List.of("--bounding-set=-all", "--inh-caps=-all"));
        if (!service.mayGainPrivileges()) words.add("--no-new-privs");
        words.addAll(List.of("env", "--ignore-environment", "--chdir=" + image.folder()));
        Map<String, String> environment =
                new TreeMap<>(Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
        environment.putAll(image.environment());
        environment.putAll(service.environment());
        environment.put("HOSTNAME", service.name());
        // What the limit of the container would tell the JVM; and it ends before the second compiler would have paid.
        String memory = service.json().getString("mem_limit", "512m");
        environment.put("JAVA_TOOL_OPTIONS", "-XX:MaxRAM=" + memory + " -XX:TieredStopAtLevel=1");
        environment.forEach((name, value) -> words.add(name + "=" + value));
        words.addAll(command);
        return words;
    }

    /** Runs a command in it, once it has its files. */
    Shell.Ended run(List<String> command) {
        List<String> words = new ArrayList<>(List.of("nsenter", "--target", String.valueOf(pid())));
        words.addAll(List.of("--net", "--uts", "--mount", "--root", "--wd"));
        words.addAll(inside(command));
        return Shell.run(words);
    }

    /** What the engine would learn from its health check. */
    boolean isHealthy() {
        List<String> own = service.health();
        List<String> check = own == null ? image.health() : own;
        if (check == null) throw new IllegalStateException(service.name() + " has no health check");
        if (!isInItsPlace()) return false;
        List<String> command = switch (check.getFirst()) {
            case "CMD" -> check.subList(1, check.size());
            case "CMD-SHELL" -> List.of("/bin/sh", "-c", check.get(1));
            default -> throw new IllegalArgumentException(check.toString());
        };
        return run(command).code() == 0;
    }

    /** Whether it has become what it is to be: nothing that makes its files is left of it. */
    private boolean isInItsPlace() {
        try {
            return isAlive()
                    && Files.readSymbolicLink(Path.of("/proc/" + pid() + "/root"))
                            .endsWith("fs/root");
        } catch (IOException ended) {
            return false;
        }
    }

    long pid() {
        return Objects.requireNonNull(process).pid();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Its exit code, when it has ended by itself or been told to; -1: it has not, in so much time. */
    int awaitEnd(int secondsMax) throws InterruptedException {
        Process its = Objects.requireNonNull(process);
        return its.waitFor(secondsMax, TimeUnit.SECONDS) ? its.exitValue() : -1;
    }

    /** SIGTERM. */
    void stop() {
        Objects.requireNonNull(process).destroy();
    }

    void kill() {
        if (process != null) process.destroyForcibly();
    }

    /** A script that others may run. */
    static Path program(Path file, String... lines) throws IOException {
        Files.write(file, List.of(lines));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }
}
