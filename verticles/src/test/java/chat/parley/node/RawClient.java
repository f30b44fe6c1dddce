package chat.parley.node;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A WebSocket client over a plain blocking socket, which can send whatever a hostile one could. One thread. */
public final class RawClient implements AutoCloseable {
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    public static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;
    public static final int FINAL = 0x80;

    /** The connection ended without a close frame. */
    public static final int NO_CLOSE = -1;

    private static final int TIMEOUT_MILLIS = 15_000;
    private static final byte[] MASK = {0x12, (byte) 0xfe, 0x00, (byte) 0x80};

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** @param first the first byte: flags and kind */
    public record Frame(int first, byte[] payload) {
        public int kind() {
            return first & 0xf;
        }

        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        public int closeCode() {
            return payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        }
    }

    /** An answer to an HTTP request. Header names in lower case. */
    public record Response(int status, Map<String, String> headers, String body) {}

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
        out = socket.getOutputStream();
    }

    /** A connection that has said nothing. */
    public static RawClient connect(int port) {
        return connect(port, 0);
    }

    /** @param receiveBytes the size of its receive buffer; 0: as usual */
    public static RawClient connect(int port, int receiveBytes) {
        try {
            Socket socket = new Socket();
            if (receiveBytes > 0) socket.setReceiveBufferSize(receiveBytes);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            return new RawClient(socket);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** A WebSocket, upgraded. */
    public static RawClient open(int port) {
        RawClient client = connect(port);
        Response response = client.upgrade();
        if (response.status() != 101) throw new AssertionError("upgrade answered " + response);
        return client;
    }

    /** Asks for an upgrade with these headers besides the usual ones; one that is given takes the usual one's place. */
    public Response upgrade(String... headers) {
        return upgradeAt("/v1/ws", headers);
    }

    public Response upgradeAt(String path, String... headers) {
        Map<String, String> usual = new LinkedHashMap<>();
        usual.put("host", "Host: localhost");
        usual.put("upgrade", "Upgrade: websocket");
        usual.put("connection", "Connection: Upgrade");
        usual.put("sec-websocket-version", "Sec-WebSocket-Version: 13");
        usual.put(
                "sec-websocket-key",
                "Sec-WebSocket-Key: "
                        + Base64.getEncoder().encodeToString("0123456789abcdef".getBytes(StandardCharsets.US_ASCII)));
        for (String header : headers)
            usual.remove(header.substring(0, header.indexOf(':')).toLowerCase(Locale.ROOT));
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
        for (String header : usual.values()) request.append(header).append("\r\n");
        for (String header : headers)
            if (!header.endsWith(":")) request.append(header).append("\r\n");
        return request(request + "\r\n");
    }

    /** Sends the text as it is, and reads an HTTP answer. */
    public Response request(String request) {
        raw(request.getBytes(StandardCharsets.ISO_8859_1));
        return response();
    }

    /** Reads an HTTP answer. */
    public Response response() {
        Response head = responseHead();
        int length = Integer.parseInt(head.headers().getOrDefault("content-length", "0"));
        try {
            return new Response(
                    head.status(), head.headers(), new String(in.readNBytes(length), StandardCharsets.UTF_8));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Reads an HTTP answer that has no body, whatever its length is said to be. */
    public Response responseHead() {
        try {
            String[] status = line().split(" ", 3);
            Map<String, String> headers = new LinkedHashMap<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            return new Response(Integer.parseInt(status[1]), headers, "");
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The next chunk of an answer that streams; empty: it is over. */
    public String chunk() {
        try {
            int length = Integer.parseInt(line().strip(), 16);
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) throw new EOFException("within a chunk");
            line();
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Whether something has come that was not read. */
    public boolean hasMore() {
        try {
            return in.available() > 0;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** What comes until the server ends the connection. */
    public String rest() {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) throw new EOFException("after: " + line);
            if (b != '\r') line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    public RawClient text(String text) {
        return frame(FINAL | TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** One frame, masked. @param first flags and kind */
    public RawClient frame(int first, byte[] payload) {
        return raw(masked(first, payload));
    }

    /** The bytes of one frame, masked. */
    public static byte[] masked(int first, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 14);
        frame.write(first);
        length(frame, 0x80, payload.length);
        frame.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) frame.write(payload[i] ^ MASK[i & 3]);
        return frame.toByteArray();
    }

    private static void length(ByteArrayOutputStream frame, int flag, int length) {
        if (length < 126) {
            frame.write(flag | length);
        } else if (length < 1 << 16) {
            frame.write(flag | 126);
            frame.write(length >>> 8);
            frame.write(length);
        } else {
            frame.write(flag | 127);
            for (int shift = 56; shift >= 0; shift -= 8) frame.write((int) ((long) length >>> shift));
        }
    }

    /** These bytes; what the server does not want to hear any more is not an error. */
    public RawClient raw(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (SocketException gone) {
            // The server has closed; what it said before can still be read.
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return this;
    }

    /** The next frame of any kind. */
    public Frame next() {
        try {
            int first = in.readUnsignedByte();
            int second = in.readUnsignedByte();
            if ((second & 0x80) != 0) throw new AssertionError("the server masked a frame");
            long length = second;
            if (second == 126) length = in.readUnsignedShort();
            else if (second == 127) length = in.readLong();
            byte[] payload = new byte[Math.toIntExact(length)];
            in.readFully(payload);
            return new Frame(first, payload);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The next text; pings before it are answered. */
    public String nextText() {
        while (true) {
            Frame frame = next();
            if (frame.kind() == PING) frame(FINAL | PONG, frame.payload());
            else if (frame.kind() == TEXT) return frame.text();
            else if (frame.kind() == CLOSE)
                throw new AssertionError("closed with " + frame.closeCode() + " where a text was expected");
        }
    }

    /** Reads until the server closes: the code that it gave, or {@link #NO_CLOSE}. */
    public int closeCode() {
        try {
            while (true) {
                Frame frame = next();
                if (frame.kind() == CLOSE) return frame.closeCode();
            }
        } catch (UncheckedIOException ended) {
            if (ended.getCause() instanceof EOFException || ended.getCause() instanceof SocketException)
                return NO_CLOSE;
            throw ended;
        }
    }

    /** Whether the connection ends, with nothing said before. */
    public boolean isClosedSilently() {
        try {
            return in.read() < 0;
        } catch (SocketException reset) {
            return true;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** From now on it waits for as long as it takes. */
    public RawClient patiently() {
        try {
            socket.setSoTimeout(0);
        } catch (SocketException gone) {
            // Who reads next sees it.
        }
        return this;
    }

    /** Says that nothing more comes from here. */
    public RawClient endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException gone) {
            // The server was faster.
        }
        return this;
    }

    /** Whether the connection has ended, or does so within the time, with nothing said before. */
    public boolean hasEndedAfter(int millis) {
        try {
            socket.setSoTimeout(millis);
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException notYet) {
            return false;
        } catch (IOException ended) {
            return true;
        } finally {
            timeout();
        }
    }

    private void timeout() {
        try {
            socket.setSoTimeout(TIMEOUT_MILLIS);
        } catch (SocketException gone) {
            // Nothing to wait for.
        }
    }

    /** Ends it without a word. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
