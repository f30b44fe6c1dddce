package chat.parley.gateway.api;

import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.wire.BadInput;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.Fields;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One request of an authenticated user: what it names, checked. To be read before the handler returns. */
final class Asked {
    private static final int CURSOR_MAX = 256;

    private final RoutingContext context;
    private final UserId user;
    private final @Nullable Fields body;

    Asked(RoutingContext context, UserId user, @Nullable Fields body) {
        this.context = context;
        this.user = user;
        this.body = body;
    }

    UserId user() {
        return user;
    }

    ConversationId conversation() throws BadInput {
        String id = path("conversationId");
        if (!ConversationId.isValid(id)) throw notFound();
        return new ConversationId(id);
    }

    UserId member() throws BadInput {
        String id = path("userId");
        if (!UserId.isValid(id)) throw notFound();
        return new UserId(id);
    }

    String invitationId() {
        return path("invitationId");
    }

    /** Not to be told to anybody. */
    String token() {
        return path("token");
    }

    DeviceId device() throws BadInput {
        String id = path("deviceId");
        if (!DeviceId.isValid(id)) throw notFound();
        return new DeviceId(id);
    }

    /** The sequence in the path. */
    long sequence() throws BadInput {
        long sequence = whole(path("sequence"));
        if (sequence < 1) throw notFound();
        return sequence;
    }

    Fields body() throws BadInput {
        if (body == null) throw BadInput.badFrame("a JSON object is missing in the body");
        return body;
    }

    @Nullable
    Fields optionalBody() {
        return body;
    }

    /** The number in the query; {@code missing} if it is not there. */
    long query(String name, long min, long max, long missing) throws BadInput {
        String text = query(name);
        if (text == null) return missing;
        long number = whole(text);
        if (number < min || number > max) {
            throw BadInput.badFrame(name + " is not a whole number from " + min + " to " + max);
        }
        return number;
    }

    /** Whether the query says so; not, if it says nothing. */
    boolean flag(String name) throws BadInput {
        String text = query(name);
        if (text == null || text.equals("false")) return false;
        if (!text.equals("true")) throw BadInput.badFrame(name + " is neither true nor false");
        return true;
    }

    /** The mark that an earlier page gave with its end; null: from the start. */
    @Nullable
    String cursor() throws BadInput {
        String text = query("cursor");
        if (text == null) return null;
        try {
            if (text.length() <= CURSOR_MAX) {
                return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            }
        } catch (IllegalArgumentException e) {
            // not one of ours: refused below
        }
        throw badCursor();
    }

    /** How the user ids asked for begin; empty: anyhow. */
    String prefix() throws BadInput {
        String text = query("prefix");
        if (text == null) return "";
        if (!UserId.isValid(text)) throw BadInput.badFrame("prefix is not the beginning of a user id");
        return text;
    }

    static String cursorOf(String mark) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(mark.getBytes(StandardCharsets.UTF_8));
    }

    static BadInput badCursor() {
        return BadInput.badFrame("cursor is not one that this server gave");
    }

    /** What names the write for ever: the body's field, else the header's key; null: neither. */
    @Nullable
    String givenId(String field) throws BadInput {
        List<String> keys = context.request().headers().getAll("Idempotency-Key");
        if (keys.size() > 1 || keys.size() == 1 && !Fields.isClientMessageId(keys.getFirst())) {
            throw BadInput.badFrame("Idempotency-Key is not one of 1 to 64 characters");
        }
        String inBody = body == null ? null : body.optionalClientId(field);
        return inBody != null || keys.isEmpty() ? inBody : keys.getFirst();
    }

    /** Names the write: as given, or new. */
    String clientMessageId() throws BadInput {
        String given = givenId("clientMessageId");
        return given == null ? UUID.randomUUID().toString() : given;
    }

    /** The users in the query, each once, with commas between them. */
    List<UserId> users(String name, int usersMax) throws BadInput {
        String text = query(name);
        if (text == null) throw BadInput.badFrame(name + " is missing");
        Set<UserId> users = new LinkedHashSet<>();
        for (String id : text.split(",", -1)) {
            if (users.size() == usersMax) throw BadInput.tooLarge(name + " has more than " + usersMax);
            if (!UserId.isValid(id)) throw BadInput.badFrame(name + " is not a list of user ids");
            if (!users.add(new UserId(id))) throw BadInput.badFrame(name + " names a user twice");
        }
        return List.copyOf(users);
    }

    private @Nullable String query(String name) throws BadInput {
        List<String> values = context.queryParam(name);
        if (values.size() > 1) throw BadInput.badFrame(name + " comes twice");
        return values.isEmpty() ? null : values.getFirst();
    }

    private String path(String name) {
        String value = context.pathParam(name);
        return value == null ? "" : value;
    }

    /** 0 to 2^53 − 1 in figures; else −1. */
    static long whole(String text) {
        if (text.isEmpty() || text.length() > 16) return -1;
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) return -1;
            number = number * 10 + digit;
        }
        return number <= Fields.SEQUENCE_MAX ? number : -1;
    }

    private static BadInput notFound() {
        return new BadInput(ErrorCode.NOT_FOUND, "no such thing");
    }
}
