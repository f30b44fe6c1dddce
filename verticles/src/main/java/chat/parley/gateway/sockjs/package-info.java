/**
 * SockJS at {@code /v1/sockjs}: the same sessions and frames as on the WebSocket, for clients and networks that have none.
 *
 * <p>{@code SockJs} belongs to the node and has the sessions by id; {@code SockJsRoutes} belongs to one edge and meets the requests. A
 * WebSocket with the protocol's framing is a {@code WebSocketTransport} with {@code SockJsFraming}; at {@code /v1/sockjs/websocket} it is one without. Over
 * HTTP a session is an {@code HttpTransport}: what waits for its client is its {@code Mail}, the answer that it goes into a {@code Receiver}.
 *
 * <ul>
 *   <li><b>Loops.</b> A session belongs to the loop on which its first request came in; later ones come in on any loop of the node. Requests are
 *       read and answered on their own loop, and what they bring is handed to the session's. One write of a session is under way at most, so
 *       what is sent stays in order, and is pending until the client's connection took it: the outbox counts as on a WebSocket.
 *   <li><b>Frames of the protocol.</b> {@code o} opens, {@code h} is a heartbeat, {@code a["…"]} messages, {@code c[4401,"…"]} the close, with our codes.
 *   <li><b>Whose session it is.</b> The client makes up the id, and who knows it can read and write: an unmodified {@code sockjs-client} puts
 *       nothing else into its requests. So it should be long enough to be unguessable ({@code sessionId: 32}, as our SDK has it); a session with a shorter one, as {@code sockjs-client}
 *       makes it by default, is known only to the address that began it, posts to such that are not there are slowed down, and behind a trusted proxy
 *       that does not say for whom it asks, where all have one address, it is refused. An id is never logged nor told to anyone, it says
 *       nothing once its session has ended, there is one reader at a time, and a session of one page's origin is unknown to pages of others. A session is a user's
 *       only by the token in {@code hello}, and stays that user's: no cookie means anything here.
 *   <li><b>Who is gone</b> does not answer heartbeats over HTTP. So an answer that streams ends after two of them if nothing else was heard, and
 *       the client comes back for the next one, or the session ends.
 *   <li><b>A refusal comes by the session</b> where it has one, as sockjs-client tells its page nothing of the answers to what it sends: a message
 *       that is too large is taken with 204, and the session closes with 1009.
 *   <li><b>Off, so 404:</b> JSONP and htmlfile, and the page for iframes: they are for browsers without CORS.
 * </ul>
 *
 * <p>Vert.x's SockJSHandler (5.0.8) was read and not taken. It counts what waits in characters and until it is handed to the answer, not until the
 * client took it, so that neither the outbox bound nor the slow reader can be seen; a paused session keeps what comes, without a bound; bad UTF-8
 * becomes U+FFFD; there is no limit of a message, of an id's length, or of sessions; broken JSON is answered with 500; two loops change
 * one session at once.
 */
@NullMarked
package chat.parley.gateway.sockjs;

import org.jspecify.annotations.NullMarked;
