package chat.parley.gateway;

import chat.parley.bus.Event;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Role;
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
    private byte @Nullable [] @Nullable [] frames;
    private final boolean isForSome;

    Passing(ConversationId conversation, List<Event> run) {
        this.conversation = conversation;
        this.run = run;
        boolean someForSome = false;
        for (int i = 0; i < run.size(); i++)
            someForSome |= EventJson.isForSome(run.get(i).entry());
        this.isForSome = someForSome;
    }

    /** Whether one with this role gets something else than {@link #packet}. */
    boolean isSpecialFor(UserId user, Role role) {
        if (isOf(user)) return true;
        if (!isForSome) return false;
        for (int i = 0; i < run.size(); i++) if (isToldWho(i, user, role)) return true;
        return false;
    }

    private boolean isToldWho(int index, UserId user, Role role) {
        Entry entry = run.get(index).entry();
        return EventJson.isForSome(entry) && Entries.isToldWho(entry, user, role);
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
            if (run.size() == 1) all = Packet.of(frame(0));
            else {
                List<byte[]> each = new ArrayList<>(run.size());
                for (int i = 0; i < run.size(); i++) each.add(frame(i));
                all = Packet.of(each);
            }
            packet = all;
        }
        return all;
    }

    /** One of them, as everybody gets it. */
    byte[] frame(int index) {
        Event event = run.get(index);
        if (!isForSome || !EventJson.isForSome(event.entry())) return event.json();
        byte @Nullable [] @Nullable [] all = frames;
        if (all == null) {
            all = new byte @Nullable [run.size()][];
            frames = all;
        }
        byte[] frame = all[index];
        if (frame == null) {
            frame = EventJson.encodeCounted(event.entry());
            all[index] = frame;
        }
        return frame;
    }

    /** One of them, as this user gets it who did not send it. */
    byte[] frame(int index, UserId user, Role role) {
        return isForSome && isToldWho(index, user, role) ? run.get(index).json() : frame(index);
    }

    /** One of them, as its sender's devices get it. */
    byte[] own(int index) {
        byte @Nullable [] @Nullable [] all = own;
        if (all == null) {
            all = new byte @Nullable [run.size()][];
            own = all;
        }
        byte[] frame = all[index];
        if (frame == null) {
            Event event = run.get(index);
            String id = event.entry().clientMessageId();
            frame = id.isEmpty() ? event.json() : EventJson.withClientMessageId(event.json(), id);
            all[index] = frame;
        }
        return frame;
    }

    void release() {
        if (packet != null) packet.release();
    }
}
