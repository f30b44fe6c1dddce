package chat.parley.gateway.sockjs;

import io.vertx.core.internal.ContextInternal;

/** From one loop to another. */
final class Hop {
    private Hop() {}

    /** Runs it on the context: at once, if its loop is this thread. */
    static void to(ContextInternal context, Runnable action) {
        if (context.nettyEventLoop().inEventLoop()) context.dispatch(action);
        else context.runOnContext(there -> action.run());
    }
}
