package chat.parley.load;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server that has one conversation, in which everybody is, and that is wrong as it is told to be. A user is who says its name as its token.
 * One thread a socket; what they share is locked.
 */
final class StandIn implements AutoCloseable {
    private static final int TEXT = 1;

    private final ServerSocket door = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final List<Device> devices = new ArrayList<>();
    private final List<String> bodies = new ArrayList<>();
    private @Nullable Device sender; // of the last
    private volatile boolean isSilent;
    private volatile long keptFrom = Long.MAX_VALUE;

    StandIn() throws IOException {
        Thread.ofVirtual().start(this::serve);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), door.getLocalPort());
    }

    /** Takes what comes and says nothing any more. */
    void fallSilent() {
        isSilent = true;
    }

    /** The last message stands at a second place, which all are told. */
    void placeAgain() throws IOException {
        synchronized (devices) {
            Objects.requireNonNull(sender).place(bodies.getLast());
        }
    }

    /** The sender of the last message is told once more that it is there. */
    void acknowledgeAgain() throws IOException {
        synchronized (devices) {
            Objects.requireNonNull(sender).acknowledge();
        }
    }

    /** From now on nobody is brought an entry from that one on; its sender is told that it is there. */
    void keepsFrom(long sequence) {
        keptFrom = sequence;
    }

    @Override
    public void close() throws IOException {
        door.close();
    }

    private void serve() {
        try {
            while (true) {
                Socket client = door.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // by the test
        }
    }

    private void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            String head = head(in);
            if (head.startsWith("GET /v1/ws ")) new Device(client).serve(in);
            else answer(client, head, in);
        } catch (IOException gone) {
            // its device
        }
    }

    private static String head(DataInputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) throw new EOFException();
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** What {@link Accounts} asks for. */
    private static void answer(Socket client, String head, DataInputStream in) throws IOException {
        Matcher length = Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
        String asked = length.find() ? new String(in.readNBytes(Integer.parseInt(length.group(1)))) : "";
        String answer = head.contains("/tokens ")
                ? "{\"token\":\"" + value(asked, "userId") + "\"}"
                : "{\"conversationId\":\"c\",\"head\":0}";
        client.getOutputStream()
                .write(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + answer.length() + "\r\n\r\n"
                                + answer)
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String value(String json, String field) {
        Matcher matcher = Pattern.compile("\"" + field + "\":\"?([^\",}]*)").matcher(json);
        if (!matcher.find()) throw new IllegalStateException("no " + field + " in " + json);
        return matcher.group(1);
    }

    private final class Device {
        private final Socket client;

        Device(Socket client) {
            this.client = client;
        }

        void serve(DataInputStream in) throws IOException {
            client.getOutputStream()
                    .write("HTTP/1.1 101 Switching Protocols\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            try {
                while (true) {
                    int opcode = in.readUnsignedByte() & 15;
                    int length = in.readUnsignedByte() & 127;
                    if (length == 126) length = in.readUnsignedShort();
                    in.readInt(); // the mask, of zeros
                    String frame = new String(in.readNBytes(length), StandardCharsets.UTF_8);
                    if (opcode == TEXT && !isSilent) heard(frame);
                }
            } finally {
                synchronized (devices) {
                    devices.remove(this);
                }
            }
        }

        private void heard(String frame) throws IOException {
            synchronized (devices) {
                switch (value(frame, "type")) {
                    case "hello" -> {
                        if (frame.contains("cursors")) bring(Long.parseLong(value(frame, "c")));
                        devices.add(this);
                        say("{\"type\":\"synced\"}");
                    }
                    case "sync" -> {
                        bring(Long.parseLong(value(frame, "c")));
                        say("{\"type\":\"synced\"}");
                    }
                    case "send_message" -> place(value(frame, "body"));
                    default -> {}
                }
            }
        }

        private void place(String body) throws IOException {
            bodies.add(body);
            sender = this;
            for (Device each : devices) if (each != this) each.bring(bodies.size() - 1);
            acknowledge();
        }

        /** The last, whose body is no more than its id. */
        private void acknowledge() throws IOException {
            say("{\"type\":\"message_ack\",\"clientMessageId\":\"" + bodies.getLast() + "\",\"sequence\":"
                    + bodies.size() + "}");
        }

        private void bring(long behind) throws IOException {
            for (long sequence = behind + 1; sequence <= bodies.size() && sequence < keptFrom; sequence++)
                say("{\"type\":\"message_event\",\"sequence\":" + sequence + ",\"body\":\""
                        + bodies.get((int) sequence - 1) + "\"}");
        }

        private void say(String frame) throws IOException {
            byte[] payload = frame.getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.write(0x80 | TEXT);
            all.write(126);
            all.write(payload.length >> 8);
            all.write(payload.length);
            all.write(payload);
            client.getOutputStream().write(all.toByteArray());
        }
    }
}
