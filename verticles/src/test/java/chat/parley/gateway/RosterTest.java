package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.CARLA;
import static chat.parley.gateway.GatewayStage.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.store.RowsRead;
import chat.parley.store.Scribe;
import chat.parley.store.Stores;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import java.util.List;
import org.junit.jupiter.api.Test;

class RosterTest {
    private static final ConversationId LARGE = new ConversationId("large");

    private final GatewayStage stage = new GatewayStage();

    @Test
    void itIsReadAgainOnceMembersHaveChanged() {
        stage.group(ANNA, BEN);
        stage.device(ANNA, "phone");
        Roster roster = new Roster(stage.loop, stage.stores.directory(), stage.gateway.gates);
        assertThat(roster.of(GROUP).result()).containsExactlyInAnyOrder(ANNA, BEN);
        stage.say(ANNA, "nothing changes by that");
        stage.isStoreDown = true;
        assertThat(roster.of(GROUP).result()).containsExactlyInAnyOrder(ANNA, BEN);

        stage.isStoreDown = false;
        stage.add(ANNA, CARLA);
        stage.remove(ANNA, BEN);
        assertThat(roster.of(GROUP).result()).containsExactlyInAnyOrder(ANNA, CARLA);
    }

    @Test
    void itKeepsSoManyMembersAndNotMore() {
        Stores stores = new MemoryStore(false, 7).stores(Weather.FINE);
        Gates gates = stage.gateway.gates;
        LocalUser here = new LocalUser(ANNA, new Allowance(ANNA, 1, 1, 0, due -> {}));
        Scribe scribe = new Scribe(stores);
        UserId[] others = new UserId[99];
        for (int i = 0; i < others.length; i++) others[i] = new UserId("user-" + i);
        Roster roster = new Roster(stage.loop, stores.directory(), gates);
        for (int i = 0; i < Roster.KEPT_MAX / 100; i++) {
            ConversationId conversation = new ConversationId("group-" + i);
            scribe.group(conversation, others);
            gates.attach(here, conversation, 2, others.length + 1);
            roster.of(conversation);
            roster.of(conversation);
        }

        assertThat(roster.size()).isBetween(Roster.KEPT_MAX - 200, Roster.KEPT_MAX);
    }

    @Test
    void ofMoreThanAHundredMembersNobodyIsToldAndLittleIsRead() {
        Stores stores = new MemoryStore(false, 7).stores(Weather.FINE);
        Scribe scribe = new Scribe(stores);
        UserId[] others = new UserId[5_000];
        for (int i = 0; i < others.length; i++) others[i] = new UserId("user-" + i);
        scribe.group(LARGE, others);
        RowsRead read = new RowsRead(stores.directory());
        Roster roster = new Roster(stage.loop, read.directory, stage.gateway.gates);
        assertThat(roster.of(LARGE).result()).isEmpty();
        assertThat(read.members).isEqualTo(101);

        scribe.write(LARGE, Scribe.ANN, new Content.MembersRemoved(List.of(new Content.Departure(others[7], 2))));
        stage.loop.advance(59_000);
        for (int i = 0; i < 100; i++) assertThat(roster.of(LARGE).result()).isEmpty();
        assertThat(read.members).as("whoever came and went").isEqualTo(101);
        stage.loop.advance(2_000);
        assertThat(roster.of(LARGE).result()).isEmpty();
        assertThat(read.members).isEqualTo(202);
    }

    @Test
    void whatHasBecomeSmallIsToldAgainAMinuteLater() {
        Stores stores = new MemoryStore(false, 7).stores(Weather.FINE);
        Scribe scribe = new Scribe(stores);
        UserId[] others = new UserId[100];
        for (int i = 0; i < others.length; i++) others[i] = new UserId("user-" + i);
        scribe.group(LARGE, others);
        Roster roster = new Roster(stage.loop, stores.directory(), stage.gateway.gates);
        assertThat(roster.of(LARGE).result()).isEmpty();

        scribe.write(LARGE, Scribe.ANN, new Content.MembersRemoved(List.of(new Content.Departure(others[7], 2))));
        stage.loop.advance(61_000);
        assertThat(roster.of(LARGE).result()).hasSize(100).doesNotContain(others[7]);
    }
}
