package chat.parley.crash;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Who talks with whom: members in groups of four and in pairs, some with two devices, and guests whom the owners of the first groups let
 * in and put out. Where there are {@link Audience}s, these are the groups that guests come to.
 */
final class Town {
    private static final int OPEN_GROUPS = 4;
    private static final int GROUP_MEMBERS = 4;
    private static final int STEPS = 5;
    private static final int FOUNDED_AT_ONCE = 8;
    private static final int PAGE_USERS = 1_000;
    private static final int PAGES_AT_ONCE = 4;
    private static final int READING_MEMBERS = 4;
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Scale scale;
    private final Map<String, String> tokens = new LinkedHashMap<>();
    private final Map<String, List<String>> members = new LinkedHashMap<>(); // by conversation, the owner first
    private final Map<String, Audience> audiences = new LinkedHashMap<>(); // by conversation
    private final List<String> openGroups;

    Town(Api api, Scale scale) throws IOException, Api.Refused, InterruptedException {
        this.scale = scale;
        for (String user : everybody()) tokens.put(user, api.token(user));
        for (Audience audience : scale.audiences)
            for (String comer : audience.knownComers())
                if (!tokens.containsKey(comer)) tokens.put(comer, api.token(comer));
        try (ExecutorService founders = Executors.newFixedThreadPool(FOUNDED_AT_ONCE)) {
            Map<Future<String>, List<String>> founded = new LinkedHashMap<>();
            Map<Future<String>, Audience> gathered = new LinkedHashMap<>();
            for (List<String> group : groups()) {
                JsonObject wanted = group(founded.size());
                founded.put(founders.submit(() -> create(api, wanted, group)), group);
            }
            for (Audience audience : scale.audiences) {
                JsonObject wanted = group(founded.size());
                List<String> online = online(audience, founded.size());
                Future<String> its = founders.submit(() -> create(api, wanted, online));
                founded.put(its, online);
                gathered.put(its, audience);
            }
            for (List<String> pair : pairs()) founded.put(founders.submit(() -> create(api, direct(), pair)), pair);
            for (Map.Entry<Future<String>, List<String>> each : founded.entrySet())
                members.put(each.getKey().get(), each.getValue());
            for (Map.Entry<Future<String>, Audience> each : gathered.entrySet())
                audiences.put(each.getKey().get(), each.getValue());
            fill(api);
        } catch (ExecutionException broken) {
            throw new IOException(broken.getCause());
        }
        openGroups = audiences.isEmpty() ? conversations().subList(0, OPEN_GROUPS) : List.copyOf(audiences.keySet());
    }

    private List<List<String>> groups() {
        return IntStream.range(0, scale.groups)
                .mapToObj(group -> IntStream.range(0, GROUP_MEMBERS)
                        .mapToObj(i -> member(group + i * (1 + group / scale.members % STEPS)))
                        .toList())
                .toList();
    }

    /** All members, or as many as there is room for; each audience has another owner. */
    private List<String> online(Audience audience, int number) {
        return IntStream.range(0, Math.min(scale.members, audience.least()))
                .mapToObj(i -> member(number + i))
                .toList();
    }

    /** With those who stay and are never online. */
    private void fill(Api api) throws InterruptedException, ExecutionException {
        List<Callable<JsonObject>> pages = new ArrayList<>();
        audiences.forEach((conversation, audience) -> {
            List<String> residents = audience.residents(members(conversation).size());
            for (int from = 0; from < residents.size(); from += PAGE_USERS) {
                List<String> page = residents.subList(from, Math.min(residents.size(), from + PAGE_USERS));
                pages.add(() -> add(api, conversation, page));
            }
        });
        try (ExecutorService adding = Executors.newFixedThreadPool(PAGES_AT_ONCE)) {
            for (Future<JsonObject> page : adding.invokeAll(pages)) page.get();
        }
    }

    private JsonObject add(Api api, String conversation, List<String> users)
            throws IOException, Api.Refused, InterruptedException {
        JsonObject wanted = new JsonObject().put("userIds", new JsonArray(users));
        String owner = members(conversation).getFirst();
        return ask(api, "/v1/conversations/" + conversation + "/members", owner, wanted);
    }

    /** First those that have nobody in common. */
    private List<List<String>> pairs() {
        record Pair(int one, int other) {}
        List<Pair> all = new ArrayList<>();
        for (int one = 0; one < scale.members; one++)
            for (int other = one + 1; other < scale.members; other++) all.add(new Pair(one, other));
        all.sort(Comparator.comparingInt((Pair pair) -> pair.other - pair.one)
                .thenComparingInt(pair -> pair.one % 2)
                .thenComparingInt(pair -> pair.one));
        return all.stream()
                .limit(scale.pairs)
                .map(pair -> List.of(member(pair.one), member(pair.other)))
                .toList();
    }

    private String member(int number) {
        return "m" + number % scale.members;
    }

    private String create(Api api, JsonObject wanted, List<String> users)
            throws IOException, Api.Refused, InterruptedException {
        wanted.put("memberIds", new JsonArray(users.subList(1, users.size())));
        return ask(api, "/v1/conversations", users.getFirst(), wanted).getString("conversationId");
    }

    /** Asks until it has been done, which is done once. */
    private JsonObject ask(Api api, String path, String user, JsonObject wanted)
            throws IOException, Api.Refused, InterruptedException {
        while (true) {
            try {
                return api.call("POST", path, token(user), null, wanted);
            } catch (Api.Refused refused) {
                if (!refused.retryable) throw refused;
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    private static JsonObject group(int number) {
        return new JsonObject().put("type", "group").put("clientRequestId", "group " + number);
    }

    private static JsonObject direct() {
        return new JsonObject().put("type", "direct");
    }

    List<String> everybody() {
        List<String> all = new ArrayList<>();
        for (int member = 0; member < scale.members; member++) all.add(member(member));
        all.addAll(guests());
        return all;
    }

    List<String> guests() {
        return IntStream.range(0, scale.guests).mapToObj(number -> "g" + number).toList();
    }

    boolean isGuest(String user) {
        return user.startsWith("g");
    }

    /** Each USER/DEVICE. */
    List<String> devices() {
        List<String> devices = new ArrayList<>();
        for (String user : everybody()) devices.add(user + "/phone");
        for (int member = 0; member < scale.laptops; member++) devices.add(member(member) + "/laptop");
        return devices;
    }

    String token(String user) {
        return tokens.getOrDefault(user, "");
    }

    /** Into which guests come. */
    List<String> openGroups() {
        return openGroups;
    }

    List<String> conversations() {
        return List.copyOf(members.keySet());
    }

    /** Those who are in it from the beginning to the end; the first may read all of it. */
    List<String> members(String conversation) {
        return members.getOrDefault(conversation, List.of());
    }

    /** What the user is in, or at times in. */
    List<String> conversationsOf(String user) {
        if (isGuest(user)) return openGroups;
        return conversations().stream()
                .filter(conversation -> members(conversation).contains(user))
                .toList();
    }

    /** The large ones. */
    Map<String, Audience> audiences() {
        return audiences;
    }

    /** Of those who come to a large group and go, some. */
    List<String> knownComers(String conversation) {
        Audience audience = audiences.get(conversation);
        return audience == null ? List.of() : audience.knownComers();
    }

    /** Who reads it at the end: those who are or were in it; of a large group, of those who always were some, and of those who are never online some. */
    List<String> readers(String conversation) {
        int always = audiences.containsKey(conversation) ? READING_MEMBERS : Integer.MAX_VALUE;
        List<String> readers =
                new ArrayList<>(members(conversation).stream().limit(always).toList());
        if (openGroups.contains(conversation)) readers.addAll(guests());
        readers.addAll(knownComers(conversation));
        return readers;
    }
}
