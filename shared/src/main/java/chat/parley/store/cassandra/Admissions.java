package chat.parley.store.cassandra;

import chat.parley.model.Ban;
import chat.parley.model.ConversationId;
import chat.parley.model.Invitation;
import chat.parley.model.UserId;
import chat.parley.store.CannotOpen;
import chat.parley.store.Projection;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who may come into a conversation, and who may not: its invitations and bans. Each column is stamped for itself. */
final class Admissions {
    private final Requests requests;
    private final PreparedStatement bans;
    private final PreparedStatement one;
    private final PreparedStatement ban;
    private final PreparedStatement invitations;
    private final PreparedStatement invitation;
    private final PreparedStatement uses;
    private final PreparedStatement revoked;

    Admissions(Connection connection, Requests requests) throws CannotOpen {
        this.requests = requests;
        bans = connection.prepare("SELECT user_id, banned_by, at, holds FROM bans"
                + " WHERE conversation_id = ? AND user_id > ? LIMIT ?");
        one = connection.prepare(
                "SELECT user_id, banned_by, at, holds FROM bans WHERE conversation_id = ? AND user_id = ?");
        ban = connection.prepare("INSERT INTO bans (conversation_id, user_id, banned_by, at, holds)"
                + " VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?");
        invitations =
                connection.prepare("SELECT slot, invitation_id, created_by, created_at, expires_at, uses_max, uses,"
                        + " revoked FROM invitations WHERE conversation_id = ?");
        invitation = connection.prepare("INSERT INTO invitations (conversation_id, slot, invitation_id, created_by,"
                + " created_at, expires_at, uses_max, uses, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, 0, false)"
                + " USING TIMESTAMP ?");
        uses = connection.prepare(
                "UPDATE invitations USING TIMESTAMP ? SET uses = ? WHERE conversation_id = ? AND slot = ?");
        revoked = connection.prepare(
                "UPDATE invitations USING TIMESTAMP ? SET revoked = true WHERE conversation_id = ? AND slot = ?");
    }

    Future<List<Ban>> bans(ConversationId conversation, String afterUser, int bansMax) {
        return requests.rows(bans.bind(conversation.value(), afterUser, bansMax).setIdempotent(true))
                .map(rows -> {
                    List<Ban> found = new ArrayList<>();
                    for (Row row : rows) found.add(ban(row));
                    return found;
                });
    }

    Future<Optional<Ban>> ban(ConversationId conversation, UserId user) {
        return requests.row(one.bind(conversation.value(), user.value()).setIdempotent(true))
                .map(row -> row.map(Admissions::ban));
    }

    private static Ban ban(Row row) {
        return new Ban(user(row, "user_id"), user(row, "banned_by"), row.getLong("at"), row.getBoolean("holds"));
    }

    Future<List<Invitation>> invitations(ConversationId conversation) {
        return requests.rows(invitations.bind(conversation.value()).setIdempotent(true))
                .map(rows -> {
                    List<Invitation> found = new ArrayList<>();
                    for (Row row : rows) if (!row.isNull("invitation_id")) found.add(invitation(row));
                    return found;
                });
    }

    private static Invitation invitation(Row row) {
        return new Invitation(
                String.valueOf(row.getString("invitation_id")),
                row.getInt("slot"),
                user(row, "created_by"),
                row.getLong("created_at"),
                row.getLong("expires_at"),
                row.getLong("uses_max"),
                row.getLong("uses"),
                row.getBoolean("revoked"));
    }

    private static UserId user(Row row, String column) {
        return new UserId(String.valueOf(row.getString(column)));
    }

    BoundStatement write(Projection.BanRow row, long stamp) {
        Ban said = row.ban();
        return ban.bind(
                        row.conversationId().value(),
                        said.userId().value(),
                        said.bannedBy().value(),
                        said.at(),
                        said.holds(),
                        stamp)
                .setIdempotent(true);
    }

    BoundStatement write(Projection.InvitationRow row, long stamp) {
        Invitation made = row.invitation();
        return invitation
                .bind(
                        row.conversationId().value(),
                        made.slot(),
                        made.invitationId(),
                        made.createdBy().value(),
                        made.createdAt(),
                        made.expiresAt(),
                        made.usesMax(),
                        stamp)
                .setIdempotent(true);
    }

    BoundStatement write(Projection.UsesRow row, long stamp) {
        return uses.bind(stamp, row.uses(), row.conversationId().value(), row.slot())
                .setIdempotent(true);
    }

    BoundStatement write(Projection.RevokedRow row, long stamp) {
        return revoked.bind(stamp, row.conversationId().value(), row.slot()).setIdempotent(true);
    }
}
