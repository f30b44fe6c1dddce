package chat.parley.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What Linux says of the server's processes and of this one; zeros where there is no /proc. */
final class Proc {
    private static final double TICKS_A_SECOND = 100;
    private static final int USER_TICKS = 11; // columns of stat behind the name
    private static final int SYSTEM_TICKS = 12;

    private final List<Long> serverPids;

    Proc(List<Long> serverPids) {
        this.serverPids = List.copyOf(serverPids);
    }

    double serverCpuSeconds() {
        return serverPids.stream().mapToDouble(Proc::cpuSeconds).sum();
    }

    double driverCpuSeconds() {
        return cpuSeconds(ProcessHandle.current().pid());
    }

    /** Memory of the server's processes, what they share counted once. */
    long serverPssKilobytes() {
        return serverPids.stream()
                .mapToLong(pid -> number(Path.of("/proc/" + pid + "/smaps_rollup"), "Pss:"))
                .sum();
    }

    /** What is left of the server's heap after a collection, which this begins; −1: the server is not one process that can be asked. */
    double liveHeapMb() throws IOException {
        if (serverPids.size() != 1) return -1;
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process asked = new ProcessBuilder(jcmd, serverPids.getFirst().toString(), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        List<String> lines = asked.inputReader().lines().toList();
        String[] total =
                lines.isEmpty() ? new String[0] : lines.getLast().trim().split(" +");
        return total.length == 3 && total[0].equals("Total") ? Long.parseLong(total[2]) / 1e6 : -1;
    }

    /** Memory of the kernel for all TCP sockets of the machine, in pages. */
    static long socketPages() {
        return number(Path.of("/proc/net/sockstat"), "TCP: ", " mem ");
    }

    /** Memory of the kernel for its objects, sockets and files among them, of the whole machine. */
    static long slabKilobytes() {
        return number(Path.of("/proc/meminfo"), "Slab:");
    }

    /** The last word of the command line of a process; empty: it has none. */
    static String lastArgument(long pid) {
        try {
            String[] words =
                    Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0");
            return words[words.length - 1];
        } catch (IOException e) {
            return "";
        }
    }

    private static double cpuSeconds(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] columns = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(columns[USER_TICKS]) + Long.parseLong(columns[SYSTEM_TICKS])) / TICKS_A_SECOND;
        } catch (IOException e) {
            return 0;
        }
    }

    /** The first number behind the last mark, in the line that begins with the first mark. */
    private static long number(Path file, String... marks) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (!line.startsWith(marks[0])) continue;
                String last = marks[marks.length - 1];
                String rest = line.substring(line.indexOf(last) + last.length()).trim();
                return Long.parseLong(rest.split(" ")[0]);
            }
        } catch (IOException e) {
            return 0;
        }
        return 0;
    }
}
