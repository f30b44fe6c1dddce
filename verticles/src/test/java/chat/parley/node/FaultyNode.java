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
            case "deferred" -> (vertx, config) -> FaultyStores.deferred(vertx, config.storeFolder(), config.store());
            case "journaled" -> (vertx, config) -> FaultyStores.journaled(vertx, config.storeFolder(), config.store());
            case "hasty" -> (vertx, config) -> FaultyStores.hasty(vertx, config.storeFolder(), config.store());
            case "last words" -> (vertx, config) -> new LastWords(Node.openStore(vertx, config));
            case "unsure" ->
                (vertx, config) -> new UnsureStore(vertx, Node.openStore(vertx, config), UnsureStore.SHARE);
            default -> throw new IllegalArgumentException(store);
        };
        System.exit(Main.run(List.of(arguments), opening, System.out, System.err));
    }

    /** What a node needs in a process of its own: Maven starts tests with a class path of one jar that names the others. */
    public static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
