package chat.parley.store.embedded;

import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.ConversationId;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.store.Projection.MemberRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one user in one conversation: the rows so far, merged. Rows may come in any order and more than once: the role with the
 * highest stamp stays, what was learnt of a membership's beginning or end stays, the last end counts.
 *
 * @param roleStamp the position of the entry that gave the role; 0: none did yet
 * @param spans by {@code joined}
 */
record MemberRecord(@Nullable Role role, long roleStamp, List<Span> spans) {
    static final MemberRecord NONE = new MemberRecord(null, 0, List.of());

    /**
     * One membership.
     *
     * @param countable −1: not known yet, its beginning did not come
     * @param left 0: still a member
     */
    record Span(long joined, long countable, long left) {
        Span with(MemberRow row) {
            return new Span(joined, Math.max(countable, row.countable()), Math.max(left, row.left()));
        }
    }

    MemberRecord with(MemberRow row, long stamp) {
        boolean newRole = row.role() != null && stamp >= roleStamp;
        List<Span> all = new ArrayList<>(spans);
        int at = 0;
        while (at < all.size() && all.get(at).joined < row.joined()) at++;
        if (at < all.size() && all.get(at).joined == row.joined()) {
            all.set(at, all.get(at).with(row));
        } else {
            all.add(at, new Span(row.joined(), row.countable(), row.left()));
        }
        return new MemberRecord(newRole ? row.role() : role, newRole ? stamp : roleStamp, List.copyOf(all));
    }

    /** As readers see it; null while no beginning of a membership has come. */
    @Nullable
    Membership membership(ConversationId conversation, UserId user) {
        List<Interval> intervals = new ArrayList<>(spans.size());
        for (Span span : spans) {
            if (span.countable >= 0) intervals.add(new Interval(span.joined, span.left, span.countable));
        }
        if (role == null || intervals.isEmpty()) return null;
        return new Membership(conversation, user, role, List.copyOf(intervals));
    }

    byte[] encoded() {
        var out = new ByteWriter(32);
        out.putByte(role == null ? 0 : role.number()).putVar(roleStamp).putVar(spans.size());
        for (Span span : spans)
            out.putVar(span.joined).putVar(span.countable + 1).putVar(span.left);
        return out.toBytes();
    }

    static MemberRecord decode(byte @Nullable [] row) {
        if (row == null) return NONE;
        var in = new ByteReader(row);
        int role = in.getByte();
        long roleStamp = in.getVar();
        int count = in.getCount();
        List<Span> spans = new ArrayList<>(count);
        for (int i = 0; i < count; i++) spans.add(new Span(in.getVar(), in.getVar() - 1, in.getVar()));
        return new MemberRecord(role == 0 ? null : Role.of(role), roleStamp, spans);
    }
}
