package chat.parley.store.cassandra;

import chat.parley.store.ShardLogContract;
import chat.parley.store.Stores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The ShardLog on a real Cassandra. */
@Tag("real")
class CassandraShardLogTest extends ShardLogContract {
    @RegisterExtension
    static final RealCassandra CASSANDRA = new RealCassandra();

    @Override
    protected Stores empty() throws Exception {
        return CASSANDRA.stores();
    }
}
