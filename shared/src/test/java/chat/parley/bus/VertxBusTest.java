package chat.parley.bus;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class VertxBusTest {
    private static final Pull PULL = new Pull(new ConversationId("c"), 1, 2, List.of(new UserId("ann")));
    private static final NotMine NOT_MINE = new NotMine(3, "n2");

    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private Bus bus;

    @BeforeEach
    void register(Vertx vertx) {
        BusCodecs.register(vertx.eventBus());
        bus = new VertxBus(vertx);
    }

    @Test
    void aListenerGetsTheVeryObjectThatWasSent() throws Exception {
        await(bus.listen("here", message -> heard.add(message.body())));

        bus.send("here", PULL);

        assertThat(heard.poll(10, SECONDS)).isSameAs(PULL);
    }

    @Test
    void aRequestGetsItsAnswer() throws Exception {
        await(bus.listen("here", message -> message.answer(NOT_MINE)));

        assertThat(await(bus.request("here", PULL, 5_000))).isSameAs(NOT_MINE);
    }

    @Test
    void anAnswerToWhatWasOnlySentGoesNowhere() throws Exception {
        await(bus.listen("here", message -> {
            message.answer(NOT_MINE);
            heard.add("answered");
        }));

        bus.send("here", PULL);

        assertThat(heard.poll(10, SECONDS)).isEqualTo("answered");
    }

    @Test
    void aRequestThatNobodyAnswersFailsInTime() throws Exception {
        await(bus.listen("here", message -> {}));

        assertThatThrownBy(() -> await(bus.request("here", PULL, 20))).isInstanceOf(ReplyException.class);
    }

    @Test
    void aRequestThatNobodyHearsFails() {
        assertThatThrownBy(() -> await(bus.request("nowhere", PULL, 5_000))).isInstanceOf(ReplyException.class);
    }

    @Test
    void aListenerThatThrowsHearsTheNextMessage() throws Exception {
        await(bus.listen("here", message -> {
            heard.add(message.body());
            throw new IllegalStateException("a listener that throws, as the test wants it");
        }));

        bus.send("here", PULL);
        bus.send("here", NOT_MINE);

        assertThat(heard.poll(10, SECONDS)).isSameAs(PULL);
        assertThat(heard.poll(10, SECONDS)).isSameAs(NOT_MINE);
    }

    @Test
    void whatOnlyThisNodeKnowsIsAskedWithoutTheRegistry(Vertx vertx) throws Exception {
        String address = Address.sequencer(3);
        await(bus.listen(address, message -> message.answer(NOT_MINE)));

        assertThat(await(bus.request(address, PULL, 5_000))).isSameAs(NOT_MINE);
        assertThatThrownBy(() -> await(vertx.eventBus().request(address, PULL))).isInstanceOf(ReplyException.class);
    }

    @Test
    void whatOnlyThisNodeKnowsAndNobodyAnswersFailsInTime() throws Exception {
        await(bus.listen(Address.sequencer(3), message -> {}));

        assertThatThrownBy(() -> await(bus.request(Address.sequencer(3), PULL, 20)))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        late -> assertThat(late.failureType()).isEqualTo(ReplyFailure.TIMEOUT));
        assertThatThrownBy(() -> await(bus.request(Address.sequencer(4), PULL, 5_000)))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        nobody -> assertThat(nobody.failureType()).isEqualTo(ReplyFailure.NO_HANDLERS));
    }

    @Test
    void aListenerOfThisNodeAloneThrowsAndHearsTheNext() throws Exception {
        Bus.Listening listening = await(bus.listen(Address.sequencer(3), message -> {
            if (message.body() == PULL) throw new IllegalStateException("a listener that throws, as the test wants it");
            message.answer(NOT_MINE);
        }));
        assertThatThrownBy(() -> await(bus.request(Address.sequencer(3), PULL, 20)))
                .isInstanceOf(ReplyException.class);

        assertThat(await(bus.request(Address.sequencer(3), NOT_MINE, 5_000))).isSameAs(NOT_MINE);
        await(listening.stop());
        assertThatThrownBy(() -> await(bus.request(Address.sequencer(3), NOT_MINE, 5_000)))
                .isInstanceOf(ReplyException.class);
    }

    @Test
    void aListenerOfThisNodeAloneIsAskedNoMoreThanTheBound(Vertx vertx) throws Exception {
        VertxBus narrow = new VertxBus(vertx, 1);
        CountDownLatch goesOn = new CountDownLatch(1);
        CountDownLatch isHeldUp = new CountDownLatch(1);
        await(narrow.listen(Address.sequencer(3), message -> {
            isHeldUp.countDown();
            awaitUninterruptibly(goesOn);
            message.answer(NOT_MINE);
        }));
        Future<Object> taken = narrow.request(Address.sequencer(3), PULL, 60_000);
        assertThat(isHeldUp.await(10, SECONDS)).isTrue();
        Future<Object> waits = narrow.request(Address.sequencer(3), PULL, 60_000);

        assertThatThrownBy(() -> await(narrow.request(Address.sequencer(3), PULL, 60_000)))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        full -> assertThat(full.failureType()).isEqualTo(ReplyFailure.NO_HANDLERS));
        goesOn.countDown();
        assertThat(await(taken)).isSameAs(NOT_MINE);
        assertThat(await(waits)).isSameAs(NOT_MINE);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await(10, SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whoStoppedListeningHearsNothing() throws Exception {
        Bus.Listening listening = await(bus.listen("here", message -> heard.add(message.body())));
        await(listening.stop());

        assertThatThrownBy(() -> await(bus.request("here", PULL, 5_000))).isInstanceOf(ReplyException.class);
        assertThat(heard).isEmpty();
    }

    @Test
    void theLoopRunsWhatItIsGivenOnItsOwnContext(Vertx vertx) throws Exception {
        Context own = vertx.getOrCreateContext();
        Loop loop = new VertxLoop(vertx);
        Promise<Context> timer = Promise.promise();
        Promise<Context> foreign = Promise.promise();
        own.runOnContext(start -> loop.after(1, () -> timer.complete(Vertx.currentContext())));
        assertThat(await(timer.future())).isSameAs(own);

        loop.soon(() -> foreign.complete(Vertx.currentContext()));

        assertThat(await(foreign.future())).isSameAs(own);
    }

    @Test
    void aCancelledTimerDoesNotRun(Vertx vertx) throws Exception {
        Loop loop = new VertxLoop(vertx);
        Promise<String> later = Promise.promise();
        vertx.getOrCreateContext().runOnContext(start -> {
            Loop.Timer timer = loop.after(5, () -> heard.add("cancelled"));
            timer.cancel();
            loop.after(30, () -> later.complete("later"));
        });

        assertThat(await(later.future())).isEqualTo("later");
        assertThat(heard).isEmpty();
    }

    @Test
    void theClocksGoOn(Vertx vertx) {
        Loop loop = new VertxLoop(vertx);
        long before = loop.monotonicMillis();

        assertThat(loop.millis()).isCloseTo(System.currentTimeMillis(), offset(1_000L));
        assertThat(loop.monotonicMillis()).isGreaterThanOrEqualTo(before);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.await(10, SECONDS);
    }
}
