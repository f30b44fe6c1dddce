package chat.parley.node;

import chat.parley.crash.Link;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One device on any transport, which waits for what it is told. */
public final class Person implements AutoCloseable {
    private final Link link;
    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>(); // frames, and at last why it ended
    private final List<JsonObject> passedOver = new ArrayList<>();
    private int refs;

    public Person(Carrier carrier, int port) throws IOException {
        link = carrier.open(port);
        link.listen(carrier.name(), new Link.Listener() {
            @Override
            public void text(String message) {
                if (message.startsWith("["))
                    heard.addAll(new JsonArray(message).stream().toList());
                else heard.add(new JsonObject(message));
            }

            @Override
            public void closed(String why) {
                heard.add(why);
            }
        });
    }

    public static Person welcome(Carrier carrier, int port, String token, String device, @Nullable JsonObject cursors)
            throws IOException, InterruptedException {
        Person person = new Person(carrier, port);
        JsonObject hello = Device.hello(token, device);
        if (cursors != null) hello.put("cursors", cursors);
        person.says(hello);
        person.hears("welcome");
        person.hears("synced");
        return person;
    }

    public void says(JsonObject frame) throws IOException {
        says(frame.encode());
    }

    void says(String text) throws IOException {
        link.send(text);
    }

    /** Says it until the server has had enough. */
    void floods(String text) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        try {
            while (heard.stream().noneMatch(String.class::isInstance) && System.nanoTime() < until) link.send(text);
        } catch (IOException closed) {
            // it had
        }
    }

    /** Says it, and waits for what answers it. */
    public JsonObject asks(JsonObject frame) throws IOException, InterruptedException {
        String ref = "r" + ++refs;
        says(frame.copy().put("ref", ref));
        return hears(Device.answerTo(frame, ref));
    }

    public JsonObject hears(String type) throws InterruptedException {
        return hears(frame -> frame.getString("type").equals(type));
    }

    public JsonObject hears(Predicate<JsonObject> wanted) throws InterruptedException {
        while (true) {
            Object next = heard.poll(20, TimeUnit.SECONDS);
            if (!(next instanceof JsonObject frame)) throw new AssertionError("not heard, but " + next);
            if (wanted.test(frame)) return frame;
            passedOver.add(frame);
        }
    }

    /** All frames of this type until now, whether somebody waited for them or not. */
    public Stream<JsonObject> heard(String type) {
        return Stream.concat(
                        passedOver.stream(),
                        heard.stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast))
                .filter(frame -> frame.getString("type").equals(type));
    }

    /** Frames of this type that nobody waited for. */
    long count(String type) {
        return passedOver.stream()
                .filter(frame -> frame.getString("type").equals(type))
                .count();
    }

    /** Frames that nobody waited for. */
    List<JsonObject> passedOver() {
        return passedOver;
    }

    /** Why it ended. */
    public String closed() throws InterruptedException {
        while (true) {
            Object next = heard.poll(20, TimeUnit.SECONDS);
            if (next == null) throw new AssertionError("not closed");
            if (next instanceof String why) return why;
        }
    }

    @Override
    public void close() {
        link.close();
    }
}
