package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.CARLA;
import static chat.parley.gateway.GatewayStage.GROUP;
import static chat.parley.gateway.GatewayStage.send;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Signals;
import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory.ReadPointer;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.ReceiptType;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What becomes of receipts, from the frame to the sessions of others. */
class ReceiptsTest {
    private final GatewayStage stage = new GatewayStage();
    private Device anna;
    private Device ben;

    @Test
    void whatIsReadIsWrittenAndToldToTheOthers() {
        stage.group(ANNA, BEN, CARLA);
        anna = stage.device(ANNA, "phone");
        ben = stage.device(BEN, "phone");
        Device carla = stage.device(CARLA, "phone");
        stage.say(ANNA, "one");
        stage.say(ANNA, "two");
        forget(anna, ben, carla);

        ben.says(receipt("delivered", 4), receipt("read", 3));
        stage.loop.advance(60);

        assertThat(anna.heard()).containsExactly("ben read 3", "ben delivered 4");
        assertThat(carla.heard()).containsExactly("ben read 3", "ben delivered 4");
        assertThat(ben.heard()).isEmpty();
        assertThat(pointer(BEN)).isEqualTo(new ReadPointer(GROUP, BEN, 3, 1, 4));
    }

    @Test
    void whatFollowsWithinASecondIsToldOnce() {
        meet(10);

        for (int sequence = 3; sequence <= 12; sequence++) {
            ben.says(receipt("read", sequence));
            stage.loop.advance(100);
        }
        assertThat(anna.heard()).containsExactly("ben read 3");
        stage.loop.advance(1_000);
        assertThat(anna.heard()).containsExactly("ben read 12");
        assertThat(pointer(BEN)).isEqualTo(new ReadPointer(GROUP, BEN, 12, 10, 12));
    }

    @Test
    void aPointerNeverGoesBack() {
        meet(3);
        ben.says(receipt("read", 5));
        stage.loop.advance(1_100);
        forget(anna, ben);

        ben.says(receipt("read", 4), receipt("delivered", 3));
        stage.loop.advance(1_100);

        assertThat(anna.heard()).isEmpty();
        assertThat(ben.heard()).isEmpty();
        assertThat(pointer(BEN)).isEqualTo(new ReadPointer(GROUP, BEN, 5, 3, 5));
    }

    @Test
    void aSequenceBeyondTheHeadIsTheHead() {
        meet(1);

        ben.says(receipt("read", 9_007_199_254_740_991L));
        stage.loop.advance(60);
        assertThat(anna.heard()).containsExactly("ben read 3");

        stage.say(ANNA, "not read");
        stage.loop.advance(2_000);
        assertThat(pointer(BEN)).isEqualTo(new ReadPointer(GROUP, BEN, 3, 1, 3));
    }

    @Test
    void anEntryThatIsNotInTheTablesYetCountsOnceItIs() {
        GatewayStage deferred = new GatewayStage(GatewayConfig.DEFAULT, true);
        deferred.group(ANNA, BEN);
        ben = deferred.device(BEN, "phone");
        deferred.stopProjecting();
        deferred.say(ANNA, "only in the log");
        ben.says(receipt("read", 3));
        deferred.loop.advance(60);
        assertThat(ben.heard()).containsExactly("event 3 only in the log");
        deferred.projectAgain();
        deferred.loop.advance(5_000);
        assertThat(pointer(deferred, BEN)).isEqualTo(new ReadPointer(GROUP, BEN, 3, 1, 3));
    }

    @Test
    void ofTheTimeAwayNothingIsRead() {
        meet(0);
        stage.remove(ANNA, BEN); // 3
        stage.say(ANNA, "without Ben"); // 4
        stage.add(ANNA, BEN); // 5
        stage.say(ANNA, "with Ben"); // 6
        forget(anna, ben);

        ben.says(receipt("read", 4));
        stage.loop.advance(1_100);
        assertThat(anna.heard()).isEmpty();

        ben.says(receipt("read", 5));
        stage.loop.advance(1_100);
        assertThat(anna.heard()).containsExactly("ben read 5");
        assertThat(pointer(BEN)).isEqualTo(new ReadPointer(GROUP, BEN, 5, 1, 5));
    }

    @Test
    void whoIsNoMemberIsToldThatThereIsNoSuchConversation() {
        stage.group(ANNA, BEN);
        Device carla = stage.device(CARLA, "phone");
        ben = stage.device(BEN, "phone");
        stage.remove(ANNA, BEN);
        forget(ben);
        JsonObject elsewhere =
                receipt("read", 1).put("conversationId", "no-such").put("ref", "r2");

        carla.says(receipt("read", 1).put("ref", "r1"), elsewhere);
        ben.says(receipt("delivered", 2).put("ref", "r3"));
        stage.loop.advance(1_100);

        assertThat(carla.heard()).containsExactlyInAnyOrder("error not_found ref r1", "error not_found ref r2");
        assertThat(ben.heard()).containsExactly("error not_found ref r3");
        assertThat(stage.stores
                        .directory()
                        .readPointers(GROUP, List.of(BEN, CARLA))
                        .result())
                .isEmpty();
    }

    @Test
    void whoWasRemovedIsNotToldOfReceipts() {
        stage.group(ANNA, BEN, CARLA);
        anna = stage.device(ANNA, "phone");
        ben = stage.device(BEN, "phone");
        stage.say(ANNA, "hello");
        ben.says(receipt("read", 4));
        stage.loop.advance(1_100);
        stage.remove(ANNA, CARLA);
        Device carla = stage.device(CARLA, "phone");
        stage.say(ANNA, "without Carla");
        forget(anna, ben, carla);

        ben.says(receipt("read", 5));
        stage.loop.advance(1_100);

        assertThat(anna.heard()).containsExactly("ben read 5");
        assertThat(carla.heard()).isEmpty();
    }

    @Test
    void whoDoesNotSayWhatTheyReadIsNotToldWhatOthersRead() {
        meet(0);
        Device bensLaptop = stage.device(BEN, "laptop");
        stage.say(ANNA, "one");
        set(BEN, new UserSettings.Change(null, null, null, false));
        forget(anna, ben, bensLaptop);

        ben.says(receipt("read", 3));
        anna.says(receipt("read", 3));
        stage.loop.advance(1_100);

        assertThat(anna.heard()).containsExactly("ben delivered 3");
        assertThat(ben.heard()).containsExactly("anna delivered 3");
        assertThat(bensLaptop.heard()).containsExactlyInAnyOrder("ben read 3 unread 0 at 3 of 0", "anna delivered 3");
    }

    @Test
    void whoIsBlockedIsNotToldWhatIsReadAndDelivered() {
        meet(0);
        Device bensLaptop = stage.device(BEN, "laptop");
        stage.say(ANNA, "one");
        set(BEN, UserSettings.Change.blocking(ANNA));
        forget(anna, ben, bensLaptop);

        ben.says(receipt("read", 3));
        stage.loop.advance(1_100);

        assertThat(anna.heard()).isEmpty();
        assertThat(bensLaptop.heard()).contains("ben read 3 unread 0 at 3 of 0");
    }

    @Test
    void whoIsInvisibleIsNotGivenAwayByWhatIsDeliveredToThem() {
        meet(0);
        stage.say(ANNA, "one");
        set(BEN, new UserSettings.Change(null, null, true, null));
        forget(anna, ben);

        ben.says(receipt("delivered", 3));
        stage.loop.advance(1_100);
        assertThat(anna.heard()).isEmpty();

        ben.says(receipt("read", 3));
        stage.loop.advance(1_100);
        assertThat(anna.heard()).containsExactly("ben read 3");
    }

    @Test
    void theUsersOtherDevicesAreToldWhatIsUnreadNow() {
        stage.group(ANNA, BEN);
        Device phone = stage.device(BEN, "phone");
        Device laptop = stage.device(BEN, "laptop");
        for (int i = 0; i < 5; i++) stage.say(ANNA, "hello");
        forget(phone, laptop);

        phone.says(receipt("read", 5));
        stage.loop.advance(60);

        assertThat(phone.heard()).isEmpty();
        assertThat(laptop.heard()).containsExactly("ben read 5 unread 2 at 7 of 2");
    }

    @Test
    void whatIsUnreadCountsMessagesAndNoOtherEntries() {
        stage.group(ANNA, BEN);
        Device phone = stage.device(BEN, "phone");
        Device laptop = stage.device(BEN, "laptop");
        anna = stage.device(ANNA, "phone");
        anna.says(send("m1", "one"), send("m2", "two")); // 3 and 4
        stage.loop.settle();
        anna.says(new JsonObject()
                .put("type", "edit_message")
                .put("clientMessageId", "e1")
                .put("conversationId", GROUP.value())
                .put("sequence", 3)
                .put("body", "one!")); // 5
        anna.says(new JsonObject()
                .put("type", "delete_message")
                .put("clientMessageId", "d1")
                .put("conversationId", GROUP.value())
                .put("sequence", 4)); // 6
        stage.loop.settle();
        stage.add(ANNA, CARLA); // 7
        stage.say(ANNA, "three"); // 8
        forget(phone, laptop);

        phone.says(receipt("read", 3));
        stage.loop.advance(1_100);
        assertThat(laptop.heard()).containsExactly("ben read 3 unread 2 at 8 of 2");

        phone.says(receipt("read", 7));
        stage.loop.advance(1_100);
        assertThat(laptop.heard()).containsExactly("ben read 7 unread 1 at 8 of 1");
    }

    @Test
    void othersAtAnotherGatewayAreTold() {
        Gateway other = stage.gateway("n1.1", GatewayConfig.DEFAULT);
        stage.group(ANNA, BEN);
        ben = stage.device(BEN, "phone");
        anna = stage.connect(other);
        anna.says(GatewayStage.hello(ANNA, "phone"));
        Device bensLaptop = stage.connect(other);
        bensLaptop.says(GatewayStage.hello(BEN, "laptop"));
        stage.loop.advance(100);
        stage.say(ANNA, "hello");
        forget(anna, bensLaptop);

        ben.says(receipt("read", 3));
        stage.loop.advance(60);

        assertThat(anna.heard()).containsExactly("ben read 3");
        assertThat(bensLaptop.heard()).containsExactly("ben read 3 unread 0 at 3 of 0");
    }

    @Test
    void aDelayedReceiptAndOneOfAnotherLifeOfTheDataShowNothing() {
        meet(3);
        List<Signals> said = new ArrayList<>();
        stage.bus.lose(message -> {
            if (message instanceof Signals signals) said.add(signals);
            return message instanceof Signals;
        });
        ben.says(receipt("read", 3));
        stage.loop.advance(1_100);
        stage.loseNothing();
        ben.says(receipt("read", 5));
        stage.loop.advance(1_100);
        assertThat(anna.heard()).endsWith("ben read 5");

        Signals delayed = said.getFirst();
        stage.bus.send("gateway.n1.0", delayed);
        stage.bus.send(
                "gateway.n1.0",
                new Signals(
                        8,
                        "n1.0",
                        9,
                        1,
                        0,
                        List.of(new Signals.Receipt(GROUP, BEN, ReceiptType.READ, 6, "", List.of(ANNA))),
                        List.of()));
        stage.loop.settle();
        assertThat(anna.heard()).isEmpty();
    }

    @Test
    void receiptsDoNotCostSends() {
        stage.group(ANNA, BEN);
        ben = stage.device(BEN, "phone");
        for (int i = 0; i < 500; i++) ben.says(receipt("delivered", 2));
        assertThat(ben.heard()).isEmpty();
        ben.says(receipt("delivered", 2).put("ref", "r"));
        assertThat(ben.heard()).containsExactly("error rate_limited ref r");

        ben.says(send("m1", "said all the same"));
        stage.loop.advance(10);
        assertThat(ben.heard()).containsExactly("ack m1=3");
    }

    @Test
    void whatFindsTheSocketHalfFullIsDroppedAndNotMadeUpFor() {
        meet(3);
        anna.transport().stick();
        for (int i = 0; i < 257; i++) stage.say(BEN, "fills");
        forget(anna);

        ben.says(receipt("read", 5));
        stage.loop.advance(1_100);
        assertThat(anna.heard()).isEmpty();

        anna.transport().drain();
        stage.loop.settle();
        assertThat(anna.heard()).isEmpty();
    }

    @Test
    void aStoreThatIsDownTakesNone() {
        stage.group(ANNA, BEN);
        ben = stage.device(BEN, "phone");
        stage.isStoreDown = true;
        ben.says(receipt("read", 2).put("ref", "r"));
        stage.loop.advance(60);
        assertThat(ben.heard()).containsExactly("error unavailable ref r");

        stage.isStoreDown = false;
        ben.says(receipt("read", 2));
        stage.loop.advance(1_100);
        assertThat(pointer(BEN)).isEqualTo(new ReadPointer(GROUP, BEN, 2, 0, 2));
    }

    @Test
    void aReceiptWithoutASessionIsAnsweredOnceItIsWritten() {
        stage.group(ANNA, BEN);
        anna = stage.device(ANNA, "phone");
        Future<Optional<ErrorCode>> taken = stage.gateway.receipt(BEN, GROUP, ReceiptType.READ, 2);
        Future<Optional<ErrorCode>> refused =
                stage.gateway.receipt(BEN, new ConversationId("none"), ReceiptType.READ, 2);
        assertThat(taken.isComplete()).isFalse();
        stage.loop.advance(60);

        assertThat(taken.result()).isEmpty();
        assertThat(refused.result()).contains(ErrorCode.NOT_FOUND);
        assertThat(pointer(BEN)).isEqualTo(new ReadPointer(GROUP, BEN, 2, 0, 2));
        assertThat(anna.heard()).containsExactly("ben read 2");
    }

    @Test
    void aReceiptOfAnEntryThatIsNotInTheTablesYetIsAnsweredOnceItIsWritten() {
        GatewayStage deferred = new GatewayStage(GatewayConfig.DEFAULT, true);
        Future<Optional<ErrorCode>> taken = benReadsWhatIsOnlyInTheLog(deferred);
        deferred.loop.advance(1_000);
        assertThat(taken.isComplete()).isFalse();
        deferred.projectAgain();
        while (!taken.isComplete()) deferred.loop.advance(10);

        assertThat(taken.result()).isEmpty();
        assertThat(pointer(deferred, BEN)).isEqualTo(new ReadPointer(GROUP, BEN, 3, 1, 3));
    }

    @Test
    void whoAsksDoesNotWaitForEverForAnEntryToComeIntoTheTables() {
        GatewayStage deferred = new GatewayStage(GatewayConfig.DEFAULT, true);
        Future<Optional<ErrorCode>> taken = benReadsWhatIsOnlyInTheLog(deferred);
        deferred.loop.advance(3_000);
        assertThat(taken.failed()).isTrue();
        deferred.projectAgain();
        deferred.loop.advance(5_000);

        assertThat(pointer(deferred, BEN))
                .as("it is written all the same")
                .isEqualTo(new ReadPointer(GROUP, BEN, 3, 1, 3));
    }

    private static Future<Optional<ErrorCode>> benReadsWhatIsOnlyInTheLog(GatewayStage deferred) {
        deferred.group(ANNA, BEN);
        deferred.device(BEN, "phone");
        deferred.stopProjecting();
        deferred.say(ANNA, "only in the log");
        return deferred.gateway.receipt(BEN, GROUP, ReceiptType.READ, 3);
    }

    @Test
    void aNodeThatDrainsWritesWhatWaits() {
        stage.group(ANNA, BEN);
        ben = stage.device(BEN, "phone");
        for (int i = 0; i < 3; i++) stage.say(ANNA, "hello");
        ben.says(receipt("read", 3));
        stage.loop.advance(60);
        ben.says(receipt("read", 5));
        stage.gateway.drain(1_000);
        stage.loop.settle();
        assertThat(pointer(BEN)).isEqualTo(new ReadPointer(GROUP, BEN, 5, 3, 5));
    }

    /** Anna and Ben have a phone each, and a group in which Anna has said so much: 3 and so on. */
    private void meet(int messages) {
        stage.group(ANNA, BEN);
        anna = stage.device(ANNA, "phone");
        ben = stage.device(BEN, "phone");
        for (int i = 0; i < messages; i++) stage.say(ANNA, "hello");
        forget(anna, ben);
    }

    private void set(UserId user, UserSettings.Change change) {
        UserSettings changed =
                stage.stores.directory().changeUserSettings(user, change).result();
        stage.gateway.settingsChanged(user, changed);
    }

    private ReadPointer pointer(UserId user) {
        return pointer(stage, user);
    }

    private static ReadPointer pointer(GatewayStage stage, UserId user) {
        return stage.stores
                .directory()
                .readPointers(GROUP, List.of(user))
                .result()
                .get(user);
    }

    private static void forget(Device... devices) {
        for (Device device : devices) device.transport().take();
    }

    private static JsonObject receipt(String type, long sequence) {
        return new JsonObject()
                .put("type", "receipt")
                .put("conversationId", GROUP.value())
                .put("receiptType", type)
                .put("sequence", sequence);
    }
}
