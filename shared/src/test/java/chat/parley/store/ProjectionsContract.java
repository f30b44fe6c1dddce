package chat.parley.store;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.BOB;
import static chat.parley.store.Scribe.EVE;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Entry;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.store.History.IdKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every {@link Projections} promises: twice is once, and in any order the later stays. */
public abstract class ProjectionsContract {
    private static final int SHARD = 9;
    private static final ConversationId ONE = conversation(SHARD, 0);
    private static final ConversationId OTHER = conversation(SHARD, 1);
    private static final int ORDERS = 12;

    /** Stores without any data, others each time. */
    protected abstract Stores empty() throws Exception;

    @Test
    void whatIsProjectedCanBeReadAtOnce() throws Exception {
        Stores stores = empty();
        Scribe scribe = new Scribe(stores);
        List<Entry> story = story(scribe);
        assertThat(scribe.append(story)).isEqualTo(new Appended.Done());
        await(stores.projections().project(SHARD, story));
        assertThat(await(stores.history().after(ONE, 0, 100, 1 << 20))).hasSize(countOf(ONE, story));
        assertThat(await(stores.directory().heads(List.of(ONE))).values())
                .extracting(Directory.Head::sequence)
                .containsExactly((long) countOf(ONE, story));
    }

    @Test
    void projectedTwiceIsProjectedOnce() throws Exception {
        Stores stores = empty();
        Scribe scribe = new Scribe(stores);
        List<Entry> story = story(scribe);
        scribe.append(story);
        await(stores.projections().project(SHARD, story));
        String once = tables(stores);
        await(stores.projections().project(SHARD, story));
        for (Entry entry : story) await(stores.projections().project(SHARD, List.of(entry)));
        assertThat(tables(stores)).isEqualTo(once);
    }

    @Test
    void inAnyOrderTheLaterStays() throws Exception {
        String expected = "";
        for (int seed = 0; seed <= ORDERS; seed++) {
            Stores stores = empty();
            Scribe scribe = new Scribe(stores);
            List<Entry> story = story(scribe);
            scribe.append(story);
            List<Entry> order = new ArrayList<>(story);
            if (seed > 0) Collections.shuffle(order, new Random(seed));
            for (Entry entry : order) await(stores.projections().project(SHARD, List.of(entry)));
            if (seed == 0) expected = tables(stores);
            assertThat(tables(stores)).as("order of seed %d", seed).isEqualTo(expected);
        }
    }

    /** Entries of two conversations that touch every table, some of them twice. */
    private static List<Entry> story(Scribe scribe) {
        List<Entry> story = new ArrayList<>();
        story.add(scribe.place(
                ONE, ANN, new Content.ConversationCreated(ConversationType.GROUP, new Settings("team", 0))));
        story.add(scribe.place(ONE, ANN, new Content.MembersAdded(List.of(BOB, EVE), Role.MEMBER)));
        story.add(scribe.place(ONE, ANN, Content.Message.of("one")));
        story.add(scribe.place(OTHER, BOB, new Content.ConversationCreated(ConversationType.DIRECT, Settings.NONE)));
        story.add(scribe.place(OTHER, BOB, new Content.MembersAdded(List.of(ANN), Role.MEMBER)));
        story.add(scribe.place(ONE, BOB, Content.Message.of("two")));
        story.add(scribe.place(ONE, ANN, new Content.Edit(3, "one, edited", List.of())));
        story.add(scribe.place(ONE, ANN, new Content.Edit(3, "one, edited again", List.of(5L))));
        story.add(scribe.place(ONE, BOB, new Content.Edit(4, "two, edited", List.of())));
        story.add(scribe.place(ONE, BOB, new Content.Delete(4, List.of(7L))));
        story.add(scribe.place(ONE, ANN, new Content.RoleChanged(BOB, 2, Role.ADMIN)));
        story.add(scribe.place(ONE, ANN, new Content.ConversationUpdated(new Settings("renamed", 1))));
        story.add(scribe.place(ONE, ANN, new Content.MembersRemoved(List.of(new Content.Departure(EVE, 2)))));
        story.add(scribe.place(OTHER, ANN, Content.Message.of("elsewhere")));
        story.add(scribe.place(ONE, ANN, new Content.MembersAdded(List.of(EVE), Role.MEMBER)));
        story.add(scribe.place(ONE, EVE, Content.Message.of("back")));
        story.add(scribe.place(ONE, ANN, new Content.ConversationUpdated(new Settings("renamed again", 2))));
        story.add(scribe.place(ONE, ANN, new Content.RoleChanged(BOB, 2, Role.OWNER)));
        story.add(scribe.place(ONE, BOB, new Content.MemberLeft(new Content.Departure(BOB, 2))));
        story.add(scribe.place(ONE, ANN, new Content.UserBanned(BOB)));
        story.add(scribe.place(ONE, ANN, new Content.InvitationCreated("one", 0, 5, 3, 0)));
        var use = new Content.InvitationUse("one", 3, 1);
        story.add(scribe.place(ONE, EVE, new Content.MembersAdded(List.of(EVE), Role.MEMBER, use)));
        story.add(scribe.place(ONE, ANN, new Content.InvitationRevoked("one", 3)));
        story.add(scribe.place(ONE, ANN, new Content.UserUnbanned(BOB)));
        story.add(scribe.place(ONE, ANN, new Content.InvitationCreated("two", 0, 0, 3, 0)));
        var other = new Content.InvitationUse("two", 3, 1);
        story.add(scribe.place(ONE, BOB, new Content.MembersAdded(List.of(BOB), Role.MEMBER, other)));
        return story;
    }

    /** All that can be read, as text. */
    private static String tables(Stores stores) {
        List<Object> all = new ArrayList<>();
        for (ConversationId conversation : List.of(ONE, OTHER)) {
            List<StoredEntry> page = await(stores.history().after(conversation, 0, 100, 1 << 20));
            all.addAll(page);
            for (StoredEntry each : page) {
                Entry entry = each.entry();
                var id = new IdKey(conversation, entry.senderId(), entry.clientMessageId());
                all.add(await(stores.history().ids(List.of(id))));
            }
            all.add(await(stores.directory().conversations(List.of(conversation))));
            all.addAll(await(stores.directory().members(conversation, "", 100)));
            all.addAll(await(stores.directory().bans(conversation, "", 100)));
            all.addAll(await(stores.directory().invitations(conversation)));
        }
        for (var user : List.of(ANN, BOB, EVE))
            all.addAll(await(stores.directory().inbox(user)));
        return String.join("\n", all.stream().map(Object::toString).toList());
    }

    private static int countOf(ConversationId conversation, List<Entry> story) {
        return (int) story.stream()
                .filter(entry -> entry.conversationId().equals(conversation))
                .count();
    }
}
