package chat.parley.store.embedded;

import chat.parley.model.Ban;
import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.UserId;

/** The row of a ban. @param stamp the position of the entry that it is of */
record BanRecord(Ban ban, long stamp) {
    byte[] encoded() {
        return new ByteWriter(48)
                .putVar(stamp)
                .putString(ban.bannedBy().value())
                .putVar(ban.at())
                .putByte(ban.holds() ? 1 : 0)
                .toBytes();
    }

    static BanRecord decode(UserId user, byte[] row) {
        var in = new ByteReader(row);
        long stamp = in.getVar();
        return new BanRecord(new Ban(user, new UserId(in.getString()), in.getVar(), in.getByte() == 1), stamp);
    }
}
