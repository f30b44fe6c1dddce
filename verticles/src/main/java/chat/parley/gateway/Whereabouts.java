package chat.parley.gateway;

import chat.parley.model.DeviceId;

/**
 * How a session of a user stands to a conversation, for whoever looks for a message.
 *
 * @param gateway the instance that it is at
 * @param helloAt when it began, in Unix milliseconds
 * @param isWelcome whether it is sent live entries
 * @param passed the sequence up to which entries of the conversation have passed here to those that are sent them; −1: none have
 * @param passedAt when the last of them did, in Unix milliseconds; 0: none has
 * @param isSentLive false: it is a channel that the session has not open, of which it hears heads only
 * @param owesSync whether entries of it went past the session, which was or will be told to synchronise
 * @param bytesWaiting written for the session, and not taken by its socket yet
 */
public record Whereabouts(
        String gateway,
        DeviceId device,
        long helloAt,
        boolean isWelcome,
        long passed,
        long passedAt,
        boolean isSentLive,
        boolean owesSync,
        long bytesWaiting) {}
