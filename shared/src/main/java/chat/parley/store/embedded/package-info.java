/** The embedded store: all ports of {@link chat.parley.store} on RocksDB. */
@NullMarked
package chat.parley.store.embedded;

import org.jspecify.annotations.NullMarked;
