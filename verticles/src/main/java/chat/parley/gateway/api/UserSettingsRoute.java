package chat.parley.gateway.api;

import chat.parley.gateway.Gateway;
import chat.parley.model.Audience;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory;
import chat.parley.wire.BadInput;
import chat.parley.wire.Fields;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;

/** {@code /v1/settings}: the caller's own. */
final class UserSettingsRoute {
    private static final int ALLOWED_MAX = 500;
    private static final int SETTINGS_BYTES = 192;

    private final Directory directory;
    private final Gateway gateway;

    UserSettingsRoute(Directory directory, Gateway gateway) {
        this.directory = directory;
        this.gateway = gateway;
    }

    Future<Reply> read(Asked asked) {
        UserId user = asked.user();
        return directory.userSettings(List.of(user)).map(found -> show(Objects.requireNonNull(found.get(user))));
    }

    /** Sets what the body names; answers with all of them as they stand then. */
    Future<Reply> change(Asked asked) throws BadInput {
        Fields body = asked.body();
        UserSettings.Change change = new UserSettings.Change(
                body.optionalOne("presence", Audience.values()),
                body.has("presenceAllow") ? body.userIds("presenceAllow", 0, ALLOWED_MAX) : null,
                body.optionalBool("invisible"),
                body.optionalBool("readReceipts"));
        if (change.equals(NOTHING)) throw BadInput.badFrame("none of the settings is there");
        UserId user = asked.user();
        return directory.changeUserSettings(user, change).map(changed -> {
            gateway.settingsChanged(user, changed);
            return show(changed);
        });
    }

    private static final UserSettings.Change NOTHING = new UserSettings.Change(null, null, null, null);

    private static Reply show(UserSettings settings) {
        JsonWriter out = new JsonWriter(SETTINGS_BYTES)
                .beginObject()
                .safeField("presence", settings.presence().wireName())
                .name("presenceAllow")
                .beginArray();
        for (UserId user : settings.presenceAllow()) out.safe(user.value());
        return Reply.ok(out.endArray()
                .field("invisible", settings.invisible())
                .field("readReceipts", settings.readReceipts())
                .endObject());
    }
}
