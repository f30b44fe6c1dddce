package chat.parley.telemetry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name that monitoring sees, and what it says. All that a node shows of its own are here; {@code conf/metrics.md} adds what to do about each.
 *
 * @param shownAs the name
 * @param label what its figures are told apart by; null: there is one
 * @param help what it says, in a sentence
 */
public record Metric(String shownAs, Type type, @Nullable String label, String help) implements Comparable<Metric> {
    private static final List<Metric> ALL = new ArrayList<>();

    public static final Metric CONNECTIONS =
            gauge("parley_connections", "transport", "Sessions' connections that are open, welcome or not.");
    public static final Metric CONNECTIONS_OPENED =
            counter("parley_connections_opened_total", "transport", "Sessions' connections that were opened.");
    public static final Metric CONNECTIONS_CLOSED =
            counter("parley_connections_closed_total", "code", "Sessions that the node closed, by the close code.");
    public static final Metric HTTP_CONNECTIONS =
            gauge("parley_http_connections", "Connections of clients of all kinds, those of sessions among them.");
    public static final Metric HTTP_REQUESTS =
            counter("parley_http_requests_total", "status", "Answers to HTTP requests, by the class of their status.");
    public static final Metric USERS =
            gauge("parley_users", "Users who have a session here, counted once for each gateway.");
    public static final Metric LOGINS = counter("parley_logins_total", "Sessions whose hello was accepted.");
    public static final Metric RESUMES =
            counter("parley_resumes_total", "Of these, those that came back with cursors.");
    public static final Metric RESUMED_ENTRIES = counter(
            "parley_resumed_entries_total", "Entries sent to sessions that lacked them, after a hello, sync or open.");
    public static final Metric RESUMES_WAITING = gauge(
            "parley_resumes_waiting", "Reads of the store for sessions that come back, which wait for their turn.");
    public static final Metric WELCOME_SECONDS =
            histogram("parley_welcome_seconds", "From an accepted hello to the welcome.");
    public static final Metric SENDS =
            counter("parley_sends_total", "Sends that came to the gateways, by socket and HTTP.");
    public static final Metric ACKS = counter("parley_acks_total", "Sends that were answered with their place.");
    public static final Metric SENDS_FAILED = counter(
            "parley_sends_failed_total",
            "code",
            "Sends that were refused as the servers could not take them, by code.");
    public static final Metric REFUSALS = counter("parley_refusals_total", "code", "Errors sent to sessions, by code.");
    public static final Metric ACK_SECONDS =
            histogram("parley_ack_seconds", "From a send's arrival at the gateway to the answer with its place.");
    public static final Metric SUBMIT_WAITING =
            gauge("parley_submit_waiting", "Sends at the gateways without an answer yet.");
    public static final Metric DELIVERIES =
            counter("parley_deliveries_total", "Live entries, and gaps among them, written to sessions.");
    public static final Metric OUTBOX_BYTES =
            gauge("parley_outbox_bytes", "Bytes written for sessions that these have not taken.");
    public static final Metric OUTBOX_DROPPED =
            counter("parley_outbox_dropped_total", "Live entries that were not sent as the session's outbox was full.");
    public static final Metric GATEWAY_PULLS = counter(
            "parley_gateway_pulls_total", "How often a gateway asked for entries that had not come by the bus.");
    public static final Metric GATES = gauge("parley_gates", "Conversations of which a gateway keeps the place.");
    public static final Metric SEQUENCER_SHARDS = gauge("parley_sequencer_shards", "Shards that are served here.");
    public static final Metric SEQUENCER_WAITING =
            gauge("parley_sequencer_waiting", "Drafts that wait in the shards to be decided.");
    public static final Metric SEQUENCER_CONVERSATIONS =
            gauge("parley_sequencer_conversations", "Conversations in the memory of the sequencers.");
    public static final Metric TAKEOVERS = counter("parley_takeovers_total", "Shards that were taken over.");
    public static final Metric COMMIT_SECONDS = histogram(
            "parley_commit_seconds", "From the arrival of a message with drafts at the shard's owner to its answer.");
    public static final Metric APPEND_SECONDS =
            histogram("parley_append_seconds", "From an append to the store's answer that it is durable.");
    public static final Metric APPEND_CONFLICTS =
            counter("parley_append_conflicts_total", "Appends that came too late, as another owner had the place.");
    public static final Metric APPEND_UNKNOWN =
            counter("parley_append_unknown_total", "Appends that the store failed, or did not answer.");
    public static final Metric BATCH_ENTRIES = histogram("parley_batch_entries", "Entries of one append.");
    public static final Metric PROJECTION_SECONDS =
            histogram("parley_projection_seconds", "From the projection of some entries to the store's answer.");
    public static final Metric PROJECTION_FAILURES =
            counter("parley_projection_failures_total", "Projections that failed, and are tried again.");
    public static final Metric PROJECTION_WAITING =
            gauge("parley_projection_waiting", "Entries of the logs that are not in the tables yet.");
    public static final Metric FANOUT_INLINE =
            counter("parley_fanout_inline_entries_total", "Entries fanned out to each member by name.");
    public static final Metric FANOUT_WORKER =
            counter("parley_fanout_worker_entries_total", "Entries fanned out to large groups by a worker.");
    public static final Metric FANOUT_CHANNEL =
            counter("parley_fanout_channel_entries_total", "Entries fanned out to channels by a worker.");
    public static final Metric FANOUT_MESSAGES =
            counter("parley_fanout_messages_total", "Messages of workers to all gateways of a node.");
    public static final Metric FANOUT_HEADS =
            counter("parley_fanout_heads_total", "Heads that were repeated, so that a lost last entry is found.");
    public static final Metric FANOUT_WAITING =
            gauge("parley_fanout_waiting", "Conversations whose last head is still to be repeated.");
    public static final Metric REGISTRY_USERS =
            gauge("parley_registry_users", "Users of whom it is known here where they are connected.");
    public static final Metric REGISTRY_DRIFT = counter(
            "parley_registry_drift_total", "Users of whom it was not known, or known wrongly, until nodes compared.");
    public static final Metric REGISTRY_REFUSED =
            counter("parley_registry_refused_total", "Users who came while the registry was full.");
    public static final Metric REGISTRY_MISROUTED =
            counter("parley_registry_misrouted_total", "Routes that came to a node which does not have these users.");
    public static final Metric EXPORT_WAITING =
            gauge("parley_export_waiting", "Entries that are not exported to the event log yet.");
    public static final Metric EXPORTED = counter("parley_exported_total", "Entries that Kafka has acknowledged.");
    public static final Metric KAFKA_SECONDS =
            histogram("parley_kafka_seconds", "From a batch of records to its acknowledgement by Kafka.");
    public static final Metric KAFKA_FAILURES = counter(
            "parley_kafka_failures_total", "Batches of records that Kafka did not take, and that are sent again.");
    public static final Metric STORE_COMMITS =
            counter("parley_store_commits_total", "Writes of the embedded store, with or without fsync.");
    public static final Metric STORE_SYNCS =
            counter("parley_store_syncs_total", "Fsyncs for commits of the embedded store.");
    public static final Metric STORE_COMMIT_SECONDS =
            histogram("parley_store_commit_seconds", "One write of the embedded store, fsync included.");
    public static final Metric STORE_WAITING =
            gauge("parley_store_waiting", "Writes that wait for the embedded store.");
    public static final Metric STORE_FAILURES = counter(
            "parley_store_failures_total", "Writes of the embedded store that failed, after which it is reopened.");
    public static final Metric STORE_CONDITIONAL_WRITES =
            counter("parley_store_conditional_writes_total", "Conditional writes to Cassandra.");
    public static final Metric STORE_CONFLICTS =
            counter("parley_store_conflicts_total", "Conditional writes that Cassandra did not apply.");
    public static final Metric CASSANDRA_SECONDS =
            histogram("parley_cassandra_seconds", "From a request to the answer of Cassandra.");
    public static final Metric CASSANDRA_FAILURES = counter(
            "parley_cassandra_failures_total",
            "Requests that Cassandra failed, or did not answer, or that could not wait.");
    public static final Metric CASSANDRA_WAITING =
            gauge("parley_cassandra_waiting", "Requests that wait until others are answered.");
    public static final Metric REDIS_SECONDS =
            histogram("parley_redis_seconds", "From some commands, sent together, to their answers by Redis.");
    public static final Metric REDIS_FAILURES =
            counter("parley_redis_failures_total", "Requests that Redis failed, or did not answer in time.");
    public static final Metric REDIS_WAITING = gauge("parley_redis_waiting", "Commands without an answer.");
    public static final Metric BUS_DROPPED = counter(
            "parley_bus_dropped_total", "Messages to other nodes that were dropped as too much was on its way.");
    public static final Metric BUS_UNREADABLE =
            counter("parley_bus_unreadable_total", "Messages of other nodes that could not be read.");
    public static final Metric CLUSTER_NODES =
            gauge("parley_cluster_nodes", "Nodes that serve as far as this one sees, itself among them.");
    public static final Metric READY =
            gauge("parley_ready", "1 while the node takes clients: it has started and does not drain.");
    public static final Metric LOOP_DELAY_SECONDS = histogram(
            "parley_loop_delay_seconds",
            "How long something waits for its turn on an event loop, tried on each twice a second.");
    public static final Metric LOOP_DELAY_MAX =
            gauge("parley_loop_delay_max_seconds", "loop", "The longest such wait of the last 10 s.");

    public enum Type {
        /** Only grows while the node lives; its name ends in {@code _total}. */
        COUNTER,
        /** How it is now. */
        GAUGE,
        /** How often it was how large; of durations, in seconds. */
        HISTOGRAM
    }

    public Metric {
        if (shownAs.endsWith("_total") != (type == Type.COUNTER)) throw new IllegalArgumentException(shownAs);
    }

    /** All of a node's own. */
    public static List<Metric> all() {
        return Collections.unmodifiableList(ALL);
    }

    @Override
    public int compareTo(Metric other) {
        return shownAs.compareTo(other.shownAs);
    }

    private static Metric counter(String shownAs, String help) {
        return counter(shownAs, null, help);
    }

    private static Metric counter(String shownAs, @Nullable String label, String help) {
        return listed(new Metric(shownAs, Type.COUNTER, label, help));
    }

    private static Metric gauge(String shownAs, String help) {
        return gauge(shownAs, null, help);
    }

    private static Metric gauge(String shownAs, @Nullable String label, String help) {
        return listed(new Metric(shownAs, Type.GAUGE, label, help));
    }

    private static Metric histogram(String shownAs, String help) {
        return listed(new Metric(shownAs, Type.HISTOGRAM, null, help));
    }

    private static Metric listed(Metric metric) {
        ALL.add(metric);
        return metric;
    }
}
