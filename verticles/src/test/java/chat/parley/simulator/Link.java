package chat.parley.simulator;

import chat.parley.gateway.Inbound;
import chat.parley.gateway.Packet;
import chat.parley.gateway.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One connection between a device and a gateway: in order and whole in both directions until it breaks, which each end learns in its
 * own time. A device that does not read lets what is written pile up.
 */
final class Link implements Transport {
    private static final long LATENCY_LEAST_MICROS = 500;
    private static final long LATENCY_SPREAD_MICROS = 20_000;
    private static final long BREAK_SEEN_MOST_MICROS = 2_000_000;

    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final Process server;
    private final Device device;
    private final List<Waiting> waiting = new ArrayList<>();
    private final ArrayDeque<Arrival> onTheWay = new ArrayDeque<>();
    private @Nullable Inbound inbound;
    private long lastUp;
    private long lastDown;
    private long stuckUntil;
    private long pendingBytes;
    private int pendingFrames;
    private boolean closed;

    private record Arrival(long atMicros, Runnable action) {}

    private record Waiting(int bytes, int frames, Runnable action) {}

    Link(Scheduler scheduler, RandomGenerator random, Process server, Device device) {
        this.scheduler = scheduler;
        this.random = random;
        this.server = server;
        this.device = device;
    }

    void opened(Inbound session) {
        inbound = session;
    }

    /** From the device. */
    void send(byte[] text) {
        if (closed) return;
        lastUp = Math.max(lastUp, scheduler.nowMicros() + latency());
        server.plan(lastUp - scheduler.nowMicros(), () -> {
            if (!closed && inbound != null) inbound.onText(text);
        });
    }

    /** The device does not read for so long. */
    void stick(long micros) {
        stuckUntil = scheduler.nowMicros() + micros;
    }

    boolean isStuck() {
        return scheduler.nowMicros() < stuckUntil;
    }

    boolean isTo(Process process) {
        return server == process;
    }

    /** It breaks; what was under way is lost. */
    void breakOff() {
        if (closed) return;
        closed = true;
        tellServer(random.nextLong(BREAK_SEEN_MOST_MICROS));
        scheduler.after(random.nextLong(BREAK_SEEN_MOST_MICROS / 10), () -> device.disconnected(this, 0));
    }

    /** The device ends it. */
    void hangUp() {
        if (closed) return;
        closed = true;
        tellServer(latency());
    }

    private void tellServer(long micros) {
        server.plan(micros, () -> {
            if (inbound != null) inbound.onClosed();
        });
    }

    @Override
    public void write(Packet packet) {
        if (closed) return;
        for (byte[] frame : packet.frames()) {
            pendingBytes += frame.length;
            pendingFrames++;
            down(() -> {
                pendingBytes -= frame.length;
                pendingFrames--;
                device.onFrame(this, frame);
                drained();
            });
        }
    }

    private void down(Runnable arrival) {
        lastDown = Math.max(lastDown, scheduler.nowMicros() + latency());
        onTheWay.add(new Arrival(lastDown, arrival));
        scheduler.after(lastDown - scheduler.nowMicros(), this::arrive);
    }

    private void arrive() {
        if (isStuck()) {
            scheduler.after(stuckUntil - scheduler.nowMicros(), this::arrive);
            return;
        }
        while (!onTheWay.isEmpty() && onTheWay.peek().atMicros <= scheduler.nowMicros()) {
            Runnable arrival = onTheWay.remove().action;
            if (!closed) arrival.run();
        }
    }

    private void drained() {
        if (waiting.isEmpty()) return;
        List<Waiting> now = List.copyOf(waiting);
        waiting.clear();
        for (Waiting each : now) whenDrained(each.bytes, each.frames, each.action);
    }

    @Override
    public long pendingBytes() {
        return pendingBytes;
    }

    @Override
    public int pendingFrames() {
        return pendingFrames;
    }

    @Override
    public void whenDrained(int bytes, int frames, Runnable action) {
        if (pendingBytes < bytes && pendingFrames < frames) server.plan(0, action);
        else waiting.add(new Waiting(bytes, frames, action));
    }

    @Override
    public void pauseReading(boolean paused) {}

    @Override
    public void close(int code, String reason) {
        if (closed) return;
        down(() -> {
            closed = true;
            tellServer(0);
            device.disconnected(this, code);
        });
    }

    @Override
    public String peer() {
        return device.toString();
    }

    private long latency() {
        return LATENCY_LEAST_MICROS + random.nextLong(LATENCY_SPREAD_MICROS);
    }
}
