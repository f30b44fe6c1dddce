package chat.parley.bus;

import chat.parley.model.Entry;

/**
 * An entry on its way to people, with the frame that they get, encoded once for all of them.
 *
 * @param json a {@code message_event} in UTF-8, without the sender's {@code clientMessageId}
 */
@SuppressWarnings("ArrayRecordComponent") // shared by reference, never changed
public record Event(Entry entry, byte[] json) {}
