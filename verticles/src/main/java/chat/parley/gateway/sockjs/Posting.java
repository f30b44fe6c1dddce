package chat.parley.gateway.sockjs;

import chat.parley.wire.BadInput;
import chat.parley.wire.CloseCode;
import chat.parley.wire.JsonText;
import chat.parley.wire.Utf8;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What one post, or one text of a framed WebSocket, holds. */
sealed interface Posting {
    /** In their order. */
    record Messages(ArrayDeque<byte[]> all) implements Posting {}

    /** The protocol of requests was broken: this one is refused. */
    record Broken(String why) implements Posting {}

    /** The session ends, as a WebSocket would. */
    record Offence(CloseCode code) implements Posting {}

    /** Reads postings; on one loop. */
    final class Reader {
        private static final int DEPTH = 2;
        private static final int MESSAGES_MAX = 1_024;

        private final JsonText json = new JsonText(DEPTH);
        private final int messageBytesMax;

        Reader(int messageBytesMax) {
            this.messageBytesMax = messageBytesMax;
        }

        /** An array of strings, or one string. */
        Posting read(byte[] text) {
            if (!Utf8.isValid(text, 0, text.length)) return new Offence(CloseCode.BAD_UTF8);
            try {
                json.parse(text, 0, text.length);
                return messages();
            } catch (BadInput bad) {
                return new Broken("Broken JSON encoding.");
            } finally {
                json.clear();
            }
        }

        private Posting messages() {
            ArrayDeque<byte[]> all = new ArrayDeque<>(2);
            if (json.type(JsonText.ROOT) == JsonText.Type.STRING) {
                Posting refusal = add(JsonText.ROOT, all);
                return refusal == null ? new Messages(all) : refusal;
            }
            if (json.type(JsonText.ROOT) != JsonText.Type.ARRAY) return new Broken("An array of strings is expected.");
            int behind = json.next(JsonText.ROOT);
            for (int each = json.first(JsonText.ROOT); each < behind; each = json.next(each)) {
                Posting refusal = add(each, all);
                if (refusal != null) return refusal;
            }
            return new Messages(all);
        }

        private @Nullable Posting add(int value, ArrayDeque<byte[]> all) {
            if (json.type(value) != JsonText.Type.STRING) return new Broken("An array of strings is expected.");
            byte[] message = json.utf8(value);
            if (message.length > messageBytesMax || all.size() == MESSAGES_MAX) return new Offence(CloseCode.TOO_BIG);
            all.add(message);
            return null;
        }
    }
}
