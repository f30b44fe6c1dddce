package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Address;
import chat.parley.bus.Bus.Received;
import chat.parley.bus.Deliver;
import chat.parley.bus.ManualLoop;
import chat.parley.bus.MemoryBus;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Route;
import chat.parley.bus.Topology;
import chat.parley.bus.Topology.Node;
import chat.parley.gateway.Announcer.Standing;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.presence.PresenceConfig;
import chat.parley.presence.PresenceVerticle;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gateways and presence nodes together, on a bus that loses, while users come and go and nodes do too. */
class RegistryTest {
    private static final List<String> NODES = List.of("a", "b", "c");
    private static final List<UserId> USERS = users(300);
    private static final ConversationId CONVERSATION = new ConversationId("c");

    private final ManualLoop loop = new ManualLoop();
    private final MemoryBus bus = new MemoryBus(loop);
    private final Map<String, Topology> topologies = new LinkedHashMap<>();
    private final Map<String, PresenceVerticle> presences = new LinkedHashMap<>();
    private final Map<String, Registrar> registrars = new LinkedHashMap<>();
    private final Map<String, TreeSet<UserId>> truth = new LinkedHashMap<>();
    private final Map<String, TreeSet<UserId>> delivered = new LinkedHashMap<>();
    private final List<Standing> standings = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void afterAllTroubleTheRegistryIsRight(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (String node : NODES) start(node, random);
        bus.lose(message -> random.nextInt(100) < 15);

        for (int round = 0; round < 300; round++) {
            comeOrGo(random);
            if (round % 40 == 20) for (Topology each : topologies.values()) each.update(nodes(NODES.subList(0, 2)));
            if (round % 40 == 35) for (Topology each : topologies.values()) each.update(nodes(NODES));
            loop.advance(random.nextInt(60));
        }
        for (Topology each : topologies.values()) each.update(nodes(NODES));
        loop.advance(10_000);
        bus.lose(message -> false);
        loop.advance(65_000);

        for (String node : NODES) presenceKnowsEverybodyFrom(node);
        int online =
                new TreeSet<>(truth.values().stream().flatMap(TreeSet::stream).toList()).size();
        assertThat(presences.values().stream().mapToInt(PresenceVerticle::users).sum())
                .isEqualTo(online);
        assertThat(standings).anyMatch(standing -> !standing.answered()).anyMatch(Standing::answered);
    }

    /** One of the heads that is for everybody reaches every gateway with exactly those who are there, whomever it is sent to. */
    private void presenceKnowsEverybodyFrom(String node) {
        delivered.values().forEach(TreeSet::clear);
        bus.send(Address.presence(node), new Route(1, List.of(), List.of(new Route.HeadHint(CONVERSATION, 1, USERS))));
        loop.settle();
        assertThat(delivered).isEqualTo(truth);
    }

    private void comeOrGo(SplittableRandom random) {
        for (int change = random.nextInt(20); change > 0; change--) {
            String gateway = NODES.get(random.nextInt(NODES.size())) + ".0";
            UserId user = USERS.get(random.nextInt(USERS.size()));
            TreeSet<UserId> there = truth.get(gateway);
            if (there.contains(user)) {
                there.remove(user);
                registrars.get(gateway).gone(user);
            } else {
                there.add(user);
                boolean[] isFirst = {true};
                registrars.get(gateway).came(user, standing -> {
                    if (isFirst[0]) standings.add(standing);
                    isFirst[0] = false;
                });
            }
        }
    }

    private void start(String node, SplittableRandom random) {
        Topology topology = new Topology(node, nodes(NODES));
        topologies.put(node, topology);
        PresenceVerticle presence =
                new PresenceVerticle(node, 1, bus, loop, topology, random.split(), PresenceConfig.DEFAULT);
        presence.start();
        presences.put(node, presence);
        String gateway = node + ".0";
        truth.put(gateway, new TreeSet<>());
        delivered.put(gateway, new TreeSet<>());
        bus.listen(Address.gateway(gateway), message -> receive(gateway, message));
        Registrar registrar = new Registrar(gateway, 1, bus, loop, topology, 2_000, wrong -> {});
        registrar.start();
        registrars.put(gateway, registrar);
    }

    private void receive(String gateway, Received message) {
        Deliver deliver = (Deliver) message.body();
        for (Route.HeadHint hint : deliver.heads()) delivered.get(gateway).addAll(hint.users());
    }

    private static List<Node> nodes(List<String> names) {
        return names.stream()
                .map(name -> new Node(name, EnumSet.allOf(NodeRole.class)))
                .toList();
    }

    private static List<UserId> users(int count) {
        List<UserId> users = new ArrayList<>();
        for (int i = 0; i < count; i++) users.add(new UserId("user" + i));
        return users;
    }
}
