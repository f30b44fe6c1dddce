package chat.parley.store.cassandra;

import chat.parley.store.HistoryContract;
import chat.parley.store.Stores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The History on a real Cassandra. */
@Tag("real")
class CassandraHistoryTest extends HistoryContract {
    @RegisterExtension
    static final RealCassandra CASSANDRA = new RealCassandra();

    @Override
    protected Stores empty() throws Exception {
        return CASSANDRA.stores();
    }
}
