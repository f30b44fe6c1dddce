package chat.parley.store.embedded;

import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.Content;
import chat.parley.model.Entry;
import chat.parley.store.Projection.Edited;
import chat.parley.store.Projection.Erased;
import chat.parley.store.StoredEntry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one message: the edits and the deletion so far, merged, in whatever order and however often they came.
 *
 * @param editStamp the position of the last edit; 0: none
 * @param body as last edited; empty once the message is deleted
 * @param deleteStamp the position of the deletion; 0: none
 * @param editsStamp the position of the entry that listed the edits
 */
record AmendmentRecord(
        long editStamp,
        long editedAt,
        String body,
        long deleteStamp,
        long deletedAt,
        long editsStamp,
        List<Long> edits) {
    static final AmendmentRecord NONE = new AmendmentRecord(0, 0, "", 0, 0, 0, List.of());

    boolean isDeleted() {
        return deleteStamp > 0;
    }

    AmendmentRecord with(Edited row, long stamp) {
        boolean later = stamp >= editStamp;
        boolean listed = stamp >= editsStamp;
        return new AmendmentRecord(
                Math.max(stamp, editStamp),
                later ? row.editedAt() : editedAt,
                isDeleted() ? "" : later ? row.body() : body,
                deleteStamp,
                deletedAt,
                Math.max(stamp, editsStamp),
                listed ? row.edits() : edits);
    }

    AmendmentRecord with(Erased row, long stamp) {
        boolean later = stamp >= deleteStamp;
        boolean listed = stamp >= editsStamp;
        return new AmendmentRecord(
                editStamp,
                editedAt,
                "",
                Math.max(stamp, deleteStamp),
                later ? row.deletedAt() : deletedAt,
                Math.max(stamp, editsStamp),
                listed ? row.edits() : edits);
    }

    /** The message as a page shows it. */
    StoredEntry amend(Entry entry) {
        Entry shown = entry;
        if (isDeleted()) shown = entry.erased();
        else if (editStamp > 0 && entry.content() instanceof Content.Message message)
            shown = entry.with(message.with(body));
        return new StoredEntry(
                shown, editStamp > 0 ? (Long) editedAt : null, isDeleted() ? (Long) deletedAt : null, edits);
    }

    byte[] encoded() {
        var out = new ByteWriter(32 + body.length());
        out.putVar(editStamp).putVar(editedAt).putString(body);
        out.putVar(deleteStamp).putVar(deletedAt);
        out.putVar(editsStamp).putVar(edits.size());
        for (long edit : edits) out.putVar(edit);
        return out.toBytes();
    }

    static AmendmentRecord decode(byte @Nullable [] row) {
        if (row == null) return NONE;
        var in = new ByteReader(row);
        long editStamp = in.getVar();
        long editedAt = in.getVar();
        String body = in.getString();
        long deleteStamp = in.getVar();
        long deletedAt = in.getVar();
        long editsStamp = in.getVar();
        int count = in.getCount();
        List<Long> edits = new ArrayList<>(count);
        for (int i = 0; i < count; i++) edits.add(in.getVar());
        return new AmendmentRecord(editStamp, editedAt, body, deleteStamp, deletedAt, editsStamp, List.copyOf(edits));
    }
}
