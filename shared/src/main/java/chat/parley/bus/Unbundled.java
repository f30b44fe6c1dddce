package chat.parley.bus;

/** The messages of a {@link Bundle} are no longer on their way. @param passedOn how many could be read */
public record Unbundled(long passedOn) {}
