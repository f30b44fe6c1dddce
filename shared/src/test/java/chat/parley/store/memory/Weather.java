package chat.parley.store.memory;

import io.vertx.core.Future;
import java.util.function.Supplier;

/** What lies between one process and the store: time, lost answers, late writes. */
public interface Weather {
    /** Every call is carried out at once and answered. */
    Weather FINE = new Weather() {
        @Override
        public <T> Future<T> read(Supplier<T> action) {
            return Weather.now(action);
        }

        @Override
        public <T> Future<T> write(Supplier<T> action) {
            return Weather.now(action);
        }

        @Override
        public int rowsBeforeFailure() {
            return Integer.MAX_VALUE;
        }
    };

    <T> Future<T> read(Supplier<T> action);

    /** May carry the action out and lose the answer, or fail and carry it out later, or never. */
    <T> Future<T> write(Supplier<T> action);

    /** How many rows the next projection writes before it fails. */
    int rowsBeforeFailure();

    private static <T> Future<T> now(Supplier<T> action) {
        try {
            return Future.succeededFuture(action.get());
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }
}
