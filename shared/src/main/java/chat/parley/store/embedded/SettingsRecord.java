package chat.parley.store.embedded;

import chat.parley.model.Audience;
import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The row of a user's settings. */
final class SettingsRecord {
    /** About how large a row is. */
    static final int BYTES = 256;

    private static final int INVISIBLE = 1;
    private static final int NO_READ_RECEIPTS = 2;

    private SettingsRecord() {}

    static byte[] encode(UserSettings settings) {
        int flags = (settings.invisible() ? INVISIBLE : 0) | (settings.readReceipts() ? 0 : NO_READ_RECEIPTS);
        var out = new ByteWriter(BYTES);
        out.putByte(settings.presence().number()).putByte(flags);
        out.putVar(settings.presenceAllow().size());
        for (UserId user : settings.presenceAllow()) out.putString(user.value());
        out.putVar(settings.blocked().size());
        for (UserId user : settings.blocked()) out.putString(user.value());
        return out.toBytes();
    }

    static UserSettings decode(byte[] row) {
        var in = new ByteReader(row);
        Audience presence = Audience.of(in.getByte());
        int flags = in.getByte();
        List<UserId> allowed = users(in);
        List<UserId> blocked = in.hasMore() ? users(in) : List.of(); // nobody was, when rows ended here
        return new UserSettings(
                presence, allowed, (flags & INVISIBLE) != 0, (flags & NO_READ_RECEIPTS) == 0, Set.copyOf(blocked));
    }

    private static List<UserId> users(ByteReader in) {
        int count = in.getCount();
        List<UserId> users = new ArrayList<>(count);
        for (int i = 0; i < count; i++) users.add(new UserId(in.getString()));
        return List.copyOf(users);
    }
}
