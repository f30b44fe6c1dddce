package chat.parley.checker;

import java.util.HashSet;
import java.util.Set;

/** How often groups got more members than a threshold, and again fewer. */
public final class Crossings {
    private final int most;
    private final int again;
    private final Set<String> above = new HashSet<>(); // conversations
    private int up;
    private int down;

    /** @param most a group with more is above @param again until it has no more than that */
    public Crossings(int most, int again) {
        this.most = most;
        this.again = again;
    }

    /** So many members the conversation has behind its next entry. */
    public void see(String conversation, int members) {
        if (members > most && above.add(conversation)) up++;
        if (members <= again && above.remove(conversation)) down++;
    }

    public int up() {
        return up;
    }

    public int down() {
        return down;
    }

    @Override
    public String toString() {
        return String.format("%,d members crossed %d times upwards, %d downwards", most, up, down);
    }
}
