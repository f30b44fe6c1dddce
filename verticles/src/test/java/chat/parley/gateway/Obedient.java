package chat.parley.gateway;

import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A session that does what the client says; else it says what the client said. */
public final class Obedient implements Inbound {
    private static final int FILLING_BYTES = 16 << 10;
    private static final int DRAINED_BYTES = 128 << 10;
    private static final int DRAINED_FRAMES = 256;

    private final Transport transport;
    private final Consumer<String> closings;
    private String name = "";

    /** @param closings hears the session's name, if it was given one, when nothing more comes */
    public Obedient(Transport transport, Consumer<String> closings) {
        this.transport = transport;
        this.closings = closings;
    }

    @Override
    public void onText(byte[] json) {
        String text = new String(json, StandardCharsets.UTF_8);
        String[] words = text.split(" ");
        switch (words[0]) {
            case "name" -> {
                name = text.substring(5);
                say(text);
            }
            case "close" -> transport.close(Integer.parseInt(words[1]), "as asked");
            case "say-and-close" -> {
                say("last words");
                transport.close(Integer.parseInt(words[1]), "as asked");
            }
            case "fail" -> throw new IllegalStateException("as asked");
            case "fill" -> fill(Integer.parseInt(words[1]));
            case "shout" -> say("x".repeat(Integer.parseInt(words[1]) << 10));
            case "pause" -> pause();
            default -> say(text);
        }
    }

    private void fill(int count) {
        for (int i = 0; i < count; i++) say("xxx " + "x".repeat(FILLING_BYTES));
        String pending = transport.pendingFrames() + " frames of " + transport.pendingBytes() / count / 1024 + " KiB";
        transport.whenDrained(DRAINED_BYTES, DRAINED_FRAMES, () -> say("drained, after " + pending));
    }

    private void pause() {
        transport.pauseReading(true);
        say("paused");
        Vertx.currentContext().owner().setTimer(200, timer -> {
            say("resumed");
            transport.pauseReading(false);
        });
    }

    @Override
    public void onClosed() {
        if (!name.isEmpty()) closings.accept(name);
    }

    private void say(String text) {
        Packet packet = Packet.of(text.getBytes(StandardCharsets.UTF_8));
        transport.write(packet);
        packet.release();
    }
}
