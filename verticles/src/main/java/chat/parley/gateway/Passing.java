package chat.parley.gateway;

import chat.parley.bus.Event;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.wire.EventJson;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries of one conversation on their way from the gate to sessions: encoded once for all who take the same. */
final class Passing {
    final ConversationId conversation;
    final List<Event> run;
    private @Nullable Packet packet;
    private byte @Nullable [] @Nullable [] own;

    Passing(ConversationId conversation, List<Event> run) {
        this.conversation = conversation;
        this.run = run;
    }

    /** Whether one of the entries is the user's. */
    boolean isOf(UserId user) {
        for (int i = 0; i < run.size(); i++) if (run.get(i).entry().senderId().equals(user)) return true;
        return false;
    }

    /** All of them, as those get them who sent none. */
    Packet packet() {
        Packet all = packet;
        if (all == null) {
            if (run.size() == 1) all = Packet.of(run.getFirst().json());
            else {
                List<byte[]> frames = new ArrayList<>(run.size());
                for (Event event : run) frames.add(event.json());
                all = Packet.of(frames);
            }
            packet = all;
        }
        return all;
    }

    /** One of them, as its sender's devices get it. */
    byte[] own(int index) {
        byte @Nullable [] @Nullable [] frames = own;
        if (frames == null) {
            frames = new byte @Nullable [run.size()][];
            own = frames;
        }
        byte[] frame = frames[index];
        if (frame == null) {
            Event event = run.get(index);
            String id = event.entry().clientMessageId();
            frame = id.isEmpty() ? event.json() : EventJson.withClientMessageId(event.json(), id);
            frames[index] = frame;
        }
        return frame;
    }

    void release() {
        if (packet != null) packet.release();
    }
}
