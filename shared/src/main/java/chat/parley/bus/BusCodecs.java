package chat.parley.bus;

import io.vertx.core.eventbus.EventBus;

/** The codecs of all messages. */
public final class BusCodecs {
    private BusCodecs() {}

    /** Registers all of them: once for each Vert.x instance, before anything is sent. */
    public static void register(EventBus bus) {}
}
