package chat.parley.model;

import org.jspecify.annotations.Nullable;

/**
 * A file that goes with a message; exactly one of {@code url} and {@code blobId} is there.
 *
 * @param size in bytes
 * @param width in pixels
 * @param height in pixels
 */
public record Attachment(
        @Nullable String url,
        @Nullable String blobId,
        String name,
        String contentType,
        long size,
        @Nullable Integer width,
        @Nullable Integer height,
        @Nullable Long durationMillis,
        @Nullable String digest) {}
