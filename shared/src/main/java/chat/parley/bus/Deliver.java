package chat.parley.bus;

import java.util.List;

/** To {@code gateway.<gateway>}: entries and repeated heads for users that have a session there. Same parts as {@link Route}, with local users only. */
public record Deliver(long incarnation, List<Route.Events> events, List<Route.HeadHint> heads) {}
