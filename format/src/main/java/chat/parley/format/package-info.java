/** The formatter as a program of its own: it has the last word on layout, so that nobody discusses it. */
@NullMarked
package chat.parley.format;

import org.jspecify.annotations.NullMarked;
