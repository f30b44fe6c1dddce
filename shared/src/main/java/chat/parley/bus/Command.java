package chat.parley.bus;

/**
 * What an operator asks of a node. Rare, so that what it holds is text: whoever reads it passes over fields that it does not know, and answers
 * a name that it does not know with 404. Sent only to nodes that say that they take it.
 *
 * @param arguments a JSON object
 */
public record Command(String name, String arguments) {}
