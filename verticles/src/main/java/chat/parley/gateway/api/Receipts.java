package chat.parley.gateway.api;

import chat.parley.bus.Loop;
import chat.parley.gateway.Gateway;
import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory;
import chat.parley.wire.BadInput;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.Fields;
import chat.parley.wire.JsonWriter;
import chat.parley.wire.ReceiptType;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Predicate;

/**
 * {@code /v1/receipts}: as the frame, and answered once it is written. {@code …/messages/{sequence}/receipts}: how many have a message, and
 * have read it, in groups of every size.
 */
final class Receipts {
    private static final int MESSAGE_ID_MAX = 96;

    /** Of the user's allowance, where it has to be read how far members have come. */
    private static final int READ_MEMBERS = 25;

    private static final int USER_BYTES = 128;
    private static final long RETRY_AFTER_MILLIS = 1_000;

    private final Gateway gateway;
    private final Directory directory;
    private final Progress progress;

    Receipts(Gateway gateway, Directory directory, Loop loop) {
        this.gateway = gateway;
        this.directory = directory;
        this.progress = new Progress(directory, loop);
    }

    Future<Reply> take(Asked asked) throws BadInput {
        Fields body = asked.body();
        String messageId = body.string("messageId", 1, MESSAGE_ID_MAX);
        ReceiptType type = body.receiptType();
        body.deviceId("deviceId");
        int dot = messageId.lastIndexOf('.');
        String conversation = dot < 0 ? "" : messageId.substring(0, dot);
        long sequence = Asked.whole(messageId.substring(dot + 1));
        if (!ConversationId.isValid(conversation) || sequence < 1) {
            throw BadInput.badFrame("messageId is not one of a conversation and a sequence");
        }
        UserId user = asked.user();
        return gateway.receipt(user, new ConversationId(conversation), type, sequence)
                .map(refused -> refused.map(code -> Reply.refused(code, "too many receipts wait", RETRY_AFTER_MILLIS))
                        .orElse(new Reply.NoContent()));
    }

    /** Of a message that a member may read. Who it was not for, as they came later or have gone, is not counted, nor is its sender. */
    Future<Reply> count(Asked asked) throws BadInput {
        ConversationId conversation = asked.conversation();
        long sequence = asked.sequence();
        boolean withUsers = asked.flag("users");
        UserId user = asked.user();
        return gateway.pages().message(user, conversation, sequence).compose(message -> {
            if (message.isEmpty()) return Reply.notFound().now();
            if (!progress.isKept(conversation)) {
                long waitMillis = gateway.admit(user, READ_MEMBERS);
                if (waitMillis > 0)
                    return Reply.refused(ErrorCode.RATE_LIMITED, "too many receipts are asked for", waitMillis)
                            .now();
            }
            Future<Progress.Members> read = progress.of(conversation);
            if (read == null)
                return Reply.refused(ErrorCode.BUSY, "too many receipts are asked for", RETRY_AFTER_MILLIS)
                        .now();
            UserId sender = message.get().senderId();
            return read.compose(members -> directory
                    .userSettings(List.of(user))
                    .map(own -> count(
                            sequence,
                            sender,
                            members,
                            members.seenBy(user, own.getOrDefault(user, UserSettings.DEFAULT)),
                            withUsers)));
        });
    }

    private static Reply count(
            long sequence, UserId sender, Progress.Members progress, Marks marks, boolean withUsers) {
        List<Membership> theirs = progress.members().stream()
                .filter(member -> member.mayRead(sequence) && !member.userId().equals(sender))
                .toList();
        JsonWriter out = new JsonWriter(USER_BYTES)
                .beginObject()
                .field("sequence", sequence)
                .field("members", theirs.size())
                .field("delivered", count(theirs, member -> marks.delivered(member) >= sequence));
        if (marks.tellsRead()) out.field("read", count(theirs, member -> marks.read(member) >= sequence));
        if (!progress.isAll()) out.field("atLeast", true);
        if (withUsers && progress.isAll() && progress.members().size() <= Gateway.RECEIPT_MEMBERS_MAX) {
            out.name("users").beginArray();
            for (Membership member : theirs) {
                out.beginObject().safeField("userId", member.userId().value());
                marks.write(member, out);
                out.endObject();
            }
            out.endArray();
        }
        return Reply.ok(out.endObject());
    }

    private static long count(List<Membership> members, Predicate<Membership> isSo) {
        return members.stream().filter(isSo).count();
    }
}
