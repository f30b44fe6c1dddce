package chat.parley.node;

import chat.parley.store.CannotOpen;
import chat.parley.store.backup.Backup;
import chat.parley.store.backup.BackupTrouble;
import chat.parley.store.backup.Facts;
import chat.parley.store.backup.Progress;
import chat.parley.store.cassandra.CassandraBackup;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.embedded.EmbeddedBackup;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code backup}, {@code restore} and {@code renew}: for the store that the settings name, with a line at the end that says what was done. */
final class DataCommands {
    private static final double MIB = 1 << 20;

    private final NodeConfig config;
    private final PrintStream out;
    private final Progress progress;
    private final long beganAt = System.nanoTime();

    DataCommands(NodeConfig config, PrintStream out) {
        this.config = config;
        this.out = out;
        progress = new Progress(line -> {
            out.println(line);
            out.flush();
        });
    }

    void backup(Path to) throws Refusal {
        Facts facts = carriedOut((vertx, cassandra) -> cassandra == null
                ? EmbeddedBackup.make(config.storeFolder(), config.store(), to, progress)
                : CassandraBackup.make(vertx, cassandra, to, progress));
        say("backup", facts, to);
    }

    void restore(Path from) throws Refusal {
        Facts facts = carriedOut((vertx, cassandra) -> cassandra == null
                ? EmbeddedBackup.restore(config.storeFolder(), config.store(), from, progress)
                : CassandraBackup.restore(vertx, cassandra, from, progress));
        say("restored", facts, from);
    }

    void renew() throws Refusal {
        Facts facts = carriedOut((vertx, cassandra) -> cassandra == null
                ? EmbeddedBackup.renew(config.storeFolder(), config.store())
                : CassandraBackup.renew(vertx, cassandra, progress));
        out.println("renewed: " + counts(facts) + ", incarnation " + facts.incarnation() + ".");
    }

    /** Of one store or the other. */
    private interface Command {
        /** @param cassandra null: the store is the embedded one */
        Facts carriedOut(Vertx vertx, @Nullable CassandraOptions cassandra) throws BackupTrouble, CannotOpen;
    }

    private Facts carriedOut(Command command) throws Refusal {
        Vertx vertx = Vertx.vertx();
        try {
            return command.carriedOut(vertx, config.cassandra());
        } catch (BackupTrouble | CannotOpen cannot) {
            throw new Refusal(String.valueOf(cannot.getMessage()));
        } finally {
            vertx.close();
        }
    }

    private void say(String what, Facts facts, Path backup) throws Refusal {
        try {
            double bytes = Backup.open(backup, facts.store()).bytes();
            double seconds = (double) (System.nanoTime() - beganAt) / TimeUnit.SECONDS.toNanos(1);
            out.println(what + ": " + counts(facts)
                    + String.format(Locale.ROOT, ", %.1f MiB in %.1f s", bytes / MIB, seconds) + ", incarnation "
                    + facts.incarnation() + ".");
        } catch (BackupTrouble | IOException cannot) {
            throw new Refusal("the backup in " + backup + " was there and is no longer: " + cannot.getMessage());
        }
    }

    private static String counts(Facts facts) {
        return facts.conversations() + " conversations, " + facts.entries() + " entries";
    }
}
