package chat.parley.wire;

import chat.parley.model.Attachment;
import chat.parley.model.Coded;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.Mention;
import chat.parley.model.UserId;
import chat.parley.wire.JsonText.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one JSON object by the rules of the protocol; what is against a rule is a {@link BadInput} that names the field.
 * An optional field that is {@code null} is as one that is not there.
 */
public final class Fields {
    /** The greatest sequence, and the greatest whole number on the wire: what a JavaScript number holds exactly. */
    public static final long SEQUENCE_MAX = (1L << 53) - 1;

    private static final int CLIENT_ID_MAX = 64;
    private static final int CONTENT_TYPE_MAX = 128;
    private static final int URL_MAX = 2048;
    private static final int BLOB_ID_MAX = 128;
    private static final int FILE_NAME_MAX = 255;
    private static final int DIGEST_MAX = 256;
    private static final int PIXELS_MAX = 1_000_000;

    private final JsonText text;
    private final int object;

    /** @param object has to be one */
    public Fields(JsonText text, int object) throws BadInput {
        if (text.type(object) != Type.OBJECT) throw BadInput.badFrame("expected a JSON object");
        this.text = text;
        this.object = object;
    }

    public boolean has(String name) {
        return optional(name) != JsonText.NONE;
    }

    /** Whether the field is there, be it {@code null}. */
    public boolean hasOrNull(String name) {
        return text.field(object, name) != JsonText.NONE;
    }

    /** A string of so many UTF-16 units, without control characters. */
    public String string(String name, int lengthMin, int lengthMax) throws BadInput {
        return printable(name, required(name, Type.STRING), lengthMin, lengthMax);
    }

    public @Nullable String optionalString(String name, int lengthMin, int lengthMax) throws BadInput {
        int value = optional(name, Type.STRING);
        return value == JsonText.NONE ? null : printable(name, value, lengthMin, lengthMax);
    }

    public long whole(String name, long min, long max) throws BadInput {
        return whole(name, required(name, Type.NUMBER), min, max);
    }

    public @Nullable Long optionalWhole(String name, long min, long max) throws BadInput {
        int value = optional(name, Type.NUMBER);
        return value == JsonText.NONE ? null : (Long) whole(name, value, min, max);
    }

    public boolean bool(String name) throws BadInput {
        return text.isTrue(required(name, Type.BOOLEAN));
    }

    public @Nullable Boolean optionalBool(String name) throws BadInput {
        int value = optional(name, Type.BOOLEAN);
        return value == JsonText.NONE ? null : (Boolean) text.isTrue(value);
    }

    /** The sequence of an entry. */
    public long sequence(String name) throws BadInput {
        return whole(name, 1, SEQUENCE_MAX);
    }

    public String clientMessageId() throws BadInput {
        return string("clientMessageId", 1, CLIENT_ID_MAX);
    }

    /** Names a write, in this field. */
    public @Nullable String optionalClientId(String name) throws BadInput {
        return optionalString(name, 1, CLIENT_ID_MAX);
    }

    public ReceiptType receiptType() throws BadInput {
        String type = text.string(required("receiptType", Type.STRING));
        for (ReceiptType each : ReceiptType.values()) if (each.wireName().equals(type)) return each;
        throw BadInput.badFrame("receiptType is neither delivered nor read");
    }

    /** One of these by its name. */
    public <T extends Coded> T one(String name, T[] all) throws BadInput {
        T one = optionalOne(name, all);
        if (one == null) throw missing(name);
        return one;
    }

    public <T extends Coded> @Nullable T optionalOne(String name, T[] all) throws BadInput {
        int value = optional(name, Type.STRING);
        if (value == JsonText.NONE) return null;
        String wanted = text.string(value);
        for (T each : all) if (each.wireName().equals(wanted)) return each;
        throw BadInput.badFrame(
                name + " is none of " + Stream.of(all).map(Coded::wireName).collect(Collectors.joining(", ")));
    }

    public ConversationId conversationId() throws BadInput {
        return conversationId("conversationId", text.string(required("conversationId", Type.STRING)));
    }

    public UserId userId(String name) throws BadInput {
        return userId(name, required(name, Type.STRING));
    }

    public DeviceId deviceId(String name) throws BadInput {
        String id = text.string(required(name, Type.STRING));
        if (!DeviceId.isValid(id)) throw BadInput.badFrame(name + " is not a device id");
        return new DeviceId(id);
    }

    /** Different users, in the order given. */
    public List<UserId> userIds(String name, int usersMin, int usersMax) throws BadInput {
        int array = required(name, Type.ARRAY);
        int size = text.sizeOf(array);
        if (size < usersMin) throw BadInput.badFrame(name + " has less than " + usersMin);
        if (size > usersMax) throw BadInput.tooLarge(name + " has more than " + usersMax);
        Map<UserId, Boolean> users = new LinkedHashMap<>(size * 2);
        for (int each = text.first(array); each < text.next(array); each = text.next(each)) {
            if (users.put(userId(name, each), true) != null) throw BadInput.badFrame(name + " names a user twice");
        }
        return List.copyOf(users.keySet());
    }

    public List<String> strings(String name, int stringsMax, int lengthMax) throws BadInput {
        int array = optional(name, Type.ARRAY);
        if (array == JsonText.NONE) return List.of();
        List<String> strings = new ArrayList<>();
        for (int each = text.first(array); each < text.next(array); each = text.next(each)) {
            if (strings.size() == stringsMax) throw BadInput.tooLarge(name + " has more than " + stringsMax);
            if (text.type(each) != Type.STRING) throw BadInput.badFrame(name + " has an element that is not a string");
            strings.add(printable(name, each, 1, lengthMax));
        }
        return List.copyOf(strings);
    }

    /** The last sequences that a client has, by conversation; null: not there. */
    public @Nullable Map<ConversationId, Long> optionalCursors(String name, int cursorsMax) throws BadInput {
        int cursors = optional(name, Type.OBJECT);
        if (cursors == JsonText.NONE) return null;
        if (text.sizeOf(cursors) > cursorsMax) throw BadInput.tooLarge(name + " has more than " + cursorsMax);
        Map<ConversationId, Long> byConversation = new LinkedHashMap<>();
        for (int key = text.first(cursors); key < text.next(cursors); key = text.next(key + 1)) {
            ConversationId conversation = conversationId(name, text.string(key));
            if (text.type(key + 1) != Type.NUMBER) throw BadInput.badFrame(name + " has a value that is not a number");
            byConversation.put(conversation, whole(name, key + 1, 0, SEQUENCE_MAX));
        }
        return byConversation;
    }

    public Map<ConversationId, Long> cursors(String name, int cursorsMax) throws BadInput {
        Map<ConversationId, Long> cursors = optionalCursors(name, cursorsMax);
        if (cursors == null) throw missing(name);
        return cursors;
    }

    /** The body of a message: any text. */
    public String body(int bytesMax) throws BadInput {
        int body = required("body", Type.STRING);
        if (text.textLength(body) > bytesMax && text.utf8Length(body) > bytesMax) {
            throw BadInput.tooLarge("body is longer than " + bytesMax + " bytes");
        }
        return text.string(body);
    }

    /** What a message says. */
    public Content.Message message(Limits limits) throws BadInput {
        String body = body(limits.bodyBytesMax());
        String contentType = optionalString("contentType", 1, CONTENT_TYPE_MAX);
        List<Attachment> attachments = attachments(limits.attachmentsMax());
        List<Mention> mentions = mentions(limits.mentionsMax());
        Long replyTo = optionalWhole("replyTo", 1, SEQUENCE_MAX);
        return new Content.Message(
                body, contentType, attachments, mentions, replyTo == null ? 0 : replyTo, ext(limits.extBytesMax()));
    }

    /** The application's own object, as it came. */
    private @Nullable String ext(int bytesMax) throws BadInput {
        int ext = optional("ext", Type.OBJECT);
        if (ext == JsonText.NONE) return null;
        if (text.textLength(ext) > bytesMax) throw BadInput.tooLarge("ext is longer than " + bytesMax + " bytes");
        return text.text(ext);
    }

    private List<Attachment> attachments(int attachmentsMax) throws BadInput {
        int array = optional("attachments", Type.ARRAY);
        if (array == JsonText.NONE) return List.of();
        List<Attachment> attachments = new ArrayList<>();
        for (int each = text.first(array); each < text.next(array); each = text.next(each)) {
            if (attachments.size() == attachmentsMax) {
                throw BadInput.tooLarge("attachments has more than " + attachmentsMax);
            }
            attachments.add(element("attachments", each).attachment());
        }
        return List.copyOf(attachments);
    }

    private Attachment attachment() throws BadInput {
        String url = optionalString("url", 1, URL_MAX);
        String blobId = optionalString("blobId", 1, BLOB_ID_MAX);
        if ((url == null) == (blobId == null)) throw BadInput.badFrame("attachments: exactly one of url and blobId");
        if (url != null && !isWebUrl(url)) throw BadInput.badFrame("attachments: url is not an http or https one");
        return new Attachment(
                url,
                blobId,
                string("name", 1, FILE_NAME_MAX),
                string("contentType", 1, CONTENT_TYPE_MAX),
                whole("size", 0, SEQUENCE_MAX),
                optionalInt("width", PIXELS_MAX),
                optionalInt("height", PIXELS_MAX),
                optionalWhole("durationMillis", 0, SEQUENCE_MAX),
                optionalString("digest", 1, DIGEST_MAX));
    }

    /** Whether a client may be told to fetch it: nothing like {@code javascript:}, and a host. */
    private static boolean isWebUrl(String url) {
        String start = url.substring(0, Math.min(url.length(), 8)).toLowerCase(Locale.ROOT);
        int host = start.equals("https://") ? 8 : start.startsWith("http://") ? 7 : -1;
        if (host < 0 || host >= url.length() || "/?#:".indexOf(url.charAt(host)) >= 0) return false;
        for (int i = 0; i < url.length(); i++)
            if (url.charAt(i) <= ' ' || "\"<>\\^`{|}".indexOf(url.charAt(i)) >= 0) return false;
        return true;
    }

    private List<Mention> mentions(int mentionsMax) throws BadInput {
        int array = optional("mentions", Type.ARRAY);
        if (array == JsonText.NONE) return List.of();
        List<Mention> mentions = new ArrayList<>();
        for (int each = text.first(array); each < text.next(array); each = text.next(each)) {
            if (mentions.size() == mentionsMax) throw BadInput.tooLarge("mentions has more than " + mentionsMax);
            mentions.add(element("mentions", each).mention());
        }
        return List.copyOf(mentions);
    }

    private Mention mention() throws BadInput {
        boolean isAll = has("all") && bool("all");
        if (isAll == has("userId")) throw BadInput.badFrame("mentions: exactly one of userId and all: true");
        return new Mention(
                isAll ? null : userId("userId"),
                optionalInt("from", Integer.MAX_VALUE - 1),
                optionalInt("length", Integer.MAX_VALUE - 1));
    }

    private Fields element(String name, int element) throws BadInput {
        if (text.type(element) != Type.OBJECT) throw BadInput.badFrame(name + " has an element that is not an object");
        return new Fields(text, element);
    }

    private @Nullable Integer optionalInt(String name, int max) throws BadInput {
        Long value = optionalWhole(name, 0, max);
        return value == null ? null : (Integer) value.intValue();
    }

    private long whole(String name, int value, long min, long max) throws BadInput {
        long whole = text.wholeNumber(value);
        if (whole < min || whole > max)
            throw BadInput.badFrame(name + " is not a whole number from " + min + " to " + max);
        return whole;
    }

    private String printable(String name, int value, int lengthMin, int lengthMax) throws BadInput {
        String string = text.string(value);
        if (!isPrintable(string, lengthMin, lengthMax)) {
            throw BadInput.badFrame(
                    name + " is not " + lengthMin + " to " + lengthMax + " characters without control characters");
        }
        return string;
    }

    /** Whether the string has so many UTF-16 units and no control character among them. */
    public static boolean isPrintable(String string, int lengthMin, int lengthMax) {
        int length = string.length();
        if (length < lengthMin || length > lengthMax) return false;
        for (int i = 0; i < length; i++) if (Character.isISOControl(string.charAt(i))) return false;
        return true;
    }

    /** Whether the string can name a draft. */
    public static boolean isClientMessageId(String string) {
        return isPrintable(string, 1, CLIENT_ID_MAX);
    }

    private static ConversationId conversationId(String name, String id) throws BadInput {
        if (!ConversationId.isValid(id)) throw BadInput.badFrame(name + " is not a conversation id");
        return new ConversationId(id);
    }

    private UserId userId(String name, int value) throws BadInput {
        String id = text.type(value) == Type.STRING ? text.string(value) : "";
        if (!UserId.isValid(id)) throw BadInput.badFrame(name + " is not a user id");
        return new UserId(id);
    }

    private int required(String name, Type type) throws BadInput {
        int value = optional(name, type);
        if (value == JsonText.NONE) throw missing(name);
        return value;
    }

    private int optional(String name, Type type) throws BadInput {
        int value = optional(name);
        if (value != JsonText.NONE && text.type(value) != type) {
            throw BadInput.badFrame(name + " is not " + type.words());
        }
        return value;
    }

    private int optional(String name) {
        int value = text.field(object, name);
        return value != JsonText.NONE && text.type(value) == Type.NULL ? JsonText.NONE : value;
    }

    private static BadInput missing(String name) {
        return BadInput.badFrame(name + " is missing");
    }
}
