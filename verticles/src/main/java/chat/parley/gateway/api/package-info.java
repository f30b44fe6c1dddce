/**
 * The HTTP API, version 1: the same drafts, answers and error codes as on the socket, in routes. A request meets {@link
 * chat.parley.gateway.api.ApiRoutes} (who asks, may they ask so often, the table of routes) → {@code Asked} (path, query, body, checked) → one of {@code
 * Conversations}, {@code Messages}, {@code Members}, {@code Bans}, {@code Invitations},
 * {@code Mutes}, {@code Blocks}, {@code Devices}, {@code UserSettingsRoute}, {@code Receipts}, {@code PresenceRoute} → {@code Writes} (to the sequencer) or a store → {@code Reply}.
 *
 * <p>Reading checks membership by P5: what is shown is read first, the reader's own membership last, and what it does not cover is cut. What a
 * caller may not see and what does not exist get the same answer, byte for byte.
 *
 * <p>The token of an invitation is shown when it is made, to whoever makes it and repeats that request, and is kept nowhere ({@code InvitationToken}); what it
 * is worth is decided by the sequencer, which counts its uses along the log: of two who join at the last place one does.
 *
 * <p>How often a user was mentioned since they read last is not shown in the list of conversations: nothing counts it, and to find out all that is unread would
 * have to be read. Clients count the mentions of the entries that they hold.
 */
@NullMarked
package chat.parley.gateway.api;

import org.jspecify.annotations.NullMarked;
