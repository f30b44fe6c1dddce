package chat.parley.bus;

/**
 * Flies from a node over another one back to itself, and so shows that both find each other's addresses. Answered with itself.
 *
 * @param home the node that it is to be passed on to; empty: it is home
 */
public record Canary(String home) {}
