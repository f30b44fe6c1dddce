package chat.parley.model;

import org.jspecify.annotations.Nullable;

/**
 * Who a message is for in particular: one user, or everybody ({@code userId} null).
 *
 * @param from where in the body the mention stands, in UTF-16 units, if the client said so
 * @param length of the mention in the body, in UTF-16 units
 */
public record Mention(
        @Nullable UserId userId,
        @Nullable Integer from,
        @Nullable Integer length) {
    public boolean isAll() {
        return userId == null;
    }
}
