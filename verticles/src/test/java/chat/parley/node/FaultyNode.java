package chat.parley.node;

import chat.parley.store.embedded.FaultyStores;
import java.util.List;
import java.util.Objects;

/** The node's command line, with the store opened as {@code -Dcrash.store=} says. */
public final class FaultyNode {
    private FaultyNode() {}

    public static void main(String[] arguments) {
        String store = Objects.requireNonNull(System.getProperty("crash.store"), "crash.store");
        Node.Opening opening = switch (store) {
            case "deferred" -> FaultyStores::deferred;
            case "journaled" -> FaultyStores::journaled;
            case "hasty" -> FaultyStores::hasty;
            default -> throw new IllegalArgumentException(store);
        };
        System.exit(Main.run(List.of(arguments), opening, System.out, System.err));
    }
}
