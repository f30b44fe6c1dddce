package chat.parley.store.cassandra;

import chat.parley.store.ProjectionsContract;
import chat.parley.store.Stores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Projections on a real Cassandra. */
@Tag("real")
class CassandraProjectionsTest extends ProjectionsContract {
    @RegisterExtension
    static final RealCassandra CASSANDRA = new RealCassandra();

    @Override
    protected Stores empty() throws Exception {
        return CASSANDRA.stores();
    }
}
