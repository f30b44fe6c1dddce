package chat.parley.presence;

import chat.parley.bus.Topology;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.ObjIntConsumer;

/** Users by the gateways where they are; who is nowhere drops out. Users who are all at one gateway, as they mostly are, keep their list. */
final class Split {
    private final UserTable table;
    private final Topology topology;

    Split(UserTable table, Topology topology) {
        this.table = table;
        this.topology = topology;
    }

    /** @param ofOwner told of users whose shard is another node's */
    void of(List<UserId> users, ObjIntConsumer<List<UserId>> atGateway, BiConsumer<List<UserId>, String> ofOwner) {
        int count = users.size();
        if (count == 0) return;
        int first = table.placeOf(users.get(0));
        int same = 1;
        if (first >= 0) while (same < count && table.placeOf(users.get(same)) == first) same++;
        if (first >= 0 && same == count) {
            atGateway.accept(users, first);
            return;
        }
        Map<Integer, List<UserId>> there = new LinkedHashMap<>();
        Map<String, List<UserId>> elsewhere = new LinkedHashMap<>(0);
        for (UserId user : users) {
            if (!table.isMine(user)) {
                String owner = topology.presenceOwner(user.shard());
                if (owner != null)
                    elsewhere.computeIfAbsent(owner, any -> new ArrayList<>()).add(user);
                continue;
            }
            int place = table.placeOf(user);
            if (place == Places.NONE) continue;
            if (place >= 0)
                there.computeIfAbsent(place, any -> new ArrayList<>(count)).add(user);
            else
                for (int each : table.several(place))
                    there.computeIfAbsent(each, any -> new ArrayList<>(count)).add(user);
        }
        there.forEach((gateway, some) -> atGateway.accept(some, gateway));
        elsewhere.forEach((owner, some) -> ofOwner.accept(some, owner));
    }
}
