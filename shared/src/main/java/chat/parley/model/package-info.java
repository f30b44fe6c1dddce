/**
 * The words of Parley as plain Java: ids, drafts, entries, membership. Nothing here knows a thread, a socket, a store or a bus.
 *
 * <ul>
 *   <li>{@link chat.parley.model.Draft}: what somebody wants to be said; it has no place yet.
 *   <li>{@link chat.parley.model.Entry}: what was said: a sequenced item of a conversation's log. Everything durable is one.
 *   <li>{@link chat.parley.model.Content}: what an entry says, one record for each {@link chat.parley.model.Kind}.
 *   <li>{@link chat.parley.model.Membership}: who may read which entries.
 *   <li>{@link chat.parley.model.EntryCodec}: the one binary form of an entry, in the stores and between nodes.
 * </ul>
 */
@NullMarked
package chat.parley.model;

import org.jspecify.annotations.NullMarked;
