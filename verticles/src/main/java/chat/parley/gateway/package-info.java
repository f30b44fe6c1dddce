/**
 * The gateway: where devices are connected. One instance is one event loop with its sockets.
 *
 * <p>In the order a message meets them: {@code GatewayVerticle} (HTTP server, upgrade) → {@code WebSocketTransport} → {@code Session} (what one
 * device says) → {@code Submitter} → bus; and back: bus → {@code Gateway} → {@code Gate} (order per conversation) → {@code Feed} (what one
 * device is sent) → {@code Transport}. Clients without a WebSocket come by {@code gateway.sockjs}, a {@code Fallback}. HTTP enters at {@code Submitter} and {@code Pages}.
 *
 * <p>What decides is plain: {@code Gate}, {@code Attach} (where live entries begin), {@code Outbox} (what a slow socket is owed), {@code Sends}
 * (one ack for each), {@code PageCut}, {@code ResumeReads}, {@code Announcer}, {@code Pace} (what is said how often), {@code Turns} (what is done at a time), {@code Heard}
 * (what is news), {@code Watches} and {@code Showing} (who is shown to whom, and when). {@code Gates}, {@code Attaching}, {@code Feed}, {@code Session}, {@code Pages}, {@code
 * Registrar} and {@code Lookout} carry it out.
 *
 * <p>What is said in passing goes another way: {@code Session} → {@code Receipts} (clamped, written, then told) or {@code Typing}, both to those that
 * {@code Roster} names → {@code Signalling} → bus → presence → bus → {@code Signalling} → {@code Feed}, dropped where there is no room.
 *
 * <ul>
 *   <li>An entry that passes a gate goes to all members with a session here as of that entry, whomever the registry named: a user of whom
 *       the registry does not know misses only what nobody else here gets, and comparing heads finds that.
 *   <li>What is for all of a large conversation names nobody ({@code Gates.gather}): it passes the gate if there is one. While somebody attaches, what
 *       came without one is noted, so that the gate that is made then begins by pulling it; and who had to do with a gate that was given up is kept by name.
 *   <li>Of a channel ({@code Channels}) entries go to sessions that have it open, and have been sent what was before; the others get heads. Whether an entry
 *       is a channel's follows from the number of members it carries, and whether the one before was. Who joins or leaves is told in any case.
 *   <li>Where more than 200 members are here, a pull asks for the memberships of none but those who are not known: the others follow from what passed.
 *   <li>A gate lives as long as a member of its conversation has a session here. Who comes back is brought to the stored head anyway; what
 *       makes that cheap are the encoded entries in {@code Recent}, which outlive it.
 *   <li>A hole of more than 2,000 entries is not sent: {@code resync} leaves it to the clients, who ask as their sockets drain. So does an entry
 *       for a member whose gate was given up for want of room.
 *   <li>What is read of memberships lets nobody in behind what it was read of: a gate that does not know a user pulls, with the membership.
 *   <li>Where an attach brings a user into a gate, the user's other sessions are told to synchronise: what it found went past them. So are all
 *       when heads are compared and the user has left a conversation without anybody here having been told.
 *   <li>A head is fixed in one turn with the gate. Where gate or news are ahead of what is stored, the end of the conversation is asked
 *       for, with the user's membership there ({@code Tail}): of the owner, or of the log. The log's end and what is projected are read side by side: a
 *       hello asks for many ends, one after the other, while a node is gone and the store has most to do.
 *   <li>A hello is answered within 20 s, if only by an error that lets the client try another node ({@code Session}), whatever did not happen until then.
 *   <li>Delivered is kept for each user, not for each device: the furthest of the devices is what others see, and what survives a restart beside the
 *       read pointer.
 *   <li>In groups of more than 100 receipts are not told; how many there are is counted when it is asked for ({@code api.Progress}), of at most 1,000
 *       members and at most once a second, as who reads what is set by each user and cannot be summed up beforehand.
 *   <li>Who is added to or removed from a group of more than 100, or banned from it, is told to admins and owners, to who did it and to these users; the others are
 *       told how many ({@code Passing}, {@code Recent.Item}, {@code PageCut}). A gate learns the roles of its users as they attach, join and are changed
 *       ({@code Gate.roleOf}); where it does not know, it tells less.
 *   <li>Sharing only conversations of more than 10,000 makes nobody acquainted: there anybody could come in to watch anybody.
 *   <li>Receipts, typing and watching have an allowance of their own: they never cost a send.
 *   <li>Presence: the registry says the truth of a user to each gateway where one is watched ({@code Watched}); whether a session's user may
 *       see it ({@code View}) is decided here, from what the watched has set and how the two stand ({@code Acquaintance}). Whoever shares no
 *       conversation with them is a stranger and sees nothing, unless the watched named them. Who may not be seen, is invisible, does not
 *       exist or was never here is {@code unknown}: the same event, after the same reads. While somebody is invisible nothing is noted of when they go.
 *   <li>Where the owner of a user does not answer, or does not know yet, the user is online if {@code Presence} saw them within a minute at a node
 *       that lives ({@code Sightings}), else unknown. Gateways tell it who is here ({@code Attendance}).
 *   <li>What a user spends is taken from an allowance here ({@code Allowance}), and told to the bucket of all nodes when it is a fiftieth of a burst
 *       ({@code Spending}), behind the spending: no send waits for it. Who owes there is refused here until nothing is owed.
 *   <li>What sessions are shown of others is the first to go: it waits while a socket has an eighth of its bound pending, and past
 *       the budget of events; since only the present state waits, nothing piles up. Who may not be seen any more is hidden first.
 *   <li>Who comes is admitted in this order, each step before the work that it saves ({@code Entrance}): a connection by the rates of the node and of its
 *       source, before a byte of it is read; a request by the rate of its source, before a token is looked at; a session by the rate of the node ({@code
 *       ConnectRate}), before the upgrade; a hello by what waits ({@code ResumeReads}), before it costs the store anything. The node does not end TLS, and
 *       Vert.x tells of a connection only when it is accepted (5.0.8: after its handshake, where there is one), so refusing before TLS is for the proxy. A refused connection can only be closed;
 *       all else is told when to come back, each at another time.
 *   <li>Whose a connection or request is ({@code Source}) is found by {@code Proxies}. What a proxy shares among clients is counted by requests and sessions, not by
 *       connections.
 *   <li>Sessions that come back read heads first and history after, so many at a time; live entries, pulls of the gates, and sends do not wait there.
 *   <li>Who does not read is owed what an outbox holds, which is held once for all who are owed the same, and 64 KiB that the kernel takes. What
 *       comes behind that costs such a session a look-up for each run of entries, until its client has synchronised. A socket that is closed
 *       while its peer takes nothing leaves nothing in the kernel.
 *   <li>{@code since} is taken and saves nothing yet: every hello is answered with all heads.
 * </ul>
 *
 * <p>What a hostile client may try, and the tests that show what comes of it:
 *
 * <ul>
 *   <li>forged tokens: {@code JwtTokensTest}; keys that are rotated and revoked, tokens that end under open sockets: {@code KeyWatchTest}, {@code
 *       TokensOverSocketsTest}, {@code ExpiryTest}; a token in an address, and what may not be in a log: {@code HttpEdgeTest}, {@code NothingSecretIsLoggedTest}
 *   <li>connecting as fast as can be, from one address or many: {@code EntranceTest}, {@code ConnectFloodTest}; saying to be another: {@code ProxiesTest}, {@code
 *       SourcesAtTheEdgeTest}; guessing tokens: {@code SourcesAtTheEdgeTest}
 *   <li>a page of another origin: {@code OriginsTest}; sessions of SockJS: {@code SockJsLimitsTest}, {@code SockJsTest}
 *   <li>connections that say nothing or too little: {@code SilentConnectionsTest}, {@code UnauthenticatedTest}, {@code HttpEdgeTest}
 *   <li>frames against the protocol, sizes and bombs: {@code WebSocketCasesTest}, {@code FrameReaderTest}, {@code FrameFuzzTest}, {@code RequestsTest}
 *   <li>floods: {@code FloodTest}, {@code SessionTest}; slow readers: {@code OverflowTest}, {@code SlowReadersTest}
 *   <li>what is another's: {@code AuthorizationTest}; who is there: {@code PresenceTest}
 * </ul>
 */
@NullMarked
package chat.parley.gateway;

import org.jspecify.annotations.NullMarked;
