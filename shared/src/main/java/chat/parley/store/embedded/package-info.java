/** The embedded store: all ports of {@link chat.parley.store} on RocksDB, and {@link chat.parley.store.Presence} in memory. */
@NullMarked
package chat.parley.store.embedded;

import org.jspecify.annotations.NullMarked;
