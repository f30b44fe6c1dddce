package chat.parley.presence;

import chat.parley.bus.Signals;
import chat.parley.bus.Topology;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Splits {@link Signals} by gateway. What is for users of others' shards is not passed on: it may be lost, and the next is soon said. */
final class SignalDispatch {
    private SignalDispatch() {}

    /** Sends to each gateway where somebody is, by its bus address. */
    static void deliver(Signals signals, UserTable table, Topology topology, BiConsumer<String, Signals> send) {
        Split split = new Split(table, topology);
        Map<Integer, Signals> deliveries = new LinkedHashMap<>();
        for (Signals.Receipt receipt : signals.receipts()) {
            split.of(
                    receipt.users(),
                    (users, gateway) -> at(gateway, signals, deliveries)
                            .receipts()
                            .add(new Signals.Receipt(
                                    receipt.conversationId(),
                                    receipt.userId(),
                                    receipt.receiptType(),
                                    receipt.sequence(),
                                    receipt.origin(),
                                    users)),
                    (users, owner) -> {});
        }
        for (Signals.Typing typing : signals.typings()) {
            split.of(
                    typing.users(),
                    (users, gateway) -> at(gateway, signals, deliveries)
                            .typings()
                            .add(new Signals.Typing(typing.conversationId(), typing.userId(), typing.active(), users)),
                    (users, owner) -> {});
        }
        deliveries.forEach((gateway, delivery) -> send.accept(table.addressOf(gateway), delivery));
    }

    private static Signals at(int gateway, Signals signals, Map<Integer, Signals> deliveries) {
        return deliveries.computeIfAbsent(
                gateway,
                any -> new Signals(
                        signals.incarnation(),
                        signals.gateway(),
                        signals.boot(),
                        signals.counter(),
                        signals.sentAt(),
                        new ArrayList<>(),
                        new ArrayList<>()));
    }
}
