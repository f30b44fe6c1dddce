package chat.parley.node;

import chat.parley.telemetry.Traces;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the spans of one message in so many to a collector of OpenTelemetry, by OTLP over HTTP. They wait in a queue with a bound: what does not find room, as the collector does not
 * take them, is dropped, and no message waits for it.
 *
 * <p>The ids of a message's trace, of the span at its gateway and of that at its sequencer are a keyed digest of what names the message, with the key of the data: every node makes the
 * same, and nobody else can tell from them who wrote where.
 */
final class OtlpTraces implements Traces, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OtlpTraces.class);
    private static final int QUEUE_SPANS_MAX = 4_096;
    private static final Duration EXPORT_EVERY = Duration.ofMillis(500);
    private static final Duration EXPORT_MAX = Duration.ofSeconds(5);
    private static final String DIGEST = "HmacSHA256";

    /** It says each failure on its own; we say it once. */
    private static final java.util.logging.Logger ITS_LOG = java.util.logging.Logger.getLogger("io.opentelemetry");

    private final int oneIn;
    private final SecretKeySpec key;
    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final Ids ids = new Ids();

    /**
     * @param oneIn how many messages are one that is followed
     * @param endpoint of the collector, as /v1/traces
     * @param key of the data: the same on all nodes
     */
    OtlpTraces(int oneIn, String endpoint, String node, byte[] key) {
        ITS_LOG.setLevel(Level.OFF);
        this.oneIn = oneIn;
        this.key = new SecretKeySpec(key, DIGEST);
        SpanExporter exporter = new Telling(OtlpHttpSpanExporter.builder()
                .setEndpoint(endpoint)
                .setTimeout(EXPORT_MAX)
                .setRetryPolicy(null)
                .build());
        this.provider = SdkTracerProvider.builder()
                .setIdGenerator(ids)
                .setResource(Resource.create(Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        "parley",
                        AttributeKey.stringKey("service.instance.id"),
                        node,
                        AttributeKey.stringKey("service.version"),
                        Main.version())))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(QUEUE_SPANS_MAX)
                        .setScheduleDelay(EXPORT_EVERY)
                        .setExporterTimeout(EXPORT_MAX)
                        .build())
                .build();
        this.tracer = provider.get("chat.parley");
    }

    @Override
    public boolean isOn() {
        return true;
    }

    /** Cheap: the digest is made for those that are followed only. */
    @Override
    public boolean follows(String conversationId, String clientMessageId) {
        int hash = 31 * conversationId.hashCode() + clientMessageId.hashCode();
        hash = (hash ^ (hash >>> 16)) * 0x45d9f3b;
        return Integer.remainderUnsigned(hash ^ (hash >>> 16), oneIn) == 0;
    }

    @Override
    public void span(Stage stage, Message message, long beganNanos, String attribute, long value) {
        long now = System.nanoTime();
        long end = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        byte[] digest = digest(message);
        String trace = TraceId.fromLongs(longAt(digest, 0), longAt(digest, 8));
        String send = SpanId.fromLong(longAt(digest, 16));
        String sequence = SpanId.fromLong(longAt(digest, 24));
        String parent = switch (stage) {
            case SEND -> null;
            case SEQUENCE -> send;
            case APPEND, PROJECT, ROUTE, SPREAD, DELIVER -> sequence;
        };
        SpanBuilder span = tracer.spanBuilder(stage.name().toLowerCase(Locale.ROOT))
                .setSpanKind(stage == Stage.SEND ? SpanKind.SERVER : SpanKind.INTERNAL)
                .setAttribute("parley." + attribute, value)
                .setStartTimestamp(end - (now - beganNanos), TimeUnit.NANOSECONDS);
        if (parent == null) span.setNoParent();
        else
            span.setParent(Context.root()
                    .with(Span.wrap(SpanContext.createFromRemoteParent(
                            trace, parent, TraceFlags.getSampled(), TraceState.getDefault()))));
        String its = stage == Stage.SEND ? send : stage == Stage.SEQUENCE ? sequence : null;
        ids.startWith(trace, its, span).end(end, TimeUnit.NANOSECONDS);
    }

    private static long longAt(byte[] digest, int at) {
        return ByteBuffer.wrap(digest).getLong(at) | 1; // 0 would be no id
    }

    private byte[] digest(Message message) {
        try {
            Mac mac = Mac.getInstance(DIGEST);
            mac.init(key);
            for (String part : new String[] {message.conversationId(), message.senderId(), message.clientMessageId()}) {
                mac.update(part.getBytes(StandardCharsets.UTF_8));
                mac.update((byte) 0);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException impossible) { // every Java has it
            throw new IllegalStateException(impossible);
        }
    }

    /** What has not gone out yet goes out, or is lost. Blocks, for as long as one try takes. */
    @Override
    public void close() {
        provider.shutdown().join(EXPORT_MAX.toSeconds(), TimeUnit.SECONDS);
    }

    /** Ids that follow from the message where others have to know them, and random ones elsewhere. */
    private static final class Ids implements IdGenerator {
        private final IdGenerator random = IdGenerator.random();
        private @Nullable String trace;
        private @Nullable String span;

        synchronized Span startWith(String ofTrace, @Nullable String ofSpan, SpanBuilder builder) {
            trace = ofTrace;
            span = ofSpan;
            return builder.startSpan();
        }

        @Override
        public synchronized String generateTraceId() {
            return Objects.requireNonNullElseGet(trace, random::generateTraceId);
        }

        @Override
        public synchronized String generateSpanId() {
            return Objects.requireNonNullElseGet(span, random::generateSpanId);
        }
    }

    /** Says once that the collector is not there, and once that it is again. */
    private static final class Telling implements SpanExporter {
        private final SpanExporter exporter;
        private final AtomicBoolean isGone = new AtomicBoolean();

        Telling(SpanExporter exporter) {
            this.exporter = exporter;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            CompletableResultCode result = exporter.export(spans);
            result.whenComplete(() -> {
                if (result.isSuccess() && isGone.getAndSet(false)) log.info("the collector takes traces again");
                if (!result.isSuccess() && !isGone.getAndSet(true))
                    log.warn("the collector of trace.endpoint does not take traces; they are dropped until it does");
            });
            return result;
        }

        @Override
        public CompletableResultCode flush() {
            return exporter.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return exporter.shutdown();
        }
    }
}
