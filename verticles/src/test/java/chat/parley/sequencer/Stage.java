package chat.parley.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Address;
import chat.parley.bus.Answer;
import chat.parley.bus.ManualLoop;
import chat.parley.bus.Pull;
import chat.parley.bus.Pulled;
import chat.parley.bus.Route;
import chat.parley.bus.Submit;
import chat.parley.bus.Submitted;
import chat.parley.bus.Topology;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Draft;
import chat.parley.model.Entry;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.store.EventExport;
import chat.parley.store.LogRow;
import chat.parley.store.Stores;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import chat.parley.wire.ErrorCode;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A sequencer on a stage: a loop whose time stands still, a bus without a network, stores in memory. */
final class Stage {
    static final UserId ANNA = new UserId("anna");
    static final UserId BEN = new UserId("ben");
    static final UserId CARLA = new UserId("carla");
    static final UserId EVE = new UserId("eve");
    static final ConversationId GROUP = new ConversationId("group-1");
    static final int SHARD = GROUP.shard();

    final ManualLoop loop = new ManualLoop();
    final TestBus bus = new TestBus();
    final MemoryStore store;
    final SequencerConfig config;
    private int made;

    Stage(boolean deferred) {
        this(deferred, SequencerConfig.DEFAULT);
    }

    Stage(boolean deferred, SequencerConfig config) {
        this.config = config;
        store = new MemoryStore(deferred, 7);
    }

    static Stage withProjectionsInTheAppend() {
        return new Stage(false);
    }

    static Stage withDeferredProjections() {
        return new Stage(true);
    }

    SequencerVerticle sequencer(String node) {
        return sequencer(node, store.stores(Weather.FINE), config);
    }

    SequencerVerticle sequencer(String node, Stores stores, SequencerConfig config) {
        return sequencer(node, stores, null, config);
    }

    SequencerVerticle sequencer(String node, Stores stores, EventExport export, SequencerConfig config) {
        SequencerVerticle sequencer = new SequencerVerticle(
                node,
                0,
                node + "-boot",
                bus,
                loop,
                stores,
                export,
                Topology.single("here"),
                new Random(++made),
                config);
        sequencer.start();
        return sequencer;
    }

    /** One that serves the shard of {@link #GROUP}, with stores that do as the gate says. */
    SequencerVerticle serving(String node, Gate gate, SequencerConfig config) {
        SequencerVerticle sequencer = sequencer(node, gate.over(store.stores(Weather.FINE)), config);
        sequencer.take(SHARD);
        loop.settle();
        assertThat(sequencer.serves(SHARD)).isTrue();
        return sequencer;
    }

    /** One that serves the shard of {@link #GROUP}. */
    SequencerVerticle serving(String node) {
        SequencerVerticle sequencer = sequencer(node);
        assertThat(sequencer.take(SHARD)).isSameAs(sequencer.take(SHARD));
        loop.settle();
        assertThat(sequencer.serves(SHARD)).isTrue();
        return sequencer;
    }

    /** What is answered without time going by. */
    Answer ask(Draft draft) {
        return askAll(draft).getFirst();
    }

    List<Answer> askAll(Draft... drafts) {
        Future<Object> answer = send(drafts);
        loop.settle();
        return answersOf(answer);
    }

    Future<Object> send(Draft... drafts) {
        int shard = drafts[0].conversationId().shard();
        return bus.request(Address.sequencer(shard), new Submit(shard, Arrays.asList(drafts)), 2_000);
    }

    static List<Answer> answersOf(Future<Object> answer) {
        assertThat(answer.isComplete()).as("answered").isTrue();
        assertThat(answer.result()).isInstanceOf(Submitted.class);
        return ((Submitted) answer.result()).answers();
    }

    Pulled pull(ConversationId conversation, long after, UserId... users) {
        Future<Object> answer = bus.request(
                Address.sequencer(conversation.shard()), new Pull(conversation, after, 500, List.of(users)), 500);
        loop.settle();
        assertThat(answer.result()).isInstanceOf(Pulled.class);
        return (Pulled) answer.result();
    }

    /** Sequences that were routed since the last time, with whom to, as {@code conversation.sequence>users}. */
    List<String> routed() {
        List<String> routed = new ArrayList<>();
        for (Route route : bus.take(Address.presence("here"), Route.class)) {
            for (Route.Events events : route.events()) {
                for (var event : events.events()) {
                    List<String> users =
                            events.users().stream().map(UserId::value).sorted().toList();
                    routed.add(event.entry().sequence() + ">" + String.join(",", users));
                }
            }
        }
        return routed;
    }

    /** The sequence that a draft got, for the first time. */
    static long placed(Answer answer) {
        assertThat(answer).isInstanceOf(Answer.Placed.class);
        Answer.Placed placed = (Answer.Placed) answer;
        assertThat(placed.duplicate()).as("duplicate").isFalse();
        return placed.sequence();
    }

    static ErrorCode code(Answer answer) {
        assertThat(answer).isInstanceOf(Answer.Refused.class);
        return ((Answer.Refused) answer).code();
    }

    /** The content at a sequence of {@link #GROUP}, from the log. */
    Content content(long sequence) {
        return entry(sequence).content();
    }

    /** The entry at a sequence of {@link #GROUP}, from the log. */
    Entry entry(long sequence) {
        return store.log(SHARD).stream()
                .map(LogRow::entry)
                .filter(entry -> entry.conversationId().equals(GROUP) && entry.sequence() == sequence)
                .findFirst()
                .orElseThrow();
    }

    /** Another group of the same shard, by number. */
    static ConversationId sibling(int number) {
        int found = 0;
        for (int i = 0; ; i++) {
            ConversationId id = new ConversationId("sibling-" + i);
            if (id.shard() == SHARD && found++ == number) return id;
        }
    }

    /** The same for another conversation. */
    static Draft in(ConversationId conversation, Draft draft) {
        return new Draft(conversation, draft.senderId(), draft.clientMessageId(), draft.origin(), draft.contents());
    }

    static Draft draft(UserId sender, ConversationId conversation, String id, Content... contents) {
        return new Draft(conversation, sender, id, "session-of-" + sender, List.of(contents));
    }

    static Draft says(UserId sender, String id, String body) {
        return draft(sender, GROUP, id, Content.Message.of(body));
    }

    static Draft creates(UserId creator, String id, UserId... others) {
        Content created = new Content.ConversationCreated(ConversationType.GROUP, new Settings("Group", 0));
        return others.length == 0
                ? draft(creator, GROUP, id, created)
                : draft(creator, GROUP, id, created, new Content.MembersAdded(List.of(others), Role.MEMBER));
    }

    static Draft createsDirect(UserId creator, String id, UserId other) {
        return draft(
                creator,
                ConversationId.direct(creator, other),
                id,
                new Content.ConversationCreated(ConversationType.DIRECT, Settings.NONE),
                new Content.MembersAdded(List.of(other), Role.MEMBER));
    }
}
