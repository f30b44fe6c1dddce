package chat.parley.node;

import chat.parley.simulator.Mutation;
import chat.parley.store.OpenStore;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Parley with some lines changed, in this JVM: a node of it can stand beside nodes of this build, and has only the store, and the words in
 * which that is spoken to, in common with them.
 */
final class OtherBuild implements ClusterOfNodes.Build {
    private final ClassLoader classes;

    /** @param folder for what is built */
    OtherBuild(Path folder, Mutation... mutations) throws IOException {
        classes = Mutation.classesWith(
                List.of(mutations),
                folder,
                "chat.parley.model.",
                "chat.parley.wire.",
                "chat.parley.store.",
                "chat.parley.telemetry.");
    }

    @Override
    @SuppressWarnings("unchecked")
    public TestNode start(OpenStore store, Path folder, String... settings) {
        Object node = call(TestNode.class.getName(), null, "over", store, folder, settings);
        String type = node.getClass().getName();
        return new TestNode(
                () -> (int) call(type, node, "port"),
                () -> (int) call(type, node, "opsPort"),
                () -> (Set<String>) call(type, node, "sees"),
                () -> call(type, node, "close"));
    }

    /** What stands in a static field of that class. */
    @SuppressWarnings("unchecked")
    Set<String> names(String type, String field) throws ReflectiveOperationException {
        var found = classes.loadClass(type).getDeclaredField(field);
        found.setAccessible(true);
        return (Set<String>) found.get(null);
    }

    private Object call(String type, Object on, String name, Object... arguments) {
        try {
            for (Method method : classes.loadClass(type).getDeclaredMethods()) {
                if (!method.getName().equals(name)) continue;
                method.setAccessible(true);
                return method.invoke(on, arguments);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        throw new IllegalStateException(type + " has no " + name);
    }
}
