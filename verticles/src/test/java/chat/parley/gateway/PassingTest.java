package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Event;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.wire.EventJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is told who comes to a large group, and who is told how many, live and from memory. */
class PassingTest {
    private static final ConversationId GROUP = new ConversationId("group");
    private static final UserId ANNA = new UserId("anna");
    private static final UserId BEN = new UserId("ben");
    private static final UserId CARLA = new UserId("carla");

    private final Event adds = event(2, new Content.MembersAdded(List.of(BEN), Role.MEMBER));
    private final Event says = event(3, Content.Message.of("welcome"));
    private final Passing passing = new Passing(GROUP, List.of(adds, says));

    @Test
    void membersAreToldHowMany() {
        assertThat(passing.isSpecialFor(CARLA, Role.MEMBER)).isFalse();
        assertThat(passing.packet().frames()).hasSize(2);
        assertThat(text(passing.packet().frames().getFirst()))
                .contains("\"userCount\":1")
                .doesNotContain("ben");
        assertThat(passing.packet().frames().getLast()).isSameAs(says.json());
        passing.release();
    }

    @Test
    void adminsTheSenderAndThoseConcernedAreToldWho() {
        assertThat(passing.isSpecialFor(CARLA, Role.ADMIN)).isTrue();
        assertThat(passing.frame(0, CARLA, Role.OWNER)).isSameAs(adds.json());
        assertThat(passing.isSpecialFor(BEN, Role.MEMBER)).isTrue();
        assertThat(passing.frame(0, BEN, Role.MEMBER)).isSameAs(adds.json());
        assertThat(passing.isSpecialFor(ANNA, Role.MEMBER)).isTrue();
        assertThat(text(passing.own(0))).contains("\"userIds\":[\"ben\"]");
    }

    @Test
    void whoComesBackIsToldTheSame() {
        Recent recent = new Recent(100_000, 100);
        recent.add(GROUP, passing.run);
        List<Recent.Item> items = recent.range(GROUP, 1, 3, 10);
        assertThat(items).isNotNull();
        Recent.Item first = items.getFirst();
        assertThat(text(first.json(CARLA, Role.MEMBER)))
                .contains("\"userCount\":1")
                .doesNotContain("ben");
        assertThat(text(first.json(CARLA, Role.ADMIN))).contains("\"userIds\":[\"ben\"]");
        assertThat(text(first.json(BEN, Role.MEMBER))).contains("\"userIds\":[\"ben\"]");
        assertThat(text(first.json(ANNA, Role.MEMBER))).contains("\"userIds\":[\"ben\"]", "\"clientMessageId\":\"m\"");
        assertThat(items.getLast().json(CARLA, Role.MEMBER)).isSameAs(says.json());
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static Event event(long sequence, Content content) {
        Entry entry =
                new Entry(GROUP, sequence, sequence, 9, ANNA, "m", new Digest(1, 0, 0), "", 1, 1, 5_000, 1, content);
        return new Event(entry, EventJson.encode(entry));
    }
}
