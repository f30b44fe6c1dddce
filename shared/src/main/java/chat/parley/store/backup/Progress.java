package chat.parley.store.backup;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Says from time to time how far it is. One thread. */
public final class Progress {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final double MIB = 1 << 20;

    private final Consumer<String> said;
    private String what = "";
    private long done;
    private long all;
    private long nextAt;

    /** @param said gets a line each time */
    public Progress(Consumer<String> said) {
        this.said = said;
    }

    /** @param all bytes there are to do; 0: it is not known, and rows are counted */
    public void begin(String what, long all) {
        this.what = what;
        this.all = all;
        done = 0;
        nextAt = System.nanoTime() + EVERY_NANOS;
    }

    public void add(long more) {
        done += more;
        if (System.nanoTime() < nextAt) return;
        nextAt = System.nanoTime() + EVERY_NANOS;
        if (all > 0) said.accept(String.format(Locale.ROOT, "%s: %.1f of %.1f MiB", what, done / MIB, all / MIB));
        else said.accept(what + ": " + done + " rows");
    }
}
