package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.store.cassandra.CassandraProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** On a real Cassandra. */
@Isolated
@Tag("real")
@Timeout(300)
class CassandraRestoreTest extends RestoreContract {
    private static final int CONVERSATIONS = 12;
    private static final int BEFORE = 15;
    private static final long JOIN_MILLIS_MAX = 60_000;

    private static CassandraProcess cassandra;
    private static int tests;

    @BeforeAll
    static void start() throws Exception {
        cassandra = CassandraProcess.startAlone(Path.of("target"));
    }

    @AfterAll
    static void end() {
        cassandra.close();
    }

    private final int number = ++tests;

    @Override
    List<String> settings(Life life) {
        return List.of(
                "store.type=cassandra",
                "store.cassandra.contactPoints=" + cassandra.address(),
                "store.cassandra.keyspace=parley_" + number + "_" + life.ordinal(),
                "store.cassandra.replication=1",
                "store.cassandra.requestMillis=20000",
                "eventLog.type=none");
    }

    @Override
    TestNode start(Life life) throws Exception {
        if (life == Life.FIRST) assertThat(command(life, "schema").code()).isZero();
        return super.start(life);
    }

    @Test
    void aBackupWhilePeopleTalkHasAPrefixOfEachConversationWithAllThatWasAcknowledgedBefore() throws Exception {
        Path backup = folder.resolve("backup");
        List<String> conversations = new ArrayList<>();
        Map<String, List<Long>> acknowledged = new ConcurrentHashMap<>();
        Map<String, Integer> before = new ConcurrentHashMap<>();
        Map<String, Integer> after = new ConcurrentHashMap<>();
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger all = new AtomicInteger();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        Map<String, JsonArray> live = new ConcurrentHashMap<>();
        try (TestNode node = start(Life.FIRST)) {
            Caller anna = node.caller("anna");
            for (int i = 0; i < CONVERSATIONS; i++) conversations.add(anna.group("ben"));
            List<Thread> talk = new ArrayList<>();
            for (String each : conversations) {
                acknowledged.put(each, new ArrayList<>());
                talk.add(new Thread(() -> {
                    try {
                        for (int i = 0; !isOver.get(); i++) {
                            Caller.Answer answer = say(anna, each, "message " + i);
                            if (answer.status() != 201) throw new AssertionError(answer.brief());
                            List<Long> its = acknowledged.get(each);
                            synchronized (its) {
                                its.add(answer.json().getLong("sequence"));
                            }
                            all.incrementAndGet();
                        }
                    } catch (RuntimeException | AssertionError e) {
                        failures.add(e);
                    }
                }));
            }
            Said said;
            try {
                for (Thread each : talk) each.start();
                ClusterOfNodes.await(() -> !failures.isEmpty()
                        || all.get() >= CONVERSATIONS * BEFORE
                                && acknowledged.values().stream().allMatch(its -> sizeOf(its) > 0));
                acknowledged.forEach((id, its) -> before.put(id, sizeOf(its)));
                said = command(Life.FIRST, "backup", backup.toString());
                acknowledged.forEach((id, its) -> after.put(id, sizeOf(its)));
            } finally {
                isOver.set(true);
                for (Thread each : talk) each.join(JOIN_MILLIS_MAX);
            }
            assertThat(failures).isEmpty();
            assertThat(talk).noneMatch(Thread::isAlive);
            assertThat(said.err()).isEmpty();
            for (String each : conversations) live.put(each, entries(anna, each));
        }
        assertThat(after.values().stream().mapToInt(Integer::intValue).sum())
                .as("they talked meanwhile")
                .isGreaterThan(
                        before.values().stream().mapToInt(Integer::intValue).sum() + CONVERSATIONS);

        Said said = command(Life.SECOND, "restore", backup.toString());
        assertThat(said.err()).isEmpty();

        try (TestNode node = start(Life.SECOND)) {
            Caller anna = node.caller("anna");
            int restored = 0;
            for (String each : conversations) {
                JsonArray entries = entries(anna, each);
                restored += entries.size();
                assertThat(entries.getList())
                        .as("what was, up to somewhere")
                        .isEqualTo(live.get(each).getList().subList(0, entries.size()));
                List<Long> sent = acknowledged.get(each);
                assertThat(entries.getJsonObject(entries.size() - 1).getLong("sequence"))
                        .as("its end is behind all that was acknowledged before")
                        .isGreaterThanOrEqualTo(sent.get(before.get(each) - 1));
                // Retries of what is in it get the same place, what is not gets the next.
                int held = entries.size() - (int) (sent.getFirst() - 1);
                JsonObject last = say(anna, each, "message " + (held - 1)).json();
                assertThat(last.getBoolean("duplicate")).isTrue();
                assertThat(last.getLong("sequence")).isEqualTo(sent.get(held - 1));
                JsonObject next = say(anna, each, "message " + held).json();
                assertThat(next.getBoolean("duplicate")).isFalse();
                assertThat(next.getLong("sequence")).isEqualTo(entries.size() + 1);
            }
            assertThat(said.out())
                    .contains("restored: " + CONVERSATIONS + " conversations, " + restored + " entries, ");
        }
    }

    private static int sizeOf(List<Long> list) {
        synchronized (list) {
            return list.size();
        }
    }

    /** All of it, without a hole. */
    private static JsonArray entries(Caller who, String conversation) {
        JsonArray all = new JsonArray();
        while (true) {
            JsonObject page = who.get("/v1/conversations/" + conversation + "/messages?limit=200&after=" + all.size())
                    .json();
            for (Object each : page.getJsonArray("entries")) {
                all.add(each);
                assertThat(((JsonObject) each).getLong("sequence")).isEqualTo(all.size());
            }
            if (page.getJsonArray("entries").isEmpty()) return all;
        }
    }
}
