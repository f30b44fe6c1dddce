package chat.parley.sequencer;

import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.Projections;
import chat.parley.store.ShardLog;
import chat.parley.store.Stores;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Stores whose calls, by the name of the method, are held back, lose their answers, or fail, as a test says. */
final class Gate {
    private final Map<String, List<List<Object>>> calls = new HashMap<>();
    private final Map<String, Deque<Runnable>> held = new HashMap<>();
    private final Map<String, Deque<Throwable>> losing = new HashMap<>();
    private final Map<String, Deque<Throwable>> failing = new HashMap<>();
    private final Map<String, Predicate<List<Object>>> refused = new HashMap<>();
    private final Map<String, Throwable> causes = new HashMap<>();
    private final Map<String, Future<?>> answers = new HashMap<>();
    private final Set<String> holding = new HashSet<>();
    private final Set<String> wrong = new HashSet<>();
    private final List<Runnable> late = new ArrayList<>();

    Stores over(Stores stores) {
        return new Stores(
                proxy(ShardLog.class, stores.log()),
                proxy(Projections.class, stores.projections()),
                proxy(History.class, stores.history()),
                proxy(Directory.class, stores.directory()));
    }

    /** From now on these calls wait. */
    void hold(String method) {
        holding.add(method);
    }

    /** Carries out what waits, and holds nothing back any more. */
    void let(String method) {
        holding.remove(method);
        Deque<Runnable> waiting = held.getOrDefault(method, new ArrayDeque<>());
        while (!waiting.isEmpty()) waiting.removeFirst().run();
    }

    /** Carries out the first that waits; the others go on waiting. */
    void letOne(String method) {
        held.get(method).removeFirst().run();
    }

    /** The next call is carried out, and its answer is lost. */
    void loseAnswer(String method) {
        losing.computeIfAbsent(method, m -> new ArrayDeque<>()).add(new IllegalStateException("answer lost"));
    }

    /** The next call fails and is not carried out, unless {@link #carryOutLate} is called. */
    void fail(String method, Throwable cause) {
        failing.computeIfAbsent(method, m -> new ArrayDeque<>()).add(cause);
    }

    /** The next call is answered with nothing at all, and not carried out. */
    void wrong(String method) {
        wrong.add(method);
    }

    /** Calls with such arguments fail until {@link #admit}. */
    void refuse(String method, Throwable cause, Predicate<List<Object>> arguments) {
        refused.put(method, arguments);
        causes.put(method, cause);
    }

    void admit(String method) {
        refused.remove(method);
    }

    /** From now on these calls have this answer. */
    void answer(String method, Future<?> answer) {
        answers.put(method, answer);
    }

    /** What failed comes to pass after all. */
    void carryOutLate() {
        late.forEach(Runnable::run);
        late.clear();
    }

    /** The arguments of all calls so far. */
    List<List<Object>> calls(String method) {
        return calls.getOrDefault(method, List.of());
    }

    private <T> T proxy(Class<T> port, T target) {
        return port.cast(Proxy.newProxyInstance(
                port.getClassLoader(),
                new Class<?>[] {port},
                (self, method, arguments) -> call(target, method, arguments)));
    }

    private Object call(Object target, Method method, Object[] given) throws Throwable {
        Object[] arguments = given == null ? new Object[0] : given;
        if (!Future.class.isAssignableFrom(method.getReturnType())) return invoke(target, method, arguments);
        String name = method.getName();
        calls.computeIfAbsent(name, n -> new ArrayList<>()).add(Arrays.asList(arguments));
        if (!holding.contains(name)) return answer(target, method, arguments);
        Promise<Object> promise = Promise.promise();
        held.computeIfAbsent(name, n -> new ArrayDeque<>())
                .add(() -> answer(target, method, arguments).onComplete(promise));
        return promise.future();
    }

    @SuppressWarnings("unchecked")
    private Future<Object> answer(Object target, Method method, Object[] arguments) {
        String name = method.getName();
        if (answers.containsKey(name)) return (Future<Object>) answers.get(name);
        if (wrong.remove(name)) return Future.succeededFuture(null);
        Deque<Throwable> fails = failing.getOrDefault(name, new ArrayDeque<>());
        if (!fails.isEmpty()) {
            late.add(() -> invoke(target, method, arguments));
            return Future.failedFuture(fails.removeFirst());
        }
        Predicate<List<Object>> refusal = refused.get(name);
        if (refusal != null && refusal.test(Arrays.asList(arguments))) return Future.failedFuture(causes.get(name));
        Future<Object> answer = invoke(target, method, arguments);
        Deque<Throwable> loses = losing.getOrDefault(name, new ArrayDeque<>());
        return loses.isEmpty() ? answer : Future.failedFuture(loses.removeFirst());
    }

    @SuppressWarnings("unchecked")
    private static <T> T invoke(Object target, Method method, Object[] arguments) {
        try {
            method.setAccessible(true);
            return (T) method.invoke(target, arguments);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }
}
