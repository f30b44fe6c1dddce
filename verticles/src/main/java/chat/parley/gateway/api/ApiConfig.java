package chat.parley.gateway.api;

import chat.parley.wire.Limits;

/**
 * What the HTTP API is set to.
 *
 * @param pageEntriesDefault of a list or page whose request does not say
 * @param conversationsMax that a user can be a member of
 */
public record ApiConfig(Limits limits, int pageEntriesDefault, int conversationsMax) {
    public static final ApiConfig DEFAULT = new ApiConfig(Limits.DEFAULT, 50, 5_000);
}
