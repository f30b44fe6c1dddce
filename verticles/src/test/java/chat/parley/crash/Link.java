package chat.parley.crash;

import java.io.Closeable;
import java.io.IOException;

/** A client's end of one session, whatever carries it. */
public interface Link extends Closeable {
    /** Called on the reading thread. */
    interface Listener {
        void text(String message);

        /** Once; nothing comes after it. */
        void closed(String why);
    }

    /** Reads to the very end, on a thread of its own. @param name of the thread */
    void listen(String name, Listener listener);

    void send(String text) throws IOException;

    @Override
    void close();
}
