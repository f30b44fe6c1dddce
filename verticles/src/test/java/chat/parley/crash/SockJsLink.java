package chat.parley.crash;

import io.vertx.core.json.JsonArray;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A SockJS client over HTTP, as pages have it, on plain sockets: one request waits for messages, and when it is answered the next does;
 * another sends. All on connections of their own, so that every loop of a node may get them.
 */
public final class SockJsLink implements Link {
    /** How messages come. */
    public enum Kind {
        POLLING("POST", "/xhr"),
        STREAMING("POST", "/xhr_streaming"),
        EVENTS("GET", "/eventsource");

        private final String method;
        private final String path;

        Kind(String method, String path) {
            this.method = method;
            this.path = path;
        }
    }

    private static final int CONNECT_MILLIS = 5_000;
    private static final int UNSENT_MAX = 1_000;
    private static final int POSTED_AT_ONCE = 16;

    private final InetSocketAddress node;
    private final Kind kind;
    private final String session = "/v1/sockjs/000/" + UUID.randomUUID();
    private final Connection receiving;
    private final Connection sending;
    private final BlockingQueue<String> unsent = new LinkedBlockingQueue<>(UNSENT_MAX);
    private volatile boolean isClosed;

    /** Opens a session at a node of this host. */
    public SockJsLink(int port, Kind kind) throws IOException {
        this(Loopback.door(port), kind);
    }

    /** Opens the session. */
    SockJsLink(InetSocketAddress node, Kind kind) throws IOException {
        this.node = node;
        this.kind = kind;
        receiving = new Connection();
        try {
            receiving.ask("POST", "/xhr", "");
            String opened = receiving.answer();
            if (!opened.equals("o\n")) throw new IOException("not opened: " + opened);
            receiving.socket.setSoTimeout(0);
            sending = new Connection();
            sending.socket.setSoTimeout(0);
        } catch (IOException failed) {
            receiving.close();
            throw failed;
        }
    }

    @Override
    public void listen(String name, Listener listener) {
        Thread.ofPlatform().daemon().name(name + " posts").start(this::post);
        Thread.ofPlatform().daemon().name(name + " reads").start(() -> read(listener));
    }

    /** What waits goes out together, one request after the other. */
    private void post() {
        try {
            while (!isClosed) {
                String first = unsent.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) continue;
                List<String> batch = new ArrayList<>(List.of(first));
                unsent.drainTo(batch, POSTED_AT_ONCE - 1);
                sending.ask("POST", "/xhr_send", new JsonArray(batch).encode());
                sending.answer();
            }
        } catch (IOException broken) {
            close(); // who reads tells
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(Listener listener) {
        String why = "end of stream";
        try {
            while (true) {
                receiving.ask(kind.method, kind.path, "");
                Map<String, String> head = receiving.head();
                if (!head.containsKey("content-length")) {
                    for (String chunk = receiving.chunk(); !chunk.isEmpty(); chunk = receiving.chunk())
                        frame(chunk, listener);
                } else {
                    frame(receiving.body(head), listener);
                }
            }
        } catch (Closed closed) {
            why = "closed by the server: " + closed.getMessage();
        } catch (IOException broken) {
            if (broken.getMessage() != null) why = broken.getMessage();
        } finally {
            close();
            listener.closed(why);
        }
    }

    private static void frame(String text, Listener listener) throws IOException {
        String frame = text.startsWith("data: ") ? text.substring(6).strip().replace("%25", "%") : text.strip();
        switch (frame.isEmpty() ? 'h' : frame.charAt(0)) {
            case 'h', 'o' -> {} // preludes of streams as well
            case 'a' -> new JsonArray(frame.substring(1)).forEach(message -> listener.text((String) message));
            case 'c' -> throw new Closed(frame.substring(2, frame.indexOf(',')));
            default -> throw new IOException("no frame: " + frame);
        }
    }

    private static final class Closed extends IOException {
        private static final long serialVersionUID = 1;

        Closed(String code) {
            super(code);
        }
    }

    /** Waits while very much waits to be sent, and for no answer. */
    @Override
    public void send(String text) throws IOException {
        try {
            while (!isClosed) if (unsent.offer(text, 100, TimeUnit.MILLISECONDS)) return;
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("closed");
    }

    @Override
    public void close() {
        isClosed = true;
        receiving.close();
        sending.close();
    }

    /** One connection, one request at a time. */
    private final class Connection {
        private final Socket socket;
        private final DataInputStream in;
        private final OutputStream out;

        Connection() throws IOException {
            socket = new Socket(node.getAddress(), node.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(CONNECT_MILLIS);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
            out = socket.getOutputStream();
        }

        void ask(String method, String path, String body) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            String head = method + " " + session + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                    + bytes.length + "\r\n\r\n";
            byte[] request =
                    (head + new String(bytes, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);
            out.write(request);
        }

        String answer() throws IOException {
            return body(head());
        }

        /** Of an answer that is no refusal; names in lower case. */
        Map<String, String> head() throws IOException {
            String status = line();
            Map<String, String> head = new HashMap<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                head.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            if (!status.startsWith("HTTP/1.1 20")) throw new IOException(status);
            if (status.startsWith("HTTP/1.1 204")) head.put("content-length", "0");
            return head;
        }

        String body(Map<String, String> head) throws IOException {
            return read(Integer.parseInt(head.getOrDefault("content-length", "0")));
        }

        String chunk() throws IOException {
            String chunk = read(Integer.parseInt(line(), 16));
            line();
            return chunk;
        }

        private String read(int length) throws IOException {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) throw new EOFException();
            return new String(bytes, StandardCharsets.UTF_8);
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int b = in.readUnsignedByte(); b != '\n'; b = in.readUnsignedByte())
                if (b != '\r') line.append((char) b);
            return line.toString();
        }

        void close() {
            try {
                socket.close();
            } catch (IOException gone) {
                // it was on its way out
            }
        }
    }
}
