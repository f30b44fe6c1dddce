package chat.parley.sequencer;

import chat.parley.model.Entry;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the lines of one instance want done, gathered over one turn of the loop: look-ups (one for all), replies, entries to be told. The
 * verticle empties it at the end of the turn.
 */
final class Turn {
    private List<WaitingDraft> ids = new ArrayList<>();
    private List<WaitingDraft> targets = new ArrayList<>();
    private List<Conversation> loads = new ArrayList<>();
    private List<Conversation> spoken = new ArrayList<>();
    private List<Conversation> blocking = new ArrayList<>();
    private List<Conversation> doors = new ArrayList<>();
    private List<WantedMembers> members = new ArrayList<>();
    private List<Ask> replied = new ArrayList<>();
    private List<Told> told = new ArrayList<>();
    private Set<Line> moved = new LinkedHashSet<>();

    /** An entry that is durable, and who is to hear of it. */
    record Told(Entry entry, Recipients recipients) {}

    /** Its id is to be looked up. */
    void wantId(WaitingDraft draft) {
        ids.add(draft);
    }

    /** The message it amends is to be looked up. */
    void wantTarget(WaitingDraft draft) {
        targets.add(draft);
    }

    void wantLoad(Conversation conversation) {
        loads.add(conversation);
    }

    /** What was said last is to be looked up. */
    void wantSpoken(Conversation conversation) {
        spoken.add(conversation);
    }

    /** Who blocks whom there is to be looked up. */
    void wantBlocking(Conversation conversation) {
        blocking.add(conversation);
    }

    /** Who may come in there is to be looked up. */
    void wantDoor(Conversation conversation) {
        doors.add(conversation);
    }

    /** How its users stand to its conversation is to be looked up; more of them may be added until the end of the turn. */
    void wantMembers(WantedMembers wanted) {
        members.add(wanted);
    }

    void replied(Ask ask) {
        replied.add(ask);
    }

    void told(Entry entry, Recipients recipients) {
        told.add(new Told(entry, recipients));
    }

    /** The line may have a step to make. */
    void moved(Line line) {
        moved.add(line);
    }

    /** Whether a look-up or a step is to be made. */
    boolean isMoving() {
        return !moved.isEmpty()
                || !ids.isEmpty()
                || !targets.isEmpty()
                || !loads.isEmpty()
                || !spoken.isEmpty()
                || !blocking.isEmpty()
                || !doors.isEmpty()
                || !members.isEmpty();
    }

    boolean isEmpty() {
        return !isMoving() && replied.isEmpty() && told.isEmpty();
    }

    List<WaitingDraft> takeIds() {
        List<WaitingDraft> taken = ids;
        if (!taken.isEmpty()) ids = new ArrayList<>();
        return taken;
    }

    List<WaitingDraft> takeTargets() {
        List<WaitingDraft> taken = targets;
        if (!taken.isEmpty()) targets = new ArrayList<>();
        return taken;
    }

    List<Conversation> takeLoads() {
        List<Conversation> taken = loads;
        if (!taken.isEmpty()) loads = new ArrayList<>();
        return taken;
    }

    List<Conversation> takeSpoken() {
        List<Conversation> taken = spoken;
        if (!taken.isEmpty()) spoken = new ArrayList<>();
        return taken;
    }

    List<Conversation> takeBlocking() {
        List<Conversation> taken = blocking;
        if (!taken.isEmpty()) blocking = new ArrayList<>();
        return taken;
    }

    List<Conversation> takeDoors() {
        List<Conversation> taken = doors;
        if (!taken.isEmpty()) doors = new ArrayList<>();
        return taken;
    }

    List<WantedMembers> takeMembers() {
        List<WantedMembers> taken = members;
        if (!taken.isEmpty()) members = new ArrayList<>();
        for (WantedMembers each : taken) each.conversation().wanted = null;
        return taken;
    }

    List<Ask> takeReplied() {
        List<Ask> taken = replied;
        if (!taken.isEmpty()) replied = new ArrayList<>();
        return taken;
    }

    List<Told> takeTold() {
        List<Told> taken = told;
        if (!taken.isEmpty()) told = new ArrayList<>();
        return taken;
    }

    Set<Line> takeMoved() {
        Set<Line> taken = moved;
        if (!taken.isEmpty()) moved = new LinkedHashSet<>();
        return taken;
    }
}
