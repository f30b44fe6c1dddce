package chat.parley.load.gatling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Stands between clients and a node, and makes of it a server that is wrong in one way, about every seventh entry. */
final class FaultyProxy implements Closeable {
    enum Fault {
        NONE,
        /** Nobody gets it, neither at once nor asked for. */
        LOSES,
        DOUBLES,
        /** It comes after the next one. */
        SWAPS,
        KEEPS_ACKS
    }

    private static final int EVERY = 7;
    private static final int TEXT = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ServerSocket door = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
    private final int nodePort;
    private final Fault fault;

    FaultyProxy(int nodePort, Fault fault) throws IOException {
        this.nodePort = nodePort;
        this.fault = fault;
        Thread.ofVirtual().start(this::serve);
    }

    int port() {
        return door.getLocalPort();
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
        try (client;
                Socket node = new Socket(InetAddress.getLoopbackAddress(), nodePort)) {
            String head = head(client.getInputStream()).replace(":" + port(), ":" + nodePort);
            boolean isWebSocket = head.contains("pgrade: websocket");
            node.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            Thread.ofVirtual().start(() -> copy(client, node));
            if (isWebSocket) new Frames().copy(node.getInputStream(), client.getOutputStream());
            else node.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException gone) {
            // one of the two
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException gone) {
            // one of the two
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) throw new EOFException();
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** What the node writes to one socket. */
    private final class Frames {
        private @Nullable JsonNode kept;

        void copy(InputStream node, OutputStream client) throws IOException {
            DataOutputStream out = new DataOutputStream(client);
            DataInputStream in = new DataInputStream(node);
            out.write(head(in).getBytes(StandardCharsets.ISO_8859_1));
            while (true) {
                int first = in.readUnsignedByte();
                int length = in.readUnsignedByte();
                if (length == 126) length = in.readUnsignedShort();
                else if (length == 127) length = (int) in.readLong();
                byte[] payload = in.readNBytes(length);
                if ((first & 15) == TEXT) payload = changed(payload);
                if (payload.length > 0 || (first & 15) != TEXT) write(out, first, payload);
            }
        }

        private void write(DataOutputStream out, int first, byte[] payload) throws IOException {
            out.writeByte(first);
            if (payload.length < 126) {
                out.writeByte(payload.length);
            } else if (payload.length < 1 << 16) {
                out.writeByte(126);
                out.writeShort(payload.length);
            } else {
                out.writeByte(127);
                out.writeLong(payload.length);
            }
            out.write(payload);
            out.flush();
        }

        private byte[] changed(byte[] text) throws IOException {
            JsonNode frames = JSON.readTree(text);
            ArrayNode changed = JSON.createArrayNode();
            if (frames.isArray()) frames.forEach(frame -> change(frame, changed));
            else change(frames, changed);
            return changed.isEmpty() ? new byte[0] : JSON.writeValueAsBytes(changed);
        }

        private void change(JsonNode frame, ArrayNode to) {
            String type = frame.path("type").asText();
            boolean isChosen = frame.path("sequence").asLong() % EVERY == EVERY - 1;
            boolean isEvent = type.equals("message_event") && isChosen;
            if (fault == Fault.KEEPS_ACKS && type.equals("message_ack") && isChosen) return;
            if (fault == Fault.LOSES && isEvent) return;
            if (fault == Fault.SWAPS && isEvent && kept == null) {
                kept = frame;
                return;
            }
            to.add(frame);
            if (fault == Fault.DOUBLES && isEvent) to.add(frame);
            if (kept != null && type.equals("message_event")) {
                to.add(kept);
                kept = null;
            }
        }
    }
}
