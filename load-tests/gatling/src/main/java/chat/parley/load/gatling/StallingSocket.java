package chat.parley.load.gatling;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The WebSocket of one who stops reading in the middle of the run: what comes meanwhile stays in the kernel, and then at the server. */
final class StallingSocket implements WebSocket.Listener {
    private static final HttpClient HTTP = client();

    private final Run run;
    private final Visit visit;
    private final StringBuilder text = new StringBuilder();
    private @Nullable WebSocket socket;
    private CompletableFuture<?> sending = CompletableFuture.completedFuture(null);
    private boolean isConnecting;
    private boolean isStalled;
    private boolean owesRequest; // a frame was read meanwhile, and none asked for behind it

    StallingSocket(Run run, Visit visit) {
        this.run = run;
        this.visit = visit;
    }

    /** The kernel keeps little for it, so that it is the server that has to wait: by default it keeps megabytes. */
    private static HttpClient client() {
        System.setProperty("jdk.httpclient.receiveBufferSize", "16384");
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    /** Is called again and again. */
    synchronized void step(long nowMillis) {
        if (socket == null) {
            connect();
            return;
        }
        long stallMillis = TimeUnit.SECONDS.toMillis(run.value("stall"));
        long beginMillis = run.measureMillis() + (TimeUnit.SECONDS.toMillis(run.value("seconds")) - stallMillis) / 2;
        isStalled = nowMillis >= beginMillis && nowMillis < beginMillis + stallMillis;
        if (!isStalled && owesRequest) {
            owesRequest = false;
            socket.request(1);
        }
        if (isStalled) return;
        visit.act(nowMillis);
        if (!sending.isDone()) return;
        String frame = visit.device.poll();
        if (frame != null) sending = socket.sendText(frame, true);
    }

    void close() {
        WebSocket open = socket;
        if (open != null) open.abort();
    }

    private void connect() {
        if (isConnecting) return;
        isConnecting = true;
        HTTP.newWebSocketBuilder()
                .buildAsync(URI.create(run.webSocketServer(visit.user) + "/v1/ws"), this)
                .whenComplete((opened, failed) -> {
                    if (failed != null) visit.device.problem("closed", 1, failed.toString(), Run.nowMillis());
                    if (failed != null) gone();
                });
    }

    @Override
    public synchronized void onOpen(WebSocket opened) {
        socket = opened;
        isConnecting = false;
        text.setLength(0);
        visit.connected(Run.nowMillis());
        opened.request(1);
    }

    @Override
    public synchronized @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
        text.append(data);
        if (isLast) {
            visit.device.received(text.toString(), Run.nowMillis());
            text.setLength(0);
        }
        if (isStalled) owesRequest = true;
        else from.request(1);
        return null;
    }

    /** The server ends sockets that take nothing for long; its user comes back with what it has. */
    @Override
    public synchronized @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        gone();
        return null;
    }

    @Override
    public synchronized void onError(WebSocket from, Throwable error) {
        gone();
    }

    private synchronized void gone() {
        visit.device.disconnected(Run.nowMillis());
        socket = null;
        isConnecting = false;
        owesRequest = false;
    }
}
