/**
 * What clients see: frames, error codes, close codes, limits, and their JSON.
 */
@NullMarked
package chat.parley.wire;

import org.jspecify.annotations.NullMarked;
