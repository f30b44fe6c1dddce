package chat.parley.gateway;

import chat.parley.bus.Compare;
import chat.parley.gateway.Announcer.Standing;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One user shard as this gateway sees it: who is here, and how much of that was said to whom. */
final class UserShard {
    private static final UserId[] NOBODY = {};

    final int number;

    /** The presence node that is told; null: there is none. */
    @Nullable
    String owner;

    /** Of the last step; goes on when the owner changes. */
    long counter;

    /** The next step has to be a whole. */
    boolean isWhole = true;

    /** Refused by everybody who was asked; nothing is said for a while. */
    boolean isPaused;

    /** Refusals in a row. */
    int refusals;

    /** Steps on their way to the owner. */
    int unanswered;

    /** Grows whenever what was said before is void: an answer to that is of no interest. */
    int generation;

    /** Who came or went since the last step; empty if that is to be a whole. */
    final List<UserId> changes = new ArrayList<>(0);

    /** Who waits for the owner to know them. */
    final List<Pending> pending = new ArrayList<>(0);

    private UserId[] users = NOBODY;
    private int count;
    private long sum;

    UserShard(int number) {
        this.number = number;
    }

    /** How many are here. */
    int count() {
        return count;
    }

    boolean has(UserId user) {
        return indexOf(user) >= 0;
    }

    void add(UserId user) {
        if (has(user)) return;
        if (count == users.length) users = Arrays.copyOf(users, count + (count >> 1) + 2);
        users[count++] = user;
        sum += Compare.of(user);
    }

    /** False: the user was not here. */
    boolean remove(UserId user) {
        int at = indexOf(user);
        if (at < 0) return false;
        users[at] = users[--count];
        users = count == 0 ? NOBODY : users;
        if (count > 0) users[count] = users[0]; // nobody who has gone is held on to
        sum -= Compare.of(user);
        return true;
    }

    boolean isPending(UserId user) {
        for (Pending each : pending) if (each.user.equals(user)) return true;
        return false;
    }

    /** Nothing is on its way or waits to be said: the owner knows all, or has missed something. */
    boolean isQuiet() {
        return counter > 0 && unanswered == 0 && changes.isEmpty() && !isWhole && !isPaused;
    }

    Compare.ShardDigest digest() {
        return new Compare.ShardDigest(number, counter, count, sum);
    }

    /** Nothing that was said counts any more: somebody is told everything. */
    void startAgain(@Nullable String newOwner) {
        owner = newOwner;
        generation++;
        unanswered = 0;
        isWhole = true;
        isPaused = false;
        changes.clear();
    }

    /** Everybody who is here, as the next step. */
    List<UserId> cutWhole() {
        counter++;
        unanswered++;
        isWhole = false;
        changes.clear();
        for (Pending each : pending) each.number(counter);
        return List.of(Arrays.copyOf(users, count));
    }

    /** Who came or went, as the next step. */
    List<UserId> cutChanges() {
        counter++;
        unanswered++;
        List<UserId> cut = List.copyOf(changes);
        changes.clear();
        for (Pending each : pending) each.number(counter);
        return cut;
    }

    private int indexOf(UserId user) {
        for (int i = 0; i < count; i++) if (users[i].equals(user)) return i;
        return -1;
    }

    /** A session that waits for the owner to know its user. */
    static final class Pending {
        final UserId user;
        final Consumer<Standing> told;
        final long deadline;

        /** The step that says it; 0: not said yet. */
        long counter;

        boolean isDone;

        Pending(UserId user, Consumer<Standing> told, long deadline) {
            this.user = user;
            this.told = told;
            this.deadline = deadline;
        }

        void number(long step) {
            if (counter == 0) counter = step;
        }
    }
}
