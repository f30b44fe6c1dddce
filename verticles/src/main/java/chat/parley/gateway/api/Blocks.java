package chat.parley.gateway.api;

import chat.parley.gateway.Gateway;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory;
import chat.parley.wire.BadInput;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;

/** {@code /v1/blocks}: whom the caller blocks. */
final class Blocks {
    /** What is added at the same time elsewhere may go past it by that much. */
    private static final int BLOCKS_MAX = 1_000;

    private final Directory directory;
    private final Gateway gateway;

    Blocks(Directory directory, Gateway gateway) {
        this.directory = directory;
        this.gateway = gateway;
    }

    Future<Reply> list(Asked asked) {
        return settings(asked.user()).map(settings -> {
            JsonWriter out = new JsonWriter(64).beginObject().name("userIds").beginArray();
            settings.blocked().stream().map(UserId::value).sorted().forEach(out::safe);
            return Reply.ok(out.endArray().endObject());
        });
    }

    Future<Reply> block(Asked asked) throws BadInput {
        UserId user = asked.user();
        UserId other = asked.member();
        if (other.equals(user)) throw BadInput.badFrame("nobody blocks themselves");
        return settings(user).compose(present -> {
            if (!present.blocks(other) && present.blocked().size() >= BLOCKS_MAX) {
                return Reply.refused(ErrorCode.TOO_LARGE, "a user blocks at most " + BLOCKS_MAX + " others", 0)
                        .now();
            }
            return change(user, other, UserSettings.Change.blocking(other));
        });
    }

    Future<Reply> unblock(Asked asked) throws BadInput {
        UserId other = asked.member();
        return change(asked.user(), other, UserSettings.Change.unblocking(other));
    }

    /** Done once it holds everywhere, also if it was so before: the one before may have got no answer. */
    private Future<Reply> change(UserId user, UserId other, UserSettings.Change change) {
        return directory
                .changeUserSettings(user, change)
                .compose(changed -> gateway.blocksChanged(user, other, changed))
                .map(done -> new Reply.NoContent());
    }

    private Future<UserSettings> settings(UserId user) {
        return directory.userSettings(List.of(user)).map(found -> Objects.requireNonNull(found.get(user)));
    }
}
