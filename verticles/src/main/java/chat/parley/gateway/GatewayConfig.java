package chat.parley.gateway;

import chat.parley.wire.Limits;

/**
 * What a gateway instance is set to.
 *
 * @param limits what one client may ask for
 * @param heartbeatMillis how often a client is asked to send a heartbeat
 * @param helloMillis within which the first frame must come
 * @param submitMillis how long a send may go without an answer
 * @param announceMillis how long a hello waits for the registry
 * @param tailMillis how long a read waits for the owner of a shard before it reads the log itself
 * @param sendsPerSecond of one session
 * @param sendsBurst of one session at once
 * @param userSendsPerSecond of one user over all sessions and HTTP requests at this instance
 * @param userSendsBurst of one user at once
 * @param devicesMax sessions of one user at this instance
 * @param outboxBytesMax waiting in one socket before live entries are dropped
 * @param outboxFramesMax likewise
 * @param slowMillis for which a full outbox may not drain before the session is closed
 * @param inFlightMax sends of one session without an answer before it is no longer read
 * @param resumeEntriesMax sent unasked after one hello or sync
 * @param resumeBytesMax likewise
 * @param resumeConversationEntriesMax sent unasked of one conversation
 * @param resumeReadsMax of the store that are under way for sessions that come back
 * @param resumesWaitingMax sessions that wait for those of their hello before further ones are sent away
 * @param gatesMax conversations with a cursor
 * @param recentBytesMax of entries kept in memory for resume
 * @param recentEntriesMax of entries of one conversation kept in memory
 * @param inlineMembersMax members of a conversation whose entries name all of them
 * @param workerMembersMax members of a conversation whose entries all of them get; those of a larger one go to who has it open
 * @param watch of what sessions watch
 */
public record GatewayConfig(
        Limits limits,
        long heartbeatMillis,
        long helloMillis,
        long submitMillis,
        long announceMillis,
        long tailMillis,
        int sendsPerSecond,
        int sendsBurst,
        int userSendsPerSecond,
        int userSendsBurst,
        int devicesMax,
        int outboxBytesMax,
        int outboxFramesMax,
        long slowMillis,
        int inFlightMax,
        int resumeEntriesMax,
        int resumeBytesMax,
        int resumeConversationEntriesMax,
        int resumeReadsMax,
        int resumesWaitingMax,
        int gatesMax,
        int recentBytesMax,
        int recentEntriesMax,
        int inlineMembersMax,
        int workerMembersMax,
        WatchConfig watch) {
    public static final GatewayConfig DEFAULT = new GatewayConfig(
            Limits.DEFAULT,
            25_000,
            5_000,
            2_000,
            2_000,
            500,
            100,
            500,
            500,
            2_500,
            50,
            256 << 10,
            512,
            60_000,
            512,
            2_000,
            1 << 20,
            500,
            32,
            2_000,
            1_000_000,
            32 << 20,
            256,
            100,
            10_000,
            WatchConfig.DEFAULT);

    /** The share of one of so many instances. */
    public GatewayConfig ofInstances(int instances) {
        return new GatewayConfig(
                limits,
                heartbeatMillis,
                helloMillis,
                submitMillis,
                announceMillis,
                tailMillis,
                sendsPerSecond,
                sendsBurst,
                userSendsPerSecond,
                userSendsBurst,
                devicesMax,
                outboxBytesMax,
                outboxFramesMax,
                slowMillis,
                inFlightMax,
                resumeEntriesMax,
                resumeBytesMax,
                resumeConversationEntriesMax,
                resumeReadsMax,
                resumesWaitingMax,
                gatesMax,
                recentBytesMax,
                recentEntriesMax,
                inlineMembersMax,
                workerMembersMax,
                watch.ofInstances(instances));
    }
}
