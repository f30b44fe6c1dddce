package chat.parley.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The users of a run and their conversations, made over HTTP. Each run has users of its own. */
public final class Accounts {
    /**
     * @param conversationId the one conversation that the user is in; null for none
     * @param head its last sequence
     */
    public record Account(String token, @Nullable String conversationId, long head) {}

    /** Who says what a user shows to be let in. */
    public interface Tokens {
        String of(String userId) throws Exception;
    }

    private static final int AT_ONCE = 8;
    private static final int ADDED_MAX = 1_000;
    private static final int TRIES_MAX = 5; // of a cluster that has just begun
    private static final Duration ANSWERED = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;
    private final Tokens tokens;
    private final AtomicInteger made = new AtomicInteger(); // conversations
    private final String prefix = "load" + Long.toString(System.nanoTime() & 0xFFFFFFF, 36) + "-";

    Accounts(InetSocketAddress node) {
        this("http://" + node.getHostString() + ":" + node.getPort(), null);
    }

    /**
     * @param base the address of a server, like {@code https://chat.example.org}
     * @param tokens null: development tokens, of that server
     */
    public Accounts(String base, @Nullable Tokens tokens) {
        this.base = base;
        this.tokens = tokens == null ? this::developmentToken : tokens;
    }

    /** Users with nobody to talk to. */
    List<Account> alone(int count) throws Exception {
        return tokens(count).stream().map(token -> new Account(token, null, 0)).toList();
    }

    /** Users who are each in so many groups, in which nobody else ever comes. */
    List<Account> apart(int count, int conversations) throws Exception {
        List<String> tokens = tokens(count);
        each(count * conversations, number -> {
            int user = number / conversations;
            return call("/v1/conversations", tokens.get(user), groupOf(number, new int[] {count + user}));
        });
        return tokens.stream().map(token -> new Account(token, null, 0)).toList();
    }

    /** Users 0 and 1 share a conversation, 2 and 3, and so on. */
    List<Account> pairs(int count) throws Exception {
        List<String> tokens = tokens(count);
        List<Account> first = each(count / 2, pair -> direct(tokens.get(2 * pair), 2 * pair + 1));
        return IntStream.range(0, count)
                .mapToObj(user -> of(tokens.get(user), first.get(user / 2)))
                .toList();
    }

    /** Groups of users one after another; behind them all {@code extra} (0 or 1) more users of each group. */
    List<Account> groups(int groups, int size, int extra) throws Exception {
        List<String> tokens = tokens(groups * (size + extra));
        List<Account> made = each(groups, group -> {
            int[] others = IntStream.concat(
                            IntStream.range(group * size + 1, (group + 1) * size),
                            IntStream.range(0, extra).map(i -> groups * size + group))
                    .toArray();
            return group(tokens.get(group * size), group, others);
        });
        return IntStream.range(0, tokens.size())
                .mapToObj(user ->
                        of(tokens.get(user), made.get(user < groups * size ? user / size : user - groups * size)))
                .toList();
    }

    /**
     * A conversation for each of these sets of users, the first of whom makes it: a direct one of two, else a group.
     *
     * @param tokens of {@link #tokens}
     */
    public List<Account> conversations(List<String> tokens, List<int[]> members) throws Exception {
        int first = made.getAndAdd(members.size());
        return each(members.size(), number -> {
            int[] all = members.get(number);
            String token = tokens.get(all[0]);
            if (all.length == 2) return direct(token, all[1]);
            return group(token, first + number, Arrays.copyOfRange(all, 1, all.length));
        });
    }

    /** Others than these. */
    Accounts others() {
        return new Accounts(base, tokens);
    }

    /** From now on whoever shares a conversation with them sees whether they are there. */
    public void showThemselves(List<Account> accounts) throws Exception {
        each(accounts.size(), user -> {
            Account account = accounts.get(user);
            return send("PATCH", "/v1/settings", account.token, "{\"presence\":\"everyone\"}");
        });
    }

    private static Account of(String token, Account creator) {
        return new Account(token, creator.conversationId, creator.head);
    }

    /** A list of users from there on, as many as one request may name. */
    private String names(int[] users, int from) {
        return IntStream.range(from, Math.min(users.length, from + ADDED_MAX))
                .mapToObj(i -> Json.quote(name(users[i])))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private Account direct(String token, int other) throws IOException, InterruptedException {
        return create(token, "{\"type\":\"direct\",\"memberIds\":[\"" + name(other) + "\"]}");
    }

    private Account group(String token, int number, int[] others) throws IOException, InterruptedException {
        Account created = create(token, groupOf(number, others));
        for (int from = ADDED_MAX; from < others.length; from += ADDED_MAX) {
            call(
                    "/v1/conversations/" + created.conversationId + "/members",
                    token,
                    "{\"userIds\":" + names(others, from) + "}");
        }
        return others.length > ADDED_MAX ? at(token, created.conversationId) : created;
    }

    private String groupOf(int number, int[] others) {
        return "{\"type\":\"group\",\"name\":\"load " + number + "\",\"clientRequestId\":\"" + number
                + "\",\"memberIds\":" + names(others, 0) + "}";
    }

    private Account create(String token, String body) throws IOException, InterruptedException {
        return at(token, text(call("/v1/conversations", token, body), "conversationId"));
    }

    private Account at(String token, @Nullable String id) throws IOException, InterruptedException {
        String page = call("/v1/conversations/" + id + "/messages?limit=1", token, null);
        return new Account(token, id, Long.parseLong(value(page, "head", "-?\\d+")));
    }

    /** Of users 0, 1, 2 and so on. */
    public List<String> tokens(int count) throws Exception {
        return each(count, user -> tokens.of(name(user)));
    }

    private String developmentToken(String userId) throws IOException, InterruptedException {
        return text(call("/v1/dev/tokens", null, "{\"userId\":\"" + userId + "\"}"), "token");
    }

    /** The id of a user. */
    public String name(int user) {
        return prefix + user;
    }

    private interface Step<T> {
        T at(int index) throws Exception;
    }

    private static <T> List<T> each(int count, Step<T> step) throws Exception {
        IntFunction<Callable<T>> call = index -> () -> step.at(index);
        try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
            List<T> results = new ArrayList<>(count);
            for (Future<T> result :
                    pool.invokeAll(IntStream.range(0, count).mapToObj(call).toList())) {
                results.add(result.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the users and conversations could not be made: " + e.getCause(), e);
        }
    }

    /** A GET, or a POST if there is a body. */
    private String call(String path, @Nullable String token, @Nullable String body)
            throws IOException, InterruptedException {
        return send(body == null ? "GET" : "POST", path, token, body);
    }

    private String send(String method, String path, @Nullable String token, @Nullable String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(ANSWERED);
        if (token != null) request.header("Authorization", "Bearer " + token);
        if (body != null) request.header("Content-Type", "application/json");
        request.method(
                method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        for (int tries = 1; answer.statusCode() >= 503 && tries < TRIES_MAX; tries++) {
            TimeUnit.SECONDS.sleep(1);
            answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(path + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    private static String text(String json, String field) {
        return value(json, field, "\"([^\"]*)\"").replace("\"", "");
    }

    private static String value(String json, String field, String pattern) {
        var matcher =
                Pattern.compile("\"" + field + "\"\\s*:\\s*(" + pattern + ")").matcher(json);
        if (!matcher.find()) throw new IllegalStateException("no " + field + " in " + json);
        return matcher.group(1);
    }
}
