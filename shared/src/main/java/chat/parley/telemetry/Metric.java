package chat.parley.telemetry;

import org.jspecify.annotations.Nullable;

/** Every name that a node shows of its own, with what it says; {@code conf/metrics.md} adds what to do about it. */
public enum Metric {
    CONNECTIONS("parley_connections", Type.GAUGE, "transport", "Sessions' connections that are open, welcome or not."),
    CONNECTIONS_OPENED(
            "parley_connections_opened_total", Type.COUNTER, "transport", "Sessions' connections that were opened."),
    CONNECTIONS_CLOSED(
            "parley_connections_closed_total",
            Type.COUNTER,
            "code",
            "Sessions that the node closed, by the close code."),
    HTTP_CONNECTIONS(
            "parley_http_connections",
            Type.GAUGE,
            null,
            "Connections of clients of all kinds, those of sessions among them."),
    HTTP_REQUESTS(
            "parley_http_requests_total",
            Type.COUNTER,
            "status",
            "Answers to HTTP requests, by the class of their status."),
    USERS("parley_users", Type.GAUGE, null, "Users who have a session here, counted once for each gateway."),
    LOGINS("parley_logins_total", Type.COUNTER, null, "Sessions whose hello was accepted."),
    RESUMES("parley_resumes_total", Type.COUNTER, null, "Of these, those that came back with cursors."),
    RESUMED_ENTRIES(
            "parley_resumed_entries_total",
            Type.COUNTER,
            null,
            "Entries sent to sessions that lacked them, after a hello, sync or open."),
    RESUMES_WAITING(
            "parley_resumes_waiting",
            Type.GAUGE,
            null,
            "Reads of the store for sessions that come back, which wait for their turn."),
    WELCOME_SECONDS("parley_welcome_seconds", Type.HISTOGRAM, null, "From an accepted hello to the welcome."),
    SENDS("parley_sends_total", Type.COUNTER, null, "Sends that came to the gateways, by socket and HTTP."),
    ACKS("parley_acks_total", Type.COUNTER, null, "Sends that were answered with their place."),
    REFUSALS("parley_refusals_total", Type.COUNTER, "code", "Errors sent to sessions, by code."),
    ACK_SECONDS(
            "parley_ack_seconds",
            Type.HISTOGRAM,
            null,
            "From a send's arrival at the gateway to the answer with its place."),
    SUBMIT_WAITING("parley_submit_waiting", Type.GAUGE, null, "Sends at the gateways without an answer yet."),
    DELIVERIES(
            "parley_deliveries_total", Type.COUNTER, null, "Live entries, and gaps among them, written to sessions."),
    OUTBOX_BYTES("parley_outbox_bytes", Type.GAUGE, null, "Bytes written for sessions that these have not taken."),
    OUTBOX_DROPPED(
            "parley_outbox_dropped_total",
            Type.COUNTER,
            null,
            "Live entries that were not sent as the session's outbox was full."),
    GATEWAY_PULLS(
            "parley_gateway_pulls_total",
            Type.COUNTER,
            null,
            "How often a gateway asked for entries that had not come by the bus."),
    GATES("parley_gates", Type.GAUGE, null, "Conversations of which a gateway keeps the place."),
    SEQUENCER_SHARDS("parley_sequencer_shards", Type.GAUGE, null, "Shards that are served here."),
    SEQUENCER_WAITING("parley_sequencer_waiting", Type.GAUGE, null, "Drafts that wait in the shards to be decided."),
    SEQUENCER_CONVERSATIONS(
            "parley_sequencer_conversations", Type.GAUGE, null, "Conversations in the memory of the sequencers."),
    TAKEOVERS("parley_takeovers_total", Type.COUNTER, null, "Shards that were taken over."),
    COMMIT_SECONDS(
            "parley_commit_seconds",
            Type.HISTOGRAM,
            null,
            "From the arrival of a message with drafts at the shard's owner to its answer."),
    APPEND_SECONDS(
            "parley_append_seconds", Type.HISTOGRAM, null, "From an append to the store's answer that it is durable."),
    APPEND_CONFLICTS(
            "parley_append_conflicts_total",
            Type.COUNTER,
            null,
            "Appends that came too late, as another owner had the place."),
    APPEND_UNKNOWN(
            "parley_append_unknown_total", Type.COUNTER, null, "Appends that the store failed, or did not answer."),
    BATCH_ENTRIES("parley_batch_entries", Type.HISTOGRAM, null, "Entries of one append."),
    PROJECTION_SECONDS(
            "parley_projection_seconds",
            Type.HISTOGRAM,
            null,
            "From the projection of some entries to the store's answer."),
    PROJECTION_FAILURES(
            "parley_projection_failures_total", Type.COUNTER, null, "Projections that failed, and are tried again."),
    PROJECTION_WAITING(
            "parley_projection_waiting", Type.GAUGE, null, "Entries of the logs that are not in the tables yet."),
    FANOUT_INLINE(
            "parley_fanout_inline_entries_total", Type.COUNTER, null, "Entries fanned out to each member by name."),
    FANOUT_WORKER(
            "parley_fanout_worker_entries_total",
            Type.COUNTER,
            null,
            "Entries fanned out to large groups by a worker."),
    FANOUT_CHANNEL(
            "parley_fanout_channel_entries_total", Type.COUNTER, null, "Entries fanned out to channels by a worker."),
    FANOUT_MESSAGES(
            "parley_fanout_messages_total", Type.COUNTER, null, "Messages of workers to all gateways of a node."),
    FANOUT_HEADS(
            "parley_fanout_heads_total",
            Type.COUNTER,
            null,
            "Heads that were repeated, so that a lost last entry is found."),
    FANOUT_WAITING("parley_fanout_waiting", Type.GAUGE, null, "Conversations whose last head is still to be repeated."),
    REGISTRY_USERS(
            "parley_registry_users", Type.GAUGE, null, "Users of whom it is known here where they are connected."),
    REGISTRY_DRIFT(
            "parley_registry_drift_total",
            Type.COUNTER,
            null,
            "Users of whom it was not known, or known wrongly, until nodes compared."),
    REGISTRY_REFUSED(
            "parley_registry_refused_total", Type.COUNTER, null, "Users who came while the registry was full."),
    REGISTRY_MISROUTED(
            "parley_registry_misrouted_total",
            Type.COUNTER,
            null,
            "Routes that came to a node which does not have these users."),
    EXPORT_WAITING("parley_export_waiting", Type.GAUGE, null, "Entries that are not exported to the event log yet."),
    EXPORTED("parley_exported_total", Type.COUNTER, null, "Entries that Kafka has acknowledged."),
    KAFKA_SECONDS(
            "parley_kafka_seconds", Type.HISTOGRAM, null, "From a batch of records to its acknowledgement by Kafka."),
    KAFKA_FAILURES(
            "parley_kafka_failures_total",
            Type.COUNTER,
            null,
            "Batches of records that Kafka did not take, and that are sent again."),
    STORE_COMMITS(
            "parley_store_commits_total", Type.COUNTER, null, "Writes of the embedded store, with or without fsync."),
    STORE_SYNCS("parley_store_syncs_total", Type.COUNTER, null, "Fsyncs for commits of the embedded store."),
    STORE_COMMIT_SECONDS(
            "parley_store_commit_seconds", Type.HISTOGRAM, null, "One write of the embedded store, fsync included."),
    STORE_WAITING("parley_store_waiting", Type.GAUGE, null, "Writes that wait for the embedded store."),
    STORE_FAILURES(
            "parley_store_failures_total",
            Type.COUNTER,
            null,
            "Writes of the embedded store that failed, after which it is reopened."),
    STORE_CONDITIONAL_WRITES(
            "parley_store_conditional_writes_total", Type.COUNTER, null, "Conditional writes to Cassandra."),
    STORE_CONFLICTS(
            "parley_store_conflicts_total", Type.COUNTER, null, "Conditional writes that Cassandra did not apply."),
    CASSANDRA_SECONDS("parley_cassandra_seconds", Type.HISTOGRAM, null, "From a request to the answer of Cassandra."),
    CASSANDRA_FAILURES(
            "parley_cassandra_failures_total",
            Type.COUNTER,
            null,
            "Requests that Cassandra failed, or did not answer, or that could not wait."),
    CASSANDRA_WAITING("parley_cassandra_waiting", Type.GAUGE, null, "Requests that wait until others are answered."),
    REDIS_SECONDS(
            "parley_redis_seconds",
            Type.HISTOGRAM,
            null,
            "From some commands, sent together, to their answers by Redis."),
    REDIS_FAILURES(
            "parley_redis_failures_total",
            Type.COUNTER,
            null,
            "Requests that Redis failed, or did not answer in time."),
    REDIS_WAITING("parley_redis_waiting", Type.GAUGE, null, "Commands without an answer."),
    BUS_DROPPED(
            "parley_bus_dropped_total",
            Type.COUNTER,
            null,
            "Messages to other nodes that were dropped as too much was on its way."),
    BUS_UNREADABLE(
            "parley_bus_unreadable_total", Type.COUNTER, null, "Messages of other nodes that could not be read."),
    CLUSTER_NODES(
            "parley_cluster_nodes", Type.GAUGE, null, "Nodes that serve as far as this one sees, itself among them."),
    READY("parley_ready", Type.GAUGE, null, "1 while the node takes clients: it has started and does not drain."),
    LOOP_DELAY_SECONDS(
            "parley_loop_delay_seconds",
            Type.HISTOGRAM,
            null,
            "How long something waits for its turn on an event loop, tried on each twice a second."),
    LOOP_DELAY_MAX("parley_loop_delay_max_seconds", Type.GAUGE, "loop", "The longest such wait of the last 10 s.");

    public enum Type {
        /** Only grows while the node lives; its name ends in {@code _total}. */
        COUNTER,
        /** How it is now. */
        GAUGE,
        /** How often it was how large; of durations, in seconds. */
        HISTOGRAM
    }

    private final String shownAs;
    private final Type type;
    private final @Nullable String label;
    private final String help;

    Metric(String shownAs, Type type, @Nullable String label, String help) {
        this.shownAs = shownAs;
        this.type = type;
        this.label = label;
        this.help = help;
    }

    /** The name that monitoring sees. */
    public String shownAs() {
        return shownAs;
    }

    public Type type() {
        return type;
    }

    /** What its figures are told apart by; null: there is one. */
    public @Nullable String label() {
        return label;
    }

    /** What it says, in a sentence. */
    public String help() {
        return help;
    }
}
