package chat.parley.crash;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A client's end of a WebSocket, on a plain socket: nothing in it comes between what the server's kernel sent and what is
 * recorded. Reads on a thread of its own, to the very end, which a killed server's socket has as well.
 */
final class ClientSocket implements Link {
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int CONNECT_MILLIS = 5_000;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    ClientSocket(InetSocketAddress node) throws IOException {
        socket = new Socket(node.getAddress(), node.getPort());
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(CONNECT_MILLIS);
            out = socket.getOutputStream();
            in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
            upgrade();
            socket.setSoTimeout(0);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private void upgrade() throws IOException {
        String request = """
            GET /v1/ws HTTP/1.1\r
            Host: localhost\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            Sec-WebSocket-Version: 13\r
            \r
            """;
        out.write(request.getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) head.append((char) in.readUnsignedByte());
        if (!head.toString().startsWith("HTTP/1.1 101")) throw new IOException("no upgrade: " + head);
    }

    @Override
    public void listen(String name, Listener listener) {
        Thread.ofPlatform().daemon().name(name + " reads").start(() -> read(listener));
    }

    private void read(Listener listener) {
        String why = "end of stream";
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        try {
            while (true) {
                int first = in.readUnsignedByte();
                byte[] payload = in.readNBytes(length(in.readUnsignedByte() & 0x7F));
                switch (first & 15) {
                    case PING -> write(PONG, payload);
                    case PONG -> {}
                    case CLOSE -> why = "closed by the server: " + code(payload);
                    default -> {
                        message.writeBytes(payload);
                        if ((first & 0x80) == 0) continue;
                        listener.text(message.toString(StandardCharsets.UTF_8));
                        message.reset();
                    }
                }
            }
        } catch (IOException e) {
            if (e.getMessage() != null && why.startsWith("end")) why = e.getMessage();
        } finally {
            close();
            listener.closed(why);
        }
    }

    private int length(int start) throws IOException {
        return start < 126 ? start : start == 126 ? in.readUnsignedShort() : Math.toIntExact(in.readLong());
    }

    private static String code(byte[] payload) {
        return payload.length < 2 ? "no code" : Integer.toString((payload[0] & 0xFF) << 8 | payload[1] & 0xFF);
    }

    @Override
    public void send(String text) throws IOException {
        write(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(int opcode, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 14);
        frame.write(0x80 | opcode);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length <= 0xFFFF) {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            throw new IllegalArgumentException("a message of " + payload.length + " bytes");
        }
        byte[] mask = new byte[4];
        ThreadLocalRandom.current().nextBytes(mask);
        frame.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) frame.write(payload[i] ^ mask[i & 3]);
        synchronized (out) {
            out.write(frame.toByteArray());
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // it was on its way out
        }
    }
}
