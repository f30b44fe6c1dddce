package chat.parley.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** What a collector of OpenTelemetry is told of messages. */
@Isolated
@Tag("slow")
@Timeout(120)
class TracesTest {
    /** As it came over HTTP. */
    private record Told(String node, Span span, String all) {}

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<Told> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile int status = 200;
    private String endpoint;

    @BeforeEach
    void collect() throws Exception {
        HttpServer collector = vertx.createHttpServer()
                .requestHandler(asked -> asked.body().onSuccess(body -> {
                    requests.incrementAndGet();
                    if (status == 200) take(body.getBytes());
                    asked.response().setStatusCode(status).end();
                }))
                .listen(0, "127.0.0.1")
                .await(20, SECONDS);
        endpoint = "http://127.0.0.1:" + collector.actualPort() + "/v1/traces";
    }

    @AfterEach
    void end() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    private void take(byte[] body) {
        try {
            ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(body);
            for (ResourceSpans resource : request.getResourceSpansList()) {
                String node = resource.getResource().getAttributesList().stream()
                        .filter(each -> each.getKey().equals("service.instance.id"))
                        .findFirst()
                        .orElseThrow()
                        .getValue()
                        .getStringValue();
                for (var scope : resource.getScopeSpansList())
                    for (Span span : scope.getSpansList()) told.add(new Told(node, span, resource.toString()));
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theSpansOfAMessageAreOneTraceOverTwoNodes() {
        try (ClusterOfNodes cluster = new ClusterOfNodes(folder)) {
            TestNode one = cluster.start("n1", "trace.oneIn=1", "trace.endpoint=" + endpoint);
            TestNode other = cluster.start("n2", "trace.oneIn=1", "trace.endpoint=" + endpoint);
            Set<String> sequencers = new HashSet<>();
            for (int i = 0; i < 20 && sequencers.size() < 2; i++) sequencers.add(followOne(one, other, i));
            assertThat(sequencers).as("shards of both nodes").containsExactlyInAnyOrder("n1", "n2");
        }
    }

    /** Returns the node that sequenced it. */
    private String followOne(TestNode one, TestNode other, int number) {
        String ann = "ann-of-traces" + number;
        String ben = "ben-of-traces" + number;
        Set<String> atFirst = traces("send");
        String conversation = one.caller(ann)
                .post(
                        "/v1/conversations",
                        new JsonObject()
                                .put("type", "direct")
                                .put("memberIds", new JsonArray().add(ben))
                                .encode())
                .json()
                .getString("conversationId");
        Set<String> creation;
        try (Device receives = Device.welcome(other.port(), other.token(ben), "phone");
                Device sends = Device.welcome(one.port(), one.token(ann), "phone")) {
            newSend(atFirst); // of what made the conversation
            creation = traces("send");
            sends.asks(Device.send("m1", conversation, "secret-of-traces"));
            receives.next("message_event");
        }
        String trace = newSend(creation);
        Set<String> names = Set.of("send", "sequence", "append", "project", "route", "deliver");
        ClusterOfNodes.await(() -> namesIn(trace).containsAll(names)
                && of("deliver").stream().anyMatch(each -> isIn(trace, each) && each.node.equals("n2")));
        List<Told> its = told.stream().filter(each -> isIn(trace, each)).toList();
        Map<String, List<Told>> byName = its.stream().collect(Collectors.groupingBy(each -> each.span.getName()));

        Told send = byName.get("send").getFirst();
        assertThat(byName.get("send")).hasSize(1);
        assertThat(byName.keySet()).isEqualTo(names);
        assertThat(send.node).as("where it came").isEqualTo("n1");
        assertThat(send.span.getParentSpanId().isEmpty()).isTrue();
        Told sequence = byName.get("sequence").getFirst();
        assertThat(sequence.span.getParentSpanId()).isEqualTo(send.span.getSpanId());
        for (String name : List.of("append", "project", "route", "deliver"))
            assertThat(byName.get(name))
                    .as(name)
                    .allSatisfy(each -> assertThat(each.span.getParentSpanId()).isEqualTo(sequence.span.getSpanId()));
        assertThat(byName.get("append").getFirst().node).isEqualTo(sequence.node);
        assertThat(byName.get("deliver").stream().map(Told::node)).contains("n2");
        assertThat(its).allSatisfy(each -> {
            assertThat(each.span.getEndTimeUnixNano()).isGreaterThanOrEqualTo(each.span.getStartTimeUnixNano());
            assertThat(each.all).doesNotContain("of-traces", conversation);
        });
        return sequence.node;
    }

    /** The trace of a send that is told of then. */
    private String newSend(Set<String> before) {
        Set<String> now = new HashSet<>();
        ClusterOfNodes.await(() -> {
            now.addAll(traces("send"));
            now.removeAll(before);
            return !now.isEmpty();
        });
        return now.iterator().next();
    }

    private Set<String> namesIn(String trace) {
        return told.stream()
                .filter(each -> isIn(trace, each))
                .map(each -> each.span.getName())
                .collect(Collectors.toSet());
    }

    private static boolean isIn(String trace, Told each) {
        return id(each.span.getTraceId().toByteArray()).equals(trace);
    }

    @Test
    void oneInSoManyIsFollowedAndAllOfItIs() {
        int messages = 200;
        try (TestNode node = TestNode.start(folder, "trace.oneIn=10", "trace.endpoint=" + endpoint)) {
            sendTo(node, messages);
        }
        assertThat(of("send")).as("of " + messages).hasSizeBetween(5, 45);
        assertThat(traces("append")).isEqualTo(traces("send"));
    }

    @Test
    void aCollectorThatIsAwayIsSaidOnceAndNobodyWaits() {
        Logger logger = (Logger) LoggerFactory.getLogger(OtlpTraces.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.INFO);
        status = 503;
        try (TestNode node = TestNode.start(folder, "trace.oneIn=1", "trace.endpoint=" + endpoint)) {
            for (int i = 0; i < 4; i++) {
                int before = requests.get();
                sendTo(node, 50);
                ClusterOfNodes.await(() -> requests.get() > before);
            }
            status = 200;
            sendTo(node, 10);
            ClusterOfNodes.await(() -> log.list.size() == 2);
            assertThat(log.list.stream().map(ILoggingEvent::getFormattedMessage))
                    .containsExactly(
                            "the collector of trace.endpoint does not take traces; they are dropped until it does",
                            "the collector takes traces again");
        } finally {
            logger.setLevel(null);
            logger.detachAppender(log);
        }
    }

    private void sendTo(TestNode node, int messages) {
        String group = node.caller("ann")
                .post("/v1/conversations", "{\"type\":\"group\",\"memberIds\":[\"ben\"]}")
                .json()
                .getString("conversationId");
        try (Device ann = Device.welcome(node.port(), node.token("ann"), "phone")) {
            List<JsonObject> answers = new ArrayList<>();
            for (int i = 0; i < messages; i++) answers.add(ann.asks(Device.send("m" + i, group, "message " + i)));
            assertThat(answers).allMatch(answer -> answer.getString("type").equals("message_ack"));
        }
    }

    private List<Told> of(String name) {
        return told.stream().filter(each -> each.span.getName().equals(name)).toList();
    }

    private Set<String> traces(String name) {
        return of(name).stream()
                .map(each -> id(each.span.getTraceId().toByteArray()))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static String id(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
