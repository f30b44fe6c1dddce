package chat.parley.gateway.api;

import chat.parley.bus.Loop;
import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far the members of conversations have come: read at most once a second for all who ask, of at most {@value #MEMBERS_MAX} members,
 * the first by user id. So whoever asks costs the store the same in a group of a thousand and in one of 200,000. Of at most
 * {@value #KEPT_MAX} members in all it is kept or being read; who asks for more has to come again.
 */
final class Progress {
    static final int MEMBERS_MAX = 1_000;
    static final int KEPT_MAX = 50_000;

    /** Rows of who has left are passed over, but not for ever. */
    private static final int ROWS_MAX = 4 * MEMBERS_MAX;

    private static final long KEPT_MILLIS = 1_000;

    private final Directory directory;
    private final Loop loop;
    private final Map<ConversationId, Kept> kept = new HashMap<>();
    private int size;

    Progress(Directory directory, Loop loop) {
        this.directory = directory;
        this.loop = loop;
    }

    /** Whether to ask costs reads. */
    boolean isKept(ConversationId conversation) {
        return kept.containsKey(conversation);
    }

    /** Null: too much is asked for now. */
    @Nullable
    Future<Members> of(ConversationId conversation) {
        Kept known = kept.get(conversation);
        if (known != null) return known.members;
        if (size + MEMBERS_MAX > KEPT_MAX) return null;
        Future<Members> members = read(conversation, "", new ArrayList<>(), 0);
        Kept reading = new Kept(members);
        keep(conversation, reading, MEMBERS_MAX);
        members.onComplete(read -> {
            if (read.failed()) {
                forget(conversation, reading);
                return;
            }
            keep(conversation, reading, 1 + read.result().members.size());
            loop.after(KEPT_MILLIS, () -> forget(conversation, reading));
        });
        return members;
    }

    private void keep(ConversationId conversation, Kept one, int its) {
        size += its - one.size;
        one.size = its;
        kept.put(conversation, one);
    }

    private void forget(ConversationId conversation, Kept one) {
        kept.remove(conversation);
        size -= one.size;
    }

    private Future<Members> read(ConversationId conversation, String after, List<Membership> members, int rowsBefore) {
        return directory.members(conversation, after, MEMBERS_MAX).compose(rows -> {
            for (Membership row : rows) {
                if (!row.isMember()) continue;
                if (members.size() == MEMBERS_MAX) return progress(conversation, members, false);
                members.add(row);
            }
            if (rows.size() < MEMBERS_MAX) return progress(conversation, members, true);
            int rowsRead = rowsBefore + rows.size();
            if (rowsRead >= ROWS_MAX) return progress(conversation, members, false);
            return read(conversation, rows.getLast().userId().value(), members, rowsRead);
        });
    }

    private Future<Members> progress(ConversationId conversation, List<Membership> members, boolean isAll) {
        Set<UserId> users = new LinkedHashSet<>();
        for (Membership member : members) users.add(member.userId());
        // Who has not come anywhere is not shown anyhow, whatever they have set.
        return directory
                .readPointers(conversation, users)
                .compose(pointers -> directory
                        .userSettings(pointers.keySet())
                        .map(settings -> new Members(List.copyOf(members), isAll, pointers, settings)));
    }

    /** @param isAll false: there are more */
    record Members(
            List<Membership> members,
            boolean isAll,
            Map<UserId, Directory.ReadPointer> pointers,
            Map<UserId, UserSettings> settings) {
        Marks seenBy(UserId asker, UserSettings own) {
            Map<UserId, UserSettings> all = new HashMap<>(settings);
            all.put(asker, own);
            return new Marks(asker, pointers, all);
        }
    }

    private static final class Kept {
        final Future<Members> members;
        int size;

        Kept(Future<Members> members) {
            this.members = members;
        }
    }
}
