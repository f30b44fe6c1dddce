package chat.parley.node;

import chat.parley.store.CannotOpen;
import chat.parley.store.backup.Backup;
import chat.parley.store.backup.BackupTrouble;
import chat.parley.store.backup.Facts;
import chat.parley.store.backup.Progress;
import chat.parley.store.embedded.EmbeddedBackup;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

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
        say("backup", carriedOut(() -> EmbeddedBackup.make(config.storeFolder(), config.store(), to, progress)), to);
    }

    void restore(Path from) throws Refusal {
        say(
                "restored",
                carriedOut(() -> EmbeddedBackup.restore(config.storeFolder(), config.store(), from, progress)),
                from);
    }

    void renew() throws Refusal {
        Facts facts = carriedOut(() -> EmbeddedBackup.renew(config.storeFolder(), config.store()));
        out.println("renewed: " + counts(facts) + ", incarnation " + facts.incarnation() + ".");
    }

    private interface Command {
        Facts carriedOut() throws BackupTrouble, CannotOpen;
    }

    private static Facts carriedOut(Command command) throws Refusal {
        try {
            return command.carriedOut();
        } catch (BackupTrouble | CannotOpen cannot) {
            throw new Refusal(String.valueOf(cannot.getMessage()));
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
