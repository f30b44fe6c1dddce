/**
 * A backup: a folder with the files of one ({@code data/}), what it is ({@code backup.json}), and the checksums of all of them, which are written
 * last ({@code SHA256SUMS}, as {@code sha256sum -c} reads it). A folder without these is no backup, however much there is in it. Only its owner
 * can read it. What is in the files is each store's own ({@code EmbeddedBackup}, {@code CassandraBackup}).
 */
@NullMarked
package chat.parley.store.backup;

import org.jspecify.annotations.NullMarked;
