package chat.parley.bus;

/**
 * The answer to a {@link Command}.
 *
 * @param status as of HTTP
 * @param answer a JSON object
 */
public record Commanded(int status, String answer) {}
