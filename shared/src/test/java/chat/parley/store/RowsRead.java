package chat.parley.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;

/** A directory that counts the rows of members, read pointers and settings which it is asked for. */
public final class RowsRead {
    public final Directory directory;
    public int members;
    public int pointers;
    public int settings;

    public RowsRead(Directory counted) {
        directory = (Directory) Proxy.newProxyInstance(
                Directory.class.getClassLoader(), new Class<?>[] {Directory.class}, (proxy, method, arguments) -> {
                    count(method, arguments);
                    try {
                        return method.invoke(counted, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void count(Method method, Object[] arguments) {
        switch (method.getName()) {
            case "members" -> members += (int) arguments[arguments.length - 1];
            case "memberships" -> members += ((Collection<?>) arguments[1]).size();
            case "readPointers" -> pointers += ((Collection<?>) arguments[1]).size();
            case "userSettings" -> settings += ((Collection<?>) arguments[0]).size();
            default -> {}
        }
    }
}
