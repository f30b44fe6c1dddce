/**
 * What clients see: frames, error codes, close codes, limits, and their JSON. This is the map of the protocol, version 1.
 *
 * <p>A text message of a WebSocket holds one frame (a JSON object with {@code type}) or an array of frames
 * (at most 512 from a client), both ways. From the client, each
 * with a {@code ref} if it likes, which its answer and its errors echo ({@link chat.parley.wire.ClientFrame}):
 *
 * <table>
 *   <caption>What a client says</caption>
 *   <tr><th>type</th><th>what it asks</th><th>answer</th></tr>
 *   <tr><td>{@code hello}</td><td>the first frame: who it is, on which device, what it has</td>
 *     <td>{@code welcome}, missing entries, {@code synced}</td></tr>
 *   <tr><td>{@code send_message}, {@code edit_message}, {@code delete_message}</td>
 *     <td>an entry, named by (conversation, sender, {@code clientMessageId}) for ever</td><td>{@code message_ack}</td></tr>
 *   <tr><td>{@code sync}</td><td>what is missing behind the cursors</td><td>missing entries, {@code synced}</td></tr>
 *   <tr><td>{@code open}, {@code close}</td><td>a conversation is on screen, or no longer</td><td>{@code synced}; none</td></tr>
 *   <tr><td>{@code receipt}, {@code typing}</td><td>for others to see</td><td>none; errors only</td></tr>
 *   <tr><td>{@code watch}, {@code unwatch}</td><td>who is there: at most 100 users a frame, 500 a session</td>
 *     <td>{@code presence_event} for each, and when it changes</td></tr>
 *   <tr><td>{@code heartbeat}</td><td>whether the server is there</td><td>{@code heartbeat}</td></tr>
 *   <tr><td>{@code reauth}</td><td>to stay beyond the token's end</td><td>{@code welcome}</td></tr>
 * </table>
 *
 * From the server ({@link chat.parley.wire.ServerFrame}, but {@code message_event}, which {@link chat.parley.wire.EventJson} writes straight from
 * an entry): the answers above; {@code message_event} for each entry; {@code gap} for what will never come; {@code resync} for what was not sent here;
 * {@code heads} for news of channels not open; {@code receipt_event}, {@code typing_event}, {@code presence_event}; {@code goaway} before the
 * node drains, or ends a session that does not read what waits for it; and {@code error} with an {@link chat.parley.wire.ErrorCode}. A connection that the server ends closes with a
 * {@link chat.parley.wire.CloseCode}.
 *
 * <p>A conversation of more than 10,000 members (the default) is a channel: its entries go to sessions that have it open, as they come. The others hear
 * how far it goes, once a second, and at once where their user is mentioned. That is no entry, so nothing is missing until they ask for it. When a
 * channel loses a tenth of those members it is a conversation as any other again, and who did not have it open is told to {@code resync}.
 *
 * <p>What members are told of each other in passing may be lost, and never delays an entry. Of each user and conversation the first goes at once,
 * and what follows within a second as one; in conversations of more than 100 members nobody is told.
 *
 * <ul>
 *   <li>{@code receipt} says up to where a device has the entries ({@code delivered}) or its user has read ({@code read}, which includes the
 *       former). A sequence beyond the head counts as the head; one behind what was said before, or before the present membership, changes nothing;
 *       a conversation that one is no member of is {@code not_found}. Own messages are read by being sent, without a receipt. A client says at
 *       most one a second for each conversation and type.
 *   <li>{@code receipt_event} goes to the other members' sessions: up to {@code sequence}; one that says less than an earlier one is void. Of devices
 *       only the furthest is told. To the user's own other sessions ({@code read} only) it adds {@code unread}, the messages not read of those up to
 *       {@code head}, and {@code unreadTotal} of all conversations, as stored: messages above {@code head} come on top. What is told is written
 *       before, so that the members' list ({@code readSequence}, {@code deliveredSequence}) says no less, even after a crash.
 *   <li>Who sets {@code readReceipts} to false ({@code PATCH /v1/settings}) is seen by nobody to have read, and does not see what others have: for
 *       both, only what was delivered. Their own devices hear it. The present setting counts for what is said from now on; of a reader that is
 *       at another gateway it may take 10 s. Of who is {@code invisible} no {@code delivered} is told.
 *   <li>{@code typing} goes to sessions that have the conversation open. It is kept nowhere: a client repeats it every few seconds while it holds, and
 *       drops a {@code typing_event} 6 s old by itself.
 *   <li>A session has at most 50 conversations open: past that the one opened longest ago counts as closed.
 *   <li>These events take at most half of a socket's outbox and are dropped there; they never bring about a {@code resync}.
 * </ul>
 *
 * <p>A {@code presence_event} says {@code online}, {@code offline} with {@code lastSeenAt}, or {@code unknown}: the user may not be seen by this
 * one, does not exist, was never here, or it is not known now. A session gets one batch of them a second at most. When the node has too
 * many to send, those that wait come later, and who comes and goes is {@code unknown} for the while. Watching a user again asks again.
 *
 * <p>What is refused, and how far it spreads ({@link chat.parley.wire.FrameCodec}):
 *
 * <ul>
 *   <li>A text that is no JSON (RFC 8259), or has a key twice in an object, an unpaired surrogate, containers nested deeper than
 *       {@link chat.parley.wire.Limits#jsonDepthMax}, a number longer than 64 characters or beyond a double: one {@code bad_frame}, close 4400. No frame of
 *       it is carried out. Invalid UTF-8 closes with 1007, a text over {@link chat.parley.wire.Limits#messageBytesMax} with 1009.
 *   <li>A frame without its required fields, with a field of the wrong type or out of range, or of an unknown type: {@code bad_frame} that names the field; too
 *       long or too many: {@code too_large}. The other frames of its array stand.
 *   <li>Unknown fields are ignored; an optional field that is {@code null} is not there. Fields come in any order. Whole numbers are written without
 *       fraction and exponent.
 * </ul>
 *
 * {@link chat.parley.wire.JsonText} reads, {@link chat.parley.wire.JsonWriter} writes. They are our own because a text has to be checked to its end before its
 * first frame is believed, and because they are on the path of each message: a {@code send_message} of 310 bytes is checked and
 * read in 0.39 µs, where Jackson takes 0.53 µs for its tokens alone, without UTF-8 and surrogates checked
 * ({@code CodecBenchmark}; {@code JsonTextTest} compares both parsers' judgement on 100,000 broken texts).
 */
@NullMarked
package chat.parley.wire;

import org.jspecify.annotations.NullMarked;
