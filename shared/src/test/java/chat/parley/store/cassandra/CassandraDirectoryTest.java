package chat.parley.store.cassandra;

import chat.parley.store.DirectoryContract;
import chat.parley.store.Stores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Directory on a real Cassandra. */
@Tag("real")
class CassandraDirectoryTest extends DirectoryContract {
    @RegisterExtension
    static final RealCassandra CASSANDRA = new RealCassandra();

    @Override
    protected Stores empty() throws Exception {
        return CASSANDRA.stores();
    }
}
