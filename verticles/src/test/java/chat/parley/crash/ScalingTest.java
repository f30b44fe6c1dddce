package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Checker;
import chat.parley.checker.Counter;
import chat.parley.checker.Expectations;
import chat.parley.checker.FaultStep;
import chat.parley.checker.Verdict;
import chat.parley.node.TestNode;
import chat.parley.node.admin.Operator;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * While people talk in groups of every way of fan-out, the instances of gateway, fan-out and sequencer become more and fewer: every send is
 * answered, and nothing is lost, twice or out of order.
 */
@Execution(ExecutionMode.CONCURRENT)
@Tag("slow")
class ScalingTest {
    private static final long SEED = Long.getLong("crash.seed", 6);
    private static final List<String> STEPS = List.of(
            "gateway 4",
            "fanout 3",
            "sequencer 2",
            "gateway 2",
            "sequencer 5",
            "fanout 2",
            "gateway 3",
            "sequencer 1",
            "fanout 1",
            "gateway 1");
    private static final long BETWEEN_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

    @TempDir
    private Path folder;

    private final Recorder recorder = new Recorder(true);
    private final List<String> told = new ArrayList<>();

    @Test
    @Timeout(240)
    void instancesComeAndGoWhilePeopleTalk() throws Exception {
        long began = System.nanoTime();
        Path data = folder.resolve("data");
        Door door = new Door();
        int devices;
        try (TestNode node = TestNode.start(
                data,
                "instances.gateway=1",
                "instances.sequencer=1",
                "drain.windowMillis=300",
                "fanout.inlineMembersMax=10",
                "fanout.workerMembersMax=30")) {
            Operator operator = new Operator(
                    node.opsPort(),
                    Files.readString(data.resolve("ops-credential")).strip());
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port());
            door.open(address);
            Crowd crowd = new Crowd(door, recorder, Scale.EVERY_WAY, new SplittableRandom(SEED));
            devices = crowd.devices().size();
            crowd.load(crowd.conversations().size());
            for (String step : STEPS) {
                recorder.fault(step, FaultStep.PLANNED);
                recorder.fault(step, FaultStep.EFFECTIVE);
                long millis = scale(operator, step);
                if (step.equals("gateway 4") || step.equals("gateway 3")) {
                    crowd.devices().forEach(Device::hangUp); // and come back, to any of them
                } else if (step.startsWith("gateway")) {
                    assertThat(millis)
                            .as("milliseconds until the sessions of those that went had gone")
                            .isGreaterThan(200);
                }
                crowd.awaitInStep();
                recorder.fault(step, FaultStep.HEALED);
                Crowd.pauseUntil(System.nanoTime() + BETWEEN_NANOS);
            }
            crowd.quiet(() -> String.join("\n", told));
            crowd.finalReads(Map.of("n1", address));
            String metrics = operator.get("/metrics").body();
            for (String way : List.of("inline", "worker", "channel"))
                assertThat(metrics).containsPattern("parley_fanout_" + way + "_entries_total [1-9]");
            recorder.end();
            door.end();
        } finally {
            door.end();
        }
        StoreReader.read(data, false, recorder);
        Verdict verdict = Checker.check(
                recorder.history(),
                Expectations.oneNode()
                        .atLeast(Counter.SENDS, 500)
                        .atLeast(Counter.RESUMES, 1)
                        .atLeast(Counter.STREAMS, devices)
                        .atLeast(Counter.FAULTS_EFFECTIVE, STEPS.size())
                        .faultsEffective(1));
        System.out.printf(
                Locale.ROOT,
                "scaling: %s; %s; %.1f s%n  %s%n",
                recorder,
                told,
                (System.nanoTime() - began) / 1e9,
                verdict.holds() ? verdict : "found: " + verdict.counts());
        verdict.mustHold();
        assertThat(recorder.odd()).isEmpty();
    }

    private long scale(Operator operator, String step) {
        String[] words = step.split(" ");
        long began = System.nanoTime();
        var answer = operator.post(
                "/admin/scale",
                new JsonObject()
                        .put("node", "n1")
                        .put("verticle", words[0])
                        .put("instances", Integer.parseInt(words[1]))
                        .encode());
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(new JsonObject(answer.body()).getInteger("instances")).isEqualTo(Integer.parseInt(words[1]));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        told.add(step + " in " + millis + " ms");
        return millis;
    }
}
