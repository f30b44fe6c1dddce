package chat.parley.gateway;

import chat.parley.bus.Compare;
import chat.parley.gateway.Announcer.Standing;
import chat.parley.model.UserId;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One user shard as this gateway sees it: who is here, and how much of that was said to whom. */
final class UserShard {
    private static final UserId[] NOBODY = {};
    private static final int[] NO_HASHES = {};

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

    private Set<UserId> changes = Set.of();

    /** Who waits to be said, and then for the owner to know them: each in the order in which they came, so in that of their steps. */
    private final ArrayDeque<Pending> unsaid = new ArrayDeque<>(0);

    private final ArrayDeque<Pending> said = new ArrayDeque<>(0);

    private UserId[] users = NOBODY;

    /** The hash of each of them: to look for one is to read one array, not each user. */
    private int[] hashes = NO_HASHES;

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
        if (count == users.length) {
            users = Arrays.copyOf(users, count + (count >> 1) + 2);
            hashes = Arrays.copyOf(hashes, users.length);
        }
        users[count] = user;
        hashes[count++] = user.hashCode();
        sum += Compare.of(user);
    }

    /** False: the user was not here. */
    boolean remove(UserId user) {
        int at = indexOf(user);
        if (at < 0) return false;
        users[at] = users[--count];
        hashes[at] = hashes[count];
        if (count == 0) {
            users = NOBODY;
            hashes = NO_HASHES;
        } else {
            users[count] = users[0]; // nobody who has gone is held on to
        }
        sum -= Compare.of(user);
        return true;
    }

    /** Who came or went since the last step; none if that is to be a whole. */
    int changes() {
        return changes.size();
    }

    /** False: that is to be said already. */
    boolean change(UserId user) {
        if (changes.isEmpty()) changes = new LinkedHashSet<>();
        return changes.add(user);
    }

    /** The next step is a whole: what changed is part of it. */
    void makeWhole() {
        isWhole = true;
        changes = Set.of();
    }

    /** Waits until the owner knows the user, who is to be said with the next step. */
    void await(Pending pending) {
        unsaid.add(pending);
    }

    /** Whoever waits for the user to be known does so no more. */
    void giveUp(UserId user) {
        unsaid.removeIf(pending -> pending.isOverFor(user));
        said.removeIf(pending -> pending.isOverFor(user));
    }

    /** The next of those who wait for that step or one before; null: there is none left. */
    @Nullable
    Pending known(long step) {
        Pending first = said.peek();
        return first == null || first.counter > step ? null : said.remove();
    }

    boolean isPending(UserId user) {
        for (Pending each : unsaid) if (each.user.equals(user)) return true;
        for (Pending each : said) if (each.user.equals(user)) return true;
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
        isPaused = false;
        makeWhole();
    }

    /** Everybody who is here, as the next step. */
    List<UserId> cutWhole() {
        isWhole = false;
        cut();
        return List.of(Arrays.copyOf(users, count));
    }

    /** Who came or went, as the next step. */
    Set<UserId> cutChanges() {
        Set<UserId> cut = changes;
        cut();
        return cut;
    }

    private void cut() {
        changes = Set.of();
        counter++;
        unanswered++;
        for (Pending each : unsaid) each.counter = counter;
        said.addAll(unsaid);
        unsaid.clear();
    }

    private int indexOf(UserId user) {
        int hash = user.hashCode();
        for (int i = 0; i < count; i++) if (hashes[i] == hash && users[i].equals(user)) return i;
        return -1;
    }

    /** A session that waits for the owner to know its user. */
    static final class Pending {
        final UserId user;
        final Consumer<Standing> told;
        final long deadline;

        /** The step that says it; 0: not said yet. */
        private long counter;

        boolean isDone;

        Pending(UserId user, Consumer<Standing> told, long deadline) {
            this.user = user;
            this.told = told;
            this.deadline = deadline;
        }

        private boolean isOverFor(UserId gone) {
            if (!user.equals(gone)) return false;
            isDone = true;
            return true;
        }
    }
}
