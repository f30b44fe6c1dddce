package chat.parley.bus;

import java.util.List;

/**
 * To {@code gateway.<gateway>}: entries and repeated heads for users that have a session there. Same parts as {@link Route}, with local users only.
 * To {@code gateways.<node>}: those of large conversations, which name nobody, as they are for all members there.
 */
public record Deliver(long incarnation, List<Route.Events> events, List<Route.HeadHint> heads) {}
