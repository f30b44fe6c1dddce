package chat.parley.gateway;

/**
 * The wire under one session: a WebSocket, a SockJS session, or the simulator's. Used from the session's loop only. It frames and
 * writes; it decides nothing.
 */
public interface Transport {
    /** How the frames travel. */
    enum Kind {
        WEBSOCKET,
        /** SockJS over HTTP requests. */
        HTTP
    }

    default Kind kind() {
        return Kind.WEBSOCKET;
    }

    /** Queues the frames for writing; they leave with the flush at the end of the turn, in order. Retains nothing beyond the write. */
    void write(Packet packet);

    /** Bytes queued that the peer has not taken. */
    long pendingBytes();

    /** Frames (packets) queued that the peer has not taken. */
    int pendingFrames();

    /** Runs the action once, on the loop, as soon as less than so much is pending (at once if so already). */
    void whenDrained(int bytes, int frames, Runnable action);

    /** Stops and starts reading from the peer: a session that has too much in flight. */
    void pauseReading(boolean paused);

    /** Writes what is queued, then closes with the code; further writes are dropped. */
    void close(int code, String reason);

    /** The session has proved who it is: it counts no longer among the unauthenticated of its source. */
    default void authenticated() {}

    /** What the peer is called in logs: its address, never a token. */
    String peer();
}
