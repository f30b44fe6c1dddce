package chat.parley.store.cassandra;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The values of a statement by their names. What is set to null is compared with null; what is not set is not written. */
final class Values {
    private BoundStatementBuilder bound;

    private Values(PreparedStatement statement) {
        bound = statement.boundStatementBuilder();
    }

    static Values of(PreparedStatement statement) {
        return new Values(statement);
    }

    Values number(String name, @Nullable Long value) {
        bound = value == null ? bound.setToNull(name) : bound.setLong(name, value);
        return this;
    }

    Values integer(String name, int value) {
        bound = bound.setInt(name, value);
        return this;
    }

    Values small(String name, int value) {
        bound = bound.setByte(name, (byte) value);
        return this;
    }

    Values text(String name, @Nullable String value) {
        bound = bound.setString(name, value);
        return this;
    }

    Values texts(String name, List<String> value) {
        bound = bound.setList(name, value, String.class);
        return this;
    }

    Values flag(String name, boolean value) {
        bound = bound.setBoolean(name, value);
        return this;
    }

    Values bytes(String name, ByteBuffer value) {
        bound = bound.setByteBuffer(name, value);
        return this;
    }

    Values uuid(String name, @Nullable UUID value) {
        bound = bound.setUuid(name, value);
        return this;
    }

    /** May be sent again: it writes the same. */
    BoundStatement repeatable() {
        return bound.setIdempotence(true).build();
    }

    BoundStatement once() {
        return bound.setIdempotence(false).build();
    }
}
