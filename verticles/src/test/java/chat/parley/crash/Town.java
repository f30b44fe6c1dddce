package chat.parley.crash;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Who talks with whom: six members in four groups and three pairs, some with two devices, and two guests whom the owners of the
 * groups let in and put out.
 */
final class Town {
    static final List<String> MEMBERS = List.of("m0", "m1", "m2", "m3", "m4", "m5");
    static final List<String> GUESTS = List.of("g0", "g1");
    static final List<String> DEVICES = List.of(
            "m0/phone",
            "m0/laptop",
            "m1/phone",
            "m1/laptop",
            "m2/phone",
            "m2/laptop",
            "m3/phone",
            "m4/phone",
            "m5/phone",
            "g0/phone",
            "g1/phone");
    private static final int GROUPS = 4;
    private static final int GROUP_MEMBERS = 4;

    private final Map<String, String> tokens = new LinkedHashMap<>();
    private final Map<String, List<String>> members = new LinkedHashMap<>(); // by conversation, the owner first
    private final List<String> groups = new ArrayList<>();

    Town(Api api) throws IOException, Api.Refused, InterruptedException {
        for (String user : MEMBERS) tokens.put(user, api.token(user));
        for (String user : GUESTS) tokens.put(user, api.token(user));
        for (int group = 0; group < GROUPS; group++) {
            int first = group;
            groups.add(create(
                    api,
                    "group",
                    IntStream.range(0, GROUP_MEMBERS)
                            .mapToObj(i -> MEMBERS.get((first + i) % MEMBERS.size()))
                            .toList()));
        }
        for (int pair = 0; pair < MEMBERS.size(); pair += 2) create(api, "direct", MEMBERS.subList(pair, pair + 2));
    }

    private String create(Api api, String type, List<String> users)
            throws IOException, Api.Refused, InterruptedException {
        JsonObject wanted =
                new JsonObject().put("type", type).put("memberIds", new JsonArray(users.subList(1, users.size())));
        String conversation = api.call("POST", "/v1/conversations", token(users.getFirst()), null, wanted)
                .getString("conversationId");
        members.put(conversation, users);
        return conversation;
    }

    String token(String user) {
        return tokens.getOrDefault(user, "");
    }

    List<String> groups() {
        return groups;
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
        if (GUESTS.contains(user)) return groups;
        return conversations().stream()
                .filter(conversation -> members(conversation).contains(user))
                .toList();
    }
}
