package chat.parley.store.embedded;

import chat.parley.model.ConversationId;
import chat.parley.store.Unavailable;
import chat.parley.store.embedded.Answers.Call;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The threads that read. What waits is taken together and answered together; look-ups of one kind share one call of the database. */
final class Readers {
    private static final int TAKEN_MAX = 128;
    private static final long ANSWER_AFTER_NANOS = 500_000;
    private static final long CLOSE_SECONDS = 20;

    private final Vertx vertx;
    private final Current current;
    private final BlockingQueue<Question<?>> waiting;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    Readers(Vertx vertx, Current current, int threadCount, int readsMax) {
        this.vertx = vertx;
        this.current = current;
        waiting = new LinkedBlockingQueue<>(readsMax);
        for (int i = 0; i < threadCount; i++) {
            var thread = new Thread(this::run, "parley-store-reader-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    /** @param of whom a damage is reported of */
    <T> Future<T> read(@Nullable ConversationId of, Current.Reading<T> reading) {
        var question = new Question<>(vertx, of, reading);
        if (closed) return Future.failedFuture(new Unavailable("the store is closed"));
        if (!waiting.offer(question)) return Future.failedFuture(new Unavailable("too many reads wait for the store"));
        return question.future();
    }

    /** Lets what waits be answered, and ends. */
    void close() {
        closed = true;
        for (Thread thread : threads) {
            thread.interrupt();
            try {
                thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        var answers = new Answers();
        for (Question<?> late = waiting.poll(); late != null; late = waiting.poll()) {
            answers.fail(late, new Unavailable("the store is closed"));
        }
        answers.send();
    }

    private void run() {
        List<Question<?>> taken = new ArrayList<>();
        var answers = new Answers();
        while (!closed || !waiting.isEmpty()) {
            try {
                taken.add(waiting.take());
                waiting.drainTo(taken, TAKEN_MAX);
                long began = System.nanoTime();
                for (Question<?> question : taken) {
                    ask(question, answers);
                    if (System.nanoTime() - began < ANSWER_AFTER_NANOS) continue;
                    answers.send();
                    began = System.nanoTime();
                }
                answers.send();
            } catch (InterruptedException e) {
                // the store closes, which the loop sees
            }
            taken.clear();
        }
    }

    private <T> void ask(Question<T> question, Answers answers) {
        try {
            answers.answer(question, current.read(question.of, question.reading));
        } catch (Throwable e) { // the thread has to live on for the others
            answers.fail(question, e);
        }
    }

    private static final class Question<T> extends Call<T> {
        private final @Nullable ConversationId of;
        private final Current.Reading<T> reading;

        Question(Vertx vertx, @Nullable ConversationId of, Current.Reading<T> reading) {
            super(vertx);
            this.of = of;
            this.reading = reading;
        }
    }
}
