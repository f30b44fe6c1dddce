package chat.parley.model;

/**
 * A keyed 128-bit digest of a draft in canonical form: tells a retry from a reuse of its id, without telling the body to who reads
 * the store.
 *
 * @param version of the canonical form and the key
 */
public record Digest(int version, long high, long low) {}
