package chat.parley.bus;

/** A {@link Route} that came to a presence node which does not own all its users, on its way to the one that does. Passed on only once. */
public record Forwarded(Route route) {}
