package chat.parley.load.gatling;

import chat.parley.load.Accounts;
import io.gatling.commons.util.DefaultClock;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What all users of a run share: the servers, the times, the users and their conversations, what is counted. The settings of it are system
 * properties, as Gatling makes a simulation of its name alone.
 */
final class Run {
    /** The addresses of servers, with commas between; users take them in turn. */
    static final String URL = "url";

    /** A command that prints a token for the user whose id is its last argument; without one, development tokens. */
    static final String TOKEN_COMMAND = "token-command";

    private static final DefaultClock CLOCK = new DefaultClock();
    private static final int SLICES = 120;
    private static final int TOKEN_SECONDS = 30;
    private static final int TOKEN_BYTES_MAX = 64 << 10;
    private static volatile @Nullable Run current;

    private final Listed listed;
    private final List<String> servers;
    private final Accounts accounts;
    private final List<String> tokens;
    private final Figures figures;
    private final Ledger ledger = new Ledger();
    private final AtomicLong beganMillis = new AtomicLong();
    private final int users;
    private final int bodyLength;

    /** @param tokens of as many users as it has */
    Run(Listed listed, Accounts accounts, List<String> tokens) {
        this.listed = listed;
        servers = urls();
        users = value("users");
        bodyLength = value("body");
        figures = new Figures(Math.max(1, Math.ceilDiv(seconds(), SLICES)) * 1_000);
        this.accounts = accounts;
        this.tokens = tokens;
    }

    /** Makes as many users as it is told to; their conversations are made by who knows them. */
    static Run begin(Listed listed) throws Exception {
        Accounts accounts = accounts();
        Run run = new Run(listed, accounts, accounts.tokens(listed.value("users")));
        current = run;
        return run;
    }

    /** The last that began in this process. */
    static @Nullable Run current() {
        return current;
    }

    private static List<String> urls() {
        return List.of(System.getProperty(URL, "http://127.0.0.1:8080").split(","));
    }

    /** Users of these servers that nobody has been yet. */
    static Accounts accounts() {
        String command = System.getProperty(TOKEN_COMMAND);
        return new Accounts(urls().getFirst(), command == null ? null : user -> token(command, user, TOKEN_SECONDS));
    }

    /** What the command prints; it is ended if it takes longer. */
    static String token(String command, String userId, int secondsMax) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(command.trim().split("\\s+")));
        words.add(userId);
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (InputStream out = process.getInputStream()) {
            if (!process.waitFor(secondsMax, TimeUnit.SECONDS)) // as it would, if it had more to say than a pipe takes
            throw new IOException("'" + command + "' took longer than " + secondsMax + " s for a token");
            String said = new String(out.readNBytes(TOKEN_BYTES_MAX)).strip();
            if (process.exitValue() != 0 || said.isEmpty())
                throw new IOException("'" + command + "' gave no token for " + userId);
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    Listed listed() {
        return listed;
    }

    int value(String setting) {
        return listed.value(setting);
    }

    int users() {
        return users;
    }

    int bodyLength() {
        return bodyLength;
    }

    Figures figures() {
        return figures;
    }

    Ledger ledger() {
        return ledger;
    }

    List<String> servers() {
        return servers;
    }

    /** Where a user connects to. */
    String server(int user) {
        return servers.get(user % servers.size());
    }

    /** Likewise, for WebSockets. */
    String webSocketServer(int user) {
        return server(user).replaceFirst("^http", "ws");
    }

    String userId(int user) {
        return accounts.name(user);
    }

    /** A device for each user, with nobody to talk to yet. */
    List<Device> devices() {
        return IntStream.range(0, users)
                .mapToObj(user -> new Device(this, accounts.name(user), tokens.get(user)))
                .toList();
    }

    /** A conversation for each of these sets of users. */
    void converse(List<Device> devices, List<int[]> members) throws Exception {
        List<Accounts.Account> made = accounts.conversations(tokens, members);
        for (int i = 0; i < made.size(); i++) {
            Accounts.Account conversation = made.get(i);
            if (conversation.conversationId() == null) throw new IllegalStateException("a conversation without an id");
            for (int user : members.get(i)) devices.get(user).joins(conversation.conversationId(), conversation.head());
        }
    }

    /** Users in groups of that size, one after another; who is left over joins the last. */
    List<int[]> groupsOf(int size) {
        int groups = Math.max(1, users / size);
        return IntStream.range(0, groups)
                .mapToObj(group -> IntStream.range(group * size, group == groups - 1 ? users : (group + 1) * size)
                        .toArray())
                .toList();
    }

    /** From now on all see whether they are there. */
    void showThemselves() throws Exception {
        accounts.showThemselves(tokens.stream()
                .map(token -> new Accounts.Account(token, null, 0))
                .toList());
    }

    // Times, in milliseconds since the epoch.

    /** By Gatling's clock, which says when messages came, and never goes back. */
    static long nowMillis() {
        return CLOCK.nowMillis();
    }

    /** The first user has come. */
    void came(long nowMillis) {
        if (beganMillis.compareAndSet(0, nowMillis)) figures.begin(nowMillis);
    }

    int seconds() {
        return arrivalSeconds() + value("warm") + value("seconds");
    }

    /** How long users come. */
    int arrivalSeconds() {
        return Math.ceilDiv(users, value("logins"));
    }

    /** From when on messages are sent. */
    long talkMillis() {
        return beganMillis.get() + TimeUnit.SECONDS.toMillis(arrivalSeconds());
    }

    /** From when on latencies count. */
    long measureMillis() {
        return talkMillis() + TimeUnit.SECONDS.toMillis(value("warm"));
    }

    /** Until when they are sent. */
    long endMillis() {
        return measureMillis() + TimeUnit.SECONDS.toMillis(value("seconds"));
    }

    /** Whether a latency counts that began then. */
    boolean counts(long beganMillis) {
        return beganMillis >= measureMillis();
    }
}
