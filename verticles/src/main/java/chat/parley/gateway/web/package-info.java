/**
 * The web client at {@code /}: what is in {@code clients/web} and {@code clients/js} of the sources, which the build puts below {@code web/}
 * on the class path. {@code WebFiles} holds it in memory from the start, so a request touches no disk and no path of a client's making is
 * ever opened; {@code WebRoutes} answers.
 *
 * <p>The page is asked for anew each time, by its tag. All it needs lies below {@code /web/<version>/}, where the version is a digest of all
 * files together: what is there never changes and may be kept for ever, and a page never runs with the files of another version. The SDK
 * alone is also below {@code /sdk/}, whatever its version. {@code /docs} shows the contracts, as they are served, to readers.
 */
@NullMarked
package chat.parley.gateway.web;

import org.jspecify.annotations.NullMarked;
