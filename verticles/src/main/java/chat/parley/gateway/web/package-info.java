/**
 * The pages that a node shows: the web client at {@code /} (of the sources {@code clients/web} and {@code clients/js}, which the build puts below
 * {@code web/} on the class path), and the operators' page at {@code /admin/} of their port ({@code clients/ops}, below {@code ops/}). {@code WebFiles}
 * holds them in memory from the start, so a request touches no disk and no path of a client's making is ever opened; {@code WebRoutes} answers.
 *
 * <p>A page is asked for anew each time, by its tag. All it needs lies below {@code /web/<version>/} or {@code /admin/files/<version>/}, where
 * the version is a digest of all files together: what is there never changes and may be kept for ever, and a page never runs with the files of
 * another version. The SDK alone is also below {@code /sdk/}, whatever its version. {@code /docs} shows the contracts, as they are served, to readers.
 */
@NullMarked
package chat.parley.gateway.web;

import org.jspecify.annotations.NullMarked;
