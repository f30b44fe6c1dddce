package chat.parley.sequencer;

import chat.parley.model.Entry;
import chat.parley.model.UserId;
import java.util.List;

/**
 * Who is to hear of an entry: the members behind it, and those whom it removes.
 *
 * @param named who is named to those that know where users are: in a large conversation only who joins or leaves, as nobody may know yet that they
 *     are members
 */
record Recipients(List<UserId> named, Way way) {
    static final Recipients NOBODY = new Recipients(List.of(), Way.INLINE);

    static Recipients of(Entry entry, Standing after, SequencerConfig config) {
        Members members = after.members();
        Way way = config.wayOf(after);
        if (way != Way.INLINE) return new Recipients(entry.comingAndGoing(), way);
        return new Recipients(
                switch (entry.kind()) {
                    case MEMBER_REMOVED, MEMBER_LEFT -> members.since(entry.sequence());
                    default -> members.present();
                },
                way);
    }

    boolean isNobody() {
        return named.isEmpty() && way == Way.INLINE;
    }
}
