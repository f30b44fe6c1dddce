package chat.parley.sequencer;

import chat.parley.bus.Address;
import chat.parley.bus.Bus;
import chat.parley.bus.ManualLoop;
import chat.parley.bus.Submit;
import chat.parley.bus.Topology;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Draft;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.BatchId;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import chat.parley.store.Stores;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * What a sequencer costs by itself: pairs of users who each have one message of 200 bytes under way, a store that takes everything and
 * keeps nothing, one commit a turn. Prints nanoseconds a message. {@code java … chat.parley.sequencer.SequencerBenchmark [pairs]}
 */
final class SequencerBenchmark {
    private static final int ROUNDS = 400;
    private static final String BODY = "x".repeat(200);

    private final ManualLoop loop = new ManualLoop();
    private final Map<String, Consumer<Bus.Received>> listeners = new HashMap<>();
    private final List<Runnable> committed = new ArrayList<>();
    private final ShardHead[] heads = new ShardHead[ConversationId.SHARDS];
    private long answers;
    private long routes;

    private SequencerBenchmark() {
        for (int shard = 0; shard < heads.length; shard++) heads[shard] = new ShardHead(shard, 0, 0, "", BatchId.NONE);
    }

    public static void main(String[] arguments) {
        int pairs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 500;
        new SequencerBenchmark().run(pairs);
    }

    private void run(int pairs) {
        SequencerVerticle sequencer = new SequencerVerticle(
                "here",
                0,
                "boot",
                new NullBus(),
                loop,
                stores(),
                null,
                Topology.single("here"),
                new SplittableRandom(1),
                SequencerConfig.DEFAULT);
        sequencer.start();
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) sequencer.take(shard);
        turn();
        List<UserId> users = new ArrayList<>();
        for (int i = 0; i < 2 * pairs; i++) users.add(new UserId("user-" + i));
        List<ConversationId> conversations = new ArrayList<>();
        List<List<Draft>> creations = byShard();
        for (int i = 0; i < pairs; i++) {
            UserId one = users.get(2 * i);
            UserId other = users.get(2 * i + 1);
            ConversationId id = ConversationId.direct(one, other);
            conversations.add(id);
            creations
                    .get(id.shard())
                    .add(new Draft(
                            id,
                            one,
                            "create-" + i,
                            "",
                            List.of(
                                    new Content.ConversationCreated(ConversationType.DIRECT, Settings.NONE),
                                    new Content.MembersAdded(List.of(other), Role.MEMBER))));
        }
        submit(creations);
        turn();
        for (int pass = 0; pass < 6; pass++) {
            long start = System.nanoTime();
            for (int round = 0; round < ROUNDS; round++) {
                List<List<Draft>> drafts = byShard();
                for (int i = 0; i < 2 * pairs; i++) {
                    ConversationId id = conversations.get(i / 2);
                    String name = pass + "-" + round + "-" + i + "-0123456789abcdef";
                    Content content = Content.Message.of(BODY);
                    drafts.get(id.shard())
                            .add(new Draft(id, users.get(i), name, "session-0123456789", List.of(content)));
                }
                submit(drafts);
                turn();
                loop.advance(2);
            }
            long nanos = System.nanoTime() - start;
            System.out.printf(
                    "%d ns a message (%d answers, %d routes)%n", nanos / ((long) ROUNDS * 2 * pairs), answers, routes);
        }
    }

    private static List<List<Draft>> byShard() {
        List<List<Draft>> drafts = new ArrayList<>();
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) drafts.add(new ArrayList<>());
        return drafts;
    }

    private void submit(List<List<Draft>> byShard) {
        for (int shard = 0; shard < byShard.size(); shard++) {
            List<Draft> drafts = byShard.get(shard);
            if (drafts.isEmpty()) continue;
            Submit submit = new Submit(shard, drafts);
            listeners.get(Address.sequencer(shard)).accept(new Bus.Received() {
                @Override
                public Object body() {
                    return submit;
                }

                @Override
                public void answer(Object body) {
                    answers++;
                }
            });
        }
    }

    private void turn() {
        loop.settle();
        while (!committed.isEmpty()) {
            List<Runnable> all = List.copyOf(committed);
            committed.clear();
            all.forEach(Runnable::run);
            loop.settle();
        }
    }

    private final class NullBus implements Bus {
        @Override
        public void send(String address, Object message) {
            routes++;
        }

        @Override
        public Future<Object> request(String address, Object message, long timeoutMillis) {
            return Future.failedFuture("nobody");
        }

        @Override
        public Future<Listening> listen(String address, Consumer<Received> listener) {
            listeners.put(address, listener);
            return Future.succeededFuture(Future::succeededFuture);
        }
    }

    private Stores stores() {
        ShardLog log = (ShardLog) proxy(ShardLog.class, (name, arguments) -> switch (name) {
            case "head" -> Future.succeededFuture(heads[(int) arguments[0]]);
            case "takeOver" -> {
                ShardHead seen = (ShardHead) arguments[0];
                heads[seen.shard()] = new ShardHead(
                        seen.shard(), seen.position(), seen.epoch() + 1, (String) arguments[1], seen.batchId());
                yield Future.succeededFuture(new Appended.Done());
            }
            case "append" -> append((Batch) arguments[0]);
            case "cursors" -> Future.succeededFuture(ShardCursors.NONE);
            case "read" -> Future.succeededFuture(List.of());
            case "incarnation" -> 1L;
            case "digestKey" -> new byte[32];
            default -> Future.succeededFuture();
        });
        return new Stores(
                log,
                (shard, entries) -> Future.succeededFuture(),
                (History) proxy(History.class, (name, arguments) -> Future.succeededFuture(Map.of())),
                (Directory) proxy(Directory.class, (name, arguments) -> Future.succeededFuture(Map.of())));
    }

    private Future<Appended> append(Batch batch) {
        Promise<Appended> done = Promise.promise();
        committed.add(() -> done.complete(new Appended.Done()));
        return done.future();
    }

    private interface Call {
        Object answer(String method, Object[] arguments);
    }

    private static Object proxy(Class<?> port, Call call) {
        return Proxy.newProxyInstance(
                port.getClassLoader(),
                new Class<?>[] {port},
                (self, method, arguments) -> call.answer(method.getName(), arguments));
    }
}
