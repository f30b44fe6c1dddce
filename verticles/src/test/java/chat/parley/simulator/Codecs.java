package chat.parley.simulator;

import chat.parley.bus.BusCodecs;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** The bus codecs, as {@link BusCodecs} registers them: what crosses from node to node is encoded and decoded. */
final class Codecs {
    static final Codecs ALL = new Codecs();

    private final Map<Class<?>, MessageCodec<Object, Object>> byClass = new HashMap<>();

    @SuppressWarnings("unchecked")
    private Codecs() {
        BusCodecs.register((EventBus) Proxy.newProxyInstance(
                Codecs.class.getClassLoader(), new Class<?>[] {EventBus.class}, (bus, method, args) -> {
                    if (!method.getName().equals("registerDefaultCodec")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    byClass.put((Class<?>) args[0], (MessageCodec<Object, Object>) args[1]);
                    return bus;
                }));
    }

    /** The message as the bus carries it. */
    Buffer encode(Object message) {
        Buffer wire = Buffer.buffer();
        codec(message.getClass()).encodeToWire(wire, message);
        return wire;
    }

    Object decode(Class<?> type, Buffer wire) {
        return codec(type).decodeFromWire(0, wire);
    }

    private MessageCodec<Object, Object> codec(Class<?> type) {
        MessageCodec<Object, Object> codec = byClass.get(type);
        if (codec == null) throw new IllegalStateException("no codec for " + type);
        return codec;
    }

    boolean knows(Class<?> type) {
        return byClass.containsKey(type);
    }
}
